"""Backups of running guests: written by QEMU or fetched by a client, whole or what was written since a checkpoint; what is
restored from them is compared byte for byte with what the disk was."""

import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import xml.etree.ElementTree as etree

import libvirt

from harness.case import on_each_server, on_roostd
from harness.domains import disk
from harness.virsh import Roost
from harness.waiting import eventually
from test_block_jobs import JobCase

MiB = 1 << 20


class BackupCase(JobCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="roost-backups-"))
        self.folder.chmod(0o777)
        self.addCleanup(shutil.rmtree, self.folder, True)

    def guest(self, **options):
        name = super().guest(**options)
        self.domain = self.connect().lookupByName(name)
        return name

    def remove(self, *names):
        for name in names:
            self.virsh("destroy", name)
            self.virsh("undefine", name, "--checkpoints-metadata", "--snapshots-metadata")

    def push(self, *disks, since=None, format="qcow2"):
        """What asks for copies of disks in files of the folder: pairs of target and file's name."""
        rows = "".join(
            f"<disk name='{target}' type='file'><driver type='{format}'/><target file='{self.folder / file}'/></disk>"
            for target, file in disks)
        start = f"<incremental>{since}</incremental>" if since else ""
        return f"<domainbackup>{start}<disks>{rows}</disks></domainbackup>"

    def scratch(self, target, words=""):
        """A disk of which what the guest writes over is put aside in the folder."""
        return f"<disk name='{target}' type='file' {words}><scratch file='{self.folder / f'{target}.scratch'}'/></disk>"

    def pull(self, disks=None, since=None):
        disks = disks or self.scratch("vda")
        start = f"<incremental>{since}</incremental>" if since else ""
        return (f"<domainbackup mode='pull'>{start}<server transport='unix' socket='{self.folder / 'sock'}'/>"
                f"<disks>{disks}</disks></domainbackup>")

    def checkpoint(self, name, disk="vda"):
        return f"<domaincheckpoint><name>{name}</name><disks><disk name='{disk}'/></disks></domaincheckpoint>"

    def is_busy(self):
        return self.domain.jobStats()["type"] != libvirt.VIR_DOMAIN_JOB_NONE

    def wait_until_whole(self):
        eventually(lambda: not self.is_busy(), "the backup to be over")

    def completed(self):
        return self.domain.jobStats(libvirt.VIR_DOMAIN_JOB_STATS_COMPLETED
                                    | libvirt.VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED)

    def url(self, export="vda"):
        return f"nbd+unix:///{export}?socket={self.folder / 'sock'}"

    def fetched(self, source):
        """What an export or an image shows, as a raw file."""
        copy = self.folder / f"{self.fresh_name('fetched')}.raw"
        subprocess.run(["qemu-img", "convert", "-U", "-O", "raw", str(source), str(copy)], check=True)
        return copy

    def dirty(self, export, bitmap):
        """The parts that a bitmap of an export marks, in bytes."""
        options = (f"driver=nbd,export={export},server.type=unix,server.path={self.folder / 'sock'},"
                   f"x-dirty-bitmap=qemu:dirty-bitmap:{bitmap}")
        told = subprocess.run(["qemu-img", "map", "--output=json", "--image-opts", options], check=True,
                              capture_output=True, text=True).stdout
        return [(row["start"], row["length"]) for row in json.loads(told) if not row["data"]]

    def left_over(self):
        """The files in the folder, and all nodes, exports and bitmaps of no name of a checkpoint's."""
        nodes = json.loads(self.monitor(self.domain.name(), json.dumps(
            {"execute": "query-named-block-nodes", "arguments": {"flat": True}})))["return"]
        exports = json.loads(self.monitor(self.domain.name(), '{"execute":"query-block-exports"}'))["return"]
        jobs = json.loads(self.monitor(self.domain.name(), '{"execute":"query-jobs"}'))["return"]
        bitmaps = {bitmap.get("name") for node in nodes for bitmap in node.get("dirty-bitmaps", [])}
        known = {checkpoint.getName() for checkpoint in self.domain.listAllCheckpoints()}
        copies = [node for node in nodes if str(self.folder) in node.get("file", "")]
        return copies + exports + jobs + sorted(str(bitmap) for bitmap in bitmaps - known)

    def assertNothingLeft(self):
        eventually(lambda: not self.left_over(), "all that was made for the backup to be gone")


@on_each_server
class Backups(BackupCase):
    def test_a_full_one_and_five_increments_restore_every_state(self):
        name = self.guest()
        watcher = self.watcher()
        states = []
        for number in range(6):
            if number:
                self.guest_writes(name, "vda", f"write -P {16 + number} {number}M 700k")
                self.guest_writes(name, "vda", f"write -P {32 + number} 9M 64k")
            self.flush(name)
            states.append(self.copied(self.images[2]))
            file = f"copy{number}.qcow2"
            self.domain.backupBegin(
                self.push(("vda", file), since=f"cp{number - 1}" if number else None), self.checkpoint(f"cp{number}"))
            self.wait_until_whole()
            self.assertEqual(self.completed()["type"], libvirt.VIR_DOMAIN_JOB_COMPLETED)
            if number:
                subprocess.run(["qemu-img", "rebase", "-u", "-F", "qcow2", "-b", self.folder / f"copy{number - 1}.qcow2",
                                self.folder / file], check=True)
        self.assertNothingLeft()
        for number, state in enumerate(states):
            self.assertSameContent(self.folder / f"copy{number}.qcow2", state)
        # From one further back all since then is copied.
        self.domain.backupBegin(self.push(("vda", "since2.qcow2"), since="cp2"), None)
        self.wait_until_whole()
        subprocess.run(["qemu-img", "rebase", "-u", "-F", "qcow2", "-b", self.folder / "copy2.qcow2",
                        self.folder / "since2.qcow2"], check=True)
        self.assertSameContent(self.folder / "since2.qcow2", states[5])
        self.assertEqual(self.jobs_told(watcher, name), ["Backup for vda completed"] * 7)
        self.assertEqual(sum("'job-completed'" in line for line in watcher.of(name)), 7)

    def test_a_client_fetches_what_the_disks_were(self):
        name = self.guest()
        self.flush(name)
        before, raw = self.copied(self.images[2]), self.fetched(self.raw)
        self.domain.backupBegin(self.pull(self.scratch("vda", "exportname='first'") + self.scratch("vdb")),
                                self.checkpoint("cp"))
        shown = etree.fromstring(self.virsh.ok("backup-dumpxml", name))
        disks = {disk.get("name"): disk for disk in shown.iter("disk")}
        self.assertEqual([(disk.get("name"), disk.get("backup")) for disk in shown.iter("disk")],
                         [("vda", "yes"), ("vdb", "yes"), ("hdc", "no")])
        self.assertEqual((disks["vda"].get("exportname"), disks["vdb"].get("exportname")), ("first", "vdb"))
        scratch = disks["vda"].find("scratch").get("file")
        self.guest_writes(name, "vda", "write -P 99 0 8M")
        self.guest_writes(name, "vdb", "write -P 98 0 1M")
        self.assertEqual(self.domain.blockJobInfo("vda")["type"], libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_BACKUP)
        running = self.domain.jobStats()
        self.assertEqual((running["operation"], running["type"]), (9, libvirt.VIR_DOMAIN_JOB_UNBOUNDED))
        self.assertEqual(running["disk_temp_total"], 24 * MiB)
        self.assertGreaterEqual(running["disk_temp_used"], 9 * MiB)
        self.assertIn("Temporary disk space total: 24.000 MiB", self.virsh.ok("domjobinfo", name, "--anystats"))
        self.assertSameContent(self.fetched(self.url("first")), before, format="raw")
        self.assertSameContent(self.fetched(self.url("vdb")), raw, format="raw")
        self.assertLibvirtError(libvirt.VIR_ERR_OPERATION_UNSUPPORTED, self.domain.blockPull, "vda", 0, 0)
        self.virsh.ok("domjobabort", name)
        eventually(lambda: not self.is_busy(), "the backup to be over")
        self.assertFalse(pathlib.Path(scratch).exists())
        self.assertNothingLeft()
        over = self.completed()
        self.assertEqual((over["type"], over["success"], over["errmsg"]),
                         (libvirt.VIR_DOMAIN_JOB_COMPLETED, True, "Operation canceled"))
        self.assertIn("Error message:    Operation canceled",
                      self.virsh.ok("domjobinfo", name, "--completed", "--keep-completed", "--anystats"))
        # What was written meanwhile belongs to the next one.
        self.domain.backupBegin(self.pull(self.scratch("vda", "exportbitmap='news'"), since="cp"), None)
        self.assertEqual(self.dirty("vda", "news"), [(0, 8 * MiB)])
        self.flush(name)
        self.assertSameContent(self.fetched(self.url()), self.copied(self.images[2]), format="raw")
        self.domain.abortJob()
        self.wait_until_whole()

    def test_a_client_fetches_over_tcp(self):
        name = self.guest()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.domain.backupBegin(
            f"<domainbackup mode='pull'><server transport='tcp' name='127.0.0.1' port='{port}'/>"
            f"<disks>{self.scratch('vda')}</disks></domainbackup>", None)
        self.flush(name)
        if self.server_name == "roostd":
            self.assertSameContent(self.fetched(f"nbd://127.0.0.1:{port}/vda"), self.copied(self.images[2]), format="raw")
        self.domain.abortJob()
        self.wait_until_whole()
        self.assertNothingLeft()

    def test_files_of_the_clients_own_are_used_and_kept(self):
        self.guest()
        own = self.folder / "own.qcow2"
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", own, "16M"], check=True)
        own.chmod(0o666)
        document = self.push(("vda", "own.qcow2"))
        self.assertLibvirtError(libvirt.VIR_ERR_INVALID_ARG, self.domain.backupBegin, document, None)
        self.domain.backupBegin(document, None, libvirt.VIR_DOMAIN_BACKUP_BEGIN_REUSE_EXTERNAL)
        self.wait_until_whole()
        self.assertSameContent(own, self.copied(self.images[2]))
        scratch = self.pull(f"<disk name='vda' type='file'><scratch file='{own}'/></disk>")
        self.domain.backupBegin(scratch, None, libvirt.VIR_DOMAIN_BACKUP_BEGIN_REUSE_EXTERNAL)
        self.domain.abortJob()
        self.wait_until_whole()
        self.assertTrue(own.exists())
        self.domain.backupBegin(self.push(("vda", "plain.img"), format="raw"), None)
        self.wait_until_whole()
        self.assertSameContent(self.folder / "plain.img", self.copied(self.images[2]), format="raw")

    def test_what_is_refused_leaves_nothing_behind(self):
        name = self.guest()
        self.virsh.ok("checkpoint-create-as", name, "cp", "--diskspec", "vda")
        alone = "<domainbackup><disks><disk name='{}' type='file'{}/></disks></domainbackup>"
        unsupported, invalid = libvirt.VIR_ERR_CONFIG_UNSUPPORTED, libvirt.VIR_ERR_INVALID_ARG
        for code, document, words in (
                (unsupported, alone.format("vdz", ""), "no disk named 'vdz'"),
                (unsupported, alone.format("hdc", ""), "disk 'hdc' has no media"),
                (unsupported, "<domainbackup><disks><disk name='vda' backup='no'/></disks></domainbackup>", "no disks selected for backup"),
                (unsupported, alone.format("vda", " backupmode='incremental'"),
                 "requires setting 'incremental' field for disk or backup"),
                (libvirt.VIR_ERR_NO_DOMAIN_CHECKPOINT, alone.format("vda", " incremental='nope'"),
                 "Checkpoint 'nope' for incremental backup of disk 'vda' not found"),
                (libvirt.VIR_ERR_CHECKPOINT_INCONSISTENT, alone.format("vdb", " incremental='cp'"),
                 "missing or broken bitmap 'cp' for disk 'vdb'"),
                (invalid, f"<domainbackup><disks><disk name='vda' type='file'><target file='{self.images[2]}'/></disk>"
                 "</disks></domainbackup>", f"store '{self.images[2]}' for backup of 'vda' exists"),
                (libvirt.VIR_ERR_SYSTEM_ERROR, self.push(("vda", "no/where")), "failed to create image file")):
            with self.subTest(words):
                self.assertIn(words, str(self.assertLibvirtError(code, self.domain.backupBegin, document, None)))
        self.assertLibvirtError(
            libvirt.VIR_ERR_OPERATION_FAILED, self.domain.backupBegin, self.push(("vda", "a")), self.checkpoint("cp"))
        self.assertLibvirtError(
            libvirt.VIR_ERR_INTERNAL_ERROR, self.domain.backupBegin,
            self.pull().replace(str(self.folder / "sock"), "/nonexistent/sock"), self.checkpoint("new"))
        self.assertEqual([checkpoint.getName() for checkpoint in self.domain.listAllCheckpoints()], ["cp"])
        self.assertNothingLeft()
        self.assertEqual(list(self.folder.iterdir()), [])
        self.assertFalse(list(self.images[2].parent.glob(f"{self.images[2].name}.*")))
        self.assertLibvirtError(libvirt.VIR_ERR_NO_DOMAIN_BACKUP, self.domain.backupGetXMLDesc)
        self.virsh.ok("destroy", name)
        self.assertVirshFails(self.virsh("backup-begin", name), "cannot perform disk backup for inactive domain")
        self.assertVirshFails(self.virsh("backup-dumpxml", name), "no domain backup job present")

    def test_it_ends_with_its_guest(self):
        name = self.guest()
        self.domain.backupBegin(self.pull(), None)
        scratch = etree.fromstring(self.domain.backupGetXMLDesc()).find("disks/disk/scratch").get("file")
        self.assertTrue(pathlib.Path(scratch).exists())
        self.virsh.ok("destroy", name)
        eventually(lambda: not pathlib.Path(scratch).exists(), "the scratch file to be gone")
        self.assertEqual(self.completed()["type"], libvirt.VIR_DOMAIN_JOB_CANCELLED)
        self.virsh.ok("start", name)
        self.domain.backupBegin(self.pull(), None)
        self.domain.abortJob()
        self.wait_until_whole()


@on_roostd
class OtherImages(BackupCase):
    """A disk goes on in other images between a backup and what is copied since."""

    def setUp(self):
        super().setUp()
        self.last, self.number = None, 0

    def guest(self, **options):
        """With one disk, which is backed up whole."""
        self.images = self.chain()
        name = self.running(devices=disk(self.images[2], "vda", "virtio"), **options)
        self.domain = self.connect().lookupByName(name)
        self.assertRestores(name, None)
        return name

    def top(self, name):
        return self.files(name)[0][0]

    def assertRestores(self, name, since, keeps=True):
        """Copies what was written since a checkpoint, makes the next one, and restores."""
        if since is not None:
            self.guest_writes(name, "vda", f"write -P {100 + self.number} {self.number}M 70k")
        self.flush(name)
        state = self.copied(self.top(name))
        self.number += 1
        file = self.folder / f"copy{self.number}.qcow2"
        self.domain.backupBegin(self.push(("vda", file.name), since=since),
                                self.checkpoint(f"cp{self.number}") if keeps else None)
        self.wait_until_whole()
        self.assertEqual(self.completed()["type"], libvirt.VIR_DOMAIN_JOB_COMPLETED)
        if since is not None:
            self.assertLess(file.stat().st_size, 9 * MiB)
            below = self.folder / f"copy{since.removeprefix('cp')}.qcow2"
            subprocess.run(["qemu-img", "rebase", "-u", "-F", "qcow2", "-b", below, file], check=True)
        self.assertSameContent(file, state)

    def test_snapshots_commits_copies_and_pulls(self):
        name = self.guest()
        self.guest_writes(name, "vda", "write -P 61 3M 1M")
        self.virsh.ok("snapshot-create-as", name, "s1", "--disk-only")
        self.guest_writes(name, "vda", "write -P 62 5M 1M")
        self.assertRestores(name, "cp1")
        self.assertRestores(name, "cp2")
        self.virsh.ok("snapshot-create-as", name, "s2", "--disk-only", "--no-metadata")
        self.guest_writes(name, "vda", "write -P 63 7M 1M")
        self.assertRestores(name, "cp1")
        self.virsh.ok("blockcommit", name, "vda", "--active", "--pivot", "--shallow", "--wait")
        self.assertRestores(name, "cp2")
        self.assertRestores(name, "cp4")
        target = self.folder / "target.qcow2"
        self.virsh.ok("blockcopy", name, "vda", target, "--format", "qcow2", "--transient-job", "--wait")
        self.guest_writes(name, "vda", "write -P 64 9M 1M")
        self.virsh.ok("blockjob", name, "vda", "--pivot")
        self.assertEqual(self.top(name), str(target))
        self.assertRestores(name, "cp5")
        self.assertRestores(name, "cp1")
        self.virsh.ok("snapshot-create-as", name, "s3", "--disk-only", "--no-metadata")
        self.virsh.ok("blockpull", name, "vda", "--wait")
        self.assertRestores(name, "cp8")
        self.virsh.ok("checkpoint-delete", name, "cp1", "--children")
        self.assertEqual(self.virsh.ok("checkpoint-list", name, "--name"), "")

    def test_a_disk_grows_after_a_snapshot(self):
        name = self.guest()
        self.guest_writes(name, "vda", "write -P 61 3M 1M")
        self.virsh.ok("snapshot-create-as", name, "s1", "--disk-only")
        self.virsh.ok("blockresize", name, "vda", "24M")
        self.guest_writes(name, "vda", "write -P 62 20M 1M")
        self.assertRestores(name, "cp1")
        self.assertRestores(name, "cp2")

    def test_an_idle_domain_and_its_snapshots(self):
        name = self.guest()
        self.guest_writes(name, "vda", "write -P 61 3M 1M")
        self.virsh.ok("destroy", name)
        self.virsh.ok("snapshot-create-as", name, "s1", "--disk-only")
        self.virsh.ok("start", name)
        self.guest_writes(name, "vda", "write -P 62 5M 1M")
        self.assertRestores(name, "cp1")
        self.virsh.ok("snapshot-revert", name, "s1", "--running")
        self.guest_writes(name, "vda", "write -P 63 7M 1M")
        # What was written to the other branch isn't there, nor is what marked it.
        self.assertLibvirtError(libvirt.VIR_ERR_CHECKPOINT_INCONSISTENT, self.domain.backupBegin,
                                self.push(("vda", "no"), since="cp2"), None)
        self.assertRestores(name, "cp1")
        self.guest_writes(name, "vda", "write -P 64 11M 1M")
        self.virsh.ok("destroy", name)
        self.virsh.ok("snapshot-delete", name, "s1")
        self.virsh.ok("start", name)
        self.assertEqual(self.top(name), str(self.images[2]))
        self.assertRestores(name, "cp3")
        self.assertRestores(name, "cp1")

    def test_a_return_within_an_image_asks_for_a_whole_backup(self):
        name = self.guest()
        self.virsh.ok("snapshot-create-as", name, "s1")
        self.assertRestores(name, "cp1")
        self.virsh.ok("snapshot-revert", name, "s1")
        self.assertEqual(self.virsh.ok("domstate", name), "running")
        for since in ("cp1", "cp2"):
            self.assertLibvirtError(libvirt.VIR_ERR_CHECKPOINT_INCONSISTENT, self.domain.backupBegin,
                                    self.push(("vda", "no"), since=since), None)
        self.assertRestores(name, None)
        self.assertRestores(name, "cp3")
        self.virsh.ok("destroy", name)
        self.virsh.ok("snapshot-create-as", name, "s2")
        self.virsh.ok("snapshot-revert", name, "s2")
        self.assertEqual(self.virsh.ok("checkpoint-list", name, "--name").split(), ["cp1", "cp2", "cp3", "cp4"])


@on_roostd
class OwnFiles(BackupCase):
    def test_files_that_nobody_names_stand_beside_the_images(self):
        name = self.guest()
        self.virsh.ok("backup-begin", name, self.file("pull.xml", self.pull("<disk name='vda'/>")),
                      "--checkpointxml", self.file("cp.xml", self.checkpoint("cp")))
        scratch = pathlib.Path(f"{self.images[2]}.cp")
        self.assertTrue(scratch.exists())
        self.virsh.ok("domjobabort", name)
        self.wait_until_whole()
        self.assertFalse(scratch.exists())
        self.domain.backupBegin("<domainbackup/>", None)
        self.wait_until_whole()
        for path in (self.images[2], self.raw):
            copy, = path.parent.glob(f"{path.name}.*")
            copy.unlink()

    def test_documents_that_cannot_be_meant(self):
        self.guest()
        for document in (self.pull().replace(f"socket='{self.folder / 'sock'}'", "socket='x'"),
                         "<domainbackup mode='pull'/>", "<domainbackup><server name='localhost'/></domainbackup>",
                         "<domainbackup mode='pull'><server transport='tcp' name='localhost'/></domainbackup>"):
            with self.subTest(document), self.assertRaises(libvirt.libvirtError):
                self.domain.backupBegin(document, None)
        self.assertNothingLeft()


@on_roostd
class KilledDaemon(BackupCase):
    def restart(self, name):
        self.server.kill()
        self.server.restart()
        self.domain = self.connect().lookupByName(name)

    def test_a_client_goes_on_fetching(self):
        name = self.guest()
        self.flush(name)
        before = self.copied(self.images[2])
        self.domain.backupBegin(self.pull(), self.checkpoint("cp"))
        shown = self.domain.backupGetXMLDesc()
        self.restart(name)
        self.assertEqual(self.domain.backupGetXMLDesc(), shown)
        self.assertVirshFails(self.virsh("save", name, self.folder / "save"), "held by backup")
        self.guest_writes(name, "vda", "write -P 99 0 8M")
        self.assertSameContent(self.fetched(self.url()), before, format="raw")
        self.domain.abortJob()
        self.wait_until_whole()
        self.assertNothingLeft()
        self.assertEqual(self.completed()["errmsg"], "Operation canceled")
        self.domain.backupBegin(self.pull(self.scratch("vda", "exportbitmap='news'"), since="cp"), None)
        self.assertEqual(self.dirty("vda", "news"), [(0, 8 * MiB)])
        self.domain.abortJob()
        self.wait_until_whole()

    def test_a_copy_that_is_whole_meanwhile_is_told_of_once(self):
        name = self.guest()
        self.flush(name)
        for number in range(4):
            file = f"copy{number}.qcow2"
            self.domain.backupBegin(self.push(("vda", file), ("vdb", f"raw{number}.qcow2")), None)
            self.restart(name)
            self.wait_until_whole()
            self.assertNothingLeft()
            self.assertSameContent(self.folder / file, self.copied(self.images[2]))
        lines = Roost(self.server.uri).ok("event", "--since", "0", "--domain", name).splitlines()
        self.assertEqual(sum("job-completed" in line for line in lines), 4)
        for target in ("vda", "vdb"):
            self.assertEqual(sum(f"Backup for {target} completed" in line for line in lines), 4, lines)

    def has(self, checkpoint):
        return checkpoint in {known.getName() for known in self.domain.listAllCheckpoints()}

    def test_one_that_is_being_begun_is_there_or_was_never(self):
        name = self.guest()
        self.flush(name)
        chance = random.Random(int(os.environ.get("ROOST_SEED", "1")))
        self.domain.backupBegin(self.push(("vda", "base.qcow2")), self.checkpoint("base"))
        self.wait_until_whole()
        for number in range(int(os.environ.get("ROOST_CRASHES", "8"))):
            is_pull = chance.random() < 0.5
            document = (self.pull(self.scratch("vda") + self.scratch("vdb")) if is_pull
                        else self.push(("vda", f"{number}.qcow2"), ("vdb", f"raw{number}.qcow2")))
            if chance.random() < 0.5:
                document = document.replace("<disk name='vda'", "<disk name='vda' incremental='base'")
            command = self.virsh.start("backup-begin", name, self.file("b.xml", document), "--checkpointxml",
                                       self.file("c.xml", self.checkpoint(f"cp{number}")))
            time.sleep(chance.random() * 0.15)
            self.restart(name)
            begun = command.wait(timeout=20) == 0
            # Clients are served before all that was begun is known again.
            eventually(lambda: self.has(f"cp{number}") or not self.is_busy(), "what was begun to be known")
            there = self.has(f"cp{number}")
            if begun:
                self.assertTrue(there)
            if is_pull and there:
                self.assertIn("vda.scratch", self.domain.backupGetXMLDesc())
                self.assertSameContent(self.fetched(self.url()), self.copied(self.images[2]), format="raw")
                self.domain.abortJob()
            self.wait_until_whole()
            self.assertNothingLeft()
            self.assertFalse(list(self.folder.glob("*.scratch")))
            self.assertEqual((self.folder / f"{number}.qcow2").exists(), there and not is_pull)


@unittest.skipUnless(shutil.which("virtnbdbackup"), "virtnbdbackup is not installed")
@on_each_server
class BackupTool(BackupCase):
    """A tool that isn't ours makes backups, and restores them."""

    def tool(self, *words):
        done = subprocess.run(words, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])

    def test_what_it_restores_is_what_was_there(self):
        self.images = self.chain()
        name = self.running(devices=disk(self.images[2], "vda", "virtio"))
        self.domain = self.connect().lookupByName(name)
        # Nobody asks for the password.
        who = ["-U", self.server.uri, "--user", "nobody", "--password", "none", "-n"]
        where = [*who, "-d", name, "-S", str(self.folder), "-f", str(self.folder / "sock")]
        kept = self.folder / "kept"
        self.tool("virtnbdbackup", *where, "-l", "full", "-o", str(kept))
        for number in range(5):
            self.guest_writes(name, "vda", f"write -P {80 + number} {2 * number}M 1M")
            self.tool("virtnbdbackup", *where, "-l", "inc", "-o", str(kept))
        self.flush(name)
        restored = self.folder / "restored"
        self.tool("virtnbdrestore", *who, "-i", str(kept), "-o", str(restored))
        image, = [path for path in restored.iterdir() if path.suffix == ".qcow2"]
        self.assertSameContent(image, self.copied(self.images[2]))
        self.assertNothingLeft()


@on_roostd
class Encrypted(BackupCase):
    """A backup is served to clients with a certificate alone."""

    def setUp(self):
        super().setUp()
        self.certificates()
        self.settings = self.server.root / "etc/qemu.conf"
        self.former = self.settings.read_text() if self.settings.exists() else None
        self.settings.write_text((self.former or "") + f'\nbackup_tls_x509_cert_dir = "{self.folder}"\n')
        self.addCleanup(self.restore)
        self.again()

    def again(self):
        self.server.kill()
        self.server.restart()

    def restore(self):
        if self.former is None:
            self.settings.unlink()
        else:
            self.settings.write_text(self.former)
        self.again()

    def certificates(self):
        """Those of an authority, a server at 127.0.0.1 and a client, in the folder."""
        def openssl(*words):
            subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca-key.pem", "-out", "ca-cert.pem",
                "-subj", "/CN=authority", "-days", "3650", "-addext", "keyUsage=critical,keyCertSign")
        for side, usage in (("server", "serverAuth"), ("client", "clientAuth")):
            (self.folder / "more").write_text(
                "subjectAltName=IP:127.0.0.1\nkeyUsage=critical,digitalSignature,keyEncipherment\n"
                f"extendedKeyUsage={usage}\n")
            openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{side}-key.pem", "-out", "request.pem",
                    "-subj", f"/CN={side}")
            openssl("x509", "-req", "-in", "request.pem", "-CA", "ca-cert.pem", "-CAkey", "ca-key.pem",
                    "-CAcreateserial", "-out", f"{side}-cert.pem", "-days", "3650", "-extfile", "more")
        for path in self.folder.iterdir():
            path.chmod(0o644)

    def test_it_is_fetched_with_a_certificate_alone(self):
        name = self.guest()
        self.flush(name)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        document = (f"<domainbackup mode='pull'><server transport='tcp' tls='yes' name='127.0.0.1' port='{port}'/>"
                    f"<disks>{self.scratch('vda')}</disks></domainbackup>")
        # Twice, since what was made for the first one must be gone.
        for _ in range(2):
            self.domain.backupBegin(document, None)
            export = f"driver=nbd,host=127.0.0.1,port={port},export=vda"
            plain = subprocess.run(["qemu-img", "info", "--image-opts", export], capture_output=True)
            self.assertNotEqual(plain.returncode, 0)
            copy = self.folder / "fetched.raw"
            subprocess.run(["qemu-img", "convert", "-O", "raw", "--object",
                            f"tls-creds-x509,id=tls,endpoint=client,dir={self.folder},verify-peer=on",
                            "--image-opts", export + ",tls-creds=tls", copy], check=True)
            self.assertSameContent(copy, self.copied(self.images[2]), format="raw")
            self.domain.abortJob()
            self.wait_until_whole()
        objects = self.monitor(name, '{"execute":"qom-list","arguments":{"path":"/objects"}}')
        self.assertNotIn("nbd_tls", objects)
