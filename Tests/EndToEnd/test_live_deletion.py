"""External snapshots of running guests are deleted: QEMU merges their images while the guest goes on."""

import os
import random
import time
import xml.etree.ElementTree as etree

from harness.case import on_roostd
from harness.waiting import eventually
from test_snapshots import DiskCase


class LiveCase(DiskCase):
    def overlay(self, ending, disk="one"):
        return self.folder / f"{disk}.{ending}"

    def guest_writes(self, pattern, offset="0"):
        device = "/machine/peripheral/virtio-disk0/virtio-backend"
        self.virsh.ok("qemu-monitor-command", self.name, "--hmp",
                      f'qemu-io -d {device} "write -P {pattern} {offset} 64k"')

    def assertGuestReads(self, pattern, offset="0"):
        device = "/machine/peripheral/virtio-disk0/virtio-backend"
        told = self.virsh.ok("qemu-monitor-command", self.name, "--hmp",
                             f'qemu-io -d {device} "read -P {pattern} {offset} 64k"')
        self.assertNotIn("failed", told)

    def chain(self):
        """The images below the first disk, from the top, as the document has them."""
        found, layer = [], etree.fromstring(self.virsh.ok("dumpxml", self.name)).find("devices/disk")
        while layer is not None and layer.find("source") is not None:
            found.append(layer.find("source").get("file").rpartition("/")[2])
            layer = layer.find("backingStore")
        return found

    def files(self):
        return sorted(path.name for path in self.folder.iterdir())

    def three(self):
        """A guest with three snapshots, each with something of its own before it."""
        self.virsh.ok("start", self.name)
        for number, name in enumerate(("s1", "s2", "s3")):
            self.guest_writes(number + 1)
            self.guest_writes(0x10 + number, f"{number + 1}M")
            self.virsh.ok("snapshot-create-as", self.name, name, "--disk-only")
        self.guest_writes(4)


@on_roostd
class LiveDeletion(LiveCase):
    def assertWhole(self):
        self.assertGuestReads(4)
        for number in range(3):
            self.assertGuestReads(0x10 + number, f"{number + 1}M")

    def test_each_place_of_a_chain(self):
        self.three()
        self.assertEqual(self.chain(), ["one.s3", "one.s2", "one.s1", "one.qcow2"])
        # Between two others: what was written after it goes into the image that held its state.
        self.virsh.ok("snapshot-delete", self.name, "s2")
        self.assertEqual(self.chain(), ["one.s3", "one.s1", "one.qcow2"])
        self.assertFalse(self.overlay("s2").exists())
        self.assertFalse(self.overlay("s2", "two").exists())
        self.assertWhole()
        # The last one: the guest goes on in the image below.
        self.virsh.ok("snapshot-delete", self.name, "s3")
        self.assertEqual(self.chain(), ["one.s1", "one.qcow2"])
        self.assertWhole()
        self.assertEqual(self.names(), ["s1"])
        # What its record says of where its state is holds still.
        self.virsh.ok("snapshot-revert", self.name, "s1", "--running")
        self.assertGuestReads(1)
        self.assertGuestReads(0x10, "1M")
        self.assertGuestReads(0, "2M")
        self.virsh.ok("snapshot-delete", self.name, "s1")
        self.assertEqual(self.chain(), ["one.qcow2"])
        self.assertEqual(self.disks("--inactive"), self.images)
        self.assertEqual(self.files(), ["one.qcow2", "two.qcow2"])
        self.virsh.ok("destroy", self.name)
        self.assertTrue(self.holds(self.images[0], 1))

    def test_children_go_along(self):
        self.three()
        self.virsh.ok("snapshot-delete", self.name, "s2", "--children-only")
        self.assertEqual(self.names(), ["s1", "s2"])
        self.assertWhole()
        self.virsh.ok("snapshot-delete", self.name, "s1", "--children")
        self.assertEqual(self.names(), [])
        self.assertEqual(self.chain(), ["one.qcow2"])
        self.assertEqual(self.files(), ["one.qcow2", "two.qcow2"])
        self.assertWhole()

    def test_two_branches_are_refused(self):
        self.three()
        self.virsh.ok("snapshot-revert", self.name, "s1", "--running")
        self.assertVirshFails(self.virsh("snapshot-delete", self.name, "s1"), "multiple children")
        self.assertGuestReads(1)
        # Of the branch that isn't in use the last goes with what was written to it.
        self.virsh.ok("snapshot-delete", self.name, "s3")
        self.assertFalse(self.overlay("s3").exists())
        self.assertGuestReads(1)

    def test_a_daemon_killed_meanwhile_has_it_finished(self):
        self.three()
        chance = random.Random(int(os.environ.get("ROOST_SEED", "1")))
        for name in ("s2", "s3", "s1"):
            command = self.virsh.start("snapshot-delete", self.name, name)
            time.sleep(chance.random() * 0.12)
            self.server.kill()
            command.wait()
            self.server.restart()
            plans = self.server.root / "var/lib/qemu/snapshot-plans"
            eventually(lambda: not list(plans.glob("*.json")), "what was begun to be finished")
            self.assertWhole()
            if name in self.names():
                self.virsh.ok("snapshot-delete", self.name, name)
            self.assertWhole()
        self.assertEqual(self.chain(), ["one.qcow2"])
        self.assertEqual(self.files(), ["one.qcow2", "two.qcow2"])
        self.assertEqual(self.disks("--inactive"), self.images)


@on_roostd
class IdleDeletion(LiveCase):
    def test_a_daemon_killed_meanwhile_finishes_it(self):
        for name in ("s1", "s2", "inner"):
            self.virsh.ok("snapshot-create-as", self.name, name, *([] if name == "inner" else ["--disk-only"]))
        self.write(self.overlay("s2"), 7)
        plans = self.server.root / "var/lib/qemu/snapshot-plans"
        for name in ("inner", "s1", "s2"):
            command = self.virsh.start("snapshot-delete", self.name, name)
            eventually(lambda: command.poll() is not None or list(plans.glob("*.json")), "a sign of work, or the end")
            self.server.kill()
            command.wait()
            self.server.restart()
            self.assertEqual(list(plans.glob("*.json")), [])
            if name in self.names():
                self.virsh.ok("snapshot-delete", self.name, name)
            self.assertTrue(self.holds(self.disks()[0], 7))
        self.assertEqual(self.files(), ["one.qcow2", "two.qcow2"])
