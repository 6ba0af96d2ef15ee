"""Programs that serve a guest beside QEMU: started before it, gone with it, found again, and named when they fail."""

import functools
import http.server
import os
import pathlib
import re
import signal
import stat
import subprocess
import threading
import xml.etree.ElementTree as etree

import libvirt

from harness import guests, server
from harness.case import ServerCase, on_roostd
from harness.virsh import Virsh
from harness.waiting import eventually

SHARED = '<memoryBacking><source type="memfd"/><access mode="shared"/></memoryBacking>'
TPM = '<tpm model="tpm-tis"><backend type="emulator" version="2.0"{0}/></tpm>'
SHARE = ('<filesystem type="mount"><driver type="virtiofs"/>{1}<source dir="{0}"/><target dir="tag"/></filesystem>')
# Guests by the helpers that they need.
NEEDS = {
    "swtpm": ("", TPM.format("")),
    "virtiofsd": (SHARED, SHARE.format("/srv", "")),
    "dbus-daemon": ("", '<graphics type="dbus"/>'),
    "passt": ("", '<interface type="user"><backend type="passt"/></interface>'),
    # Nobody answers there.
    "nbdkit": ("", '<disk type="network"><source protocol="ssh" name="/x"><host name="localhost" port="1"/>'
                   '<knownHosts path="/dev/null"/></source><target dev="vda" bus="virtio"/></disk>'),
}


def names(found):
    return {pathlib.Path(words[0]).name for words in found.values()}


class HelperCase(ServerCase):
    def setUp(self):
        self.connection = libvirt.open(self.server.uri)
        self.addCleanup(self.connection.close)

    def xml(self, name, extra, devices):
        return guests.whole(etree.fromstring(
            f'<domain name="{name}" machine="q35">{extra}<devices>{devices}</devices></domain>'))

    def guest(self, what):
        """A running guest that needs a helper."""
        extra, devices = NEEDS[what] if isinstance(what, str) else what
        domain = self.connection.defineXML(self.xml(self.fresh_name("helped"), extra, devices))
        self.addCleanup(self.clear, domain.name())
        domain.create()
        return domain

    def clear(self, name):
        connection = libvirt.open(self.server.uri)
        try:
            domain = connection.lookupByName(name)
            if domain.isActive():
                domain.destroy()
            domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_TPM)
        except libvirt.libvirtError:
            pass
        connection.close()

    def helpers(self, domain):
        """The helpers of one guest, by their home."""
        mark = f"-{domain if isinstance(domain, str) else domain.name()}"[:21]
        found = {}
        for pid, words in self.server.helpers().items():
            try:
                environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
            except OSError:
                continue
            home = re.search(rb"(?:^|\0)HOME=([^\0]*)", environment)[1].decode()
            if home.endswith(mark):
                found[pid] = words
        return found

    def left(self, domain):
        """What of a guest is in the host's folders: sockets, configurations, folders, records."""
        mark = f"-{domain}"[:21]
        found = []
        for top in ("run", "var/lib/qemu"):
            for path in (self.server.root / top).rglob("*"):
                if mark in path.name or path.name in (f"{domain}.live", f"{domain}.pid"):
                    found.append(str(path.relative_to(self.server.root)))
        return found

    def assert_gone(self, domain):
        eventually(lambda: not self.helpers(domain), f"the helpers of {domain} to be gone: {self.helpers(domain)}")
        eventually(lambda: not self.left(domain), f"nothing to be left of {domain}: {self.left(domain)}")

    def qemu(self, domain):
        return int((self.server.root / f"run/qemu/{domain.name()}.pid").read_text())


@on_roostd
class Helpers(HelperCase):
    def test_each_runs_with_its_guest_and_ends_with_it(self):
        for what in sorted(set(NEEDS) - {"nbdkit"}):
            with self.subTest(what):
                domain = self.guest(what)
                self.assertEqual(names(self.helpers(domain)), {what})
                domain.destroy()
                self.assert_gone(domain.name())

    def test_a_guest_with_all_of_them(self):
        extra = "".join(sorted({NEEDS[what][0] for what in NEEDS}))
        devices = "".join(NEEDS[what][1] for what in NEEDS if what != "nbdkit")
        domain = self.guest((extra, devices))
        self.assertEqual(names(self.helpers(domain)), set(NEEDS) - {"nbdkit"})
        domain.destroy()
        self.assert_gone(domain.name())

    def test_they_end_with_a_qemu_that_is_killed(self):
        for what in ("swtpm", "virtiofsd", "dbus-daemon", "passt"):
            with self.subTest(what):
                domain = self.guest(what)
                self.assertEqual(names(self.helpers(domain)), {what})
                os.kill(self.qemu(domain), signal.SIGKILL)
                eventually(lambda: not domain.isActive(), "the guest to be off")
                self.assert_gone(domain.name())

    def test_a_folder_is_shared_and_unshared_while_the_guest_runs(self):
        domain = self.guest((SHARED, "".join(
            f'<controller type="pci" index="{index}" model="{model}"/>'
            for index, model in enumerate(("pcie-root", *["pcie-root-port"] * 6)))))
        share = SHARE.format("/srv", "")
        domain.attachDevice(share)
        self.assertEqual(names(self.helpers(domain)), {"virtiofsd"})
        self.assertIn("<binary path='/usr/lib/qemu/virtiofsd'/>", domain.XMLDesc())
        with self.assertRaisesRegex(libvirt.libvirtError, "/no/such"):
            domain.attachDevice(SHARE.format("/no/such", "").replace("tag", "other"))
        self.assertEqual(len({words[-1] for words in self.helpers(domain).values()}), 1)
        domain.destroy()
        self.assert_gone(domain.name())

    def test_a_broken_program_is_named_with_its_last_words_and_leaves_nothing(self):
        program = self.file("broken-virtiofsd", "#!/bin/sh\necho it is broken >&2\nexit 1\n")
        program.chmod(0o755)
        name = self.fresh_name("broken")
        for path, message in ((program, r"virtiofsd of fs0.*" + re.escape(f"{name}-fs0-virtiofsd.log") +
                               r".*it is broken"), ("/no/such/virtiofsd", "'/no/such/virtiofsd' is not executable")):
            with self.subTest(message):
                with self.assertRaisesRegex(libvirt.libvirtError, f"(?s){message}"):
                    self.connection.createXML(self.xml(name, SHARED, SHARE.format("/srv", f'<binary path="{path}"/>')))
                self.assert_gone(name)

    def test_one_that_hangs_keeps_nobody_waiting_but_its_own_guest(self):
        program = self.file("hung-virtiofsd", "#!/bin/sh\nexec sleep 1000\n")
        program.chmod(0o755)
        name = self.fresh_name("hung")
        document = self.xml(name, SHARED, SHARE.format("/srv", f'<binary path="{program}"/>'))
        errors = []

        def start():
            own = libvirt.open(self.server.uri)
            try:
                own.createXML(document)
            except libvirt.libvirtError as error:
                errors.append(str(error))
            own.close()

        thread = threading.Thread(target=start)
        thread.start()
        eventually(lambda: self.helpers(name), "the helper to be there")
        other = self.guest("swtpm")
        self.assertTrue(other.isActive())
        other.destroy()
        self.assertEqual(errors, [])
        # Listed anew: what launches the helper may have been among those seen first.
        for pid in self.helpers(name):
            os.kill(pid, signal.SIGKILL)
        thread.join(20)
        self.assertFalse(thread.is_alive())
        self.assertRegex(errors[0], "virtiofsd of fs0")
        self.assert_gone(name)


@on_roostd
class Restart(HelperCase):
    """With a daemon of their own, which is killed."""

    @classmethod
    def setUpClass(cls):
        cls.server = server.Roostd()
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        cls.virsh = Virsh(cls.server.uri)

    def again(self):
        self.server.restart()
        self.connection = libvirt.open(self.server.uri)
        self.addCleanup(self.connection.close)

    def test_a_daemon_that_starts_anew_takes_them_up_and_ends_them_with_the_guest(self):
        whats = ("swtpm", "virtiofsd", "passt")
        domains_ = [self.guest(what).name() for what in whats]
        before = {name: self.helpers(name) for name in domains_}
        self.assertTrue(all(before.values()))
        self.server.kill()
        # As of a start in which nothing ran yet.
        stray = [self.server.root / top / "99-stray" for top in ("run/qemu/channel", "var/lib/qemu/ram")]
        stray.append(self.server.root / "var/lib/qemu/domain-99-stray")
        for path in stray:
            path.mkdir(parents=True, exist_ok=True)
        self.again()
        self.assertEqual([path for path in stray if path.exists()], [])
        for name in domains_:
            domain = self.connection.lookupByName(name)
            self.assertTrue(domain.isActive())
            self.assertEqual(self.helpers(name), before[name])
            domain.destroy()
            self.assert_gone(name)

    def test_those_of_a_guest_that_ended_meanwhile_are_ended(self):
        domain = self.guest("dbus-daemon")
        name, pid = domain.name(), self.qemu(domain)
        self.server.kill()
        server.end(pid)
        self.assertEqual(names(self.helpers(name)), {"dbus-daemon"})
        self.again()
        self.assertFalse(self.connection.lookupByName(name).isActive())
        self.assert_gone(name)

    def test_those_of_a_start_in_which_the_daemon_was_killed_are_ended(self):
        program = self.file("slow-virtiofsd", "#!/bin/sh\nexec sleep 1000\n")
        program.chmod(0o755)
        name = self.fresh_name("slow")
        share = SHARE.format("/srv", f'<binary path="{program}"/>')
        document = self.xml(name, SHARED, share + NEEDS["dbus-daemon"][1])

        def start():
            try:
                libvirt.open(self.server.uri).createXML(document)
            except libvirt.libvirtError:
                pass

        thread = threading.Thread(target=start)
        thread.start()
        found = eventually(lambda: len(self.helpers(name)) == 2 and self.helpers(name), "the helpers to be there")
        eventually(self.server.guest_pids, "QEMU to wait for one of them")
        self.server.kill()
        thread.join(20)
        self.again()
        # QEMU can't answer, and keeps nobody waiting.
        other = self.guest("swtpm")
        other.destroy()
        self.assertEqual(self.helpers(name), found)
        os.kill(next(pid for pid, words in found.items() if words[0] == "sleep"), signal.SIGKILL)
        self.assert_gone(name)
        eventually(lambda: not self.server.guest_pids(), "QEMU to be gone")


@on_roostd
class Configured(HelperCase):
    """Helpers that the daemon's configuration asks for."""

    @classmethod
    def setUpClass(cls):
        cls.server = server.Roostd()
        cls.addClassCleanup(cls.server.stop)
        (cls.server.root / "etc").mkdir()
        (cls.server.root / "etc/roostd.conf").write_text(
            'slirp_helper = "/usr/bin/libslirp-helper"\nstorage_use_nbdkit = 1\n')
        cls.server.start()
        cls.virsh = Virsh(cls.server.uri)

    def test_a_program_beside_qemu_is_its_user_network(self):
        domain = self.guest(("", '<interface type="user"><ip family="ipv4" address="172.17.2.0" prefix="24"/></interface>'))
        found = self.helpers(domain)
        self.assertEqual(names(found), {"libslirp-helper", "dbus-daemon"})
        words = next(words for words in found.values() if "slirp" in words[0])
        self.assertIn("--net=172.17.2.0/24", words)
        os.kill(self.qemu(domain), signal.SIGKILL)
        eventually(lambda: not domain.isActive(), "the guest to be off")
        self.assert_gone(domain.name())

    def test_an_image_comes_from_a_web_server(self):
        folder = self.server.root / "web"
        folder.mkdir()
        (folder / "image").write_bytes(bytes(1 << 20))
        web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Web, directory=str(folder)))
        threading.Thread(target=web.serve_forever, daemon=True).start()
        self.addCleanup(web.server_close)
        self.addCleanup(web.shutdown)
        domain = self.guest(("", '<disk type="network"><source protocol="http" name="image">'
                                 f'<host name="127.0.0.1" port="{web.server_port}"/></source>'
                                 '<target dev="vda" bus="virtio"/><readonly/></disk>'))
        self.assertEqual(names(self.helpers(domain)), {"nbdkit"})
        domain.destroy()
        self.assert_gone(domain.name())

    def test_a_server_that_is_not_there_is_told_with_the_helpers_own_words(self):
        name = self.fresh_name("nowhere")
        with self.assertRaisesRegex(libvirt.libvirtError, "(?s)QEMU unexpectedly closed the monitor"):
            self.connection.createXML(self.xml(name, *NEEDS["nbdkit"]))
        self.assert_gone(name)


class Web(http.server.SimpleHTTPRequestHandler):
    """A quiet server of files that says that it can serve parts."""

    def log_message(self, *_):
        pass

    def end_headers(self):
        self.send_header("Accept-Ranges", "bytes")
        super().end_headers()


@on_roostd
class Reservations(HelperCase):
    def test_a_helper_of_a_start_that_fails_is_gone(self):
        """A loop device takes no SCSI commands, so QEMU gives up on it, with its helper at its side."""
        image = self.file("loop.raw", "")
        with open(image, "wb") as file:
            file.truncate(1 << 20)
        made = subprocess.run(["losetup", "-f", "--show", str(image)], capture_output=True, text=True, check=False)
        if made.returncode:
            self.skipTest("no loop device can be had")
        self.addCleanup(subprocess.run, ["losetup", "-d", made.stdout.strip()], check=False)
        name = self.fresh_name("lun")
        disk = (f'<disk type="block" device="{{}}"><source dev="{made.stdout.strip()}"><reservations managed="yes"/></source>'
                '<target dev="sda" bus="scsi"/></disk><controller type="scsi" model="virtio-scsi"/>')
        with self.assertRaisesRegex(libvirt.libvirtError, "allowed only for lun devices"):
            self.connection.createXML(self.xml(name, "", disk.format("disk")))
        with self.assertRaisesRegex(libvirt.libvirtError, "(?s)SG_IO"):
            self.connection.createXML(self.xml(name, "", disk.format("lun")))
        self.assertTrue((self.server.root / f"var/log/qemu/{name}-pr-helper0.log").exists())
        self.assert_gone(name)


@on_roostd
class TPMState(HelperCase):
    """The state of a TPM is made once, kept from start to start, and goes with its domain unless it is to be kept."""

    def state(self, domain):
        return self.server.root / "var/lib/swtpm" / domain.UUIDString()

    def test_it_is_made_once_and_is_its_users(self):
        domain = self.guest("swtpm")
        file = self.state(domain) / "tpm2/tpm2-00.permall"
        self.assertEqual(stat.S_IMODE(file.parent.stat().st_mode), 0o700)
        log = self.server.root / f"var/log/swtpm/{domain.name()}-swtpm.log"
        self.assertEqual(log.read_text().count("Starting vTPM manufacturing"), 1)
        domain.destroy()
        domain.create()
        self.assertEqual(log.read_text().count("Starting vTPM manufacturing"), 1)
        self.assertTrue(file.exists())
        domain.destroy()
        domain.undefine()
        self.assertFalse(self.state(domain).exists())

    def test_flags_say_whether_it_is_kept_and_else_the_document(self):
        keep, delete = libvirt.VIR_DOMAIN_UNDEFINE_KEEP_TPM, libvirt.VIR_DOMAIN_UNDEFINE_TPM
        for attribute, flags, is_kept in (("", 0, False), ("", keep, True), (' persistent_state="yes"', 0, True),
                                          (' persistent_state="yes"', delete, False)):
            with self.subTest(attribute=attribute, flags=flags):
                domain = self.guest(("", TPM.format(attribute)))
                domain.destroy()
                with self.assertRaisesRegex(libvirt.libvirtError, "cannot both keep and delete TPM"):
                    domain.undefineFlags(keep | delete)
                domain.undefineFlags(flags)
                self.assertEqual(self.state(domain).exists(), is_kept)

    def test_that_of_a_guest_without_definition_goes_when_it_ends(self):
        for flags, is_kept in ((0, False), (libvirt.VIR_DOMAIN_UNDEFINE_KEEP_TPM, True)):
            domain = self.guest("swtpm")
            domain.undefineFlags(flags)
            self.assertTrue(self.state(domain).exists())
            domain.destroy()
            self.assertEqual(self.state(domain).exists(), is_kept)


@on_roostd
class LikeLibvirt(HelperCase):
    """Debian's libvirtd starts the same programs with the same words."""

    # A socket that is handed over in place of one that the program makes itself, so that QEMU never comes too early.
    DIFFERENCES = [(r"type=unixio,path=[^,]*,mode=0600", "type=unixio,fd=3"), (r"--fd=\d+", "--fd=3")]

    def words(self, own, document):
        connection = libvirt.open(own.uri)
        domain = connection.createXML(document)
        try:
            found = {}
            for entry in pathlib.Path("/proc").glob("[0-9]*"):
                try:
                    words = (entry / "cmdline").read_bytes().decode().split("\0")[:-1]
                except (OSError, UnicodeDecodeError):
                    continue
                program = pathlib.Path(words[0]).name if words else ""
                if program in ("swtpm", "virtiofsd", "dbus-daemon") and any(self.mark in word for word in words):
                    found[program] = [self.settled(word, own.root) for word in words]
            return found
        finally:
            domain.destroy()
            connection.close()

    def settled(self, word, root):
        for ours, theirs in (("/var/lib", "/var/lib/libvirt"), ("/run", "/run/libvirt"),
                             ("/var/log/swtpm", "/var/log/swtpm/libvirt/qemu")):
            word = word.replace(str(root) + ours, theirs)
        word = re.sub(r"/\d+-like", "/N-like", word)
        for pattern, by in self.DIFFERENCES:
            word = re.sub(pattern, by, word)
        return word

    def test_the_words_are_the_same(self):
        folder = self.server.root / "like-share"
        folder.mkdir(exist_ok=True)
        reference = server.shared("libvirtd")
        shares = SHARE.format(folder, '<binary xattr="on"><cache mode="always"/><sandbox mode="chroot"/>'
                                      '<lock posix="on" flock="off"/></binary>')
        for extra, devices in (("", TPM.format("")), ("", TPM.format("").replace("2.0", "1.2")), (SHARED, shares),
                               (SHARED, SHARE.format(folder, "")),
                               (SHARED, SHARE.format(folder, '<binary xattr="off"><thread_pool size="4"/></binary>')),
                               ("", '<graphics type="dbus"/>')):
            with self.subTest(devices):
                name = self.fresh_name("like")
                self.mark = str(folder) if "virtiofs" in devices else name[:20]
                document = self.xml(name, extra, devices)
                ours, theirs = self.words(self.server, document), self.words(reference, document)
                self.assertTrue(ours)
                self.assertEqual(ours, theirs)
