"""The host's network interfaces: as virsh and roost print them, on both servers, and defined where ifupdown sets them up."""

import unittest
import xml.etree.ElementTree as etree

import libvirt

from harness.case import ServerCase, on_each_server
from harness.virsh import Roost, Virsh
from test_networks import Host

# Each is said alike by both programs, whatever the server answers.
ALIKE = """
iface-list
iface-list --all
iface-list --inactive
iface-list --all --inactive
iface-dumpxml lo
iface-dumpxml lo --inactive
iface-dumpxml nope
iface-dumpxml
iface-mac lo
iface-mac nope
iface-mac 00:00:00:00:00:00
iface-name 11:22:33:44:55:66
iface-name bogus
iface-start nope
iface-start lo
iface-destroy lo
iface-undefine lo
iface-define /nonexistent.xml
iface-define {files}/card.xml
iface-begin
iface-commit
iface-rollback
iface-bridge lo brx --delay x
iface-bridge nope brx
iface-bridge lo brx
iface-unbridge nope
iface-unbridge lo
"""


@on_each_server
class Interfaces(ServerCase):
    def test_virsh_and_roost_say_the_same(self):
        self.file("card.xml", "<interface type='ethernet' name='zz'/>")
        roost = Roost(self.server.uri)
        for line in ALIKE.strip().splitlines():
            with self.subTest(line):
                words = line.format(files=self.server.root / "files").split()
                self.assertEqual(roost(*words), self.virsh(*words))


class Links(unittest.TestCase):
    """Links of a host of its own, which is a network namespace."""

    def setUp(self):
        self.host = Host()
        self.addCleanup(self.host.stop)
        self.host.start()
        self.virsh = Virsh(self.host.uri)
        self.host.run("ip", "link", "add", "br5", "address", "52:54:00:00:00:55", "type", "bridge", "forward_delay", "200")
        self.host.run("ip", "link", "add", "one", "address", "52:54:00:00:00:56", "type", "veth", "peer", "two")
        self.host.run("ip", "link", "set", "two", "address", "52:54:00:00:00:58")
        self.host.run("ip", "tuntap", "add", "vnet3", "mode", "tap")
        for port in "one", "vnet3":
            self.host.run("ip", "link", "set", port, "master", "br5")
        for link in "one", "two", "br5":
            self.host.run("ip", "link", "set", link, "up")

    def test_a_bridge_is_shown_with_its_ports_but_for_guests_cards(self):
        bridge = etree.fromstring(self.virsh.ok("iface-dumpxml", "br5"))
        self.assertEqual(bridge.get("type"), "bridge")
        self.assertEqual(bridge.find("bridge").get("delay"), "200")
        self.assertEqual([port.get("name") for port in bridge.findall("bridge/interface")], ["one"])
        self.assertEqual(bridge.find("bridge/interface/link").get("state"), "up")
        listed = self.virsh.ok("iface-list", "--all")
        for name, isThere in {"br5": True, "two": True, "lo": True, "one": False, "vnet3": False}.items():
            self.assertEqual(f" {name} " in listed, isThere, name)

    def test_interfaces_are_found_by_their_addresses(self):
        connection = libvirt.open(self.host.uri)
        self.addCleanup(connection.close)
        found = connection.interfaceLookupByMACString("52:54:00:00:00:58")
        self.assertEqual((found.name(), found.isActive()), ("two", 1))
        self.host.run("ip", "link", "add", "twin", "address", "52:54:00:00:00:58", "type", "veth", "peer", "other")
        # That of a bridge's port isn't found, since the bridge stands for it.
        for address, code in (("52:54:00:00:00:58", libvirt.VIR_ERR_MULTIPLE_INTERFACES),
                              ("52:54:00:00:00:56", libvirt.VIR_ERR_NO_INTERFACE)):
            with self.assertRaises(libvirt.libvirtError) as refused:
                connection.interfaceLookupByMACString(address)
            self.assertEqual(refused.exception.get_error_code(), code)
        self.host.run("ip", "link", "set", "twin", "up")
        self.assertEqual(connection.numOfInterfaces(), len(connection.listInterfaces()))
        self.assertEqual(len(connection.listAllInterfaces()), len(self.virsh.ok("iface-list", "--all").splitlines()) - 2)

