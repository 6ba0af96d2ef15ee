"""Snapshots and checkpoints of the test driver: the shell says what Debian's virsh says, word for word."""

import difflib
import re

import libvirt

from harness.case import ServerCase, on_roostd
from harness.virsh import Roost, Virsh

URI = "test:///default"
SNAPSHOTS = """
snapshot-list test
snapshot-current test
snapshot-create-as test a --description first
snapshot-create-as test b
snapshot-create-as test c
suspend test
snapshot-list test --parent
snapshot-list test --tree
snapshot-dumpxml test b
snapshot-info test b
snapshot-info test nosuch
snapshot-info test --current
snapshot-info test
snapshot-info test a --current
snapshot-parent test a
snapshot-parent test b
snapshot-parent test --current
snapshot-current test --name
snapshot-current test b
snapshot-current test --name
snapshot-current test --name b
snapshot-current test nosuch
snapshot-create-as test e
snapshot-list test --tree
snapshot-list test --roots
snapshot-list test --leaves
snapshot-list test --no-leaves --name
snapshot-list test --from b
snapshot-list test --from a --descendants --name
snapshot-list test --from b --tree
snapshot-list test --current
snapshot-list test --internal
snapshot-list test --external
snapshot-list test --active
snapshot-list test --inactive
snapshot-list test --disk-only
snapshot-list test --metadata --name
snapshot-list test --no-metadata --name
snapshot-list test --tree --roots
snapshot-list test --tree --parent
snapshot-list test --tree --leaves
snapshot-list test --name --tree
snapshot-list test --roots --from b
snapshot-list test --roots --current
snapshot-list test --parent --roots
snapshot-list test --from a --current
snapshot-list test --from nosuch
snapshot-list test --descendants
snapshot-create-as test a
snapshot-create-as test ""
snapshot-create-as test d --disk-only
snapshot-create-as test d --no-metadata
snapshot-create-as test d --diskspec vda,snapshot=no
snapshot-create-as test d --diskspec vdz
snapshot-create-as test d --memspec file=/x,snapshot=external
snapshot-create test --current
snapshot-create test --redefine
snapshot-create test /nonexistent.xml
snapshot-create-as test --print-xml x --diskspec vda,snapshot=external,file=/a,,b,driver=qcow2 --memspec file=/m --description <&
snapshot-create-as test --print-xml x --diskspec vda,snapshot=no --diskspec vdb,stype=block,file=/dev/x
snapshot-create-as test --print-xml x --diskspec vda,bogus=no
snapshot-create-as test --print-xml x --diskspec vda,stype=network
snapshot-create-as test --print-xml x --memspec bogus=no
snapshot-create-as test --print-xml
snapshot-create-as test z --halt
domstate test --reason
snapshot-revert test a
domstate test --reason
snapshot-revert test e
domstate test --reason
snapshot-revert test a --paused
domstate test --reason
snapshot-revert test e --running
domstate test --reason
snapshot-revert test a --running --paused
snapshot-revert test --current
snapshot-revert test
snapshot-revert test b --force
snapshot-revert test nosuch
checkpoint-create-as test k
snapshot-delete test nosuch
snapshot-delete test
snapshot-delete test b --children --children-only
snapshot-delete test b --metadata
snapshot-delete test b --children-only
snapshot-list test --tree
snapshot-current test --name
snapshot-create-as test f
destroy test
snapshot-create-as test off
domstate test --reason
undefine test
snapshot-revert test a
snapshot-revert test off
domstate test --reason
snapshot-delete test a --children
snapshot-list test
snapshot-current test
snapshot-delete test --current
undefine test
"""
CHECKPOINTS = """
checkpoint-list test
checkpoint-create-as test k1 --description one
checkpoint-dumpxml test k1
checkpoint-dumpxml test k1 --no-domain
checkpoint-create-as test k2
checkpoint-create-as test k3 --diskspec vda,checkpoint=no
checkpoint-create-as test k3
checkpoint-create-as test k9 --diskspec vdz
checkpoint-create-as test k4 --quiesce
checkpoint-create-as test --print-xml q --diskspec vda,checkpoint=bitmap,bitmap=foo --description x
checkpoint-create-as test --print-xml q --diskspec vda,bogus=1
checkpoint-list test --tree
checkpoint-list test --parent
checkpoint-list test --name
checkpoint-list test --roots
checkpoint-list test --leaves
checkpoint-list test --topological --name
checkpoint-list test --from k1
checkpoint-list test --from k1 --descendants --parent
checkpoint-list test --from k1 --tree
checkpoint-list test --descendants
checkpoint-list test --from nosuch
checkpoint-list test --tree --leaves
checkpoint-list test --tree --name
checkpoint-list test --roots --from k1
checkpoint-info test k2
checkpoint-info test nosuch
checkpoint-parent test k1
checkpoint-parent test k2
checkpoint-parent test nosuch
checkpoint-delete test nosuch
checkpoint-delete test k2
checkpoint-list test --tree
checkpoint-delete test k1 --children-only
checkpoint-list test --tree
checkpoint-delete test k1 --metadata
checkpoint-list test
checkpoint-create test --redefine
checkpoint-create-as test k1
snapshot-create-as test s
snapshot-create test
destroy test
checkpoint-create-as test off
undefine test
undefine test --checkpoints-metadata
"""
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}|<creationTime>\d+<")


@on_roostd
class Words(ServerCase):
    """Of no server: each shell has a test driver of its own."""

    def compare(self, script):
        said = []
        for shell in (Virsh(URI), Roost(URI)):
            lines = []
            result = shell(stdin=script)
            # Errors go by another way: their order is that of the errors alone.
            for text in (result.output, result.errors):
                lines += TIME.sub("TIME", text.replace("roost # ", "virsh # ")).splitlines()
            said.append([line for line in lines if not line.startswith(("Welcome to", "Type: ", "       '"))])
        virsh, roost = said
        different = list(difflib.unified_diff(virsh, roost, "virsh", "roost", lineterm="", n=4))
        self.assertEqual(different, [], "\n" + "\n".join(different))

    def test_snapshots(self):
        self.compare(SNAPSHOTS)

    def test_checkpoints(self):
        self.compare(CHECKPOINTS)


@on_roostd
class TestDriver(ServerCase):
    """The test driver of the daemon, asked by libvirt's own library."""

    def setUp(self):
        self.connection = libvirt.open(self.server.uri.replace("qemu+unix:///system", "test+unix:///default"))
        self.addCleanup(self.connection.close)
        self.domain = self.connection.lookupByName("test")

    def test_errors_have_libvirts_numbers(self):
        def code(call, *arguments):
            return self.assertLibvirtError(call_code[call], getattr(self.domain, call), *arguments)
        call_code = {"snapshotLookupByName": libvirt.VIR_ERR_NO_DOMAIN_SNAPSHOT,
                     "checkpointLookupByName": libvirt.VIR_ERR_NO_DOMAIN_CHECKPOINT,
                     "snapshotCurrent": libvirt.VIR_ERR_NO_DOMAIN_SNAPSHOT}
        code("snapshotLookupByName", "nosuch")
        code("checkpointLookupByName", "nosuch")
        code("snapshotCurrent")
        redefine = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE
        for xml, number in [("<domainsnapshot/>", libvirt.VIR_ERR_XML_ERROR),
                            ("<domainsnapshot><name>r</name></domainsnapshot>", libvirt.VIR_ERR_INTERNAL_ERROR),
                            ("<domainsnapshot><name>r</name><creationTime>5</creationTime></domainsnapshot>",
                             libvirt.VIR_ERR_XML_ERROR),
                            ("<domainsnapshot><name>r</name><creationTime>5</creationTime><state>foo</state>"
                             "</domainsnapshot>", libvirt.VIR_ERR_CONFIG_UNSUPPORTED)]:
            self.assertLibvirtError(number, self.domain.snapshotCreateXML, xml, redefine)

    def test_a_redefined_snapshot_finds_its_place(self):
        redefine = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE
        first = self.domain.snapshotCreateXML("<domainsnapshot><name>one</name></domainsnapshot>")
        second = self.domain.snapshotCreateXML("<domainsnapshot><name>two</name></domainsnapshot>")
        (one, two) = first.getXMLDesc(), second.getXMLDesc()
        self.addCleanup(lambda: [each.delete() for each in self.domain.listAllSnapshots()])
        for name, parent, words in [("one", "one", "own parent"), ("one", "gone", "not found"),
                                    ("one", "two", "cycle")]:
            document = one.replace("<creationTime>", f"<parent><name>{parent}</name></parent><creationTime>", 1)
            error = self.assertLibvirtError(
                libvirt.VIR_ERR_INVALID_ARG, self.domain.snapshotCreateXML, document, redefine)
            self.assertIn(words, str(error))
        second.delete()
        self.assertEqual(self.domain.snapshotListNames(), ["one"])
        self.domain.snapshotCreateXML(two, redefine)
        self.assertEqual(self.domain.snapshotLookupByName("two").getParent().getName(), "one")
        self.assertEqual(self.domain.snapshotCurrent().getName(), "one")
        self.domain.snapshotCreateXML(two, redefine | libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT)
        self.assertEqual(self.domain.snapshotCurrent().getName(), "two")
        self.assertEqual(first.listChildrenNames(), ["two"])
        self.assertEqual(first.numChildren(), 1)
        self.assertTrue(first.hasMetadata())
        self.assertEqual(second.getXMLDesc(), two)
