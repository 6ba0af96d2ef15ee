"""Random sequences of all that is done to a running guest's disk, with the daemon killed at random moments, against a model
of what the disk, each snapshot (in an image of its own, within the image, with memory) and each restored backup must hold; QEMU
is killed, too, in every fourth. ROOST_SEED begins elsewhere; ROOST_SEQUENCES and
ROOST_STEPS make it longer."""

import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import time
import xml.etree.ElementTree as etree

from harness import domains
from harness.case import on_roostd
from harness.waiting import eventually
from test_snapshots import DiskCase

KiB, MiB = 1 << 10, 1 << 20
BLOCK = 64 * KiB
DEVICE = "/machine/peripheral/virtio-disk0/virtio-backend"


class Model:
    """What must be where."""

    def __init__(self, size):
        self.disk = bytes(size)
        self.snapshots, self.checkpoints = {}, {}

    def write(self, block, pattern):
        start = block * BLOCK
        self.disk = self.disk[:start] + bytes([pattern]) * BLOCK + self.disk[start + BLOCK:]


@on_roostd
class DiskSequences(DiskCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="roost-sequences-"))
        self.folder.chmod(0o777)
        self.addCleanup(shutil.rmtree, self.folder, True)

    def guest(self):
        """A running guest with one disk; its name."""
        disk = domains.disk(self.image("one.qcow2"), "vda", "virtio")
        name = self.defined(devices=disk, serial=False)
        self.addCleanup(self.virsh, "undefine", name, "--snapshots-metadata", "--checkpoints-metadata")
        self.addCleanup(self.virsh, "destroy", name)
        self.virsh.ok("start", name)
        return name

    def test_nothing_is_lost(self):
        first = int(os.environ.get("ROOST_SEED", "1"))
        for seed in range(first, first + int(os.environ.get("ROOST_SEQUENCES", "1"))):
            with self.subTest(seed=seed):
                self.sequence(seed, int(os.environ.get("ROOST_STEPS", "12")))

    def sequence(self, seed, steps):
        self.random, self.number, self.done = random.Random(seed), 0, []
        for path in self.folder.iterdir():
            path.unlink()
        self.model, self.name, self.copied, self.within = Model(4 * MiB), self.guest(), set(), set()
        actions = [self.write, self.write, self.write, self.snapshot, self.snapshot, self.revert, self.delete,
                   self.backup, self.backup, self.pull, self.copy, self.resize, self.restart]
        if seed % 2 == 0:
            actions += [self.snapshot_within, self.snapshot_with_memory, self.revert, self.delete]
        if seed % 4 == 0:
            actions += [self.kill_guest]
        try:
            for _ in range(steps):
                action = self.random.choice(actions)
                self.number += 1
                self.done.append(action.__name__)
                action()
                self.check()
            self.finish()
        except Exception as error:
            raise AssertionError(f"seed {seed}, after {' '.join(self.done)}: {error}") from error

    def finish(self):
        """The guest ends; images are whole, and no file is there that nothing names."""
        for name in self.names():
            if self.virsh("snapshot-delete", self.name, name).status == 0:
                del self.model.snapshots[name]
        self.check()
        self.virsh.ok("destroy", self.name)
        for path in self.named():
            if not path.name.startswith("memory"):
                subprocess.run(["qemu-img", "check", "-q", path], check=True)
        self.assertLessEqual(set(self.folder.iterdir()), self.named() | self.copied)

    # What is done.

    def attempt(self, *words):
        """Gives a command, and kills the daemon now and then meanwhile; whether it said that it did it."""
        if self.random.random() < 0.75:
            return self.virsh(*words).status == 0
        command = self.virsh.start(*words)
        time.sleep(self.random.random() * 0.15)
        self.done.append("(killed)")
        self.server.kill()
        succeeded = command.wait() == 0
        command.stdout.close()
        self.server.restart()
        plans = self.server.root / "var/lib/qemu/snapshot-plans"
        eventually(lambda: not list(plans.glob("*.json")), "what was begun to be finished or undone")
        return succeeded

    def monitor(self, words):
        told = self.virsh.ok("qemu-monitor-command", self.name, "--hmp", f'qemu-io -d {DEVICE} "{words}"')
        self.assertNotIn("rror", told)

    def write(self):
        for _ in range(self.random.randrange(1, 4)):
            block, pattern = self.random.randrange(len(self.model.disk) // BLOCK), self.random.randrange(1, 256)
            self.monitor(f"write -P {pattern} {block * BLOCK} {BLOCK}")
            self.model.write(block, pattern)

    def snapshot(self, *words):
        name = f"s{self.number}"
        told = self.attempt("snapshot-create-as", self.name, name, *(words or ["--disk-only"]))
        there = name in self.names()
        self.assertTrue(there or not told)
        self.assertIn("running", self.virsh.ok("domstate", self.name))
        if there:
            self.model.snapshots[name] = self.model.disk
        return name if there else None

    def snapshot_within(self):
        name = self.snapshot("--diskspec", "vda,snapshot=internal")
        if name:
            self.within.add(name)

    def snapshot_with_memory(self):
        file = self.folder / f"memory{self.number}"
        name = self.snapshot("--memspec", f"file={file},snapshot=external")
        self.assertEqual(file.exists(), name is not None)

    def revert(self):
        if not self.model.snapshots:
            return
        name = self.random.choice(sorted(self.model.snapshots))
        told = self.attempt("snapshot-revert", self.name, name, "--running")
        if "running" not in self.virsh.ok("domstate", self.name):
            self.virsh.ok("start", self.name)
        if told or self.content(self.top()) == self.model.snapshots[name]:
            self.model.disk = self.model.snapshots[name]

    def delete(self):
        if not self.model.snapshots:
            return
        name = self.random.choice(sorted(self.model.snapshots))
        if self.attempt("snapshot-delete", self.name, name):
            self.assertNotIn(name, self.names())
        if name not in self.names():
            del self.model.snapshots[name]

    def backup(self):
        name, target = f"cp{self.number}", self.folder / "backup.qcow2"
        since = self.random.choice([None, *sorted(self.model.checkpoints)])
        start = f"<incremental>{since}</incremental>" if since else ""
        document = self.file("backup.xml", f"""<domainbackup>{start}<disks><disk name='vda' type='file'>
            <target file='{target}'/></disk></disks></domainbackup>""")
        checkpoint = self.file("checkpoint.xml", f"""<domaincheckpoint><name>{name}</name></domaincheckpoint>""")
        told = self.attempt("backup-begin", self.name, document, "--checkpointxml", checkpoint)
        eventually(lambda: "None" in self.virsh.ok("domjobinfo", self.name), "the backup to be over")
        there = name in self.virsh.ok("checkpoint-list", self.name, "--name").split()
        self.assertEqual(target.exists(), there)
        self.assertTrue(there or not told)
        if not there:
            return
        if since:
            below = self.folder / "below.raw"
            below.write_bytes(self.model.checkpoints[since])
            subprocess.run(["qemu-img", "rebase", "-u", "-b", below, "-F", "raw", target], check=True)
        self.assertSame(self.content(target), self.model.disk, f"a backup since {since}")
        for path in self.folder.glob("b*.[qr][ca][ow]*"):
            path.unlink()
        self.model.checkpoints[name] = self.model.disk

    def pull(self):
        self.attempt("blockpull", self.name, "vda", "--wait")
        self.settled()

    def copy(self):
        target = self.folder / f"copy{self.number}.qcow2"
        # They stay where they are, and belong to nobody then.
        self.copied |= self.named()
        if self.attempt("blockcopy", self.name, "vda", target, "--transient-job", "--wait"):
            self.attempt("blockjob", self.name, "vda", "--pivot")
        if self.virsh.ok("blockjob", self.name, "vda", "--raw").strip():
            self.virsh("blockjob", self.name, "vda", "--abort")
        self.settled()
        if target in self.named():
            self.copied.add(target)
        elif target.exists():
            target.unlink()

    def settled(self):
        eventually(lambda: not self.virsh.ok("blockjob", self.name, "vda", "--raw").strip(), "the job to be over")

    def resize(self):
        size = len(self.model.disk) + MiB
        if size > 16 * MiB:
            return
        self.virsh.ok("blockresize", self.name, "vda", f"{size}B")
        self.model.disk += bytes(MiB)

    def restart(self):
        self.virsh.ok("destroy", self.name)
        self.virsh.ok("start", self.name)

    def kill_guest(self):
        process = (self.server.root / "run/qemu" / f"{self.name}.pid").read_text()
        os.kill(int(process), 9)
        eventually(lambda: "shut off" in self.virsh.ok("domstate", self.name), "the guest's end to be known")
        self.virsh.ok("start", self.name)

    # What must hold.

    def top(self):
        document = etree.fromstring(self.virsh.ok("dumpxml", self.name))
        return pathlib.Path(document.find("devices/disk/source").get("file"))

    def state_of(self, name):
        document = etree.fromstring(self.virsh.ok("snapshot-dumpxml", self.name, name))
        return pathlib.Path(document.find("domain/devices/disk/source").get("file"))

    def named(self):
        """The files that the domain and its snapshots name, and those below."""
        document = etree.fromstring(self.virsh.ok("dumpxml", self.name))
        found = {pathlib.Path(source.get("file")) for source in document.find("devices").iter("source")
                 if source.get("file")}
        for name in self.names():
            for source in etree.fromstring(self.virsh.ok("snapshot-dumpxml", self.name, name)).iter("source"):
                if source.get("file"):
                    found.add(pathlib.Path(source.get("file")))
        memories = {pathlib.Path(file) for name in self.names() if (file := self.memory_of(name))}
        for path in sorted(found):
            told = subprocess.run(["qemu-img", "info", "-U", "--backing-chain", "--output=json", path],
                                  capture_output=True, text=True, check=True).stdout
            found |= {pathlib.Path(image["filename"]) for image in json.loads(told)}
        return found | memories

    def memory_of(self, name):
        return etree.fromstring(self.virsh.ok("snapshot-dumpxml", self.name, name)).find("memory").get("file")

    def content(self, path, *words):
        if "running" in self.virsh.ok("domstate", self.name):
            self.monitor("flush")
        raw = self.server.root / "files" / "content.raw"
        subprocess.run(["qemu-img", "convert", "-U", *words, "-O", "raw", path, raw], check=True)
        return raw.read_bytes()

    def assertSame(self, found, wanted, what):
        if found == wanted:
            return
        self.assertEqual(len(found), len(wanted), f"the size of {what}")
        bad = [start // BLOCK for start in range(0, len(wanted), BLOCK)
               if found[start:start + BLOCK] != wanted[start:start + BLOCK]]
        raise AssertionError(f"{what} differs in blocks {bad}")

    def check(self):
        self.assertEqual(set(self.names()), set(self.model.snapshots))
        self.assertSame(self.content(self.top()), self.model.disk, f"the disk, {self.top().name}")
        for name, content in self.model.snapshots.items():
            if name in self.within:
                # What the image has been resized to since doesn't concern it.
                found = self.content(self.state_of(name), "-l", f"snapshot.name={name}")[:len(content)]
            else:
                found = self.content(self.state_of(name))
            self.assertSame(found, content, f"snapshot {name}")
