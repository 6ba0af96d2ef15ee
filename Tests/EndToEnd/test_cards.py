"""Guests' network cards: taps on networks and bridges, made by the daemon and handed to QEMU."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import unittest
import uuid
import xml.etree.ElementTree as etree

import jsonschema
import libvirt

from harness import paths
from harness.domains import domain
from harness.host import Host
from harness.terminal import Terminal
from harness.virsh import Roost, Virsh
from harness.waiting import eventually

NAT = """<network><name>{0}</name><forward mode='nat'/><bridge name='{1}' delay='0' stp='off'/>{3}
  <ip address='10.77.{2}.1' netmask='255.255.255.0'><dhcp><range start='10.77.{2}.2' end='10.77.{2}.99'/></dhcp></ip></network>"""
PORT = "6f9ef4a5-2b3c-4f5e-9a12-1122334455aa"
OWNER = "<owner><name>foo</name><uuid>6f9ef4a5-2b3c-4f5e-9a12-112233445566</uuid></owner>"


def card(network="n1", number=1, kind="network", extra="", source="", model="virtio"):
    return (f"<interface type='{kind}'><mac address='52:54:00:aa:00:{number:02x}'/>"
            f"<source {kind}='{network}'{source}/><model type='{model}'/>{extra}</interface>")


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class Cards(unittest.TestCase):
    def setUp(self):
        self.host = Host()
        self.addCleanup(self.host.stop)
        self.before = self.host.links(), self.host.rules()
        self.host.start()
        self.virsh = Virsh(self.host.uri)
        self.roost = Roost(self.host.uri)
        self.connect()

    def connect(self):
        self.connection = libvirt.open(self.host.uri)
        self.addCleanup(self.connection.close)
        return self.connection

    def network(self, name="n1", bridge="virbr1", number=1, extra=""):
        network = self.connection.networkDefineXML(NAT.format(name, bridge, number, extra))
        network.create()
        return network

    def bridge(self, name="br0"):
        self.host.run("ip", "link", "add", name, "type", "bridge")
        self.host.run("ip", "link", "set", name, "up")

    def guest(self, *cards, name="g1", start=True, **others):
        made = self.connection.defineXML(domain(name, devices="".join(cards), id=uuid.uuid5(uuid.NAMESPACE_DNS, name), **others))
        if start:
            made.create()
        return made

    def cards(self, guest, flags=0):
        return etree.fromstring(guest.XMLDesc(flags)).findall("devices/interface")

    def link(self, name):
        return self.host.run("ip", "-d", "link", "show", name)

    def ports(self, network):
        return sorted(port.UUIDString() for port in network.listAllPorts())

    def assertNothingLeft(self):
        self.assertEqual((self.host.links(), self.host.rules()), self.before)
        self.assertEqual([path.name for path in (self.host.root / "run/network").iterdir()], [])

    def refused(self, call, words, code=None):
        with self.assertRaises(libvirt.libvirtError) as caught:
            call()
        self.assertIn(words, caught.exception.get_error_message())
        if code is not None:
            self.assertEqual(caught.exception.get_error_code(), code)

    # What is there while a guest runs.

    def test_a_card_is_a_tap_in_its_networks_bridge(self):
        network = self.network()
        guest = self.guest(card(), card(number=2, extra="<driver queues='2'/><link state='down'/><mtu size='1400'/><port isolated='yes'/>"))
        first, second = self.cards(guest)
        self.assertEqual(first.find("source").attrib, {"network": "n1", "portid": first.find("source").get("portid"), "bridge": "virbr1"})
        self.assertEqual([one.find("target").get("dev") for one in (first, second)], ["vnet0", "vnet1"])
        self.assertEqual(first.find("alias").get("name"), "net0")
        tap = self.link("vnet0")
        for words in ("fe:54:00:aa:00:01", "master virbr1", "mtu 1500", "UP", "vnet_hdr on", "isolated off"):
            self.assertIn(words, tap)
        tap = self.link("vnet1")
        for words in ("fe:54:00:aa:00:02", "master virbr1", "mtu 1400", "multi_queue", "isolated on"):
            self.assertIn(words, tap)
        words = pathlib.Path(f"/proc/{self.host.guest_pids()[0]}/cmdline").read_bytes().decode()
        self.assertRegex(words, r'-netdev\0{"type":"tap","fd":"\d+","id":"hostnet0"}')
        self.assertRegex(words, r'-netdev\0{"type":"tap","fds":"\d+:\d+","id":"hostnet1"}')
        self.assertEqual(self.ports(network), sorted(one.find("source").get("portid") for one in (first, second)))
        self.assertIn("<network connections='2'>", network.XMLDesc())
        defined = self.cards(guest, libvirt.VIR_DOMAIN_XML_INACTIVE)[0]
        self.assertEqual((defined.find("source").attrib, defined.find("target")), ({"network": "n1"}, None))
        guest.destroy()
        self.assertNotIn("vnet0", self.host.links())
        self.assertEqual(self.ports(network), [])
        network.destroy()
        self.assertNothingLeft()

    def test_names_count_up_unless_they_are_given(self):
        self.bridge()
        guest = self.guest(
            card("br0", 1, "bridge", "<target dev='vnet7'/>"), card("br0", 2, "bridge", "<target dev='my%d'/>"),
            card("br0", 3, "bridge", "<target dev='mine'/>", model="e1000"))
        self.assertEqual([one.find("target").get("dev") for one in self.cards(guest)], ["vnet0", "my1", "mine"])
        guest.destroy()
        guest.create()
        self.assertEqual([one.find("target").get("dev") for one in self.cards(guest)], ["vnet2", "my3", "mine"])
        self.assertIn("master br0", self.link("mine"))

    def test_what_the_network_says_of_its_ports(self):
        network = self.network(extra="<port isolated='yes'/><mtu size='1300'/>")
        guest = self.guest(card())
        self.assertIn("isolated on", self.link("vnet0"))
        self.assertIn("mtu 1300", self.link("vnet0"))
        self.assertEqual(self.cards(guest)[0].find("port").get("isolated"), "yes")
        self.assertIn("<port isolated='yes'/>", network.listAllPorts()[0].XMLDesc())

    def test_networks_of_a_bridge_of_the_hosts(self):
        self.bridge()
        network = self.connection.networkDefineXML("<network><name>lan</name><forward mode='bridge'/><bridge name='br0'/></network>")
        network.create()
        guest = self.connection.createXML(domain("g1", devices=card("lan")))
        shown = self.cards(guest)[0]
        self.assertEqual((shown.get("type"), shown.find("source").get("network"), shown.find("source").get("bridge")), ("bridge", "lan", "br0"))
        self.assertIn("<plug type='bridge' bridge='br0'/>", network.listAllPorts()[0].XMLDesc())
        defined = self.cards(guest, libvirt.VIR_DOMAIN_XML_INACTIVE)[0]
        self.assertEqual((defined.get("type"), defined.find("source").attrib), ("network", {"network": "lan"}))
        self.assertIn(" vnet0       bridge   lan      virtio   52:54:00:aa:00:01", self.virsh.ok("domiflist", "g1"))

    def test_what_cannot_be_is_refused_and_leaves_nothing(self):
        self.bridge()
        network = self.connection.networkDefineXML(NAT.format("n1", "virbr1", 1, ""))
        lan = lambda extra: card("br0", 1, "bridge", extra)
        guest = self.guest(card(), start=False)
        self.refused(guest.create, "network 'n1' is not active", libvirt.VIR_ERR_OPERATION_INVALID)
        for one, words in (
            (card("nothing"), "no network with matching name 'nothing'"),
            (card("nobr", 1, "bridge"), "Cannot get interface MTU on 'nobr': No such device"),
            (card("lo", 1, "bridge"), "Cannot set interface MTU on 'vnet"),
            (lan("<target dev='lo'/>"), "The lo interface already exists"),
            (lan("<target dev='averyveryverylongname'/>"), "Network interface name 'averyveryverylongname' is too long: Numerical result out of range"),
            (lan("<target dev='a b'/>"), "Unable to create tap device a b: Invalid argument"),
            (lan("<target dev='x%dy%d'/>"), "Unable to create tap device x%dy%d: Invalid argument"),
            (lan("<driver queues='300'/>"), "Argument list too long"),
            (lan("<filterref filter='nix'/>"), "referenced filter 'nix' is missing"),
            (lan("<backend tap='/dev/null'/>"), "Inappropriate ioctl for device"),
        ):
            with self.subTest(words):
                guest = self.guest(card("br0", 9, "bridge"), one, start=False)
                self.refused(guest.create, words)
                self.assertEqual({name for name in self.host.links() if "vnet" in name}, set())
        network.create()
        guest = self.guest(card(), card("nothing", 2), start=False)
        self.refused(guest.create, "no network with matching name")
        self.assertEqual(self.ports(network), [])
        self.assertEqual(list((self.host.root / "run/qemu").glob("*.live")), [])

    def test_cards_without_a_bridge(self):
        self.host.run("ip", "tuntap", "add", "mode", "tap", "name", "made")
        ethernet = lambda extra, model="virtio": f"<interface type='ethernet'><mac address='52:54:00:aa:00:01'/>{extra}<model type='{model}'/></interface>"
        guest = self.guest(
            ethernet("<target dev='mine'/><source><ip address='10.98.0.1' prefix='24'/><route address='10.97.0.0' prefix='16' gateway='10.98.0.2'/></source>", "rtl8139"),
            ethernet("<target dev='made' managed='no'/>").replace(":01'", ":02'"))
        self.assertIn("10.98.0.1/24", self.host.run("ip", "-br", "addr", "show", "mine"))
        self.assertIn("10.97.0.0/16 via 10.98.0.2 dev mine", self.host.run("ip", "route"))
        self.assertIn("vnet_hdr off", self.link("mine"))
        self.assertNotIn("fe:54", self.link("made"))
        guest.destroy()
        self.assertNotIn("mine", self.host.links())
        self.assertIn("made", self.host.links())
        for extra, words in (
            ("<target managed='no'/>", "target dev must be supplied when managed='no'"),
            ("<target managed='no' dev='nope'/>", "target managed='no' but specified dev doesn't exist"),
            ("<target dev='made'/>", "The made interface already exists"),
        ):
            self.refused(self.guest(ethernet(extra), start=False).create, words)

    # Cards on top of a device of the host's.

    def lan(self):
        """A device of the host, and the namespace of another machine that it leads to."""
        name = self.host.namespace + "-lan"
        subprocess.run(["ip", "netns", "add", name], check=True)
        self.addCleanup(subprocess.run, ["ip", "netns", "del", name])
        self.host.run("ip", "link", "add", "lan0", "type", "veth", "peer", "name", "eth0", "netns", name)
        self.host.run("ip", "link", "set", "lan0", "up")
        for words in (["addr", "add", "10.66.0.1/24", "dev", "eth0"], ["link", "set", "eth0", "up"]):
            subprocess.run(["ip", "-n", name, *words], check=True)
        return name

    def test_a_guest_is_on_the_lan_by_macvtap(self):
        self.lan()
        network = self.connection.networkDefineXML("<network><name>lan</name><forward mode='bridge'><interface dev='lan0'/></forward></network>")
        network.create()
        guest = self.guest(card("lan").replace("type='network'", "type='network' trustGuestRxFilters='yes'"), guest=self.host.guest, memory=160)
        shown = self.cards(guest)[0]
        self.assertEqual((shown.get("type"), shown.find("target").get("dev")), ("direct", "macvtap0"))
        self.assertEqual({**shown.find("source").attrib, "portid": ""}, {"network": "lan", "portid": "", "dev": "lan0", "mode": "bridge"})
        self.assertIn("connections='1'", network.XMLDesc())
        self.assertIn("macvtap mode bridge", self.link("macvtap0"))
        console = Terminal([*self.virsh.base, "console", "g1"])
        self.addCleanup(console.close)
        console.prompt("\r", "guest# ", 120)
        console.type("ip addr add 10.66.0.2/24 dev eth0; ip link set eth0 up; ping -c 3 -w 30 10.66.0.1; echo pinged $?\r")
        console.expect("pinged 0", 60)
        console.type("ip link set eth0 down; ip link set eth0 address 52:54:00:aa:00:77 up; ping -c 3 -w 30 10.66.0.1; echo again $?\r")
        console.expect("again 0", 60)
        self.assertIn("52:54:00:aa:00:77", self.link("macvtap0"))
        self.assertIn("tx_packets", self.virsh.ok("domifstat", "g1", "macvtap0"))
        self.host.kill()
        for pid in self.host.guest_pids():
            os.kill(pid, signal.SIGKILL)
        self.host.restart()
        eventually(lambda: "macvtap0" not in self.host.links(), "the link of the guest that has ended to be gone")
        self.assertEqual(self.ports(self.connect().networkLookupByName("lan")), [])

    def test_each_way_of_a_macvtap(self):
        self.lan()
        direct = lambda mode, extra="", dev="lan0": card(dev, 1, "direct", extra, f" mode='{mode}'").replace("source direct=", "source dev=")
        for mode, shown in (("private", "private"), ("vepa", "vepa"), ("bridge", "bridge"), ("passthrough", "passthru")):
            with self.subTest(mode):
                guest = self.guest(direct(mode, "<target dev='mymac'/><driver queues='2'/>"))
                self.assertIn(f"macvtap mode {shown}", self.link("mymac"))
                self.virsh.ok("domif-setlink", "g1", "mymac", "down")
                self.refused(lambda: guest.updateDeviceFlags(direct("private" if mode == "bridge" else "bridge", "<driver queues='2'/>"), 1), "unable to change config on 'direct' network type")
                guest.destroy()
                self.assertNotIn("mymac", self.host.links())
        self.refused(self.guest(direct("vepa", dev="nolink"), start=False).create, "Unable to get index for interface nolink: No such device")
        self.refused(self.guest(direct("vepa"), direct("bridge", "<target dev='lan0'/>").replace(":01'", ":02'"), start=False).create, "The lan0 interface already exists")
        self.assertEqual([link for link in self.host.links() if "macvtap" in link], [])

    # Networks that go and come.

    def test_a_bridge_that_is_made_again_has_its_guests(self):
        network = self.network()
        guest = self.guest(card())
        self.host.run("ip", "link", "del", "virbr1")
        eventually(lambda: "virbr1" in self.host.links() and "master virbr1" in self.link("vnet0"), "the tap to be plugged in again")
        port = self.ports(network)
        network.destroy()
        self.assertNotIn("master", self.link("vnet0"))
        self.assertIn("bridge='virbr1'", guest.XMLDesc())
        network.create()
        eventually(lambda: "master virbr1" in self.link("vnet0"), "the tap to be in the started network")
        eventually(lambda: self.ports(network) == port, "its port to be known")
        guest.destroy()
        network.destroy()
        self.assertNothingLeft()

    def test_a_killed_daemon_finds_all_again(self):
        network = self.network()
        self.guest(card())
        self.guest(card(number=2), name="g2")
        ports = self.ports(network)
        self.host.kill()
        os.kill([pid for pid in self.host.guest_pids() if "guest=g2" in pathlib.Path(f"/proc/{pid}/cmdline").read_text()][0], signal.SIGKILL)
        self.host.run("ip", "link", "del", "virbr1")
        self.host.restart()
        network = self.connect().networkLookupByName("n1")
        guest = self.connection.lookupByName("g1")
        eventually(lambda: "master virbr1" in self.link("vnet0"), "the tap to be plugged in again")
        port = self.cards(guest)[0].find("source").get("portid")
        self.assertIn(port, ports)
        eventually(lambda: self.ports(network) == [port], "the port of the guest that has ended to be gone")
        self.guest(card(number=3), name="g3")
        self.assertEqual(self.cards(self.connection.lookupByName("g3"))[0].find("target").get("dev"), "vnet2")
        for name in ("g1", "g3"):
            self.connection.lookupByName(name).destroy()
        network.destroy()
        self.assertNothingLeft()

    def test_many_at_once_leave_nothing(self):
        network = self.network()
        for number in range(4):
            self.guest(card(number=number), card(number=16 + number), name=f"g{number}", start=False, memory=32)
        script = ("import libvirt, random, sys\nlibvirt.registerErrorHandler(lambda *_: None, None)\n"
                  "c = libvirt.open(sys.argv[1]); r = random.Random(sys.argv[2])\n"
                  "for _ in range(12):\n  g = c.lookupByName(f'g{r.randrange(4)}')\n"
                  "  try: r.choice([g.create, g.destroy])()\n  except libvirt.libvirtError: pass\n")
        clients = [subprocess.Popen([sys.executable, "-c", script, self.host.uri, str(seed)]) for seed in range(4)]
        self.assertEqual([client.wait() for client in clients], [0] * 4)
        running = self.connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE)
        ends = {one.find("target").get("dev") for guest in running for one in self.cards(guest)}
        self.assertEqual({link for link in self.host.links() if link.startswith("vnet")}, ends)
        self.assertEqual(len(self.ports(network)), 2 * len(running))
        for guest in running:
            guest.destroy()
        network.destroy()
        self.assertNothingLeft()

    # Changes while a guest runs.

    def test_cards_come_and_go(self):
        network = self.network()
        self.bridge()
        guest = self.guest(guest=self.host.guest, memory=160)
        console = Terminal([*self.virsh.base, "console", "g1"])
        self.addCleanup(console.close)
        console.prompt("\r", "guest# ", 120)
        guest.attachDevice(card())
        guest.attachDevice(card("br0", 2, "bridge", "<driver queues='2'/>"))
        self.assertEqual([one.find("target").get("dev") for one in self.cards(guest)], ["vnet0", "vnet1"])
        self.assertIn("master virbr1", self.link("vnet0"))
        self.assertIn("multi_queue", self.link("vnet1"))
        self.assertEqual(self.ports(network), [self.cards(guest)[0].find("source").get("portid")])
        for one, words in ((card("nothing", 4), "no network with matching name"), (card("nobr", 4, "bridge"), "No such device")):
            self.refused(lambda: guest.attachDevice(one), words)
        self.assertEqual(len(self.cards(guest)), 2)
        guest.detachDevice(card())
        eventually(lambda: "vnet0" not in self.host.links(), "the tap to be gone")
        self.assertEqual(self.ports(network), [])
        self.assertEqual(len(self.cards(guest)), 1)

    def test_a_cable_is_pulled_and_put_elsewhere(self):
        first, second = self.network(), self.network("n2", "virbr2", 2)
        self.bridge()
        guest = self.guest(card(), card("br0", 2, "bridge"))
        update = lambda one: guest.updateDeviceFlags(one, libvirt.VIR_DOMAIN_AFFECT_LIVE)
        port = self.ports(first)
        self.assertEqual(self.virsh.ok("domif-setlink", "g1", "vnet0", "down"), "Device updated successfully")
        self.assertEqual(self.virsh.ok("domif-getlink", "g1", "vnet0"), "vnet0 down")
        self.assertEqual(self.ports(first), port)
        self.virsh.ok("domif-setlink", "g1", "52:54:00:aa:00:01", "up")
        update(card("n2"))
        self.assertEqual((self.ports(first), len(self.ports(second))), ([], 1))
        self.assertIn("master virbr2", self.link("vnet0"))
        self.assertEqual(self.cards(guest)[0].find("source").get("bridge"), "virbr2")
        update(card("br0", 1, "bridge"))
        self.assertEqual((self.ports(second), self.cards(guest)[0].get("type")), ([], "bridge"))
        self.assertIn("master br0", self.link("vnet0"))
        update(card("br0", 1, "bridge", "<port isolated='yes'/>"))
        self.assertIn("isolated on", self.link("vnet0"))
        update(card(number=2))
        self.assertIn("master virbr1", self.link("vnet1"))
        for one, words in (
            (card("nobr", 1, "bridge"), "cannot add domain g1 device vnet0 to nonexistent bridge nobr"),
            (card("nothing"), "no network with matching name 'nothing'"),
            (card("n1", 2, extra="<mtu size='1400'/>"), "cannot modify MTU"),
            (card("n1", 2, extra="<target dev='vnet9'/>"), "cannot modify network device tap name"),
            (card("n1", 2, source=" portgroup='x'"), "cannot modify network device portgroup attribute"),
            ("<interface type='user'><mac address='52:54:00:aa:00:02'/><model type='virtio'/></interface>", "unable to change config on 'user' network type"),
        ):
            with self.subTest(words):
                self.refused(lambda: update(one), words)
        self.assertIn("master br0", self.link("vnet0"))
        self.assertEqual(len(self.ports(first)), 1)

    def test_a_card_that_comes_while_its_bridge_goes_is_in_it(self):
        self.network()
        guest = self.guest(start=False)
        for number in range(1, 7):
            guest.create()
            removal = threading.Thread(target=lambda: self.host.run("ip", "link", "del", "virbr1"))
            removal.start()
            try:
                guest.attachDevice(card(number=number))
            except libvirt.libvirtError:
                # There may be no bridge at the moment.
                self.assertEqual(len(self.cards(guest)), 0)
            removal.join()
            eventually(lambda: "virbr1" in self.host.links(), "the bridge to be there again")
            for one in self.cards(guest):
                name = one.find("target").get("dev")
                eventually(lambda: "master virbr1 " in self.link(name), f"{name} to be in the bridge")
            guest.destroy()

    def test_what_a_guest_receives_is_limited(self):
        self.bridge()
        limited = card("br0", 1, "bridge", "<bandwidth><inbound average='100' peak='200' burst='300'/></bandwidth>")
        try:
            guest = self.guest(limited)
        except libvirt.libvirtError as error:
            if "has no 'htb'" in str(error):
                self.skipTest("this kernel's traffic control has no htb")
            raise
        limits = lambda: self.host.run("tc", "class", "show", "dev", "vnet0").strip()
        self.assertEqual(limits(), "class htb 1:1 root prio 0 rate 800Kbit ceil 1600Kbit burst 300Kb cburst 1600b")
        self.virsh.ok("domiftune", "g1", "vnet0", "--inbound", "1000")
        self.assertIn("rate 8Mbit ceil 8Mbit", limits())
        self.assertIn("<inbound average='1000'/>", guest.XMLDesc())
        self.assertIn("inbound.average: 1000", self.virsh.ok("domiftune", "g1", "vnet0"))
        guest.updateDeviceFlags(card("br0", 1, "bridge", "<bandwidth><inbound average='4000000'/></bandwidth>"), 1)
        self.assertIn("rate 32Gbit", limits())
        self.virsh.ok("domiftune", "g1", "vnet0", "--inbound", "0")
        self.assertEqual(limits(), "")
        self.assertNotIn("<bandwidth>", guest.XMLDesc())

    # Ports by themselves.

    def test_ports_of_clients(self):
        network = self.network()
        make = lambda text, flags=0: network.portCreateXML(f"<networkport>{text}</networkport>", flags)
        mac, own = "<mac address='52:54:00:aa:00:09'/>", f"<uuid>{PORT}</uuid>{OWNER}"
        for text, flags, words in (
            ("", 0, "network port has no uuid"), (f"<uuid>{PORT}</uuid>", 0, "network port has no owner name"),
            (own, 0, "network port has no mac"),
            (own + mac + "<plug type='network' bridge='virbr1'/>", 0, "Port reclaim not requested but plug type is not none"),
            (own + mac, 1, "Port reclaim requested but plug type is none"),
            (own + mac + "<virtualport type='openvswitch'/>", 0, "<virtualport type='openvswitch'> not supported for network 'n1' which uses IP forwarding"),
            (own + mac + "<bandwidth><inbound average='1' floor='5'/></bandwidth>", 0, "Invalid use of 'floor' on interface with MAC address 52:54:00:aa:00:09 - network 'n1' has no inbound QoS set"),
            (own + mac, 4, "unsupported flags (0x4) in function networkPortCreateXML"),
        ):
            with self.subTest(words):
                self.refused(lambda: make(text, flags), words)
        port = make(own + mac + "<bandwidth><inbound average='100' peak='200' burst='300'/></bandwidth>")
        self.refused(lambda: make(own + mac), "already exists", libvirt.VIR_ERR_NETWORK_PORT_EXIST)
        self.assertIn("<plug type='network' bridge='virbr1'/>", port.XMLDesc())
        record = self.host.root / f"run/network/n1/ports/{PORT}.xml"
        self.assertEqual(record.read_text().strip(), port.XMLDesc().strip())
        self.host.kill()
        self.host.restart()
        network = self.connect().networkLookupByName("n1")
        self.assertEqual(self.ports(network), [PORT])
        port = network.portLookupByUUIDString(PORT)
        port.delete()
        self.assertFalse(record.exists())
        self.refused(port.delete, f"Network port with UUID {PORT} does not exist", libvirt.VIR_ERR_NO_NETWORK_PORT)
        network.destroy()
        self.refused(lambda: make(own + mac), "network 'n1' is not active")

    def test_both_programs_say_the_same(self):
        self.network()
        guest = self.guest(card())
        text = self.host.root / "port.xml"
        text.write_text(f"<networkport><uuid>{PORT}</uuid>{OWNER}<mac address='52:54:00:aa:00:09'/></networkport>")
        for words in (
            ["net-port-list", "n1"], ["net-port-list", "n1", "--uuid"], ["net-port-list", "n1", "--uuid", "--table"], ["net-port-list", "nothing"],
            ["net-port-create", "n1", text], ["net-port-dumpxml", "n1", PORT],
            ["net-port-create", "n1", text],
            ["net-port-delete", "n1", PORT], ["net-dumpxml", "n1"],
            ["domiflist", "g1"], ["domiflist", "g1", "--inactive"], ["domif-getlink", "g1", "vnet0"], ["domif-getlink", "g1", "vnet9"],
            ["domifstat", "g1", "vnet9"], ["domifaddr", "g1"], ["domifaddr", "g1", "--source", "agent"], ["domifaddr", "g1", "--source", "arp"],
            ["domiftune", "g1", "vnet0"], ["domiftune", "g1", "vnet0", "--inbound", "abc"],
            ["domiftune", "g1", "52:54:00:aa:00:01", "--inbound", "5,6,7", "--config"], ["domiftune", "g1", "52:54:00:aa:00:01", "--config"],
            ["domif-setlink", "g1", "vnet9", "up"], ["domif-setlink", "g1", "vnet0", "sideways"],
        ):
            with self.subTest(words=words):
                first = self.virsh(*words)
                if words[0] in ("net-port-create", "net-port-delete") and first.status == 0:
                    self.virsh.ok("net-port-delete" if "create" in words[0] else "net-port-create", "n1", PORT if "create" in words[0] else text)
                    second = self.roost(*words)
                else:
                    second = self.roost(*words)
                self.assertEqual((second.status, second.output, second.errors), (first.status, first.output, first.errors))
        guest.destroy()
        for words in (["domifaddr", "g1"], ["domifstat", "g1", "vnet0"]):
            first, second = self.virsh(*words), self.roost(*words)
            self.assertEqual((second.status, second.errors), (first.status, first.errors))
            self.assertIn("domain is not running", first.errors)

    # What a guest can do with it.

    def outside(self):
        """Somebody on another network, reached by the host, who serves a file by HTTP."""
        name = self.host.namespace + "-out"
        subprocess.run(["ip", "netns", "add", name], check=True)
        self.addCleanup(subprocess.run, ["ip", "netns", "del", name])
        self.host.run("ip", "link", "add", "uplink", "type", "veth", "peer", "name", "eth0", "netns", name)
        self.host.run("ip", "addr", "add", "10.55.0.1/24", "dev", "uplink")
        self.host.run("ip", "link", "set", "uplink", "up")
        for words in (["addr", "add", "10.55.0.2/24", "dev", "eth0"], ["link", "set", "eth0", "up"]):
            subprocess.run(["ip", "-n", name, *words], check=True)
        server = subprocess.Popen(
            ["ip", "netns", "exec", name, sys.executable, "-c",
             "import http.server as h\nclass H(h.BaseHTTPRequestHandler):\n"
             " def do_GET(s): s.send_response(200); s.end_headers(); s.wfile.write(b'seen from ' + s.client_address[0].encode())\n"
             " def log_message(*_): pass\nh.HTTPServer(('10.55.0.2', 8000), H).serve_forever()"])
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        eventually(lambda: "8000" in subprocess.run(["ip", "netns", "exec", name, "ss", "-tln"], capture_output=True, text=True).stdout, "the server to listen")
        return name

    def test_guests_of_each_mode_reach_what_they_may(self):
        """Of a network that leads nowhere none, of routed and open ones all, in both directions and both families."""
        out = self.outside()
        for words in (["-6", "addr", "add", "fd55::1/64", "dev", "uplink", "nodad"],):
            self.host.run("ip", *words)
        for words in (["addr", "add", "fd55::2/64", "dev", "eth0", "nodad"], ["route", "add", "10.77.0.0/16", "via", "10.55.0.1"],
                      ["-6", "route", "add", "fd77::/16", "via", "fd55::1"]):
            subprocess.run(["ip", "-n", out, *words], check=True)
        cards, wanted = [], {"none": False, "route": True, "open": True}
        for number, mode in enumerate(wanted, 1):
            forward = "" if mode == "none" else f"<forward mode='{mode}'/>"
            self.connection.networkDefineXML(
                f"<network><name>{mode}</name>{forward}<bridge name='virbr{number}' delay='0' stp='off'/>"
                f"<ip address='10.77.{number}.1' netmask='255.255.255.0'/><ip family='ipv6' address='fd77:{number}::1' prefix='64'/></network>").create()
            cards.append(card(mode, number))
        self.guest(*cards, guest=self.host.guest, memory=160)
        console = Terminal([*self.virsh.base, "console", "g1"])
        self.addCleanup(console.close)
        console.prompt("\r", "guest# ", 120)

        def run(text):
            # What is typed is shown, too, and isn't the answer.
            console.type(f"{text}; echo ga''ve $?\r")
            console.expect("gave ", 60)
            return console.expect("\n").strip()

        def reached(address):
            call = f"import socket; socket.create_connection(('{address}', 81), 3)"
            return subprocess.run(["ip", "netns", "exec", out, sys.executable, "-c", call], capture_output=True).returncode == 0

        # Nothing passes until both ends know that their addresses are theirs alone.
        self.assertEqual(run("httpd -p 81 -h /"), "0")
        run("reach() { for i in $(seq $1); do ping -$2 -c 1 -W 1 $3 >/dev/null 2>&1 && return 0; done; return 1; }")

        for number, (mode, leads) in enumerate(wanted.items(), 1):
            with self.subTest(mode):
                link = f"$(basename $(grep -l 52:54:00:aa:00:0{number} /sys/class/net/*/address | xargs dirname))"
                self.assertEqual(run(
                    f"l={link}; ip link set $l up; ip addr add 10.77.{number}.9/24 dev $l; ip -6 addr add fd77:{number}::9/64 dev $l; "
                    f"ip route replace 10.55.0.0/24 via 10.77.{number}.1; ip -6 route replace fd55::/64 via fd77:{number}::1"), "0")
                self.assertEqual(run(f"reach 20 4 10.77.{number}.1 && reach 20 6 fd77:{number}::1"), "0")
                for family, outside, own in ((4, "10.55.0.2", f"10.77.{number}.9"), (6, "fd55::2", f"fd77:{number}::9")):
                    self.assertEqual(run(f"reach {20 if leads else 3} {family} {outside}") == "0", leads, outside)
                    self.assertEqual(reached(own), leads, own)

    @unittest.skipUnless(shutil.which("virt-install"), "virt-install isn't installed")
    def test_virt_install_makes_a_guest_on_default(self):
        network = self.connection.networkLookupByName("default")
        network.create()
        guest = self.host.guest
        boot = f"kernel={guest}/vmlinuz,initrd={guest}/initrd,kernel_args='{(guest / 'cmdline').read_text().strip()}'"
        done = subprocess.run(
            ["virt-install", "--connect", self.host.uri, "--name", "made", "--memory", "160", "--network", "default,model=virtio",
             "--osinfo", "detect=off,require=off", "--import", "--disk", "none", "--boot", boot, "--graphics", "none",
             "--noautoconsole", "--virt-type", "qemu"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Domain creation completed", done.stdout)
        shown = self.cards(self.connection.lookupByName("made"))[0]
        self.assertEqual((shown.find("source").get("bridge"), shown.find("target").get("dev")), ("virbr0", "vnet0"))
        self.assertEqual(self.ports(network), [shown.find("source").get("portid")])

    def test_a_guest_gets_an_address_and_reaches_the_world(self):
        out = self.outside()
        self.connection.networkLookupByName("default").create()
        guest = self.guest(card("default"), guest=self.host.guest, memory=160)
        console = Terminal([*self.virsh.base, "console", "g1"])
        console.prompt("\r", "guest# ", 120)
        console.type("printf '#!/bin/sh\\n[ \"$1\" = bound ] || exit 0\\nip addr add $ip/24 dev eth0\\nip route add default via $router\\n' >/s; chmod +x /s\r")
        console.expect("guest# ")
        console.type("ip link set eth0 up; udhcpc -i eth0 -q -n -t 20 -s /s -x hostname:gast; echo asked $?\r")
        console.expect("asked 0", 60)
        address = eventually(lambda: self.connection.networkLookupByName("default").DHCPLeases(), "the lease to be known")[0]["ipaddr"]
        self.assertIn(f"{address}/24", self.virsh.ok("net-dhcp-leases", "default"))
        self.assertIn(f" vnet0      52:54:00:aa:00:01    ipv4         {address}/24", self.virsh.ok("domifaddr", "g1"))
        roost = self.roost
        self.assertRegex(roost.ok("address", "g1"), rf" vnet0 +52:54:00:aa:00:01 +{address}/24 +lease +leased until 20\d\d-")
        self.host.kill()
        self.host.restart()
        console.close()
        console = Terminal([*self.virsh.base, "console", "g1"])
        self.addCleanup(console.close)
        console.prompt("\r", "guest# ")
        console.type("wget -qO- http://10.55.0.2:8000/; echo fetched $?\r")
        console.expect("seen from 10.55.0.1", 60)
        console.expect("fetched 0")
        console.type("httpd -p 80 -h /; wget -qO- http://127.0.0.1/s >/dev/null; echo ser''ves $?\r")
        console.expect("serves 0", 30)
        subprocess.run(["ip", "-n", out, "route", "add", "192.168.122.0/24", "via", "10.55.0.1"], check=True)
        reached = subprocess.run(
            ["ip", "netns", "exec", out, sys.executable, "-c", f"import socket; socket.create_connection(('{address}', 80), 2)"],
            capture_output=True, text=True)
        self.assertNotEqual(reached.returncode, 0)
        eventually(lambda: f" vnet0      52:54:00:aa:00:01    ipv4         {address}/0" in self.virsh.ok("domifaddr", "g1", "--source", "arp"), "the neighbour to be known")
        self.assertRegex(roost.ok("address", "g1"), rf" vnet0 +52:54:00:aa:00:01 +{address} +arp +heard of \d+ s ago")
        schema = json.loads((paths.PROJECT / "docs/json/address.json").read_text())
        jsonschema.validate(json.loads(roost.ok("address", "g1", "--json")), schema)
        self.assertEqual(roost.ok("address", "g1", "--wait", "--quiet"), address)
        counted = dict(re.findall(r"vnet0 (\w+) (\d+)", self.virsh.ok("domifstat", "g1", "vnet0")))
        own = self.host.run("ip", "-s", "link", "show", "vnet0").splitlines()
        sent = own[own.index(next(line for line in own if "TX:" in line)) + 1].split()
        self.assertGreaterEqual(int(sent[0]), int(counted["rx_bytes"]))
        self.assertGreater(int(counted["rx_bytes"]), 300)
        self.assertGreater(int(counted["tx_packets"]), 3)
        statistics = self.virsh.ok("domstats", "--interface", "g1")
        self.assertRegex(statistics, r"net.0.name=vnet0\n\s+net.0.rx.bytes=\d+\n\s+net.0.rx.pkts=\d+\n\s+net.0.rx.errs=0\n\s+net.0.rx.drop=\d+\n\s+net.0.tx.bytes=\d+")
        self.connection = libvirt.open(self.host.uri)
        self.connection.lookupByName("g1").destroy()
        self.connection.networkLookupByName("default").destroy()
        self.assertNotIn("vnet0", self.host.links())
