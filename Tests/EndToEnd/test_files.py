"""What guests use of the host's files: opened for them, given to them while they run, and given back."""

import os
import pathlib
import socket
import stat
import subprocess
import tempfile

from harness.case import ServerCase, on_roostd
from harness.waiting import eventually


@on_roostd
class Files(ServerCase):
    def folder_of_root_alone(self):
        """A folder that a guest's user can't enter."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="roost-files-"))
        self.addCleanup(subprocess.run, ["rm", "-rf", folder], check=True)
        return folder

    def running_with(self, devices, **options):
        name = self.fresh_name()
        self.virsh.ok("create", self.document(name, devices=devices, serial=False, **options))
        self.addCleanup(self.virsh, "destroy", name)
        return name

    # What the daemon opens.

    def test_lines_are_kept_in_files_where_the_guest_has_no_right(self):
        folder = self.folder_of_root_alone()
        (folder / "kept").write_text("before\n")
        (folder / "emptied").write_text("before\n")
        self.running_with(f"""
            <serial type='file'><source path='{folder}/kept' append='on'/></serial>
            <serial type='file'><source path='{folder}/emptied'/></serial>
            <serial type='pty'><log file='{folder}/log' append='on'/></serial>""")
        self.assertEqual((folder / "kept").read_text(), "before\n")
        self.assertEqual((folder / "emptied").read_text(), "")
        self.assertEqual(stat.S_IMODE((folder / "log").stat().st_mode), 0o600)
        self.assertEqual({(folder / name).stat().st_uid for name in ("kept", "emptied", "log")}, {os.getuid()})

    def test_the_firmware_writes_into_a_file_it_could_not_open(self):
        path = self.folder_of_root_alone() / "debug"
        self.running_with(f"""
            <serial type='file'><source path='{path}'/><target type='isa-debug' port='0'>
            <model name='isa-debugcon'/></target><address type='isa' iobase='0x402'/></serial>""")
        eventually(lambda: b"SeaBIOS" in path.read_bytes(), "the firmware to say its name")

    def test_a_socket_is_listened_at_where_the_guest_has_no_right(self):
        path = self.folder_of_root_alone() / "line"
        # One that is left over from a guest that was killed is no hindrance.
        with socket.socket(socket.AF_UNIX) as former:
            former.bind(str(path))
        self.running_with(f"<serial type='unix'><source mode='bind' path='{path}'/></serial>")
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(10)
            line.connect(str(path))

    def test_a_file_that_cannot_be_opened_is_named_and_nothing_is_left(self):
        name = self.fresh_name()
        path = self.folder_of_root_alone() / "missing" / "log"
        image = self.disk_image(name)
        owner = image.stat().st_uid
        document = self.document(name, serial=False, devices=f"""
            <disk type='file'><driver name='qemu' type='qcow2'/><source file='{image}'/><target dev='vda'/></disk>
            <serial type='file'><source path='{path}'/></serial>""")
        self.assertVirshFails(self.virsh("create", document), str(path), "No such file")
        self.assertEqual(image.stat().st_uid, owner)

    # What guests are given.

    def test_a_file_goes_back_when_the_last_guest_that_has_it_ends(self):
        image = self.folder_of_root_alone() / "shared"
        image.write_bytes(bytes(1 << 20))
        image.chmod(0o600)
        image.parent.chmod(0o711)
        disk = f"""<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{image}'/>
            <target dev='vda'/><readonly/></disk>"""
        owner = image.stat().st_uid
        first, second, third = (self.running_with(disk) for _ in range(3))
        self.assertNotEqual(image.stat().st_uid, owner)
        self.virsh.ok("destroy", first)
        self.assertNotEqual(image.stat().st_uid, owner, "the second guest still has it")
        self.server.kill()
        self.server.restart()
        self.virsh.ok("destroy", second)
        self.assertNotEqual(image.stat().st_uid, owner, "the third guest still has it")
        self.virsh.ok("destroy", third)
        self.assertEqual(image.stat().st_uid, owner)

    def test_a_pipe_is_given_and_goes_back(self):
        folder = self.folder_of_root_alone()
        folder.chmod(0o711)
        os.mkfifo(folder / "line", 0o600)
        name = self.running_with(f"<serial type='pipe'><source path='{folder}/line'/></serial>")
        self.assertNotEqual((folder / "line").stat().st_uid, os.getuid())
        self.virsh.ok("destroy", name)
        self.assertEqual((folder / "line").stat().st_uid, os.getuid())


@on_roostd
class HugePages(ServerCase):
    COUNT = pathlib.Path("/proc/sys/vm/nr_hugepages")

    def setUp(self):
        super().setUp()
        before = self.COUNT.read_text()
        self.addCleanup(self.COUNT.write_text, before)
        self.COUNT.write_text(f"{int(before) + 32}")
        if int(self.COUNT.read_text()) < int(before) + 32:
            self.skipTest("the host has no room for 32 huge pages")
        self.mount = pathlib.Path(tempfile.mkdtemp(prefix="roost-huge pages-"))
        self.addCleanup(self.mount.rmdir)
        if not any(line.split()[2] == "hugetlbfs" for line in open("/proc/mounts")):
            subprocess.run(["mount", "-t", "hugetlbfs", "-o", "pagesize=2M", "none", self.mount], check=True)
            self.addCleanup(subprocess.run, ["umount", self.mount], check=True)

    def free(self):
        [line] = [line for line in open("/proc/meminfo") if line.startswith("HugePages_Free")]
        return int(line.split()[1])

    def test_a_guest_s_memory_is_made_of_huge_pages(self):
        name = self.fresh_name()
        before = self.free()
        self.virsh.ok("create", self.document(
            name, memory=32, extra="<memoryBacking><hugepages/></memoryBacking>"))
        self.addCleanup(self.virsh, "destroy", name)
        self.assertEqual(self.free(), before - 16)
        self.virsh.ok("destroy", name)
        self.assertEqual(self.free(), before)
        folders = [line.split()[1].replace("\\040", " ") for line in open("/proc/mounts")
                   if line.split()[2] == "hugetlbfs"]
        left = [found for folder in folders for found in pathlib.Path(folder).glob(f"libvirt/qemu/*{name}*")]
        self.assertEqual(left, [])

    def test_a_size_that_is_not_mounted_is_named(self):
        name = self.fresh_name()
        document = self.document(
            name, memory=32,
            extra="<memoryBacking><hugepages><page size='1' unit='G'/></hugepages></memoryBacking>")
        self.assertVirshFails(
            self.virsh("create", document), "Unable to find any usable hugetlbfs mount for 1048576 KiB")
