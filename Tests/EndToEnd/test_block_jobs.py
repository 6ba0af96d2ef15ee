"""Jobs on disks of running guests: pulled, committed, copied; told of once; known to a daemon that comes later."""

import pathlib
import subprocess
import threading

import libvirt

from harness.case import on_each_server, on_roostd
from harness.virsh import Roost
from harness.waiting import eventually
from harness.watcher import Watcher
from test_blocks import DiskCase

MiB = 1 << 20


class JobCase(DiskCase):
    def files(self, name, target="vda"):
        """The images that the running guest's document names, from the top, and that of a copy."""
        import xml.etree.ElementTree as etree
        document = etree.fromstring(self.virsh.ok("dumpxml", name))
        disk, = [disk for disk in document.iter("disk") if disk.find("target").get("dev") == target]
        found, layer = [], disk
        while layer is not None and layer.find("source") is not None:
            found.append(layer.find("source").get("file"))
            layer = layer.find("backingStore")
        mirror = disk.find("mirror")
        return found, mirror

    def chain_of_qemu(self, name, target="vda"):
        """The images that QEMU has open below the disk, from the top."""
        import json
        answer = json.loads(self.monitor(name, '{"execute":"query-block"}'))["return"]
        number = {"vda": 0, "vdb": 1}[target]
        image, = [entry["inserted"]["image"] for entry in answer if f"virtio-disk{number}" in entry["qdev"]]
        found = []
        while image is not None:
            last = image["filename"]
            found.append(last)
            image = image.get("backing-image")
        return len(found)

    def nodes(self, name):
        import json
        answer = json.loads(self.monitor(name, '{"execute":"query-named-block-nodes","arguments":{"flat":true}}'))
        return {node["node-name"] for node in answer["return"]}

    def copied(self, path):
        """What a disk's image shows, as a raw file to compare with later."""
        copy = self.file(f"{self.fresh_name('content')}.raw", "")
        subprocess.run(["qemu-img", "convert", "-U", "-O", "raw", str(path), copy], check=True)
        return copy

    def assertSameContent(self, path, other, format="qcow2"):
        subprocess.run(["qemu-img", "compare", "-U", "-f", format, "-F", "raw", str(path), str(other)], check=True,
                       stdout=subprocess.DEVNULL)

    def flush(self, name):
        """Has QEMU write what it holds of its images' tables, which others that read them don't see."""
        self.guest_writes(name, "vda", "flush")

    def backing(self, path):
        import json
        answer = subprocess.run(["qemu-img", "info", "-U", "--output=json", str(path)], check=True,
                                capture_output=True, text=True).stdout
        return json.loads(answer).get("backing-filename")

    def watcher(self):
        watcher = Watcher(self.virsh, self.server.root / "files", "--all", "--loop")
        self.addCleanup(watcher.close)
        return watcher

    def jobs_told(self, watcher, name):
        watcher.catch_up()
        return [line.split("': ", 1)[1] for line in watcher.of(name) if "'block-job-2'" in line]

    def job(self, name, target="vda"):
        return self.connect().lookupByName(name).blockJobInfo(target, 0)

    def wait_until_over(self, name, target="vda"):
        eventually(lambda: not self.job(name, target), f"the job on {target} to be over")

    def wait_until_ready(self, domain, target="vda"):
        def is_ready():
            info = domain.blockJobInfo(target, 0)
            return info and info["cur"] == info["end"]
        eventually(is_ready, f"the job on {target} to be ready")


@on_each_server
class BlockJobs(JobCase):
    def test_a_disk_takes_over_all_that_lies_below(self):
        name = self.guest()
        content, watcher = self.copied(self.images[2]), self.watcher()
        self.assertEqual(self.virsh.ok("blockpull", name, "vda", "--wait").strip(), "Pull complete")
        self.assertEqual(self.files(name)[0], [str(self.images[2])])
        self.assertEqual(self.chain_of_qemu(name), 1)
        self.assertIsNone(self.backing(self.images[2]))
        self.flush(name)
        self.assertSameContent(self.images[2], content)
        self.assertEqual(self.jobs_told(watcher, name), ["Block Pull for vda completed"])

    def test_a_disk_takes_over_what_lies_above_a_base(self):
        name = self.guest()
        content = self.copied(self.images[2])
        self.virsh.ok("blockpull", name, "vda", "--base", self.images[0], "--wait")
        self.assertEqual(self.files(name)[0], [str(self.images[2]), str(self.images[0])])
        self.assertEqual(self.backing(self.images[2]), str(self.images[0]))
        self.flush(name)
        self.assertSameContent(self.images[2], content)
        self.assertEqual(self.chain_of_qemu(name), 2)
        # What isn't the disk's any more, QEMU has closed.
        self.assertEqual(len([node for node in self.nodes(name) if node.startswith("libvirt-4")]), 0)

    def test_an_image_in_the_middle_is_committed(self):
        name = self.guest()
        content, watcher = self.copied(self.images[2]), self.watcher()
        self.virsh.ok("blockcommit", name, "vda", "--top", self.images[1], "--base", self.images[0], "--wait")
        self.assertEqual(self.files(name)[0], [str(self.images[2]), str(self.images[0])])
        self.assertEqual(self.backing(self.images[2]), str(self.images[0]))
        self.assertSameContent(self.images[2], content)
        self.assertEqual(self.jobs_told(watcher, name), ["Block Commit for vda completed"])

    def test_the_disks_own_image_is_committed_and_the_disk_changes_over(self):
        name = self.guest()
        content, watcher = self.copied(self.images[2]), self.watcher()
        self.assertEqual(self.virsh.ok("blockcommit", name, "vda", "--active", "--wait"), "Now in synchronized phase")
        files, mirror = self.files(name)
        self.assertEqual((len(files), mirror.get("job"), mirror.get("ready")), (3, "active-commit", "yes"))
        self.virsh.ok("blockjob", name, "vda", "--pivot")
        files, mirror = self.files(name)
        self.assertEqual((files, mirror), ([str(self.images[0])], None))
        self.assertSameContent(self.images[0], content)
        self.assertIn(str(self.images[0]), self.virsh.ok("dumpxml", name, "--inactive"))
        self.assertEqual(self.jobs_told(watcher, name),
                         ["Active Block Commit for vda ready", "Active Block Commit for vda completed"])
        self.assertEqual(self.chain_of_qemu(name), 1)

    def test_a_commit_that_isnt_wanted_any_more_leaves_the_chain(self):
        name = self.guest()
        content, watcher = self.copied(self.images[2]), self.watcher()
        said = self.virsh.ok("blockcommit", name, "vda", "--active", "--keep-overlay")
        self.assertEqual(said, "Commit complete, overlay image kept")
        files, mirror = self.files(name)
        self.assertEqual((files, mirror), ([str(path) for path in reversed(self.images)], None))
        self.assertEqual(self.jobs_told(watcher, name)[-1], "Active Block Commit for vda canceled")
        self.assertSameContent(self.images[2], content)

    def test_files_that_are_committed_may_be_removed_and_names_stay_relative(self):
        name = self.guest()
        folder = self.images[0].parent
        for path, below in ((self.images[1], self.images[0]), (self.images[2], self.images[1])):
            self.virsh("destroy", name)
            subprocess.run(["qemu-img", "rebase", "-u", "-F", "qcow2", "-b", below.name, path], check=True, cwd=folder)
        self.virsh.ok("start", name)
        content = self.copied(self.images[2])
        self.virsh.ok("blockcommit", name, "vda", "--top", self.images[1], "--delete", "--keep-relative", "--wait")
        eventually(lambda: not self.images[1].exists(), "the file that was committed to be removed")
        self.assertEqual(self.backing(self.images[2]), self.images[0].name)
        self.assertSameContent(self.images[2], content)

    def test_a_disk_is_copied_and_changes_over(self):
        name = self.guest()
        content, watcher = self.copied(self.images[2]), self.watcher()
        copy = self.images[0].parent / f"{self.fresh_name('copy')}.qcow2"
        self.addCleanup(lambda: copy.exists() and copy.unlink())
        self.assertVirshFails(self.virsh("blockcopy", name, "vda", copy), "domain is not transient")
        said = self.virsh.ok("blockcopy", name, "vda", copy, "--transient-job", "--wait")
        self.assertEqual(said, "Now in mirroring phase")
        mirror = self.files(name)[1]
        self.assertEqual((mirror.get("file"), mirror.get("job"), mirror.get("ready")), (str(copy), "copy", "yes"))
        self.virsh.ok("blockjob", name, "vda", "--pivot")
        self.assertEqual(self.files(name)[0], [str(copy)])
        self.assertSameContent(copy, content)
        self.assertEqual(self.jobs_told(watcher, name), ["Block Copy for vda ready", "Block Copy for vda completed"])
        self.assertEqual(self.chain_of_qemu(name), 1)
        # The guest goes on with the copy, also when it is started anew.
        self.virsh.ok("destroy", name)
        self.virsh.ok("start", name)
        self.assertEqual(self.files(name)[0], [str(copy)])

    def test_a_shallow_copy_shares_what_lies_below_and_may_be_left(self):
        name = self.guest()
        content = self.copied(self.images[2])
        copy = self.images[0].parent / f"{self.fresh_name('copy')}.qcow2"
        self.addCleanup(lambda: copy.exists() and copy.unlink())
        said = self.virsh.ok("blockcopy", name, "vda", copy, "--transient-job", "--shallow", "--finish")
        self.assertEqual(said, "Successfully copied")
        self.assertEqual(self.files(name)[0], [str(path) for path in reversed(self.images)])
        self.assertEqual(self.backing(copy), str(self.images[1]))
        self.assertSameContent(copy, content)
        taken = self.virsh("blockcopy", name, "vda", copy, "--transient-job")
        self.assertVirshFails(taken, "external destination file for disk vda already exists and is not a block device")
        self.virsh.ok("blockcopy", name, "vda", copy, "--transient-job", "--shallow", "--reuse-external", "--pivot")
        self.assertEqual(self.files(name)[0], [str(copy), str(self.images[1]), str(self.images[0])])
        self.assertSameContent(copy, content)

    def test_a_copy_of_another_format_with_what_is_written_meanwhile(self):
        name = self.guest()
        copy = self.images[0].parent / f"{self.fresh_name('copy')}.img"
        self.addCleanup(lambda: copy.exists() and copy.unlink())
        self.virsh.ok("blockcopy", name, "vda", copy, "--transient-job", "--format", "raw", "--wait")
        self.guest_writes(name, "vda", "write -P 9 10M 64k")
        self.virsh.ok("blockjob", name, "vda", "--pivot")
        with open(copy, "rb") as file:
            file.seek(10 * MiB)
            self.assertEqual(file.read(65536), b"\x09" * 65536)

    def test_a_job_can_be_looked_at_slowed_down_and_ended(self):
        name = self.guest()
        domain, watcher = self.connect().lookupByName(name), self.watcher()
        self.assertEqual(domain.blockJobInfo("vda", 0), {})
        copy = self.images[0].parent / f"{self.fresh_name('copy')}.img"
        self.addCleanup(lambda: copy.exists() and copy.unlink())
        domain.blockCopy("vdb", f"<disk type='file'><driver type='raw'/><source file='{copy}'/></disk>",
                         {"bandwidth": MiB + 1}, libvirt.VIR_DOMAIN_BLOCK_COPY_TRANSIENT_JOB)
        info = domain.blockJobInfo("vdb", 0)
        self.assertEqual((info["type"], info["bandwidth"], info["end"]), (2, 2, 8 * MiB))
        self.assertEqual(domain.blockJobInfo("vdb", 1)["bandwidth"], MiB + 1)
        domain.blockJobSetSpeed("vdb", 3, 0)
        self.assertEqual(domain.blockJobInfo("vdb", 0)["bandwidth"], 3)
        for call in ((domain.blockPull, "vdb", 0, 0), (domain.blockCopy, "vdb", f"<disk><source file='{copy}'/></disk>",
                                                       {}, libvirt.VIR_DOMAIN_BLOCK_COPY_TRANSIENT_JOB)):
            self.assertLibvirtError(83, *call)
        domain.blockJobAbort("vdb", 0)
        self.assertEqual(domain.blockJobInfo("vdb", 0), {})
        self.assertEqual(self.jobs_told(watcher, name)[-1], "Block Copy for vdb canceled")
        self.assertLibvirtError(8, domain.blockJobAbort, "vdb", 0)
        self.assertLibvirtError(8, domain.blockJobSetSpeed, "vdb", 1, 0)
        self.assertLibvirtError(82, domain.blockJobSetSpeed, "vdb", 1 << 62, 0)

    def test_what_cannot_be(self):
        name = self.guest()
        domain = self.connect().lookupByName(name)
        transient = libvirt.VIR_DOMAIN_BLOCK_COPY_TRANSIENT_JOB
        active = libvirt.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE
        for code, call in (
                (8, (domain.blockPull, "vdx", 0, 0)), (8, (domain.blockRebase, "vda", "/nix", 0, 0)),
                (8, (domain.blockRebase, "vda", "vda[99]", 0, 0)), (8, (domain.blockRebase, "vda", None, 0, 16)),
                (8, (domain.blockRebase, "vda", None, 0, 1)), (8, (domain.blockRebase, "vda", None, 0, 8)),
                (8, (domain.blockCommit, "vda", None, None, 0, 0)), (8, (domain.blockCommit, "vdb", None, None, 0, active)),
                (8, (domain.blockCommit, "vda", None, "vda[99]", 0, 0)),
                (8, (domain.blockCommit, "vda", str(self.images[0]), None, 0, active | 1)),
                (82, (domain.blockCommit, "vda", None, None, 1 << 62, active)),
                (38, (domain.blockCopy, "vda", "<disk type='file'><source file='/nix/b'/></disk>", {}, transient)),
                (8, (domain.blockCopy, "vda", "<disk type='file'><source file='/nix/b'/></disk>", {"granularity": 3},
                     transient)),
                (8, (domain.blockJobInfo, "vdx", 0)), (8, (domain.blockJobAbort, "vda", 4))):
            with self.subTest(call=call[0].__name__, arguments=call[1:]):
                self.assertLibvirtError(code, *call)
        self.assertEqual(self.files(name)[0], [str(path) for path in reversed(self.images)])
        self.virsh.ok("destroy", name)
        self.assertLibvirtError(55, domain.blockPull, "vda", 0, 0)
        self.assertLibvirtError(55, domain.blockJobInfo, "vda", 0)

    def test_of_many_who_begin_a_job_on_one_disk_one_does(self):
        name = self.guest()
        results = []

        def begin():
            try:
                self.connect().lookupByName(name).blockPull("vda", 1, 0)
                results.append(None)
            except libvirt.libvirtError as error:
                results.append(error.get_error_code())

        threads = [threading.Thread(target=begin) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results.count(None), 1, results)
        self.assertEqual(set(results), {None, 84})
        self.virsh.ok("blockjob", name, "vda", "--abort")
        self.assertEqual(self.files(name)[0], [str(path) for path in reversed(self.images)])


@on_roostd
class KilledDaemons(JobCase):
    """A daemon is killed while jobs run or end; the next one knows what became of them."""

    def setUp(self):
        self.roost = Roost(self.server.uri)

    def ends_told(self, name):
        """What has been told of ends of a domain's jobs, by the journal, which daemons that are killed leave behind."""
        lines = self.roost.ok("event", "--since", "0", "--domain", name).splitlines()
        return [line for line in lines if "block-job-2" in line and not line.endswith("ready")]

    def killed_and_back(self):
        self.server.kill()
        self.server.start()

    def test_a_pull_that_ends_while_no_daemon_runs(self):
        name = self.guest()
        content, watcher = self.copied(self.images[2]), self.watcher()
        self.virsh.ok("blockpull", name, "vda", "--bandwidth", "4")
        watcher.close()
        self.server.kill()
        self.wait_for_qemu_alone(name)
        self.server.start()
        self.wait_until_over(name)
        self.assertEqual(self.files(name)[0], [str(self.images[2])])
        eventually(lambda: self.ends_told(name), "the job's end to be told of")
        self.assertEqual(len(self.ends_told(name)), 1)
        self.flush(name)
        self.assertSameContent(self.images[2], content)
        self.assertEqual(self.chain_of_qemu(name), 1)
        self.assertFalse([node for node in self.nodes(name) if node.startswith(("libvirt-4", "libvirt-5"))])

    def wait_for_qemu_alone(self, name):
        """Until the image says that nothing lies below it any more."""
        eventually(lambda: self.backing(self.images[2]) is None, f"the job of {name} to end", 30)

    def test_a_commit_that_is_ready_stays_so_and_can_be_ended(self):
        for ending, left in (("--pivot", 1), ("--abort", 3)):
            with self.subTest(ending=ending):
                name = self.guest()
                content = self.copied(self.images[2])
                self.virsh.ok("blockcommit", name, "vda", "--active", "--wait")
                self.killed_and_back()
                eventually(lambda: self.job(name), "the job to be known again")
                self.assertEqual(self.files(name)[1].get("ready"), "yes")
                self.virsh.ok("blockjob", name, "vda", ending)
                self.assertEqual((len(self.files(name)[0]), self.files(name)[1]), (left, None))
                self.assertEqual(self.chain_of_qemu(name), left)
                self.assertSameContent(self.images[0] if left == 1 else self.images[2], content)

    def test_a_copy_that_runs_goes_on(self):
        name = self.guest()
        content = self.copied(self.images[2])
        copy = self.images[0].parent / f"{self.fresh_name('copy')}.qcow2"
        self.addCleanup(lambda: copy.exists() and copy.unlink())
        self.virsh.ok("blockcopy", name, "vda", copy, "--transient-job", "--bandwidth", "4")
        self.killed_and_back()
        domain = self.connect().lookupByName(name)
        self.wait_until_ready(domain)
        eventually(lambda: self.files(name)[1].get("ready") == "yes", "the document to say so")
        self.virsh.ok("blockjob", name, "vda", "--pivot")
        self.assertEqual(self.files(name)[0], [str(copy)])
        self.assertSameContent(copy, content)

    def test_daemons_that_are_killed_at_any_instant_leave_document_and_qemu_agreed(self):
        kinds = (("blockpull", "vda"), ("blockcommit", "vda", "--active", "--pivot"),
                 ("blockcommit", "vda", "--top", "MIDDLE"), ("blockcopy", "vda", "COPY", "--transient-job", "--pivot"))
        for round, pause in enumerate((0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6)):
            words = kinds[round % len(kinds)]
            with self.subTest(words=words, pause=pause):
                name = self.guest()
                content = self.copied(self.images[2])
                copy = self.images[0].parent / f"{self.fresh_name('copy')}.qcow2"
                self.addCleanup(lambda copy=copy: copy.exists() and copy.unlink())
                meant = [{"MIDDLE": self.images[1], "COPY": copy}.get(word, word) for word in words]
                client = self.virsh.start(*[meant[0], name, *map(str, meant[1:])])
                # Where in the job that strikes is what differs from round to round, not what must be so afterwards.
                threading.Event().wait(pause)
                self.server.kill()
                client.communicate()
                self.server.start()
                self.settled(name)
                files, _ = self.files(name)
                told = self.ends_told(name)
                self.assertLessEqual(len(told), 1, told)
                if files != [str(path) for path in reversed(self.images)]:
                    self.assertEqual(len(told), 1, files)
                self.assertEqual(self.chain_of_qemu(name), len(files))
                self.flush(name)
                self.assertSameContent(files[0], content)
                self.remove(name)

    def settled(self, name):
        """Ends what job there still is, and waits until none is."""
        def over():
            if not self.job(name):
                return True
            self.virsh("blockjob", name, "vda", "--abort")
            return False
        eventually(lambda: self.virsh("domstate", name).status == 0, "the guest to be known")
        eventually(over, "no job to be left")


@on_roostd
class BlockJobCommands(JobCase):
    """The project's own shell, whose words are virsh's."""

    def setUp(self):
        self.roost = Roost(self.server.uri)

    def test_an_image_that_a_snapshot_needs_is_kept(self):
        name = self.guest()
        content = self.copied(self.images[2])
        self.virsh.ok("snapshot-create-as", name, "s1", "--disk-only")
        self.addCleanup(self.virsh, "snapshot-delete", name, "s1", "--metadata")
        top = pathlib.Path(self.files(name)[0][0])
        self.addCleanup(top.unlink)
        self.virsh.ok("blockcommit", name, "vda", "--top", self.images[2], "--delete", "--wait")
        self.assertEqual(self.files(name)[0], [str(top), str(self.images[0])])
        # That of the snapshot, and the one that it stands on.
        for path in self.images[1:]:
            eventually(lambda: f"'{path}' has been committed, and is kept" in self.server.log.read_text(), "it to be spared")
        self.assertTrue(all(path.exists() for path in self.images))
        self.assertSameContent(self.images[2], content)

    def test_words(self):
        name = self.guest()
        self.assertEqual(self.roost.ok("blockjob", name, "vda"), "No current block job for vda")
        self.assertEqual(self.roost.ok("blockpull", name, "vda", "--bandwidth", "1"), "Block Pull started")
        self.assertEqual(self.roost("blockjob", name, "vda").output,
                         "    Bandwidth limit: 1048576 bytes/s (1.000 MiB/s)\n\n")
        self.assertEqual(self.roost("blockjob", name, "vda", "--raw").lines[:2], [" type=Block Pull", " bandwidth=1"])
        self.assertVirshFails(self.roost("blockpull", name, "vda", "--async"),
                              "Option --wait is required by option --async")
        self.assertVirshFails(self.roost("blockjob", name, "vda", "--raw", "--abort"),
                              "Options --raw and --abort are mutually exclusive")
        self.assertTrue(self.roost.ok("job", name).startswith("vda: Block Pull ["))
        self.roost.ok("blockjob", name, "vda", "5", "--bytes")
        self.assertIn("5 bytes/s (5.000 B/s)", self.roost.ok("blockjob", name, "vda", "--bytes"))
        self.roost.ok("blockjob", name, "vda", "--async")
        self.wait_until_over(name)
        self.assertEqual(self.roost.ok("job", name), "nothing is being done with this domain")
        self.roost.ok("blockpull", name, "vda")
        self.assertEqual(self.roost.ok("job", name, "--follow"), "all jobs are over")
        done = self.roost("blockpull", name, "vda", "--wait", "--verbose")
        self.assertEqual(done.output, "\nPull complete\n")
        self.assertTrue(done.errors.endswith("Block Pull: [100.00 %]"), done.errors)

    def test_copies_and_commits(self):
        name = self.guest()
        copy = self.images[0].parent / f"{self.fresh_name('copy')}.qcow2"
        self.addCleanup(lambda: copy.exists() and copy.unlink())
        self.assertEqual(self.roost.ok("blockcopy", name, "vda", copy, "--print-xml"),
                         f"<disk type='file'>\n  <source file='{copy}'/>\n</disk>")
        self.assertVirshFails(self.roost("blockcopy", name, "vda"), "need either --dest or --xml")
        said = self.roost.ok("blockcopy", name, "vda", copy, "--transient-job", "--finish")
        self.assertEqual(said, "Successfully copied")
        self.assertEqual(self.roost.ok("blockcommit", name, "vda", "--active", "--wait"), "Now in synchronized phase")
        self.roost.ok("blockjob", name, "vda", "--abort")
        self.assertEqual(self.roost.ok("blockcommit", name, "vda", "--pivot"), "Successfully pivoted")
        late = self.roost("blockcopy", name, "vdb", self.images[0].parent / self.fresh_name("slow"), "--transient-job",
                          "--bandwidth", "1", "--timeout", "1")
        self.assertEqual((late.status, late.output.strip()), (1, "Copy aborted"))
