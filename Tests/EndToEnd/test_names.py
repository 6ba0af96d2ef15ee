"""Guests of any name: what libvirt keeps is kept, each name is another guest, and no name is more than a name."""

import pathlib
import signal
from xml.sax.saxutils import escape

import libvirt

from harness import domains, server
from harness.case import ServerCase, on_each_server
from harness.waiting import eventually

BEFORE, AFTER = "\u0600", "\u0301"
# Each of these is a guest of its own, for libvirtd too.
KEPT = [
    ".hidden", "...", ".roost-1", ".roost-0123456789abcdef", ".xml", "a.xml", "a.live", "autostart", "channel",
    " ", "  ", " a", "a ", f"a{BEFORE}", f"a{AFTER}", AFTER, BEFORE, "é", "e\u0301", "K", "\u212a",
    "a,b", f"a{BEFORE},process=b", f"a,{AFTER}b", "a,debug-threads=off", "a\\b", f"a\\{AFTER}b", "a=b", "a:b", "a%b",
    "%2C", "-", "--", "---", "--help", "#a", "~", "*", "$(x)", "\"", "'", "<>", "{\"a\":1}", "\ufeffa", "\u202eab",
    "\u2028", "\u00a0", "a" * 200,
]
# libvirtd keeps these too, but may lose the first once it runs, and can't start the others: its folders leave no room
# for the path of a socket.
OWN = ["\t", "🦜" * 30, "\u0e33" * 60]
# Their files would be somewhere else, or their lines two.
REFUSED = [
    "a/b", "/", f"{BEFORE}/x", f"/{AFTER}", f"../{AFTER}y", ".", "..", "a\nb", f"a\n{AFTER}", "a\r\nb", f"{BEFORE}\n",
    "a" * 248, "🦜" * 70,
]


@on_each_server
class Names(ServerCase):
    @classmethod
    def setUpClass(cls):
        pass

    def setUp(self):
        self.own = server.KINDS[self.server_name]()
        self.addCleanup(self.own.stop)
        self.own.start()
        self.open()

    def open(self):
        self.connection = libvirt.open(self.own.uri)

    def define(self, name):
        text = escape(name, {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})
        return self.connection.defineXML(
            domains.domain("NAME", memory=16, serial=False, devices=self.devices()).replace("NAME", text, 1))

    def devices(self):
        return ("<channel type='unix'><source mode='bind'/><target type='virtio' name='org.qemu.guest_agent.0'/>"
                "</channel>")

    def names(self, flags=0):
        return sorted(domain.name() for domain in self.connection.listAllDomains(flags))

    def files(self):
        """Everything below the server's root, by its path there."""
        return {str(path.relative_to(self.own.root)) for path in self.own.root.rglob("*") if not path.is_dir()}

    def test_what_is_kept_is_kept(self):
        kept = KEPT + (OWN if self.server_name == "roostd" else [])
        uuids = {name: self.define(name).UUIDString() for name in kept}
        for name in kept:
            self.connection.lookupByName(name).setAutostart(1)
        self.assertEqual(self.names(), sorted(kept))
        self.restart()
        self.assertEqual(self.names(), sorted(kept))
        for name in kept:
            domain = self.connection.lookupByName(name)
            self.assertEqual((domain.name(), domain.UUIDString()), (name, uuids[name]))
            self.assertTrue(domain.autostart())
            self.start(domain)
        self.assertEqual(len(self.own.guest_pids()), len(kept))
        self.assertEqual(self.guests_of_qemu(), sorted(kept))
        if self.server_name == "roostd":
            self.killed(kept)
        for name in kept:
            domain = self.connection.lookupByName(name)
            domain.destroy()
            domain.undefine()
        self.assertEqual(self.names(), [])
        eventually(lambda: not self.own.guest_pids(), "all of their QEMUs to be gone", 30)
        left = {path for path in self.files() if path.endswith((".live", ".pid", ".start")) and "qemu/" in path}
        left |= {str(path) for path in (self.own.root / "var/lib/qemu").glob("domain-*")}
        left |= {path for path in self.files() if path.startswith("etc/qemu/autostart/")}
        left |= {path for path in self.files() if path.startswith("etc/qemu/") and path.endswith(".xml")
                 and "networks" not in path}
        # libvirtd's own.
        self.assertEqual(left - {"run/qemu/driver.pid"}, set())

    def killed(self, kept):
        """A daemon that was killed finds what runs; libvirtd now and then loses one of so many."""
        self.own.kill(signal.SIGKILL)
        self.own.restart()
        self.open()
        self.assertEqual(self.names(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE), sorted(kept))
        self.assertEqual(len(self.own.guest_pids()), len(kept))

    def start(self, domain):
        """Starts a guest that the daemon may be starting by itself."""
        try:
            domain.create()
        except libvirt.libvirtError as error:
            self.assertEqual(error.get_error_code(), libvirt.VIR_ERR_OPERATION_INVALID, f"{domain.name()!r}: {error}")

    def restart(self):
        """Ends the daemon and starts it anew; nothing runs yet."""
        self.own.kill(signal.SIGTERM)
        self.own.restart()
        self.open()

    def guests_of_qemu(self):
        """The names that the QEMUs were given, as they read them: `-name guest=…`, two commas for one."""
        found = []
        for pid in self.own.guest_pids():
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            text = words[words.index(b"-name") + 1].replace(b",,", b"\0")
            options = [word.replace(b"\0", b",") for word in text.split(b",")]
            self.assertEqual(len(options), 2, options)
            self.assertEqual(options[1], b"debug-threads=on")
            found.append(options[0].removeprefix(b"guest=").decode())
        return sorted(found)

    def test_what_would_be_elsewhere_is_refused(self):
        before = self.files()
        for name in REFUSED:
            with self.assertRaises(libvirt.libvirtError, msg=repr(name)):
                self.define(name)
        self.assertEqual(self.names(), [])
        new = {path for path in self.files() - before if not path.startswith(("var/log", "var/cache", "daemon.log"))}
        self.assertEqual(new, set())

    def test_a_new_name_is_what_a_new_definition_may_have(self):
        domain = self.define("plain")
        for name in ["a/b", f"/{AFTER}"]:
            with self.assertRaises(libvirt.libvirtError, msg=repr(name)):
                domain.rename(name)
        for name in [".hidden", "é", "e\u0301", f"a{BEFORE}"]:
            domain.rename(name)
            self.assertEqual(self.names(), [name])
        self.restart()
        self.assertEqual(self.names(), [f"a{BEFORE}"])
