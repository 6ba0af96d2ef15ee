"""Pools on file systems that are full, read-only, broken, or don't answer: one clear error, and nobody else is harmed."""

import ctypes
import os
import pathlib
import shutil
import subprocess
import tempfile

from harness import server
from harness.case import ServerCase, on_roostd
from harness.virsh import Roost, Virsh
from harness.waiting import eventually

_libc = ctypes.CDLL(None, use_errno=True)


class Silent:
    """A file system over a folder whose server never answers, until it is ended."""

    def __init__(self, path):
        self.path, self.device = path, os.open("/dev/fuse", os.O_RDWR)
        options = f"fd={self.device},rootmode=40000,user_id=0,group_id=0,allow_other"
        if _libc.mount(b"silent", str(path).encode(), b"fuse", 0, options.encode()):
            os.close(self.device)
            raise OSError(ctypes.get_errno(), "mount")

    def end(self):
        """Whoever waits for an answer gets an error."""
        if self.device is not None:
            os.close(self.device)
            self.device = None
            _libc.umount2(str(self.path).encode(), 2)


class FaultCase(ServerCase):
    def setUp(self):
        self.server = server.KINDS["roostd"]().start()
        self.addCleanup(self.server.stop)
        self.virsh = Virsh(self.server.uri)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="roost-faults-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.make("good")

    def make(self, name):
        (self.folder / name).mkdir()
        self.virsh.ok("pool-define-as", name, "dir", "--target", self.folder / name)
        self.virsh.ok("pool-start", name)
        self.virsh.ok("vol-create-as", name, "first", "1M")

    def mount(self, name, *options):
        path = self.folder / name
        subprocess.run(["mount", *options, path], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", path], check=False, capture_output=True)

    def assert_well(self):
        """Another pool is as good as ever."""
        self.virsh.ok("vol-create-as", "good", "other", "1M", seconds=20)
        self.virsh.ok("pool-refresh", "good", seconds=20)
        self.assertIn("other", self.virsh.ok("vol-list", "good", seconds=20))
        self.virsh.ok("vol-delete", "other", "good", seconds=20)


@on_roostd
class Faults(FaultCase):
    def test_a_server_that_does_not_answer_holds_up_calls_on_itself_only(self):
        self.make("hung")
        silent = Silent(self.folder / "hung")
        self.addCleanup(silent.end)
        waiting = [self.virsh.start("pool-refresh", "hung"), self.virsh.start("vol-info", "first", "hung")]
        waiting += [self.virsh.start("vol-create-as", "hung", f"new{number}", "1M") for number in range(12)]
        self.assert_well()
        self.assertIn("first", self.virsh.ok("vol-list", "hung", seconds=20))
        self.assertIn("running", self.virsh.ok("pool-info", "hung", seconds=20))
        self.virsh.ok("list", "--all", seconds=20)
        self.assertEqual([one.poll() for one in waiting], [None] * len(waiting))
        # The next daemon doesn't wait for it either.
        self.server.kill()
        for one in waiting:
            one.communicate()
        self.server.start()
        self.assert_well()
        silent.end()
        eventually(lambda: self.virsh("pool-refresh", "hung").status == 0 or "not active" in self.virsh(
            "pool-refresh", "hung").errors, "the pool to be looked at or to have stopped")
        self.virsh("pool-start", "hung")
        self.assertIn("first", self.virsh.ok("vol-list", "hung"))

    def test_a_full_disk_leaves_nothing_half_made(self):
        self.make("full")
        self.mount("full", "-t", "tmpfs", "-o", "size=4M", "tmpfs")
        self.virsh.ok("pool-refresh", "full")
        (self.folder / "good/source").write_bytes(os.urandom(8 << 20))
        subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", self.folder / "good/source",
                        self.folder / "good/source.qcow2"], check=True)
        self.virsh.ok("pool-refresh", "good")
        copy = self.file("copy.xml", "<volume><name>copy</name><capacity>0</capacity><allocation>0</allocation></volume>")
        image = self.file("image.xml", "<volume><name>image</name><capacity>0</capacity><target><format type='qcow2'/>"
                                       "</target></volume>")
        for words in (["vol-create-as", "full", "large", "8M"],
                      ["vol-create-from", "full", copy, "source", "--inputpool", "good"],
                      ["vol-create-from", "full", image, "source.qcow2", "--inputpool", "good"]):
            with self.subTest(words[0]):
                self.assertVirshFails(self.virsh(*words), "No space left on device")
                self.assertEqual(os.listdir(self.folder / "full"), [])
        self.virsh.ok("vol-create-as", "full", "small", "1M")
        self.assertVirshFails(self.virsh("vol-upload", "small", self.folder / "good/source", "full"), "")
        self.assertEqual(list((self.server.root / "var/lib/storage/parts").iterdir()), [])
        self.assert_well()

    def test_a_disk_that_may_not_be_written_is_told_of(self):
        self.make("still")
        self.mount("still", "-t", "tmpfs", "-o", "size=4M", "tmpfs")
        self.virsh.ok("pool-refresh", "still")
        self.virsh.ok("vol-create-as", "still", "kept", "1M")
        self.mount("still", "-o", "remount,ro")
        for words in (["vol-create-as", "still", "new", "1M"], ["vol-delete", "kept", "still"],
                      ["vol-wipe", "kept", "still"], ["vol-resize", "kept", "2M", "still"],
                      ["vol-create-as", "still", "image", "1M", "--format", "qcow2"]):
            with self.subTest(words[0]):
                self.assertVirshFails(self.virsh(*words), "Read-only file system")
        self.assertIn("kept", self.virsh.ok("vol-list", "still"))
        self.assert_well()

    def test_a_broken_disk_is_told_of(self):
        disk = self.folder / "disk"
        with open(disk, "wb") as file:
            file.truncate(32 << 20)
        done = subprocess.run(["losetup", "-f", "--show", disk], capture_output=True, text=True, check=False)
        if done.returncode:
            self.skipTest(f"no loop device: {done.stderr}")
        device = done.stdout.strip()
        self.addCleanup(subprocess.run, ["losetup", "-d", device], check=False)
        self.make("broken")
        subprocess.run(["mkfs.ext4", "-q", "-O", "^has_journal", device], check=True)
        self.mount("broken", device)
        self.virsh.ok("pool-refresh", "broken")
        self.virsh.ok("vol-create-as", "broken", "source", "4M", "--allocation", "0")
        (self.folder / "broken/source").write_bytes(os.urandom(4 << 20))
        subprocess.run(["sync", "-f", self.folder / "broken/source"], check=True)
        self.virsh.ok("pool-refresh", "broken")
        with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as caches:
            caches.write("3\n")
        os.truncate(disk, 4096)
        self.assertVirshFails(self.virsh("vol-clone", "source", "copy", "--pool", "broken"), "error")
        self.assertNotIn("copy", self.virsh.ok("vol-list", "broken"))
        self.assert_well()


@on_roostd
class Trees(FaultCase):
    def test_chains_are_drawn_and_what_a_deletion_breaks_is_told(self):
        self.virsh.ok("vol-create-as", "good", "base", "1M", "--format", "qcow2")
        self.virsh.ok("vol-create-as", "good", "top", "1M", "--format", "qcow2", "--backing-vol", "base",
                      "--backing-vol-format", "qcow2")
        roost = Roost(self.server.uri)
        lines = [line for line in roost.ok("vol-tree", "good").splitlines() if line.strip(" |")]
        self.assertEqual(lines, ["base (qcow2)", "  +- top (qcow2)", "first (raw)"])
        self.assertEqual(roost.ok("vol-tree", "good", "--delete", "base").splitlines()[1:],
                         ["- volume 'top' lies on it and could not be read any more"])
        self.assertIn("no domain uses it", roost.ok("vol-tree", "good", "--delete", "top"))
        self.assertVirshFails(roost("vol-tree", "good", "--delete", "none"), "pool 'good' has no volume 'none'")
