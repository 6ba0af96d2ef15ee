"""Snapshots of QEMU guests, within their images and in images of their own: what is in the disks is looked at."""

import concurrent.futures
import pathlib
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as etree

from harness import domains
from harness.case import ServerCase, on_each_server, on_roostd
from harness.waiting import eventually


class DiskCase(ServerCase):
    """A domain with two disks in a folder of its own."""

    options = {}

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="roost-snapshots-"))
        self.folder.chmod(0o777)
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.images = [self.image("one.qcow2"), self.image("two.qcow2")]
        self.name = self.define()

    def image(self, name, format="qcow2", size="4M"):
        path = self.folder / name
        subprocess.run(["qemu-img", "create", "-q", "-f", format, path, size], check=True)
        path.chmod(0o666)
        return path

    def define(self):
        devices = "".join(domains.disk(path, target, "virtio") for path, target in zip(self.images, ("vda", "vdb")))
        name = self.defined(devices=devices, serial=False)
        self.addCleanup(self.virsh, "undefine", name, "--snapshots-metadata")
        self.addCleanup(self.virsh, "destroy", name)
        return name

    def write(self, path, pattern):
        subprocess.run(["qemu-io", "-f", "qcow2", "-c", f"write -P {pattern} 0 64k", path], check=True,
                       stdout=subprocess.DEVNULL)

    def holds(self, path, pattern):
        done = subprocess.run(["qemu-io", "-U", "-f", "qcow2", "-r", "-c", f"read -P {pattern} 0 64k", path],
                              capture_output=True, text=True)
        return done.returncode == 0 and "failed" not in done.stdout

    def disks(self, *options):
        """The paths of the domain's disks."""
        document = etree.fromstring(self.virsh.ok("dumpxml", self.name, *options))
        return [pathlib.Path(source.get("file")) for source in document.findall("devices/disk/source")]

    def inner(self, path):
        """The names of the snapshots within an image."""
        text = subprocess.run(["qemu-img", "snapshot", "-U", "-l", path], capture_output=True, text=True).stdout
        return [line.split()[1] for line in text.splitlines()[2:]]

    def names(self, *options):
        return self.virsh.ok("snapshot-list", self.name, "--name", *options).split()

    def current(self):
        return self.virsh.ok("snapshot-current", self.name, "--name")


@on_each_server
class Within(DiskCase):
    def test_an_idle_domain_returns_to_what_its_disks_were(self):
        self.write(self.images[0], 1)
        self.virsh.ok("snapshot-create-as", self.name, "first")
        self.write(self.images[0], 2)
        self.virsh.ok("snapshot-create-as", self.name, "second")
        self.write(self.images[0], 3)
        self.assertEqual(self.inner(self.images[1]), ["first", "second"])
        self.assertEqual(self.virsh.ok("snapshot-parent", self.name, "second"), "first")
        self.virsh.ok("snapshot-revert", self.name, "first")
        self.assertTrue(self.holds(self.images[0], 1))
        self.assertEqual(self.current(), "first")
        self.virsh.ok("snapshot-revert", self.name, "second")
        self.assertTrue(self.holds(self.images[0], 2))
        self.virsh.ok("snapshot-delete", self.name, "first")
        self.assertEqual([self.inner(path) for path in self.images], [["second"], ["second"]])
        self.assertEqual(self.names("--roots"), ["second"])
        self.virsh.ok("snapshot-delete", self.name, "--current")
        self.assertEqual([self.inner(path) for path in self.images], [[], []])
        self.assertEqual(self.names(), [])

    def test_what_cannot_be_is_refused_and_nothing_is_left(self):
        self.virsh.ok("snapshot-create-as", self.name, "taken")
        for words, text in [(["taken"], "domain moment taken already exists"), (["a/b"], "can't contain '/'"),
                            ([".a"], "can't start with '.'"),
                            (["x", "--diskspec", "vda,snapshot=no"], "must use snapshot mode 'internal'"),
                            (["x", "--diskspec", "vdz"], "no disk named 'vdz'"),
                            (["x", "--live"], "live snapshot creation is supported only"),
                            (["x", "--memspec", "file=/x"], "memory state cannot be saved"),
                            (["x", "--quiesce"], "is required by flag")]:
            self.assertVirshFails(self.virsh("snapshot-create-as", self.name, *words), text)
        self.assertEqual(self.inner(self.images[0]), ["taken"])
        self.assertVirshFails(self.virsh("undefine", self.name), "cannot delete inactive domain with 1 snapshots")
        self.assertIn(self.name, self.virsh.ok("list", "--all", "--with-snapshot", "--name"))
        self.virsh.ok("undefine", self.name, "--snapshots-metadata")
        self.assertEqual(self.inner(self.images[0]), ["taken"])

    def test_a_running_domain_returns_with_its_memory(self):
        self.virsh.ok("start", self.name, "--paused")
        self.virsh.ok("snapshot-create-as", self.name, "paused")
        self.virsh.ok("resume", self.name)
        self.virsh.ok("snapshot-create-as", self.name, "running")
        self.assertEqual(self.state(self.name), "running (unpaused)")
        self.assertEqual(self.inner(self.images[0]), ["paused", "running"])
        info = self.virsh.ok("snapshot-info", self.name, "running")
        self.assertIn("internal", info)
        self.assertEqual(self.names("--active"), ["paused", "running"])
        self.virsh.ok("snapshot-revert", self.name, "paused")
        self.assertEqual(self.state(self.name), "paused (from snapshot)")
        self.virsh.ok("snapshot-revert", self.name, "running")
        self.assertEqual(self.state(self.name), "running (from snapshot)")
        self.virsh.ok("destroy", self.name)
        self.virsh.ok("snapshot-revert", self.name, "running", "--paused")
        self.assertEqual(self.state(self.name), "paused (from snapshot)")
        self.virsh.ok("snapshot-delete", self.name, "paused")
        self.assertEqual(self.inner(self.images[0]), ["running"])
        self.virsh.ok("snapshot-create-as", self.name, "last", "--halt")
        self.assertEqual(self.state(self.name), "shut off (from snapshot)")

    def test_records_are_kept_over_a_restart(self):
        self.virsh.ok("snapshot-create-as", self.name, "first", "--description", "old & new")
        self.virsh.ok("snapshot-create-as", self.name, "second")
        before = self.virsh.ok("snapshot-dumpxml", self.name, "first")
        self.server.kill()
        self.server.restart()
        self.assertEqual(self.virsh.ok("snapshot-dumpxml", self.name, "first"), before)
        self.assertEqual(self.current(), "second")
        self.assertEqual(self.virsh.ok("snapshot-parent", self.name, "second"), "first")


@on_each_server
class Beside(DiskCase):
    def test_an_idle_domain_goes_on_in_other_images(self):
        self.write(self.images[0], 1)
        self.virsh.ok("snapshot-create-as", self.name, "first", "--disk-only")
        self.assertEqual(self.disks(), [self.folder / "one.first", self.folder / "two.first"])
        self.write(self.folder / "one.first", 2)
        self.assertTrue(self.holds(self.images[0], 1))
        self.assertEqual(self.names("--external"), ["first"])
        again = self.virsh("snapshot-create-as", self.name, "first", "--disk-only")
        self.assertVirshFails(again, "already exists")
        self.assertVirshFails(
            self.virsh("snapshot-create-as", self.name, "next", "--disk-only", "--diskspec", "vdb,snapshot=no",
                       "--reuse-external"), "missing existing file for disk vda")
        self.virsh.ok("snapshot-create-as", self.name, "next", "--disk-only", "--diskspec", "vdb,snapshot=no",
                      "--no-metadata")
        self.assertEqual(self.disks(), [self.folder / "one.next", self.folder / "two.first"])
        self.assertEqual(self.names(), ["first"])

    def test_a_running_domain_goes_on_in_other_images(self):
        self.virsh.ok("start", self.name, "--paused")
        self.virsh.ok("snapshot-create-as", self.name, "first", "--disk-only")
        live = etree.fromstring(self.virsh.ok("dumpxml", self.name)).find("devices/disk")
        self.assertEqual(live.find("source").get("file"), f"{self.folder}/one.first")
        self.assertEqual(live.find("backingStore/source").get("file"), str(self.images[0]))
        self.assertEqual(self.disks("--inactive"), [self.folder / "one.first", self.folder / "two.first"])
        self.virsh.ok("snapshot-create-as", self.name, "second", "--disk-only", "--diskspec", "vdb,snapshot=no")
        self.assertEqual(self.disks(), [self.folder / "one.second", self.folder / "two.first"])
        self.assertEqual(self.names("--disk-only"), ["first", "second"])
        self.assertVirshFails(
            self.virsh("snapshot-create-as", self.name, "third", "--disk-only", "--diskspec",
                       f"vda,file={self.folder}/nosuch/x"), "nosuch/x")
        self.assertEqual(self.disks(), [self.folder / "one.second", self.folder / "two.first"])
        self.virsh.ok("destroy", self.name)
        self.virsh.ok("start", self.name, "--paused")
        self.assertEqual(self.disks(), [self.folder / "one.second", self.folder / "two.first"])


@on_roostd
class Branches(DiskCase):
    """What libvirt 9.0 doesn't do: images of their own are returned to and merged."""

    def overlay(self, ending, disk="one"):
        return self.folder / f"{disk}.{ending}"

    def test_return_and_delete(self):
        self.write(self.images[0], 1)
        self.virsh.ok("snapshot-create-as", self.name, "first", "--disk-only")
        self.write(self.overlay("first"), 2)
        self.virsh.ok("snapshot-create-as", self.name, "second", "--disk-only")
        self.write(self.overlay("second"), 3)
        self.virsh.ok("snapshot-create-as", self.name, "third", "--disk-only")
        self.write(self.overlay("third"), 4)
        # Two returns within one second want two names.
        self.virsh.ok("snapshot-revert", self.name, "second")
        former = self.disks()
        self.virsh.ok("snapshot-revert", self.name, "second")
        self.assertNotEqual(self.disks(), former)
        self.assertFalse(any(path.exists() for path in former))
        self.assertTrue(self.holds(self.disks()[0], 2))
        self.write(self.disks()[0], 5)
        # The first holds what both branches stand on: what was written since then goes into it.
        self.virsh.ok("snapshot-delete", self.name, "first")
        self.assertFalse(self.overlay("first").exists())
        self.assertTrue(self.holds(self.images[0], 2))
        self.assertTrue(self.holds(self.disks()[0], 5))
        self.assertTrue(self.holds(self.overlay("second"), 3))
        self.assertTrue(self.holds(self.overlay("third"), 4))
        refused = self.virsh("snapshot-delete", self.name, "second")
        self.assertVirshFails(refused, "multiple children")
        self.virsh.ok("snapshot-delete", self.name, "third")
        self.assertFalse(self.overlay("third").exists())
        self.virsh.ok("snapshot-delete", self.name, "second")
        self.assertEqual(self.disks(), self.images)
        self.assertTrue(self.holds(self.images[0], 5))
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["one.qcow2", "two.qcow2"])
        self.assertEqual(self.names(), [])

    def test_a_return_within_an_image_spares_what_lies_on_it(self):
        self.virsh.ok("snapshot-create-as", self.name, "inner")
        self.write(self.images[0], 1)
        self.virsh.ok("snapshot-create-as", self.name, "outer", "--disk-only")
        refused = self.virsh("snapshot-revert", self.name, "inner")
        self.assertVirshFails(refused, "snapshot 'outer' has its state in")
        self.assertTrue(self.holds(self.images[0], 1))
        self.virsh.ok("snapshot-delete", self.name, "outer")
        self.virsh.ok("snapshot-revert", self.name, "inner")
        self.assertTrue(self.holds(self.images[0], 0))

    def test_images_without_a_record_are_spared(self):
        self.virsh.ok("snapshot-create-as", self.name, "first", "--disk-only")
        self.virsh.ok("snapshot-create-as", self.name, "hidden", "--disk-only", "--no-metadata")
        self.write(self.overlay("hidden"), 7)
        refused = self.virsh("snapshot-delete", self.name, "first")
        self.assertVirshFails(refused, "of which no snapshot tells")
        self.assertTrue(self.overlay("first").exists())

    def test_other_domains_images_are_spared(self):
        self.virsh.ok("snapshot-create-as", self.name, "first", "--disk-only")
        other = self.defined(devices=domains.disk(self.images[0], "vda", "virtio"), serial=False)
        refused = self.virsh("snapshot-delete", self.name, "first")
        self.assertVirshFails(refused, f"domain '{other}' needs the image")

    def test_several_clients_take_snapshots_at_once(self):
        def take(number):
            return self.virsh("snapshot-create-as", self.name, f"s{number}").status
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            self.assertEqual(list(pool.map(take, range(4))), [0] * 4)
        tree = [self.virsh("snapshot-parent", self.name, name).output.strip() for name in self.names()]
        self.assertEqual(len(set(tree)), 4)
        self.assertEqual(sorted(self.inner(self.images[0])), self.names())


@on_roostd
class Killed(DiskCase):
    """A daemon that is killed in between leaves nothing half done."""

    def test_every_instant_of_every_change(self):
        self.write(self.images[0], 1)
        self.virsh.ok("snapshot-create-as", self.name, "base", "--disk-only")
        self.write(self.folder / "one.base", 2)
        changes = [["snapshot-create-as", self.name, "inner"], ["snapshot-create-as", self.name, "outer", "--disk-only"],
                   ["snapshot-revert", self.name, "base"]]
        for number in range(12):
            change = changes[number % 3]
            with self.subTest(change=change, number=number):
                before, records = self.traces(), self.records()
                client = self.virsh.start(*change)
                # The plan is on disk from before the first image is touched; then images and records change.
                plans = self.server.root / "var/lib/qemu/snapshot-plans"
                signs = [lambda: any(plans.glob("*.json")), lambda: self.traces() != before,
                         lambda: self.records() != records, lambda: False]
                sign = signs[number // 3]
                eventually(lambda: client.poll() is not None or sign(), "a sign of work or the end", 20)
                self.server.kill()
                client.wait()
                client.stdout.close()
                self.server.start()
                self.assertEqual(list(plans.glob("*.json")), [])
                self.whole()
                for name in ("inner", "outer"):
                    if name in self.names():
                        self.virsh("snapshot-delete", self.name, name)
        for name in reversed(self.names("--topological")):
            self.virsh.ok("snapshot-delete", self.name, name)
        self.assertEqual(self.disks(), self.images)

    def traces(self):
        """What can be seen of the images."""
        return {path.name: path.stat().st_mtime_ns for path in self.folder.iterdir()}

    def records(self):
        folder = self.server.root / "var/lib/qemu/snapshot" / self.name
        return {path.name: path.stat().st_mtime_ns for path in folder.glob("*.xml")}

    def whole(self):
        """Documents name images that are there, and all images are named."""
        named = set(self.disks())
        for name in self.names():
            document = etree.fromstring(self.virsh.ok("snapshot-dumpxml", self.name, name))
            for source in document.iter("source"):
                if source.get("file"):
                    named.add(pathlib.Path(source.get("file")))
        self.assertLessEqual(set(self.folder.iterdir()), named)
        for path in named:
            self.assertTrue(path.exists(), path)
        inner = {name for path in self.images for name in self.inner(path)}
        self.assertLessEqual(inner, set(self.names()))
