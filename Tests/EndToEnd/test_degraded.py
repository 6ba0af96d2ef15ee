"""A daemon on a host where something is amiss: a full disk, no /proc, few descriptors."""

import os
import pathlib
import socket
import subprocess
import tempfile

from harness import domains, paths, server
from harness.case import ServerCase, on_roostd
from harness.virsh import Virsh
from harness.waiting import eventually


class OnFullDisk(server.Roostd):
    """A daemon whose whole root is a small disk of its own."""

    def __init__(self):
        folder = tempfile.mkdtemp(prefix="roost-test-full-")
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", folder], check=True)
        self.elsewhere = tempfile.NamedTemporaryFile(prefix="roost-test-log-")
        super().__init__(folder)

    @property
    def log(self):
        """Not on the disk that fills up, so that a test sees what is said then."""
        return pathlib.Path(self.elsewhere.name)

    def fill(self):
        with open(self.root / "filler", "wb", buffering=0) as file:
            while True:
                try:
                    file.write(bytes(4096))
                except OSError:
                    return

    def stop(self):
        super().stop()
        subprocess.run(["umount", "-l", self.root], check=False)
        if self.root.exists():
            self.root.rmdir()


@on_roostd
class Degraded(ServerCase):
    @classmethod
    def setUpClass(cls):
        """Every test has a daemon of its own."""

    def test_on_a_full_disk_guests_are_listed_and_destroyed(self):
        own = OnFullDisk()
        self.addCleanup(own.stop)
        own.start()
        virsh = Virsh(own.uri)
        for name in ("first", "second"):
            (own.root / f"{name}.xml").write_text(domains.domain(name, memory=16))
            virsh.ok("define", own.root / f"{name}.xml")
            virsh.ok("start", name)
        own.kill()
        own.fill()
        own.start()
        self.assertIn("events are numbered by the time", own.log.read_text())
        self.assertEqual(sorted(virsh.ok("list", "--name").split()), ["first", "second"])
        virsh.ok("destroy", "first")
        self.assertEqual(virsh.ok("list", "--name").split(), ["second"])
        self.assertEqual(len(own.guest_pids()), 1)
        own.kill()
        own.start()
        self.assertEqual(virsh.ok("list", "--name").split(), ["second"])
        virsh.ok("destroy", "second")
        self.assertEqual(own.guest_pids(), [])

    def test_without_proc_the_words_of_the_command_line_are_known(self):
        script = "mount --make-rprivate /; umount -l /proc; exec \"$@\""

        def without_proc(*words):
            return subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", *map(str, words)],
                                  capture_output=True, text=True, timeout=20, check=False)
        done = without_proc(paths.PROGRAMS / "roostd", "--version")
        self.assertRegex(done.stdout, r"^roostd \d+\.\d+", done.stderr)
        done = without_proc(paths.PROGRAMS / "roost", "-c", "test:///default", "list", "--name")
        self.assertEqual(done.stdout.split(), ["test"], done.stderr)

    def test_the_daemon_may_open_all_files_that_it_can_and_its_guests_what_it_was_given(self):
        class Limited(server.Roostd):
            def command(self):
                return ["prlimit", "--nofile=600:4000", *super().command()]
        own = Limited()
        self.addCleanup(own.stop)
        own.start()
        limits = pathlib.Path(f"/proc/{own.pid}/limits").read_text()
        self.assertRegex(limits, r"Max open files +4000 +4000 ")
        virsh = Virsh(own.uri)
        (own.root / "guest.xml").write_text(domains.domain("guest", memory=16))
        virsh.ok("define", own.root / "guest.xml")
        virsh.ok("start", "guest")
        guest = own.guest_pids()[0]
        limits = pathlib.Path(f"/proc/{guest}/limits").read_text()
        self.assertRegex(limits, r"Max open files +600 +4000 ")

    def test_a_client_for_which_there_is_no_descriptor_is_told_so(self):
        own = server.Roostd()
        self.addCleanup(own.stop)
        own.start()
        used = len(os.listdir(f"/proc/{own.pid}/fd"))
        subprocess.run(["prlimit", f"--pid={own.pid}", f"--nofile={used + 4}:{used + 4}"], check=True)
        clients = []
        for _ in range(12):
            client = socket.socket(socket.AF_UNIX)
            self.addCleanup(client.close)
            client.settimeout(60)
            client.connect(str(own.socket))
            clients.append(client)
        # Nothing was asked of the daemon, so all that it can say is the end; it says that to the last one, too.
        self.assertEqual(clients[-1].recv(1), b"")
        for client in clients:
            client.close()
        eventually(lambda: Virsh(own.uri)("version").status == 0, "a client to be served again")
