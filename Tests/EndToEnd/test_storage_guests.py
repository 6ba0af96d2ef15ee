"""Guests whose disks are said by pool and volume, and users' tools that make disks."""

import pathlib
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as etree

import libvirt

from harness import domains
from harness.case import ServerCase, on_each_server, on_roostd
from harness.waiting import eventually

DISK = """<disk type='volume' device='{device}'>{driver}<source pool='{pool}' volume='{volume}'{more}/>
    <target dev='{target}' bus='{bus}'/></disk>"""


class PoolCase(ServerCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="roost-pool-"))
        self.folder.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.name = self.fresh_name("pool")
        self.virsh.ok("pool-create-as", self.name, "dir", "--target", self.folder)
        self.addCleanup(self.virsh, "pool-destroy", self.name)
        self.virsh.ok("vol-create-as", self.name, "raw", "1M")
        self.virsh.ok("vol-create-as", self.name, "base.qcow2", "1M", "--format", "qcow2")
        self.virsh.ok("vol-create-as", self.name, "top.qcow2", "1M", "--format", "qcow2", "--backing-vol",
                      "base.qcow2", "--backing-vol-format", "qcow2")
        self.virsh.ok("vol-create-as", self.name, "folder", "0", "--format", "dir")

    def disk(self, volume, pool=None, device="disk", format=None, target="vda", bus="virtio", more=""):
        driver = f"<driver name='qemu' type='{format}'/>" if format else ""
        return DISK.format(device=device, driver=driver, pool=pool or self.name, volume=volume, target=target,
                           bus=bus, more=more)

    def guest(self, *disks):
        """A paused guest with disks; its live document."""
        name = self.fresh_name("guest")
        self.virsh.ok("create", self.file(f"{name}.xml", domains.domain(name, devices="".join(disks))), "--paused")
        self.addCleanup(self.virsh, "destroy", name)
        return name, etree.fromstring(self.virsh.ok("dumpxml", name))

    def refusal(self, disk):
        name = self.fresh_name("guest")
        result = self.virsh("create", self.file(f"{name}.xml", domains.domain(name, devices=disk)))
        self.assertEqual(result.status, 1)
        return result.errors.split("\n")[1]


@on_each_server
class Disks(PoolCase):
    def test_a_volume_is_a_disk_by_its_pool_and_name(self):
        name, live = self.guest(self.disk("raw"), self.disk("top.qcow2", format="qcow2", target="vdb"))
        first, second = live.findall("devices/disk")
        self.assertEqual(first.get("type"), "volume")
        self.assertEqual(first.find("driver").get("type"), "raw")
        self.assertIsNone(first.find("source").get("file"))
        self.assertEqual(second.find("backingStore/source").get("file"), f"{self.folder}/base.qcow2")
        self.assertIn(f"volume   disk     vda      raw", self.virsh.ok("domblklist", name, "--details"))

    def test_what_is_not_there_is_refused_in_libvirts_words(self):
        for words, disk in (
                ("Storage volume not found: no storage vol with matching name 'none'", self.disk("none")),
                ("Storage pool not found: no storage pool with matching name 'none'", self.disk("raw", pool="none")),
                ("unsupported configuration: virtual FAT storage can't be accessed in read-write mode",
                 self.disk("folder")),
                ("XML error: disk source mode is only valid when storage pool is of iscsi type",
                 self.disk("raw", more=" mode='host'"))):
            with self.subTest(words):
                self.assertEqual(self.refusal(disk), f"error: {words}")

    def test_a_medium_that_may_be_missing_leaves_an_empty_drive(self):
        _, live = self.guest(self.disk("none", device="cdrom", target="hda", bus="ide", more=" startupPolicy='optional'"))
        disk = live.find("devices/disk")
        self.assertEqual(disk.get("type"), "file")
        self.assertIsNone(disk.find("source"))


@on_roostd
class Used(PoolCase):
    def test_what_a_guest_uses_is_not_harmed(self):
        name, _ = self.guest(self.disk("raw"), self.disk("top.qcow2", format="qcow2", target="vdb"))
        for volume in ("raw", "top.qcow2", "base.qcow2"):
            for words in (["vol-delete", volume, self.name], ["vol-wipe", volume, self.name],
                          ["vol-upload", volume, "/etc/hostname", self.name],
                          ["vol-resize", volume, "512", self.name, "--shrink"]):
                with self.subTest(words):
                    self.assertNotEqual(self.virsh(*words).status, 0)
        self.assertIn(f"by domain '{name}'", self.virsh("vol-delete", "raw", self.name).errors)
        self.virsh.ok("destroy", name)
        self.virsh.ok("vol-delete", "raw", self.name)

    def test_it_is_known_again_after_the_daemon_was_killed(self):
        name, _ = self.guest(self.disk("top.qcow2", format="qcow2"))
        self.server.kill()
        self.server.start()
        self.assertNotEqual(self.virsh("vol-delete", "base.qcow2", self.name).status, 0)
        self.assertNotEqual(self.virsh("vol-delete", "top.qcow2", self.name).status, 0)
        self.virsh.ok("destroy", name)
        self.virsh.ok("vol-delete", "top.qcow2", self.name)

    def test_a_volume_comes_and_goes_while_the_guest_runs(self):
        name, _ = self.guest(self.disk("raw"))
        disk = self.file("disk.xml", self.disk("base.qcow2", format="qcow2", target="sdb", bus="usb"))
        self.virsh.ok("attach-device", name, disk)
        self.assertIn("base.qcow2", self.virsh.ok("domblklist", name))
        self.assertNotEqual(self.virsh("vol-delete", "base.qcow2", self.name).status, 0)
        self.virsh.ok("detach-device", name, disk)
        eventually(lambda: "base.qcow2" not in self.virsh.ok("domblklist", name), "the disk to go")


@on_each_server
class Tools(PoolCase):
    def tool(self, *words):
        done = subprocess.run([words[0], "--connect", self.server.uri, *words[1:]], capture_output=True, text=True,
                              timeout=300, check=False)
        self.assertEqual(done.returncode, 0, f"{done.stdout}{done.stderr}")
        return done.stdout

    def test_virt_install_makes_a_disk_and_virt_clone_copies_it(self):
        name, copy = self.fresh_name("made"), self.fresh_name("copy")
        self.addCleanup(self.remove, name, copy)
        self.tool("virt-install", "--name", name, "--memory", "64", "--virt-type", "qemu", "--import", "--noreboot",
                  "--noautoconsole", "--graphics", "none", "--network", "none", "--osinfo", "generic",
                  "--disk", f"size=1,pool={self.name}", "--disk", f"size=0.01,path={self.folder}/by-path.img,format=raw")
        source = etree.fromstring(self.virsh.ok("dumpxml", name)).find("devices/disk/source")
        made = source.get("volume") or source.get("file")
        self.assertIn(pathlib.Path(made).name, self.virsh.ok("vol-list", self.name))
        self.assertIn("by-path.img", self.virsh.ok("vol-list", self.name))
        self.virsh("destroy", name)
        self.tool("virt-clone", "--original", name, "--name", copy, "--auto-clone")
        disks = etree.fromstring(self.virsh.ok("dumpxml", copy)).findall("devices/disk/source")
        for disk in disks:
            self.assertIn(pathlib.Path(disk.get("volume") or disk.get("file")).name, self.virsh.ok("vol-list", self.name))
        self.tool("virt-xml", copy, "--add-device", "--disk", f"size=0.01,pool={self.name}")
        self.assertEqual(len(etree.fromstring(self.virsh.ok("dumpxml", copy)).findall("devices/disk")), 3)
        self.virsh.ok("undefine", copy, "--remove-all-storage")
        self.assertNotIn(copy, self.virsh.ok("vol-list", self.name))
