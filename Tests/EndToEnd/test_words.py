"""Every command to the word: what `roost` and virsh 11.3 say to the table of invocations in `words/`."""

import unittest

import libvirt

from harness import paths, server, words


@unittest.skipUnless(words.oracle_virsh(), "libvirt 11.3's own virsh isn't here")
class Words(unittest.TestCase):
    """Each of the two has a daemon of its own, which are asked the same from beginning to end."""

    def setUp(self):
        self.servers = [server.Roostd().start() for _ in range(2)]
        for own in self.servers:
            self.addCleanup(own.stop)

    def client(self, program, own, place="test+unix:///default"):
        made = words.Client(program, f"{place}?socket={own.socket}", own.root / "files")
        self.addCleanup(made.close)
        return made

    def test_roost_and_virsh_say_the_same(self):
        for part in words.parts():
            roost = self.client([paths.PROGRAMS / "roost"], self.servers[0])
            virsh = self.client(words.oracle_virsh(), self.servers[1])
            lines = words.table(part)
            for line, text in words.differences(roost, virsh, lines, ("roost", "virsh")):
                with self.subTest(part=part, invocation=line):
                    self.fail("\n" + text)

    def test_they_say_the_same_of_a_guest(self):
        roost = self.client([paths.PROGRAMS / "roost"], self.servers[0], "qemu+unix:///system")
        virsh = self.client(words.oracle_virsh(), self.servers[1], "qemu+unix:///system")
        for line, text in words.differences(roost, virsh, words.guest_table(), ("roost", "virsh")):
            with self.subTest(invocation=line):
                self.fail("\n" + text)

    def test_virsh_hears_the_same_of_both_daemons(self):
        socket = words.ORACLE / "run/libvirt/libvirt-sock"
        try:
            theirs = words.Client(
                words.oracle_virsh(), f"test+unix:///default?socket={socket}", self.servers[0].root / "theirs")
        except libvirt.libvirtError:
            self.skipTest("libvirtd 11.3 doesn't run")
        self.addCleanup(theirs.close)
        ours = self.client(words.oracle_virsh(), self.servers[1])
        for part in words.parts():
            lines = words.table(part)
            for line, text in words.differences(ours, theirs, lines, ("roostd", "libvirtd")):
                if not words.is_driven_otherwise(line):
                    with self.subTest(part=part, invocation=line):
                        self.fail("\n" + text)

    def test_every_command_has_its_help(self):
        roost = self.client([paths.PROGRAMS / "roost"], self.servers[0])
        virsh = self.client(words.oracle_virsh(), self.servers[1])
        names = words.commands(virsh)
        self.assertGreater(len(names), 270)
        for line, text in words.differences(roost, virsh, [f"help {name}" for name in names], ("roost", "virsh")):
            with self.subTest(invocation=line):
                self.fail("\n" + text)
