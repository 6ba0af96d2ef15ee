"""How much networks and cards may send: the kernel's traffic control, held against what the program `tc` makes of libvirt's words."""

import os
import re
import unittest
import uuid

import libvirt

from harness.domains import domain
from harness.host import Host
from harness.virsh import Virsh

NETWORK = """<network><name>n1</name><bridge name='virbr1'/><bandwidth>{0}</bandwidth><ip address='10.77.1.1' netmask='255.255.255.0'/>
  <portgroup name='slow' default='yes'><bandwidth><inbound average='100'/></bandwidth></portgroup></network>"""
LIMITS = "<inbound average='1000' peak='5000' burst='5120'/>"
PORT = """<networkport><uuid>{0}</uuid><owner><name>o</name><uuid>6f9ef4a5-2b3c-4f5e-9a12-112233445566</uuid></owner>
  <mac address='52:54:00:11:22:{1}'/><bandwidth>{2}</bandwidth></networkport>"""


def tree(bridge, usual, *classes, filters=()):
    """libvirt's words for `tc`: the classes by their number, parent, rest of words, and whom packets to an address belong to."""
    yield f"qdisc add dev {bridge} root handle 1: htb default {usual}"
    for number, parent, words in classes:
        yield f"class add dev {bridge} parent {parent} classid 1:{number} htb {words}"
    # The second class, or a card's only one, has the second queue of its own.
    yield f"?qdisc add dev {bridge} parent 1:{usual} handle 2: sfq perturb 10"
    yield f"?filter add dev {bridge} parent 1:0 protocol all prio 1 handle 1 fw flowid 1"
    for number, address in filters:
        yield f"?qdisc add dev {bridge} parent 1:{number} handle {number}: sfq perturb 10"
        yield (f"filter add dev {bridge} protocol ip prio 2 handle 800::80{number} u32 match u16 0x0800 0xffff at -2 "
               f"match u32 0x001122{address} 0xffffffff at -12 match u16 0x5254 0xffff at -14 flowid 1:{number}")


def card(kind, source, number, bandwidth):
    return (f"<interface type='{kind}'><mac address='52:54:00:11:22:{number}'/><source {kind}='{source}'/><model type='virtio'/>"
            f"<bandwidth>{bandwidth}</bandwidth></interface>")


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class Bandwidths(unittest.TestCase):
    def setUp(self):
        self.host = Host()
        self.addCleanup(self.host.stop)
        self.host.start()
        self.virsh = Virsh(self.host.uri)
        self.connect()

    def connect(self):
        self.connection = libvirt.open(self.host.uri)
        self.addCleanup(self.connection.close)

    def control(self, link):
        """What the kernel's traffic control says of a link."""
        lines = [self.host.run("tc", "-d", kind, "show", "dev", link) for kind in ("qdisc", "class", "filter")]
        return re.sub(r"refcnt \d+ |direct_packets_stat \d+ ", "", "".join(sorted(line + "\n" for part in lines for line in part.splitlines())))

    def assertMade(self, link, *words):
        """That a link's traffic control is what `tc` makes of these words."""
        self.host.run("ip", "link", "add", "reference", "type", "bridge")
        self.host.run("ip", "link", "set", "reference", "up")
        for one in words:
            try:
                self.host.run("tc", *one.removeprefix("?").split())
            except Exception:
                # There are kernels that don't know what is only better to have.
                self.assertTrue(one.startswith("?"), one)
        expected = self.control("reference")
        self.host.run("ip", "link", "del", "reference")
        self.assertEqual(self.control(link), expected)

    def refused(self, call, words):
        with self.assertRaises(libvirt.libvirtError) as caught:
            call()
        self.assertIn(words, caught.exception.get_error_message())

    def network(self, limits=LIMITS):
        network = self.connection.networkDefineXML(NETWORK.format(limits))
        network.create()
        return network

    def port(self, network, number, bandwidth):
        return network.portCreateXML(PORT.format(uuid.uuid5(uuid.NAMESPACE_DNS, number), number, bandwidth), 0)

    def test_a_networks_bridge_is_shared(self):
        network = self.network()
        whole = ("1", "1:", "rate 1000kbps ceil 5000kbps quantum 85")
        rest = lambda rate, burst="": ("2", "1:1", f"rate {rate}kbps ceil 5000kbps {burst} quantum 85")
        self.assertMade("virbr1", *tree("reference", 2, whole, rest(1000, "burst 5120kb")))
        first = self.port(network, "33", "<inbound average='300' peak='400' floor='200' burst='256'/>")
        plain = self.port(network, "34", "<inbound average='300'/>")
        second = self.port(network, "35", "<inbound average='100' floor='100'/>")
        shares = lambda one, two: [("3", "1:1", f"rate {one}kbps ceil 5000kbps quantum 25"), ("4", "1:1", f"rate {two}kbps ceil 5000kbps quantum 8")]
        both = [("3", "33"), ("4", "35")]
        self.assertMade("virbr1", *tree("reference", 2, whole, rest(4700), *shares(200, 100), filters=both))
        self.assertIn("<bandwidth classID='4'>", second.XMLDesc())
        self.assertNotIn("classID", plain.XMLDesc())
        self.refused(
            lambda: self.port(network, "36", "<inbound average='1' floor='4701'/>"),
            "Cannot plug '52:54:00:11:22:36' interface into 'virbr1' because new combined inbound floor=5001 would overcommit peak=5000 on network 'n1'")
        self.assertEqual(len(network.listAllPorts()), 3)
        # What a killed daemon has promised holds.
        self.host.kill()
        self.host.run("tc", "qdisc", "del", "dev", "virbr1", "root")
        self.host.restart()
        self.connect()
        network = self.connection.networkLookupByName("n1")
        first, second = (network.portLookupByUUID(port.UUID()) for port in (first, second))
        self.assertMade("virbr1", *tree("reference", 2, whole, rest(4700), *shares(200, 100), filters=both))
        first.delete()
        self.assertMade("virbr1", *tree("reference", 2, whole, rest(4900), shares(200, 100)[1], filters=both[1:]))
        # Its class is free again.
        again = self.port(network, "33", "<inbound average='300' floor='50'/>")
        self.assertIn("<bandwidth classID='3'>", again.XMLDesc())
        # An average needs no class, and a new share is told to the class that there is.
        second.setParameters({"inbound.average": 100, "inbound.floor": 150}, 0)
        classes = self.host.run("tc", "class", "show", "dev", "virbr1")
        self.assertIn("class htb 1:4 parent 1:1 prio 0 rate 1200Kbit", classes)
        self.assertIn("class htb 1:2 parent 1:1 prio 0 rate 38400Kbit", classes)
        second.setParameters({"inbound.average": 100}, 0)
        self.assertNotIn("1:4 ", self.host.run("tc", "class", "show", "dev", "virbr1"))
        network.destroy()
        self.assertNotIn("virbr1", self.host.links())

    def test_a_share_needs_a_network_that_can_promise_it(self):
        own = "Invalid use of 'floor' on interface with MAC address 52:54:00:11:22:33 - "
        plain = self.network("")
        self.refused(lambda: self.port(plain, "33", "<inbound average='1' floor='1'/>"), own + "network 'n1' has no inbound QoS set")
        plain.destroy()
        plain.undefine()
        average = self.network("<inbound average='500'/>")
        self.refused(lambda: self.port(average, "33", "<inbound average='1' floor='501'/>"), "floor=501 would overcommit average=500 on network 'n1'")
        self.host.run("ip", "link", "add", "br0", "type", "bridge")
        lan = self.connection.networkCreateXML(
            "<network><name>lan</name><forward mode='bridge'/><bridge name='br0'/><bandwidth><inbound average='500'/></bandwidth></network>")
        self.assertIn("rate 4Mbit", self.host.run("tc", "class", "show", "dev", "br0"))
        self.refused(lambda: self.port(lan, "33", "<inbound average='1' floor='1'/>"),
                     own + "'floor' is only supported for interface type 'network' with forward type 'nat', 'route', 'open' or none")
        lan.destroy()
        self.assertEqual(self.host.run("tc", "class", "show", "dev", "br0"), "")

    def test_a_guests_card_is_promised_a_share(self):
        self.network()
        guest = self.connection.createXML(domain("g1", devices=card("network", "n1", "33", "<inbound average='300' peak='400' burst='256' floor='200'/>")))
        self.assertMade("vnet0", *tree("reference", 1, ("1", "1:", "rate 300kbps ceil 400kbps burst 256kb quantum 25")))
        shares = lambda: re.findall(r"class htb (1:\d) .*? rate (\S+)", self.host.run("tc", "class", "show", "dev", "virbr1"))
        self.assertIn(("1:3", "1600Kbit"), shares())
        self.assertIn(("1:2", "38400Kbit"), shares())
        self.virsh.ok("domiftune", "g1", "vnet0", "--inbound", "300,400,256,100", "--live")
        self.assertIn(("1:3", "800Kbit"), shares())
        self.assertIn("inbound.floor  : 100", self.virsh.ok("domiftune", "g1", "vnet0"))
        self.refused(lambda: guest.setInterfaceParameters("vnet0", {"inbound.average": 1, "inbound.floor": 9999}, 1), "would overcommit peak=5000")
        self.assertIn(("1:3", "800Kbit"), shares())
        guest.updateDeviceFlags(card("network", "n1", "33", "<inbound average='300' floor='4900'/>"), 1)
        self.assertIn(("1:2", "800Kbit"), shares())
        self.virsh.ok("domiftune", "g1", "vnet0", "--inbound", "0")
        self.assertNotIn("1:3", dict(shares()))
        self.assertNotIn("<bandwidth>", guest.XMLDesc())
        guest.updateDeviceFlags(card("network", "n1", "33", "<inbound average='300' floor='300'/>"), 1)
        self.assertIn(("1:3", "2400Kbit"), shares())
        guest.destroy()
        self.assertNotIn("1:3", dict(shares()))
        self.assertIn(("1:2", "40Mbit"), shares())
        self.refused(lambda: self.connection.createXML(domain("g1", devices=card("network", "n1", "33", "<inbound average='1' floor='5001'/>"))), "would overcommit")
        self.assertNotIn("vnet", " ".join(self.host.links()))

    def test_cards_beside_networks_are_promised_nothing(self):
        self.host.run("ip", "link", "add", "br0", "type", "bridge")
        guest = self.connection.defineXML(domain("g1", devices=card("bridge", "br0", "33", "<inbound average='100'/>")))
        guest.create()
        for flags in (1, 2):
            self.refused(lambda: guest.setInterfaceParameters("52:54:00:11:22:33", {"inbound.floor": 5}, flags),
                         "'floor' is only supported for interface type 'network'")
        self.assertMade("vnet0", *tree("reference", 1, ("1", "1:", "rate 100kbps quantum 8")))

    def test_what_comes_in_is_limited_where_the_kernel_can(self):
        """Where it can't that is said, and nothing is left."""
        police = "filter add dev {} parent ffff: protocol all u32 match u32 0 0 police rate 128kbps burst 256kb mtu 64kb drop flowid :1"
        self.host.run("ip", "link", "add", "br0", "type", "bridge")
        self.host.run("tc", "qdisc", "add", "dev", "br0", "ingress")
        try:
            self.host.run("tc", *police.format("br0").split())
            can = True
        except Exception:
            can = False
        self.host.run("tc", "qdisc", "del", "dev", "br0", "ingress")
        outbound = "<outbound average='128' burst='256'/>"
        guest = self.connection.defineXML(domain("g1", devices=card("bridge", "br0", "33", outbound)))
        network = self.connection.networkDefineXML(NETWORK.format(outbound))
        if can:
            guest.create()
            network.create()
            for link in ("vnet0", "virbr1"):
                self.assertMade(link, "qdisc add dev reference ingress", police.format("reference"))
            guest.setInterfaceParameters("vnet0", {"outbound.average": 0}, 1)
            self.assertNotIn("ingress", self.control("vnet0"))
            return
        for one, link in ((guest, "vnet0"), (network, "virbr1")):
            self.refused(one.create, f"cannot set bandwidth limits on {link}: the kernel's traffic control has no 'police'")
            self.assertNotIn(link, self.host.links())
            self.assertFalse(one.isActive())


if __name__ == "__main__":
    unittest.main()
