"""A guest, or a QEMU, that means ill: it fills no disk, no memory and no log, and takes nothing of the host's by a link."""

import grp
import os
import pathlib
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile

from harness import domains, server
from harness.case import ServerCase, on_roostd
from harness.virsh import Virsh
from harness.waiting import eventually

LIMIT = 4096
# A QEMU between whose monitor and the daemon somebody stands who tells of events as fast as they are read.
FLOODED = """#!/usr/bin/python3
import json, os, socket, subprocess, sys, threading
words = sys.argv[1:]
if "socket,id=charmonitor,fd=3,server=on,wait=off" not in words:
    os.execv("/usr/bin/qemu-system-x86_64", ["qemu-system-x86_64", *words])
outside = socket.socket(fileno=3)
outside.setblocking(True)
own, theirs = socket.socketpair()
place = words.index("socket,id=charmonitor,fd=3,server=on,wait=off")
words[place] = f"socket,id=charmonitor,fd={theirs.fileno()}"
qemu = subprocess.Popen(["/usr/bin/qemu-system-x86_64", *words], pass_fds=[theirs.fileno()] + [
    number for number in map(int, os.listdir("/proc/self/fd")) if number >= 100])
theirs.close()
daemon, _ = outside.accept()
lock = threading.Lock()
begun = threading.Event()
def answers():
    for line in own.makefile("rb"):
        with lock: daemon.sendall(line)
def flood():
    begun.wait()
    piece = (json.dumps({"event": "FLOOD", "data": {"x": "y" * 64}}) + "\\n").encode() * 512
    while True:
        with lock: daemon.sendall(piece)
threading.Thread(target=answers, daemon=True).start()
threading.Thread(target=flood, daemon=True).start()
while piece := daemon.recv(65536):
    own.sendall(piece)
    if b'"cont"' in piece: begun.set()
qemu.kill()
"""


class OwnServer(ServerCase):
    """A daemon of the test's own, with a configuration."""

    configuration = ""

    def setUp(self):
        self.own = self.make_server()
        self.addCleanup(self.own.stop)
        (self.own.root / "etc").mkdir()
        (self.own.root / "etc/roostd.conf").write_text(self.configuration)
        self.own.start()
        self.virsh = Virsh(self.own.uri)

    def make_server(self):
        return server.Roostd()

    def create(self, document):
        path = self.own.root / "guest.xml"
        path.write_text(document)
        return self.virsh("create", path)


def sizes(path):
    """The sizes of a log and of its former files, by their ends."""
    found = {}
    for entry in path.parent.glob(path.name + "*"):
        try:
            found[entry.name[len(path.name):]] = entry.stat().st_size
        except FileNotFoundError:
            # It has just turned over.
            pass
    return found


@on_roostd
class ConsoleLog(OwnServer):
    # The guest says little.
    configuration = "max_size = 16\nmax_backups = 2\n"

    def test_a_console_in_a_file_turns_over_even_when_the_daemon_is_killed(self):
        log = self.own.root / "console.log"
        devices = f"<serial type='file'><source path='{log}'/></serial>"
        done = self.create(domains.domain("talks", guest=self.own.guest, serial=False, devices=devices))
        self.assertEqual(done.status, 0, done)
        self.own.kill()
        eventually(lambda: len(sizes(log)) == 3, "the console's file to turn over twice", 60)
        self.own.restart()
        self.virsh.ok("destroy", "talks")
        self.assertEqual(set(sizes(log)), {"", ".0", ".1"})
        for size in sizes(log).values():
            self.assertLessEqual(size, 16)


@on_roostd
class Logs(OwnServer):
    configuration = f"max_size = {LIMIT}\nmax_backups = 2\n"

    def test_what_qemu_says_turns_over(self):
        log = self.own.root / "var/log/qemu/chatters.log"
        document = domains.domain("chatters", extra="<qemu:commandline><qemu:arg value='-d'/>"
                                  "<qemu:arg value='in_asm'/></qemu:commandline>")
        document = document.replace("<domain ", "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' ")
        done = self.create(document)
        self.assertEqual(done.status, 0, done)
        eventually(lambda: len(sizes(log)) == 3, "QEMU's log to turn over twice", 60)
        self.virsh.ok("destroy", "chatters")
        self.assertEqual(set(sizes(log)), {"", ".0", ".1"})
        for size in sizes(log).values():
            # What the daemon writes itself comes on top.
            self.assertLessEqual(size, LIMIT + 16384)


@on_roostd
class Folders(OwnServer):
    def test_what_is_the_daemons_in_a_guests_folder_stays_in_place(self):
        self.assertEqual(self.create(domains.domain("kept")).status, 0)
        folder = next((self.own.root / "var/lib/qemu").glob("domain-*-kept"))
        monitor = folder / "monitor.sock"
        self.assertEqual((monitor.stat().st_uid, stat.S_IMODE(monitor.stat().st_mode)), (0, 0o600))
        account = pwd.getpwnam("libvirt-qemu")
        group = grp.getgrnam("libvirt-qemu").gr_gid
        for command in (["mv", monitor, folder / "other"], ["rm", "-f", monitor], ["ln", "-sfT", "/etc", monitor],
                        ["mv", folder, str(folder) + "x"]):
            done = subprocess.run(command, user=account.pw_uid, group=group, extra_groups=[], check=False,
                                  capture_output=True)
            self.assertNotEqual(done.returncode, 0, command)
        subprocess.run(["touch", folder / "own"], user=account.pw_uid, group=group, extra_groups=[], check=True)
        kept = pathlib.Path(tempfile.mkdtemp(prefix="roost-kept-"))
        self.addCleanup(shutil.rmtree, kept)
        (kept / "file").write_text("x")
        subprocess.run(["ln", "-s", kept, folder / "link"], user=account.pw_uid, group=group, extra_groups=[], check=True)
        self.own.kill()
        self.own.restart()
        self.assertEqual(self.virsh.ok("domstate", "kept"), "running")
        self.virsh.ok("destroy", "kept")
        self.assertFalse(folder.exists())
        self.assertTrue((kept / "file").exists())


@on_roostd
class Flood(OwnServer):
    def test_a_qemu_that_tells_of_events_without_end_costs_no_memory_and_is_destroyed(self):
        emulator = self.own.root / "flooded"
        emulator.write_text(FLOODED)
        emulator.chmod(0o755)
        done = self.create(domains.domain("flood", devices=f"<emulator>{emulator}</emulator>"))
        self.assertEqual(done.status, 0, done)
        before = self.resident()
        for _ in range(20):
            self.virsh.ok("list")
            self.virsh.ok("domstate", "flood")
        self.assertLess(self.resident() - before, 64 << 10)
        self.virsh.ok("destroy", "flood")
        self.assertLess(self.own.log.stat().st_size, 64 << 20)

    def resident(self):
        """The daemon's memory in KiB."""
        status = pathlib.Path(f"/proc/{self.own.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])


class Unprovided(server.Roostd):
    """A daemon on a host that has no user for guests."""

    def __init__(self):
        super().__init__()
        self.etc = pathlib.Path(tempfile.mkdtemp(prefix="roost-etc-"))
        subprocess.run(["cp", "-a", "/etc/.", self.etc], check=True)
        for name in ("passwd", "group", "shadow", "gshadow"):
            lines = (self.etc / name).read_text().splitlines(keepends=True)
            kept = [line for line in lines if line.split(":")[0] not in ("libvirt-qemu", "roost-qemu", "qemu")]
            (self.etc / name).write_text("".join(kept))

    def inside(self, *words):
        """A command where this host's /etc is the one without the user."""
        return ["unshare", "-m", "--propagation", "private", "sh", "-c",
                f"mount --bind {self.etc} /etc && exec \"$@\"", "sh", *map(str, words)]

    def command(self):
        return self.inside(*super().command())

    def stop(self):
        super().stop()
        shutil.rmtree(self.etc, ignore_errors=True)


@on_roostd
class Account(OwnServer):
    def make_server(self):
        return Unprovided()

    def test_without_a_user_for_guests_none_starts_until_there_is_one(self):
        done = self.create(domains.domain("homeless"))
        self.assertVirshFails(done, "domain 'homeless' can't be started", "roost-qemu", "qemu.conf")
        self.own.kill(signal.SIGTERM)
        made = subprocess.run(self.own.inside(pathlib.Path(__file__).parents[2] / "scripts/make-account"),
                              capture_output=True, text=True, check=True)
        self.assertIn("roost-qemu", made.stdout)
        self.own.restart()
        done = self.create(domains.domain("housed"))
        self.assertEqual(done.status, 0, done)
        user = next(line.split(":")[2] for line in (self.own.etc / "passwd").read_text().splitlines()
                    if line.startswith("roost-qemu:"))
        pid, = self.own.guest_pids()
        self.assertEqual(os.stat(f"/proc/{pid}").st_uid, int(user))


@on_roostd
class Settings(OwnServer):
    configuration = 'user = "root"\n'

    def test_a_driver_s_own_file_counts_before_what_the_daemon_s_says_of_it(self):
        (self.own.root / "etc/qemu.conf").write_text(
            '# As libvirt has it.\nsecurity_driver = [ "none",\n  "dac" ]\nuser = "nobody"\n')
        self.own.kill(signal.SIGTERM)
        self.own.restart()
        done = self.create(domains.domain("nobodys"))
        self.assertEqual(done.status, 0, done)
        pid, = self.own.guest_pids()
        self.assertEqual(os.stat(f"/proc/{pid}").st_uid, pwd.getpwnam("nobody").pw_uid)
        # libvirt's own settings that Roost hasn't are told of.
        self.assertIn("etc/qemu.conf:2: there is no setting 'security_driver': it is passed over", self.own.log.read_text())

    def test_a_wrong_line_in_it_ends_the_daemon_with_its_number(self):
        self.own.kill(signal.SIGTERM)
        (self.own.root / "etc/qemu.conf").write_text("\nmax_backups = 101\n")
        done = subprocess.run(self.own.command(), capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("etc/qemu.conf:2: 'max_backups' can't be 101", done.stderr)
        (self.own.root / "etc/qemu.conf").unlink()
        self.own.restart()
