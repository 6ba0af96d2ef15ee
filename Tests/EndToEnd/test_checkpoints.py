"""Checkpoints of QEMU guests: bitmaps in their images, looked at once QEMU has written them."""

import json
import subprocess
import xml.etree.ElementTree as etree

import libvirt

from harness.case import on_each_server, on_roostd
from test_snapshots import DiskCase



class CheckpointCase(DiskCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.virsh, "undefine", self.name, "--checkpoints-metadata")
        self.addCleanup(self.virsh, "destroy", self.name)
        self.virsh.ok("start", self.name, "--paused")

    def bitmaps(self, path):
        """The names of the bitmaps that an image of no guest has."""
        done = subprocess.run(["qemu-img", "info", "--output=json", path], capture_output=True, check=True)
        data = json.loads(done.stdout)["format-specific"]["data"]
        return sorted(bitmap["name"] for bitmap in data.get("bitmaps", []))

    def checkpoints(self):
        return self.virsh.ok("checkpoint-list", self.name, "--name").split()


@on_each_server
class Checkpoints(CheckpointCase):
    def test_bitmaps_come_and_go(self):
        self.virsh.ok("checkpoint-create-as", self.name, "one")
        self.assertVirshFails(
            self.virsh("checkpoint-create-as", self.name, "two", "--diskspec", "vda,checkpoint=bitmap,bitmap=mine"),
            "must match checkpoint name 'two'")
        self.virsh.ok("checkpoint-create-as", self.name, "two", "--diskspec", "vda,checkpoint=bitmap")
        self.virsh.ok("checkpoint-create-as", self.name, "three")
        self.assertEqual(self.checkpoints(), ["one", "three", "two"])
        self.assertEqual(self.virsh.ok("checkpoint-parent", self.name, "three"), "two")
        document = etree.fromstring(self.virsh.ok("checkpoint-dumpxml", self.name, "two"))
        disks = {disk.get("name"): disk.get("bitmap") for disk in document.findall("disks/disk")}
        self.assertEqual(disks, {"vda": "two", "vdb": None})
        self.assertVirshFails(self.virsh("checkpoint-create-as", self.name, "one"), "already exists")
        self.assertVirshFails(self.virsh("checkpoint-create-as", self.name, "x", "--diskspec", "vdz"), "vdz")
        self.virsh.ok("checkpoint-delete", self.name, "two")
        self.assertEqual(self.virsh.ok("checkpoint-parent", self.name, "three"), "one")
        self.virsh.ok("destroy", self.name)
        self.assertEqual([self.bitmaps(path) for path in self.images], [["one", "three"]] * 2)
        for words in (["checkpoint-create-as", self.name, "x"], ["checkpoint-delete", self.name, "one"]):
            self.assertVirshFails(self.virsh(*words), "inactive domain")
        self.assertVirshFails(self.virsh("undefine", self.name), "with 2 checkpoints")
        self.virsh.ok("start", self.name, "--paused")
        self.virsh.ok("checkpoint-delete", self.name, "one", "--children")
        self.assertEqual(self.checkpoints(), [])
        self.virsh.ok("destroy", self.name)
        self.assertEqual([self.bitmaps(path) for path in self.images], [[], []])

    def test_records_come_back(self):
        self.virsh.ok("checkpoint-create-as", self.name, "one")
        self.virsh.ok("checkpoint-create-as", self.name, "two")
        kept = [self.virsh.ok("checkpoint-dumpxml", self.name, name) for name in ("one", "two")]
        self.server.kill()
        self.server.restart()
        self.assertEqual([self.virsh.ok("checkpoint-dumpxml", self.name, name) for name in ("one", "two")], kept)
        self.virsh.ok("checkpoint-delete", self.name, "one", "--children", "--metadata")
        self.assertEqual(self.checkpoints(), [])
        for number, document in enumerate(kept):
            self.virsh.ok("checkpoint-create", self.name, self.file(f"c{number}.xml", document), "--redefine")
        self.assertEqual(self.virsh.ok("checkpoint-parent", self.name, "two"), "one")
        domain = self.connect().lookupByName(self.name)
        flags = libvirt.VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE | libvirt.VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE_VALIDATE
        domain.checkpointCreateXML(kept[1], flags)
        missing = kept[1].replace("<name>two</name>", "<name>lost</name>", 1).replace(
            "bitmap='two'", "bitmap='lost'")
        self.assertLibvirtError(libvirt.VIR_ERR_CHECKPOINT_INCONSISTENT, domain.checkpointCreateXML, missing, flags)
        size = domain.checkpointLookupByName("two").getXMLDesc(libvirt.VIR_DOMAIN_CHECKPOINT_XML_SIZE)
        self.assertEqual(etree.fromstring(size).find("disks/disk").get("size"), "0")


@on_roostd
class Left(CheckpointCase):
    def test_a_bitmap_of_which_no_record_tells_keeps_no_name(self):
        self.virsh.ok("checkpoint-create-as", self.name, "one")
        self.virsh.ok("checkpoint-delete", self.name, "one", "--metadata")
        self.virsh.ok("checkpoint-create-as", self.name, "one")
        self.assertEqual(self.checkpoints(), ["one"])
