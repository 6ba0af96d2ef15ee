"""Snapshots of running guests with their memory in a file of its own, and those for which the guest's file systems wait."""

import os
import pathlib
import shutil
import signal
import tempfile
import xml.etree.ElementTree as etree

from harness import agent as harness, monitor
from harness.case import on_each_server, on_roostd
from harness.domains import disk
from harness.waiting import eventually
from test_agent import AgentCase
from test_save import SaveCase


class MemoryCase(SaveCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="roost-memory-"))
        self.folder.chmod(0o777)
        self.addCleanup(shutil.rmtree, self.folder, True)

    def guest(self):
        """A guest that remembers something in its memory, with a disk in the folder."""
        self.image = self.folder / "disk.qcow2"
        shutil.copy(self.disk_image(self.fresh_name("disk") + ".qcow2", "4M"), self.image)
        self.image.chmod(0o666)
        return self.marked(devices=disk(self.image, "vda", "virtio"))

    def remove(self, *names):
        for name in names:
            self.virsh("destroy", name)
            self.virsh("undefine", name, "--snapshots-metadata", "--checkpoints-metadata")

    def files(self):
        return sorted(path.name for path in self.folder.iterdir())

    def top(self, name):
        document = etree.fromstring(self.virsh.ok("dumpxml", name))
        return pathlib.Path(document.find("devices/disk/source").get("file"))

    def writes(self, name, pattern):
        device = "/machine/peripheral/virtio-disk0/virtio-backend"
        self.virsh.ok("qemu-monitor-command", name, "--hmp", f'qemu-io -d {device} "write -P {pattern} 0 64k"')

    def assertHolds(self, name, pattern):
        device = "/machine/peripheral/virtio-disk0/virtio-backend"
        told = self.virsh.ok("qemu-monitor-command", name, "--hmp", f'qemu-io -d {device} "read -P {pattern} 0 64k"')
        self.assertNotIn("failed", told)
        self.assertNotIn("rror", told)


@on_each_server
class Memory(MemoryCase):
    def test_it_is_written_beside_the_images(self):
        name = self.guest()
        self.virsh.ok("snapshot-create-as", name, "s1", "--memspec", f"file={self.folder / 'mem1'}")
        self.assertEqual(self.state(name), "running (unpaused)")
        self.assertEqual(self.files(), ["disk.qcow2", "disk.s1", "mem1"])
        self.assertMarked(name)
        self.virsh.ok("suspend", name)
        self.virsh.ok("snapshot-create-as", name, "s2", "--memspec", f"file={self.folder / 'mem2'},snapshot=external",
                      "--live")
        self.assertEqual(self.state(name), "paused (user)")
        self.assertEqual(self.virsh.ok("snapshot-list", name, "--name", "--topological").split(), ["s1", "s2"])
        memory = etree.fromstring(self.virsh.ok("snapshot-dumpxml", name, "s2")).find("memory")
        self.assertEqual(memory.attrib, {"snapshot": "external", "file": str(self.folder / "mem2")})
        self.virsh.ok("resume", name)
        self.assertMarked(name)
        for words, refusal in ((["file=relative"], "memory snapshot file path (relative) must be absolute"),
                               (["snapshot=external"], "external memory snapshots require a filename"),
                               ([f"file={self.folder / 'no' / 'mem'}"], "mem")):
            self.assertVirshFails(self.virsh("snapshot-create-as", name, "bad", "--memspec", *words), refusal)
        self.assertEqual(self.state(name), "running (unpaused)")
        self.assertEqual(self.files(), ["disk.qcow2", "disk.s1", "disk.s2", "mem1", "mem2"])


@on_roostd
class Return(MemoryCase):
    def test_a_guest_goes_on_where_it_was(self):
        name = self.guest()
        self.writes(name, 1)
        self.virsh.ok("snapshot-create-as", name, "s1", "--memspec", f"file={self.folder / 'mem1'}")
        self.writes(name, 2)
        self.ask(name, "echo it-$((50+2)) > /mark; cat /mark", "it-52")
        self.virsh.ok("suspend", name)
        self.virsh.ok("snapshot-create-as", name, "s2", "--memspec", f"file={self.folder / 'mem2'}")
        self.virsh.ok("resume", name)
        self.writes(name, 3)
        self.virsh.ok("snapshot-revert", name, "s1")
        self.assertEqual(self.state(name), "running (from snapshot)")
        self.assertMarked(name)
        self.assertHolds(name, 1)
        self.virsh.ok("snapshot-revert", name, "s2")
        self.assertEqual(self.state(name), "paused (from snapshot)")
        self.assertHolds(name, 2)
        self.virsh.ok("resume", name)
        self.ask(name, "cat /mark", "it-52")
        self.virsh.ok("snapshot-revert", name, "s1", "--paused")
        self.assertEqual(self.state(name), "paused (from snapshot)")
        self.virsh.ok("destroy", name)
        self.virsh.ok("snapshot-revert", name, "s1")
        self.assertEqual(self.state(name), "running (from snapshot)")
        self.assertMarked(name)
        (self.folder / "mem2").unlink()
        self.assertVirshFails(self.virsh("snapshot-revert", name, "s2"), "mem2")
        self.assertMarked(name)
        self.virsh.ok("destroy", name)
        for snapshot in ("s2", "s1"):
            self.virsh.ok("snapshot-delete", name, snapshot)
        self.assertEqual(self.files(), ["disk.qcow2"])

    def test_checkpoints_go_along(self):
        name = self.guest()
        self.virsh.ok("checkpoint-create-as", name, "cp")
        self.writes(name, 1)
        self.virsh.ok("snapshot-create-as", name, "s1", "--memspec", f"file={self.folder / 'mem1'}")
        self.virsh.ok("blockresize", name, "vda", "8M")
        target = self.folder / "copy.qcow2"
        self.virsh.ok("backup-begin", name, self.file("b.xml", f"""<domainbackup><incremental>cp</incremental><disks>
            <disk name='vda' type='file'><target file='{target}'/></disk></disks></domainbackup>"""))
        eventually(lambda: "None" in self.virsh.ok("domjobinfo", name), "the backup to be over")
        self.assertIn("Completed", self.virsh.ok("domjobinfo", name, "--completed"))
        self.assertGreater(target.stat().st_size, 4 * 65536)
        self.assertIn("64 KiB", self.allocated(target))

    def allocated(self, path):
        import json
        import subprocess
        rows = json.loads(subprocess.run(["qemu-img", "map", "-U", "--output=json", path], check=True, capture_output=True,
                                         text=True).stdout)
        return f"{sum(row['length'] for row in rows if row['depth'] == 0 and row['data']) // 1024} KiB"

    def test_a_daemon_killed_meanwhile(self):
        name = self.guest()
        for number in range(5):
            command = self.virsh.start("snapshot-create-as", name, f"k{number}", "--memspec",
                                       f"file={self.folder / f'mem{number}'}")
            signs = [lambda: self.state(name) != "running (unpaused)", lambda: len(self.files()) > before,
                     lambda: (self.folder / f"mem{number}").exists(), lambda: self.top(name) != top]
            before, top = len(self.files()), self.top(name)
            sign = signs[number % len(signs)]
            eventually(lambda: command.poll() is not None or sign(), "a sign of work, or the end")
            self.server.kill()
            command.wait()
            self.server.restart()
            eventually(lambda: "running" in self.state(name), "the guest to go on")
            names = self.virsh.ok("snapshot-list", name, "--name").split()
            self.assertEqual((self.folder / f"mem{number}").exists(), f"k{number}" in names)
            self.assertEqual(self.top(name).name == f"disk.k{number}", f"k{number}" in names)
            self.assertEqual(len(self.files()), 1 + 2 * len(names))
            self.assertMarked(name)

    def test_an_image_that_was_only_opened_when_the_daemon_was_killed(self):
        path = self.folder / "second"
        image = self.disk_image(self.fresh_name("disk") + ".qcow2", "4M")
        name = self.running(extra=monitor.on(path), devices=disk(image, "vda", "virtio"))
        pid = int((self.server.root / f"run/qemu/{name}.pid").read_text())
        new, top = image.with_suffix(".s"), self.top(name)
        with monitor.Monitor(path) as qemu:
            os.kill(pid, signal.SIGSTOP)
            command = self.virsh.start("snapshot-create-as", name, "s", "--disk-only")
            eventually(new.exists, "the new image")
            self.server.kill()
            os.kill(pid, signal.SIGCONT)
            command.wait()
            qemu.ask("blockdev-add", **{"node-name": "libvirt-77-storage", "driver": "file", "filename": str(new)})
            self.server.restart()
            self.assertEqual((self.top(name), self.virsh.ok("snapshot-list", name, "--name").split()), (top, []))
            self.assertFalse(new.exists())
            nodes = [node["file"] for node in qemu.ask("query-named-block-nodes", flat=True)]
            self.assertNotIn(str(new), nodes)
        self.virsh.ok("snapshot-create-as", name, "s", "--disk-only")
        self.assertEqual(self.top(name), new)


@on_each_server
class Quiesced(AgentCase):
    def test_file_systems_wait_until_the_images_are_there(self):
        name, agent = self.with_agent()
        self.virsh.ok("snapshot-create-as", name, "s1", "--disk-only", "--quiesce")
        self.addCleanup(self.virsh, "snapshot-delete", name, "s1", "--metadata")
        asked = [one[0] for one in agent.asked]
        self.assertEqual([word for word in asked if "fsfreeze" in word], ["guest-fsfreeze-freeze", "guest-fsfreeze-thaw"])
