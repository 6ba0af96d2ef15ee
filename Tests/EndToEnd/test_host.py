"""What the server says of the host and of itself."""

import os
import socket
import xml.etree.ElementTree as etree

from harness.case import ServerCase, on_each_server


@on_each_server
class Host(ServerCase):
    def test_hostname_and_uri(self):
        self.assertEqual(self.virsh.ok("hostname"), socket.gethostname())
        self.assertEqual(self.virsh.ok("uri"), self.server.uri)
        self.assertEqual(self.connect().getURI(), self.server.uri)

    def test_version(self):
        text = self.virsh.ok("version", "--daemon")
        self.assertIn("Using API: QEMU ", text)
        self.assertRegex(text, r"Running hypervisor: QEMU \d+\.\d+\.\d+")
        self.assertRegex(text, r"Running against daemon: \d+\.\d+\.\d+")

    def test_nodeinfo(self):
        fields = dict(map(str.strip, line.split(":", 1)) for line in self.virsh.ok("nodeinfo").splitlines())
        self.assertEqual(fields["CPU model"], "x86_64")
        self.assertEqual(int(fields["CPU(s)"]), os.cpu_count())
        self.assertEqual(fields["NUMA cell(s)"], "1")
        self.assertRegex(fields["Memory size"], r"^\d+ KiB$")

    def test_capabilities(self):
        capabilities = etree.fromstring(self.virsh.ok("capabilities"))
        self.assertEqual(capabilities.findtext("host/cpu/arch"), "x86_64")
        guest = next(g for g in capabilities.findall("guest") if g.find("arch").get("name") == "x86_64")
        kinds = {d.get("type") for d in guest.findall("arch/domain")}
        self.assertIn("qemu", kinds)
        machines = {m.text: m.get("canonical") for m in guest.findall("arch/machine")}
        self.assertIn("q35", machines)
        self.assertEqual(machines["pc"], "pc-i440fx-7.2")

    def test_domain_capabilities(self):
        text = self.virsh.ok("domcapabilities", "--virttype", "qemu", "--arch", "x86_64", "--machine", "q35")
        document = etree.fromstring(text)
        self.assertEqual(document.findtext("path"), "/usr/bin/qemu-system-x86_64")
        self.assertEqual(document.findtext("domain"), "qemu")
        self.assertEqual(document.findtext("machine"), "pc-q35-7.2")
        buses = {v.text for v in document.findall("devices/disk/enum[@name='bus']/value")}
        self.assertLessEqual({"virtio", "scsi", "sata"}, buses)

    def test_domain_capabilities_of_nothing(self):
        self.assertVirshFails(self.virsh("domcapabilities", "--virttype", "xen"),
                              "failed to get emulator capabilities")

    def test_connection_is_alive_and_plain(self):
        connection = self.connect()
        self.assertEqual((connection.isAlive(), connection.isSecure(), connection.isEncrypted()), (1, 1, 0))
        self.assertEqual(connection.getType(), "QEMU")
        self.assertEqual(connection.getMaxVcpus("qemu"), connection.getMaxVcpus("qemu"))
        self.assertGreater(connection.getFreeMemory(), 0)
