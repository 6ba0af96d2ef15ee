"""Domain XML in its flavours, titles, descriptions and metadata."""

import re
import xml.etree.ElementTree as etree

from harness.case import ServerCase, on_each_server

VNC = "<graphics type='vnc' passwd='sesame'/>"


@on_each_server
class Documents(ServerCase):
    def test_active_and_inactive(self):
        name = self.running()
        active = etree.fromstring(self.virsh.ok("dumpxml", name))
        inactive = etree.fromstring(self.virsh.ok("dumpxml", name, "--inactive"))
        self.assertEqual(active.get("id"), self.virsh.ok("domid", name))
        self.assertIsNone(inactive.get("id"))
        self.assertEqual(active.find("devices/serial/alias").get("name"), "serial0")
        self.assertIsNone(inactive.find("devices/serial/alias"))
        self.assertRegex(active.find("devices/console").get("tty"), "^/dev/pts/")

    def test_secrets_only_when_asked_for(self):
        name = self.running(devices=VNC)
        for flags in ((), ("--inactive",)):
            self.assertNotIn("sesame", self.virsh.ok("dumpxml", name, *flags))
        # What is sent to another host must be whole.
        self.assertIn("passwd='sesame'", self.virsh.ok("dumpxml", name, "--migratable"))
        self.assertIn("passwd='sesame'", self.virsh.ok("dumpxml", name, "--security-info"))
        self.assertIn("passwd='sesame'", self.virsh.ok("dumpxml", name, "--security-info", "--inactive"))

    def test_secrets_are_refused_to_readonly_clients(self):
        name = self.defined(devices=VNC)
        self.assertNotIn("sesame", self.readonly.ok("dumpxml", name))
        self.assertVirshFails(self.readonly("dumpxml", name, "--security-info"),
                              "operation forbidden: virDomainGetXMLDesc with secure flag")

    def test_migratable(self):
        name = self.running()
        document = etree.fromstring(self.virsh.ok("dumpxml", name, "--migratable"))
        self.assertIsNone(document.get("id"))

    def test_what_is_dumped_can_be_defined_again_unchanged(self):
        name = self.defined(devices=VNC)
        before = self.virsh.ok("dumpxml", name, "--security-info")
        self.virsh.ok("define", self.file("same.xml", before))
        self.assertEqual(self.virsh.ok("dumpxml", name, "--security-info"), before)

    def test_xpath(self):
        name = self.defined()
        self.assertEqual(self.virsh.ok("dumpxml", name, "--xpath", "/domain/name"), f"<name>{name}</name>")

    def test_description_and_title(self):
        name = self.defined()
        self.assertEqual(self.virsh.ok("desc", name), f"No description for domain: {name}")
        self.virsh.ok("desc", name, "--new-desc", "about this domain")
        self.assertEqual(self.virsh.ok("desc", name), "about this domain")
        self.virsh.ok("desc", name, "--title", "--new-desc", "A title")
        self.assertEqual(self.virsh.ok("desc", name, "--title"), "A title")
        document = etree.fromstring(self.virsh.ok("dumpxml", name))
        self.assertEqual(document.findtext("title"), "A title")
        self.assertEqual(document.findtext("description"), "about this domain")

    def test_description_live_and_config(self):
        name = self.running()
        self.virsh.ok("desc", name, "--live", "--new-desc", "now")
        self.virsh.ok("desc", name, "--config", "--new-desc", "later")
        self.assertEqual(self.virsh.ok("desc", name, "--live"), "now")
        self.assertEqual(self.virsh.ok("desc", name, "--config"), "later")

    def test_metadata(self):
        name = self.defined()
        uri = "http://example.org/roost"
        self.assertVirshFails(self.virsh("metadata", name, uri), "metadata not found")
        self.virsh.ok("metadata", name, uri, "--key", "r", "--set", "<note kind='x'>words</note>")
        shown = etree.fromstring(self.virsh.ok("metadata", name, uri))
        self.assertEqual((shown.tag, shown.get("kind"), shown.text), ("note", "x", "words"))
        self.assertRegex(self.virsh.ok("dumpxml", name), r"<r:note xmlns:r=.http://example.org/roost.")
        self.virsh.ok("metadata", name, uri, "--remove")
        self.assertVirshFails(self.virsh("metadata", name, uri), "metadata not found")

    def test_unknown_flags_are_refused(self):
        domain = self.connect().lookupByName(self.defined())
        import libvirt
        self.assertLibvirtError(libvirt.VIR_ERR_INVALID_ARG, domain.XMLDesc, 1 << 20)

    def test_every_mac_and_uuid_is_filled_in(self):
        name = self.fresh_name()
        document = re.sub("<uuid>.*</uuid>", "", self.document(
            name, devices="<interface type='user'><model type='virtio'/></interface>").read_text())
        self.virsh.ok("define", self.file("bare.xml", document))
        self.addCleanup(self.remove, name)
        self.assertRegex(self.virsh.ok("domuuid", name), "^[0-9a-f-]{36}$")
        mac = etree.fromstring(self.virsh.ok("dumpxml", name)).find("devices/interface/mac").get("address")
        self.assertRegex(mac, "^52:54:00(:[0-9a-f]{2}){3}$")
