"""Pools that lie on devices and servers, as far as a machine without them has any."""

import pathlib
import shutil
import subprocess
import tempfile

from harness.case import ServerCase, on_each_server, on_roostd


class LoopCase(ServerCase):
    """A test with a small disk of its own."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="roost-disk-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        disk = self.folder / "disk"
        with open(disk, "wb") as file:
            file.truncate(64 << 20)
        done = subprocess.run(["losetup", "-f", "--show", disk], capture_output=True, text=True, check=False)
        if done.returncode:
            self.skipTest(f"no loop device: {done.stderr}")
        self.device = done.stdout.strip()
        self.addCleanup(subprocess.run, ["losetup", "-d", self.device], check=False)
        self.name = self.fresh_name("pool")
        self.mount = self.folder / "sp ace"
        self.addCleanup(self.virsh, "pool-undefine", self.name)
        self.addCleanup(self.virsh, "pool-destroy", self.name)

    def define(self, format="ext4", device=None):
        self.virsh("pool-undefine", self.name)
        self.virsh.ok("pool-define-as", self.name, "fs", "--source-dev", device or self.device, "--target", self.mount,
                      "--source-format", format)


@on_each_server
class FileSystems(LoopCase):
    def test_a_file_system_is_made_once_and_its_volumes_come_back(self):
        self.define()
        self.assertNotEqual(self.virsh("pool-start", self.name).status, 0)
        self.virsh.ok("pool-build", self.name, "--no-overwrite")
        self.virsh.ok("pool-start", self.name)
        self.virsh.ok("vol-create-as", self.name, "kept", "1M")
        self.assertIn("kept", self.virsh.ok("vol-list", self.name))
        self.assertIn("nodev,noexec", subprocess.run(
            ["nsenter", "-t", str(self.server.pid), "-m", "cat", "/proc/mounts"], capture_output=True, text=True,
            check=True).stdout.split(self.device, 1)[1].split("\n")[0])
        self.virsh.ok("pool-destroy", self.name)
        self.assertFalse((self.mount / "kept").exists())
        self.virsh.ok("pool-start", self.name)
        self.assertIn("kept", self.virsh.ok("vol-list", self.name))

    def test_what_has_something_on_it_is_not_formatted_unless_told(self):
        self.define()
        self.virsh.ok("pool-build", self.name, "--no-overwrite")
        self.assertVirshFails(
            self.virsh("pool-build", self.name, "--no-overwrite"),
            f"Storage pool already built: Device '{self.device}' already formatted using 'ext4'")
        self.define("vfat")
        self.assertVirshFails(
            self.virsh("pool-build", self.name, "--no-overwrite"),
            f"Format of device '{self.device}' does not match the expected format 'vfat', forced overwrite is necessary")
        self.define()
        self.virsh.ok("pool-build", self.name, "--overwrite")
        self.define(device="/dev/nonexistent")
        self.assertVirshFails(
            self.virsh("pool-build", self.name, "--overwrite"),
            f"Source device does not exist when formatting pool '{self.name}'")

    def test_a_server_that_is_not_there_is_told_of(self):
        for format in ("nfs", "cifs", "glusterfs"):
            with self.subTest(format):
                self.virsh("pool-undefine", self.name)
                self.virsh.ok("pool-define-as", self.name, "netfs", "--source-host", "127.0.0.1", "--source-path", "/x",
                              "--target", self.mount, "--source-format", format)
                self.virsh.ok("pool-build", self.name)
                self.assertVirshFails(self.virsh("pool-start", self.name), "mount", "unexpected exit status 32")
                self.assertIn("inactive", self.virsh.ok("pool-info", self.name))


@on_roostd
class Restarts(LoopCase):
    def test_a_killed_daemon_leaves_no_mount_that_nobody_knows(self):
        self.define()
        self.virsh.ok("pool-build", self.name, "--overwrite")
        self.virsh.ok("pool-start", self.name)
        self.virsh.ok("vol-create-as", self.name, "kept", "1M")
        self.server.kill()
        self.server.start()
        self.assertIn("kept", self.virsh.ok("vol-list", self.name))
        self.virsh.ok("pool-destroy", self.name)
        self.assertNotIn(self.device, pathlib.Path("/proc/mounts").read_text())

    def test_a_pool_whose_mount_is_gone_has_stopped(self):
        self.define()
        self.virsh.ok("pool-build", self.name, "--overwrite")
        self.virsh.ok("pool-start", self.name)
        self.server.kill()
        subprocess.run(["umount", self.mount], check=True)
        self.server.start()
        self.assertIn("inactive", self.virsh.ok("pool-info", self.name))

    def test_other_types_are_refused_by_name(self):
        for number, words in ((10, ["sheepdog", "--source-name", "n", "--source-host", "h"]),
                              (11, ["gluster", "--source-name", "n", "--source-host", "h", "--source-path", "/"]),
                              (13, ["vstorage", "--source-name", "n"])):
            with self.subTest(words):
                self.assertVirshFails(
                    self.virsh("pool-define-as", self.name, *words, "--target", self.mount),
                    f"internal error: missing backend for pool type {number} ({words[0]})")
