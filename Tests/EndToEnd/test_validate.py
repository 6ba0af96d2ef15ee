"""Documents checked against libvirt's schemas when the client asks for it."""

import libvirt

from harness.case import ServerCase, on_each_server

FAILED = ("XML document failed to validate against schema: "
          "Unable to validate doc against /usr/share/libvirt/schemas/domain.rng")


@on_each_server
class Validate(ServerCase):
    def bad_documents(self, name):
        """What is wrong, the document, and what the message names."""
        good = self.document(name).read_text()
        yield "an unknown element", good.replace("</devices>", "</devices><bogus/>"), "bogus"
        yield "an unknown device", good.replace("</devices>", "<bogus/></devices>"), "devices"
        yield "an unknown attribute", good.replace("<devices>", "<devices bogus='yes'>"), "devices"

    def test_good_documents(self):
        name = self.fresh_name()
        path = self.document(name)
        self.addCleanup(self.remove, name)
        self.virsh.ok("define", path, "--validate")
        self.virsh.ok("undefine", name)
        self.virsh.ok("create", path, "--validate", "--paused")
        self.assertEqual(self.virsh.ok("domstate", name), "paused")

    def test_bad_documents(self):
        name = self.fresh_name()
        for what, text, named in self.bad_documents(name):
            path = self.file("bad.xml", text)
            for command in ("define", "create"):
                with self.subTest(what=what, command=command):
                    self.assertVirshFails(self.virsh(command, path, "--validate"), FAILED, named)
                    self.assertNotIn(name, self.virsh.ok("list", "--all", "--name"))

    def test_what_is_unknown_is_passed_over_unless_asked(self):
        name = self.fresh_name()
        self.addCleanup(self.remove, name)
        for what, text, _ in self.bad_documents(name):
            with self.subTest(what=what):
                self.virsh.ok("define", self.file("bad.xml", text))

    def test_the_error_in_the_library(self):
        _, text, _ = next(self.bad_documents(self.fresh_name()))
        with self.assertRaises(libvirt.libvirtError) as raised:
            self.connect().defineXMLFlags(text, libvirt.VIR_DOMAIN_DEFINE_VALIDATE)
        self.assertEqual(raised.exception.get_error_code(), libvirt.VIR_ERR_XML_INVALID_SCHEMA)
        self.assertEqual(raised.exception.get_error_domain(), libvirt.VIR_FROM_XML)

    def test_what_is_not_xml(self):
        path = self.file("bad.xml", "<domain")
        self.assertVirshFails(self.virsh("define", path, "--validate"), "1: ")
