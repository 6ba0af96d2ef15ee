"""Guests' memory and screens in files."""

import re
import subprocess
import unittest

import libvirt

from harness.case import ServerCase, on_each_server, on_roostd
from harness.virsh import Roost
from harness.waiting import eventually



class DumpCase(ServerCase):
    def place(self, name="core"):
        """Where something may be kept, gone after the test."""
        path = self.server.root / "files" / f"{self.fresh_name(name)}.core"
        path.parent.mkdir(exist_ok=True)
        self.addCleanup(lambda: path.exists() and path.unlink())
        return path


@on_each_server
class DumpTests(DumpCase):
    def test_memory_alone_is_an_elf_file(self):
        name, path = self.running(), self.place()
        self.assertEqual(self.virsh.ok("dump", name, path, "--memory-only"), f"Domain '{name}' dumped to {path}")
        start = path.read_bytes()[:20]
        self.assertEqual((start[:4], start[16]), (b"\x7fELF", 4))
        self.assertEqual(self.state(name), "running (unpaused)")

    def test_formats_of_memory(self):
        name, path = self.running(), self.place()
        self.virsh.ok("dump", name, path, "--memory-only", "--format", "kdump-zlib")
        self.assertEqual(path.read_bytes()[:12], b"makedumpfile")
        self.assertVirshFails(self.virsh("dump", name, path, "--format", "kdump-zlib"), "only works with --memory-only")
        self.assertVirshFails(self.virsh("dump", name, path, "--memory-only", "--format", "foo"), "format 'foo'")
        domain = self.connect().lookupByName(name)
        with self.assertRaises(libvirt.libvirtError):
            domain.coreDumpWithFormat(str(path), libvirt.VIR_DOMAIN_CORE_DUMP_FORMAT_KDUMP_ZLIB, 0)
        self.assertEqual(self.virsh.ok("domstate", name), "running")

    def test_the_whole_state_is_what_is_migrated(self):
        name, path = self.running(), self.place()
        self.virsh.ok("dump", name, path)
        self.assertEqual(path.read_bytes()[:4], b"QEVM")
        self.assertEqual(self.state(name), "running (unpaused)")
        self.virsh.ok("suspend", name)
        self.virsh.ok("dump", name, path)
        self.assertEqual(self.virsh.ok("domstate", name), "paused")

    def test_what_becomes_of_the_guest(self):
        name, path = self.running(), self.place()
        self.virsh.ok("dump", name, path, "--memory-only", "--reset")
        self.assertEqual(self.virsh.ok("domstate", name), "running")
        for first, second in (("crash", "live"), ("crash", "reset"), ("live", "reset")):
            self.assertVirshFails(
                self.virsh("dump", name, path, f"--{first}", f"--{second}"),
                f"'VIR_DUMP_{first.upper()}' and 'VIR_DUMP_{second.upper()}' are mutually exclusive")
        self.virsh.ok("dump", name, path, "--memory-only", "--crash")
        self.assertEqual(self.state(name), "shut off (crashed)")
        self.assertVirshFails(self.virsh("dump", name, path), "domain is not running")

    def test_a_place_that_there_is_not(self):
        name = self.running()
        self.assertVirshFails(self.virsh("dump", name, "/nonexistent/core", "--memory-only"), "No such file")
        self.assertEqual(self.virsh.ok("domstate", name), "running")

    def test_a_screen_is_an_image(self):
        name, path = self.running(devices="<video><model type='vga'/></video>"), self.place("screen")
        said = self.virsh.ok("screenshot", name, path)
        self.assertIn(f"Screenshot saved to {path}, with type of image/", said)
        self.assertIn(path.read_bytes()[:2], (b"P6", b"\x89P"))
        self.assertVirshFails(self.virsh("screenshot", name, path, "--screen", 7), "screen")
        blind = self.running()
        self.assertVirshFails(self.virsh("screenshot", blind, path), "no screens to take screenshot from")

    def test_memory_can_be_looked_at(self):
        domain = self.connect().lookupByName(self.running())
        # The BIOS stands at the end of the first megabyte, and ends with its date.
        # Where it isn't seen while it copies itself.
        def date():
            piece = domain.memoryPeek(0xFFFF0, 16, libvirt.VIR_MEMORY_PHYSICAL)
            self.assertEqual(len(piece), 16)
            return re.fullmatch(rb"\d\d/\d\d/\d\d", bytes(piece[5:13]))

        eventually(date, "the date of the BIOS")
        self.assertLibvirtError(libvirt.VIR_ERR_INVALID_ARG, domain.memoryPeek, 0, 16, 0)


@on_roostd
class CommandTests(DumpCase):
    def test_what_is_not_done_is_said(self):
        roost = Roost(self.server.uri)
        self.assertVirshFails(roost("qemu-attach", "1"), "Failed to attach to pid 1", "virDomainQemuAttach")
        self.assertVirshFails(roost("domxml-from-native", "qemu-argv", "/etc/hostname"),
                              "virConnectDomainXMLFromNative")

    def test_commands_say_what_virsh_says(self):
        roost = Roost(self.server.uri)
        name, path, screen = self.running(devices="<video><model type='vga'/></video>"), self.place(), self.place()
        for words in (["dump", name, path, "--memory-only"],
                      ["dump", name, path, "--format", "elf"], ["dump", name, path, "--crash", "--live"],
                      ["screenshot", name, screen], ["save", name, path], ["restore", path],
                      ["save", name, path, "--paused", "--running"], ["save", name, "/nonexistent/x"],
                      ["save", name, path], ["save-image-dumpxml", path], ["restore", path],
                      ["restore", path], ["restore", "/nonexistent"], ["managedsave-remove", name],
                      ["managedsave", name], ["managedsave-dumpxml", name], ["managedsave", name],
                      ["managedsave-remove", name], ["managedsave-dumpxml", name], ["domjobinfo", name],
                      ["start", name], ["domjobinfo", name], ["domjobabort", name]):
            with self.subTest(words[0]):
                theirs = self.virsh(*words)
                if words[0] in ("save", "restore", "managedsave", "managedsave-remove", "start") and not theirs.status \
                        and "skipped" not in theirs.output:
                    self.undo(words, name, path)
                ours = roost(*words)
                self.assertEqual((ours.output, ours.errors, ours.status),
                                 (theirs.output, theirs.errors, theirs.status))

    def undo(self, words, name, path):
        """Makes the same words possible once more."""
        if words[0] == "save":
            self.virsh.ok("restore", path)
        elif words[0] == "managedsave-remove":
            self.virsh.ok("start", name)
            self.virsh.ok("managedsave", name)
        elif words[0] == "managedsave":
            self.virsh.ok("start", name)
        elif words[0] == "start":
            self.virsh.ok("destroy", name)
        else:
            self.virsh.ok("save", name, path)


@on_roostd
class EditorTests(DumpCase):
    def test_editors_say_what_virsh_says(self):
        roost = Roost(self.server.uri)
        name, path = self.running(), self.place()
        self.virsh.ok("save", name, path)

        def edit(program, *words, editor="true"):
            return subprocess.run([*program.base, *map(str, words)], capture_output=True, text=True, timeout=60,
                                  env={"EDITOR": editor, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, check=False)

        def compare(*words, editors=("true", "true")):
            theirs, ours = (edit(program, *words, editor=editor)
                            for program, editor in zip((self.virsh, roost), editors))
            self.assertEqual((ours.stdout, ours.stderr, ours.returncode),
                             (theirs.stdout, theirs.stderr, theirs.returncode))

        changes = ("sed -i s/utc/localtime/", "sed -i s/localtime/utc/")
        compare("save-image-edit", path)
        compare("save-image-edit", path, editors=changes)
        compare("save-image-edit", path, "--running", "--paused")
        self.virsh.ok("restore", path)
        compare("managedsave-edit", name)
        self.virsh.ok("managedsave", name)
        compare("managedsave-edit", name)
        compare("managedsave-edit", name, editors=changes)
        self.virsh.ok("managedsave-remove", name)


if __name__ == "__main__":
    unittest.main()
