"""Pools whose volumes are block devices: partitions of a disk, and logical volumes of a stand-in for LVM's programs."""

import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as etree

from harness import domains, server
from harness.case import ServerCase, on_roostd
from harness.virsh import Virsh

LVM = "lvs vgs pvs pvcreate pvremove vgcreate vgremove vgchange vgscan lvcreate lvremove lvchange".split()


class DeviceCase(ServerCase):
    """A test with a disk of its own."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="roost-devices-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.device = self.loop(self.folder / "disk", 64 << 20)
        self.name = self.fresh_name("pool")
        self.addCleanup(self.virsh, "pool-undefine", self.name)
        self.addCleanup(self.virsh, "pool-destroy", self.name)

    def loop(self, file, size):
        with open(file, "wb") as disk:
            disk.truncate(size)
        done = subprocess.run(["losetup", "-fP", "--show", file], capture_output=True, text=True, check=False)
        if done.returncode:
            self.skipTest(f"no loop device: {done.stderr}")
        self.addCleanup(subprocess.run, ["losetup", "-d", done.stdout.strip()], check=False)
        return done.stdout.strip()

    def volumes(self):
        return sorted(line.split()[0] for line in self.virsh.ok("vol-list", self.name).splitlines()[2:])

    def document(self, kind, name=None):
        return etree.fromstring(self.virsh.ok(f"{kind}-dumpxml", *([name] if name else []), self.name))

    def raw_pool(self):
        """A pool of files with an image in it of 3 MiB at random; its bytes."""
        folder, name = self.folder / "files", self.fresh_name("files")
        folder.mkdir()
        content = os.urandom(3 << 20)
        (folder / "source").write_bytes(content)
        subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", folder / "source", folder / "source.qcow2"],
                       check=True)
        self.virsh.ok("pool-create-as", name, "dir", "--target", folder)
        self.addCleanup(self.virsh, "pool-destroy", name)
        return name, content

    def volume_file(self, name, format=None):
        target = f"<target><format type='{format}'/></target>" if format else ""
        return self.file("volume.xml", f"<volume><name>{name}</name><capacity unit='MiB'>4</capacity>{target}</volume>")


class LogicalCase(DeviceCase):
    def setUp(self):
        programs = pathlib.Path(tempfile.mkdtemp(prefix="roost-lvm-"))
        self.addCleanup(shutil.rmtree, programs, True)
        for name in LVM:
            shutil.copy(pathlib.Path(server.__file__).parent / "volume-groups", programs / name)
        self.log, self.programs = programs / "log", programs
        self.server = server.KINDS["roostd"]()
        self.server.programs = programs
        self.server.start()
        self.addCleanup(self.server.stop)
        self.virsh = Virsh(self.server.uri)
        super().setUp()
        self.group = f"roost{os.getpid()}"
        self.addCleanup(subprocess.run, [programs / "vgchange", "-aln", self.group], check=False, capture_output=True)
        self.virsh.ok("pool-define-as", self.name, "logical", "--source-dev", self.device, "--source-name", self.group)

    def calls(self):
        """What programs were told since the last time."""
        said = self.log.read_text() if self.log.exists() else ""
        self.log.write_text("")
        return said.replace(self.group, "VG").replace(self.device, "DEV").splitlines()

    def started(self):
        self.virsh.ok("pool-build", self.name)
        self.virsh.ok("pool-start", self.name)
        self.calls()


VOLUMES = ("lvs --separator # --noheadings --units b --unbuffered --nosuffix --options lv_name,origin,uuid,devices,segtype,"
           "stripes,seg_size,vg_extent_size,size,lv_attr VG")
ROOM = "vgs --separator : --noheadings --units b --unbuffered --nosuffix --options vg_size,vg_free VG"


@on_roostd
class Logical(LogicalCase):
    def test_lvm_is_told_what_libvirt_tells_it(self):
        for words, calls in (
                (["pool-build"], ["pvcreate DEV", "vgcreate VG DEV"]),
                (["pool-start"], ["vgscan", "pvs --noheadings -o pv_name,vg_name", "vgchange -aly VG", VOLUMES, ROOM]),
                (["vol-create-as", "new", "5M"], ["lvcreate --name new -L 5120K VG --yes", VOLUMES, ROOM]),
                (["vol-create-as", "thin", "5M", "--allocation", "1M"],
                 ["lvcreate --name thin -L 1024K --type snapshot --virtualsize 5120K VG --yes", VOLUMES, ROOM]),
                (["vol-create-as", "over", "5M", "--backing-vol", "new"],
                 ["lvcreate --name over -L 5120K -s /dev/VG/new --yes", VOLUMES, ROOM]),
                (["vol-delete", "over"], ["lvremove -f /dev/VG/over", VOLUMES, ROOM]),
                (["pool-refresh"], [VOLUMES, ROOM]),
                (["pool-destroy"], ["vgchange -aln VG"]),
                (["pool-delete"], ["vgremove -f VG", "pvremove DEV"])):
            with self.subTest(words):
                place = 2 if words[0] == "vol-delete" else 1
                self.virsh.ok(*words[:place], self.name, *words[place:])
                self.assertEqual(self.calls(), calls)

    def test_a_volume_says_where_it_lies(self):
        self.started()
        self.virsh.ok("vol-create-as", self.name, "first", "5M")
        self.virsh.ok("vol-create-as", self.name, "second", "8M")
        volume = self.document("vol", "second")
        self.assertEqual(volume.get("type"), "block")
        self.assertEqual(volume.find("key").text, "uuid-second")
        self.assertEqual(volume.find("source/device").get("path"), self.device)
        self.assertEqual(volume.find("source/device/extent").attrib, {"start": "8388608", "end": "16777216"})
        self.assertEqual(volume.find("target/path").text, f"/dev/{self.group}/second")
        self.assertEqual(volume.find("target/permissions/mode").text, "0600")
        self.assertIsNone(volume.find("target/format"))
        self.assertIn("second", self.virsh.ok("vol-name", "uuid-second"))
        self.assertIn("second", self.virsh.ok("vol-name", f"/dev/{self.group}/second"))
        pool = self.document("pool")
        self.assertEqual([pool.find(size).text for size in ("capacity", "allocation", "available")],
                         [str(15 << 22), str(4 << 22), str(11 << 22)])

    def test_refusals_are_libvirts(self):
        for words, said in (
                (["pool-start", self.name], f"unsupported configuration: cannot find logical volume group name '{self.group}'"),
                (["pool-build", self.name, "--overwrite", "--no-overwrite"], "mutually exclusive")):
            self.assertVirshFails(self.virsh(*words), said)
        self.started()
        self.virsh.ok("vol-create-as", self.name, "v", "4M")
        for words, said in (
                (["vol-create-as", self.name, "none", "0"],
                 "this function is not supported by the connection driver: volume capacity required for this storage pool"),
                (["vol-create-as", self.name, "large", "500M"], "has insufficient free space"),
                (["vol-create-as", self.name, "v", "4M"], "storage volume 'v' exists already"),
                (["vol-create-as", self.name, "a b", "4M"], "unexpected exit status 5"),
                (["vol-resize", "v", "8M", "--pool", self.name],
                 "storage pool does not support changing of volume capacity"),
                (["vol-delete", "--delete-snapshots", "v", self.name],
                 "unsupported flags (0x2) in function virStorageBackendLogicalDeleteVol"),
                (["pool-delete", self.name], "is still active")):
            with self.subTest(words):
                self.assertVirshFails(self.virsh(*words), said)
        self.assertEqual(self.volumes(), ["v"])
        self.virsh.ok("pool-destroy", self.name)
        self.calls()
        self.assertVirshFails(self.virsh("pool-build", self.name), "already exists.")
        self.assertEqual(self.calls(), ["pvcreate DEV", "vgcreate VG DEV", "pvremove DEV"])

    def test_what_has_something_on_it_becomes_no_part_of_a_group_unless_told(self):
        subprocess.run(["mkfs.ext4", "-q", self.device], check=True)
        self.assertVirshFails(
            self.virsh("pool-build", self.name),
            f"Storage pool already built: Format of device '{self.device}' does not match the expected format "
            "'LVM2_member', forced overwrite is necessary")
        self.virsh.ok("pool-build", self.name, "--overwrite")
        other = self.fresh_name("pool")
        self.assertVirshFails(
            self.virsh("pool-define-as", other, "disk", "--source-dev", self.device, "--target", "/dev"),
            f"Storage source conflict with pool: '{self.name}'")

    def test_groups_are_found(self):
        self.started()
        sources = etree.fromstring(self.virsh.ok("find-storage-pool-sources", "logical"))
        self.assertEqual([(source.find("name").text, source.find("device").get("path")) for source in sources],
                         [(self.group, self.device)])

    def test_content_goes_in_and_comes_out(self):
        self.started()
        files, content = self.raw_pool()
        for source in ("source", "source.qcow2"):
            self.virsh.ok("vol-create-from", self.name, self.volume_file("copy"), source, "--inputpool", files)
            copied = pathlib.Path(f"/dev/{self.group}/copy").read_bytes()
            self.assertEqual(copied[:3 << 20], content)
            self.assertFalse(any(copied[3 << 20:]))
            self.assertEqual([line.split()[0] for line in self.calls() if "tag" in line], ["lvcreate", "lvchange"])
            self.virsh.ok("vol-wipe", "copy", self.name)
            self.assertFalse(any(pathlib.Path(f"/dev/{self.group}/copy").read_bytes()))
            self.virsh.ok("vol-delete", "copy", self.name)
        self.virsh.ok("vol-create-as", self.name, "up", "4M")
        self.virsh.ok("vol-upload", "up", self.folder / "files/source", self.name)
        self.virsh.ok("vol-clone", "up", "again", "--pool", self.name)
        self.virsh.ok("vol-create-from", files, self.volume_file("down", "qcow2"), "again", "--inputpool", self.name)
        raw = subprocess.run(["qemu-img", "convert", "-O", "raw", self.folder / "files/down", self.folder / "down.raw"],
                             check=True)
        self.assertEqual((self.folder / "down.raw").read_bytes()[:3 << 20], content)

    def test_a_guest_uses_a_logical_volume(self):
        self.started()
        self.virsh.ok("vol-create-as", self.name, "disk", "4M")
        name = self.fresh_name("guest")
        disk = f"""<disk type='volume' device='disk'><source pool='{self.name}' volume='disk'/>
            <target dev='vda' bus='virtio'/></disk>"""
        self.virsh.ok("create", self.file("guest.xml", domains.domain(name, devices=disk)), "--paused")
        self.addCleanup(self.virsh, "destroy", name)
        self.assertEqual(self.virsh.ok("domblkinfo", name, "vda").split()[1], str(4 << 20))
        for words in (["vol-delete", "disk"], ["vol-wipe", "disk"], ["vol-upload", "disk", "/dev/null"]):
            self.assertVirshFails(self.virsh(*words, "--pool", self.name), "is still in use by domain")


@on_roostd
class LogicalCrash(LogicalCase):
    def test_what_is_half_filled_goes_with_the_next_daemon(self):
        self.started()
        files, content = self.raw_pool()
        choose = random.Random(int(os.environ.get("ROOST_SEED", "1")))
        document = self.volume_file("copy")
        for _ in range(int(os.environ.get("ROOST_STORAGE_KILLS", "4"))):
            copy = self.virsh.start("vol-create-from", self.name, document, "source.qcow2", "--inputpool", files)
            try:
                copy.wait(choose.random() * 0.5)
            except subprocess.TimeoutExpired:
                pass
            self.server.kill()
            copy.communicate()
            # What a stand-in was doing is done before anybody else asks it.
            subprocess.run([self.programs / "vgscan"], check=True)
            self.server.start()
            self.assertIn("running", self.virsh.ok("pool-info", self.name))
            if self.volumes():
                self.assertEqual(pathlib.Path(f"/dev/{self.group}/copy").read_bytes()[:3 << 20], content)
                self.virsh.ok("vol-delete", "copy", self.name)
            self.assertEqual(self.volumes(), [])


@on_roostd
class Disks(DeviceCase):
    def setUp(self):
        super().setUp()
        if not shutil.which("parted"):
            self.skipTest("parted isn't installed")
        self.part = f"{pathlib.Path(self.device).name}p"

    def start(self, format="gpt"):
        self.virsh.ok("pool-define-as", self.name, "disk", "--source-dev", self.device, "--target", "/dev",
                      "--source-format", format)
        self.virsh.ok("pool-build", self.name)
        self.virsh.ok("pool-start", self.name)

    def test_a_disk_is_built_once(self):
        self.virsh.ok("pool-define-as", self.name, "disk", "--source-dev", self.device, "--target", "/dev",
                      "--source-format", "gpt")
        self.assertVirshFails(self.virsh("pool-start", self.name),
                              f"Storage pool probe failed: Device '{self.device}' is unrecognized, requires build")
        self.virsh.ok("pool-build", self.name)
        self.assertVirshFails(
            self.virsh("pool-build", self.name, "--no-overwrite"),
            f"Storage pool already built: Device '{self.device}' already formatted using 'gpt'")
        self.virsh.ok("pool-build", self.name, "--overwrite")
        self.virsh.ok("pool-start", self.name)
        pool = self.document("pool")
        self.assertEqual(pool.find("capacity").text, str(64 << 20))
        self.assertEqual(len(pool.findall("source/device/freeExtent")), 1)
        self.virsh.ok("pool-destroy", self.name)
        self.virsh.ok("pool-delete", self.name)
        self.virsh.ok("pool-build", self.name, "--no-overwrite")

    def test_partitions_are_volumes(self):
        for format in ("gpt", "dos"):
            with self.subTest(format):
                self.start(format)
                self.assertVirshFails(
                    self.virsh("vol-create-as", self.name, "new", "5M"),
                    f"invalid argument: invalid partition name 'new', expected '{self.part}1'")
                self.assertEqual(self.volumes(), [])
                self.virsh.ok("vol-create-as", self.name, f"{self.part}1", "5M")
                self.virsh.ok("vol-create-as", self.name, f"{self.part}2", "6M", "--format", "linux-swap")
                volume = self.document("vol", f"{self.part}1")
                self.assertEqual(volume.find("key").text, f"/dev/{self.part}1")
                self.assertEqual(volume.find("source/device/extent").attrib,
                                 {"start": str(1 << 20), "end": str(6 << 20)})
                self.assertEqual(volume.find("target/format").get("type"), "none")
                self.assertEqual(pathlib.Path(f"/sys/class/block/{self.part}1/size").read_text().strip(), "10240")
                for words, said in (
                        (["--format", "raw"], "unsupported configuration: unknown volume format type raw"),
                        (["--format", "ext4"], "unsupported configuration: unknown volume format type ext4")):
                    self.assertVirshFails(self.virsh("vol-create-as", self.name, f"{self.part}3", "5M", *words), said)
                self.assertVirshFails(self.virsh("vol-create-as", self.name, f"{self.part}3", "500M"),
                                      "internal error: no large enough free extent")
                self.virsh.ok("vol-delete", f"{self.part}1", self.name)
                self.assertEqual(self.volumes(), [f"{self.part}2"])
                self.virsh.ok("vol-create-as", self.name, f"{self.part}1", "1M")
                self.virsh.ok("pool-destroy", self.name)
                self.virsh.ok("pool-delete", self.name)
                self.virsh.ok("pool-undefine", self.name)

    def test_logical_partitions_lie_in_an_extended_one(self):
        self.start("dos")
        self.virsh.ok("vol-create-as", self.name, f"{self.part}1", "30M", "--format", "extended")
        for number in (5, 6):
            self.virsh.ok("vol-create-as", self.name, f"{self.part}{number}", "5M")
        self.virsh.ok("vol-create-as", self.name, f"{self.part}2", "5M")
        formats = {name: self.document("vol", name).find("target/format").get("type") for name in self.volumes()}
        self.assertEqual(formats[f"{self.part}1"], "extended")
        self.assertEqual(len(formats), 4)
        self.assertVirshFails(self.virsh("vol-create-as", self.name, f"{self.part}3", "5M", "--format", "extended"),
                              "extended partition already exists")

    def test_content_goes_in_and_other_clients_wait_their_turn(self):
        self.start()
        files, content = self.raw_pool()
        self.virsh.ok("vol-create-from", self.name, self.volume_file(f"{self.part}1"), "source.qcow2", "--inputpool", files)
        self.assertEqual(pathlib.Path(f"/dev/{self.part}1").read_bytes()[:3 << 20], content)
        made = [self.virsh.start("vol-create-as", self.name, f"{self.part}{number}", "2M") for number in (2, 2, 2)]
        self.assertEqual(sorted(one.wait(60) for one in made), [0, 1, 1])
        for one in made:
            one.communicate()
        self.assertEqual(self.volumes(), [f"{self.part}1", f"{self.part}2"])


