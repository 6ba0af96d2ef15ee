"""What people do, in their languages: the programs of `Tests/Bindings`, as they are, with the bindings that Debian has."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from harness import domains, paths, server
from harness.case import on_each_server
from harness.waiting import eventually

PROGRAMS = paths.PROJECT / "Tests/Bindings"
SNAPSHOT = "<domainsnapshot><name>taken</name></domainsnapshot>"
POOL = "<pool type='dir'><name>pool</name><target><path>{}</path></target></pool>"
VOLUME = "<volume><name>data.img</name><capacity>1048576</capacity></volume>"

# A bus that starts nothing by itself.
BUS = "<busconfig><listen>{}</listen><policy context='default'><allow send_destination='*'/><allow receive_sender='*'/>" \
    "<allow own='*'/></policy></busconfig>"


def has(*words):
    """Whether a program that tells of a binding finds it."""
    if not shutil.which(words[0]):
        return False
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@on_each_server
class Bindings:
    maxDiff = None

    def setUp(self):
        self.own = server.KINDS[self.server_name]().start()
        self.addCleanup(self.own.stop)
        # QEMU's user gets there.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="roost-bindings-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.folder.chmod(0o755)
        disk, volumes = self.folder / "disk.qcow2", self.folder / "volumes"
        volumes.mkdir()
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", disk, "1M"], check=True)
        disk.chmod(0o666)
        texts = {
            "domain.xml": domains.domain("guest", guest=self.own.guest, devices=domains.disk(disk, "vda", "virtio")),
            "snapshot.xml": SNAPSHOT, "pool.xml": POOL.format(volumes), "volume.xml": VOLUME,
        }
        for name, text in texts.items():
            (self.folder / name).write_text(text)
        (self.folder / "data").write_bytes(os.urandom(1 << 20))

    def run_program(self, *words, uploads=True, **environment):
        done = subprocess.run(
            list(map(str, words)), capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, **environment})
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        if uploads:
            self.assertEqual((self.folder / "back").read_bytes(), (self.folder / "data").read_bytes())
        # All is cleared away, as the program believes.
        self.assertEqual(self.own.guest_pids(), [])

    def built(self, source, *command, **environment):
        """A program that a command makes first, in the folder and from a copy there; its path."""
        shutil.copy(PROGRAMS / source, self.folder)
        subprocess.run(
            command, check=True, cwd=self.folder, capture_output=True, env={**os.environ, **environment})
        return self.folder / "guest"

    @unittest.skipUnless(has("pkg-config", "libvirt") and has("cc", "--version"), "libvirt-dev and a C compiler aren't here")
    def test_c(self):
        program = self.built("guest.c", "cc", "-Wall", "-Werror", "-o", "guest", "guest.c", "-lvirt")
        self.run_program(program, self.own.uri, self.folder)

    @unittest.skipUnless(has("perl", "-MSys::Virt", "-e", ""), "libsys-virt-perl isn't here")
    def test_perl(self):
        self.run_program(PROGRAMS / "guest.pl", self.own.uri, self.folder)

    @unittest.skipUnless(has("ruby", "-rlibvirt", "-e", ""), "ruby-libvirt isn't here")
    def test_ruby(self):
        self.run_program(PROGRAMS / "guest.rb", self.own.uri, self.folder)

    @unittest.skipUnless(has("php", "-r", "exit(extension_loaded('libvirt') ? 0 : 1);"), "PHP's libvirt isn't here")
    def test_php(self):
        self.run_program("php", PROGRAMS / "guest.php", self.own.uri, self.folder, uploads=False)

    @unittest.skipUnless(
        pathlib.Path("/usr/share/gocode/src/github.com/digitalocean/go-libvirt").exists() and has("go", "version"),
        "golang-github-digitalocean-go-libvirt-dev and a Go compiler aren't here")
    def test_go(self):
        program = self.built(
            "guest.go", "go", "build", "-o", "guest", "guest.go", GO111MODULE="off", GOPATH="/usr/share/gocode",
            GOCACHE=str(self.folder / "cache"))
        self.run_program(program, self.own.socket, self.folder)

    @unittest.skipUnless(has("ocamlfind", "query", "libvirt"), "libvirt-ocaml-dev and an OCaml compiler aren't here")
    def test_ocaml(self):
        program = self.built(
            "guest.ml", "ocamlfind", "ocamlopt", "-package", "libvirt", "-linkpkg", "-o", "guest", "guest.ml")
        self.run_program(program, self.own.uri, self.folder, uploads=False)

    @unittest.skipUnless(
        has("/usr/bin/python3", "-c", "import gi; gi.require_version('LibvirtGObject', '1.0')"), "gir1.2-libvirt-glib-1.0 isn't here")
    def test_glib(self):
        self.run_program(PROGRAMS / "guest_glib.py", self.own.uri, self.folder, uploads=False)

    @unittest.skipUnless(shutil.which("libvirt-dbus") and os.geteuid() == 0, "libvirt-dbus isn't here, or this isn't root")
    def test_dbus(self):
        bus = f"unix:path={self.folder}/bus"
        settings = self.folder / "bus.conf"
        settings.write_text(BUS.format(bus))
        daemon = subprocess.Popen(["dbus-daemon", "--nofork", f"--config-file={settings}"], stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: (daemon.terminate(), daemon.wait()))
        eventually(lambda: (self.folder / "bus").exists(), "the bus to be there", 10)
        # It knows no other place of a daemon than the system's.
        script = f"mkdir -p /run/libvirt && mount --bind {self.own.root}/run /run/libvirt && exec libvirt-dbus --system"
        bridge = subprocess.Popen(
            ["unshare", "-m", "sh", "-c", script], env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": bus})
        self.addCleanup(lambda: (bridge.terminate(), bridge.wait()))
        ask = ["dbus-send", f"--bus={bus}", "--print-reply", "--dest=org.libvirt", "/org/libvirt/QEMU",
               "org.freedesktop.DBus.Peer.Ping"]
        eventually(lambda: subprocess.run(ask, capture_output=True).returncode == 0, "libvirt-dbus to answer", 10)
        self.run_program(PROGRAMS / "guest_dbus.py", bus, self.folder, uploads=False)
