"""Packet filters of guests' cards: the commands, what frames meet, and what stays when a daemon or the rules go."""

import os
import signal
import unittest
import uuid

import libvirt

from harness import frames
from harness.case import ServerCase, on_each_server, on_roostd
from harness.domains import domain
from harness.frames import EVERYBODY, GUEST, OTHER, PEER
from harness.host import Host
from harness.virsh import Roost, Virsh
from harness.waiting import eventually

COMMANDS = ["define", "dumpxml", "edit", "list", "undefine", "binding-create", "binding-delete", "binding-dumpxml", "binding-list"]
OWNER = "<owner><name>d</name><uuid>11111111-1111-1111-1111-111111111111</uuid></owner>"
MINE, YOURS = "10.0.0.1", "10.0.0.2"


def binding(name, port="nwfg0", **values):
    parameters = "".join(f"<parameter name='{key}' value='{value}'/>" for key, value in values.items())
    return (f"<filterbinding>{OWNER}<portdev name='{port}'/><mac address='{GUEST}'/>"
            f"<filterref filter='{name}'>{parameters}</filterref></filterbinding>")


def rule(action, direction, match="", priority=500):
    return f"<rule action='{action}' direction='{direction}' priority='{priority}'>{match}</rule>"


NOTHING = rule("drop", "inout", priority=1000)
NO_IP = rule("drop", "inout", "<all/>", 1000)


def frame(side, kind, number):
    """A frame of a kind that one side sends; `number` is its port, so that no test goes on with another's connection."""
    source, target, mine, yours = (GUEST, PEER, MINE, YOURS) if side == "guest" else (PEER, GUEST, YOURS, MINE)

    def udp(sender=mine, receiver=yours, ports=(number, 53), card=source, to=target, **others):
        return frames.ip4(card, to, sender, receiver, 17, frames.udp(sender, receiver, *ports, b"?"), **others)

    def tcp(*ports, flags=2):
        return frames.ip4(source, target, mine, yours, 6, frames.tcp(mine, yours, *ports, flags=flags, acknowledged=int(flags > 2)))

    return {
        "arp": lambda: frames.arp(source, EVERYBODY, 1, source, mine, EVERYBODY, yours),
        "arp of another": lambda: frames.arp(source, target, 2, source, "10.0.0.9", target, yours),
        "arp for itself": lambda: frames.arp(source, EVERYBODY, 1, source, mine, EVERYBODY, mine),
        "rarp": lambda: frames.arp(source, EVERYBODY, 3, source, "0.0.0.0", source, "0.0.0.0", kind=0x8035),
        "vlan 5": lambda: frames.vlan(source, target, 5, 0x806, b"z"),
        "other": lambda: frames.ether(source, target, 0x1234),
        "udp": udp,
        "udp of another card": lambda: udp(card=OTHER),
        "udp of another": lambda: udp(sender="10.0.0.9"),
        "udp to all": lambda: udp(receiver="255.255.255.255", to=EVERYBODY),
        "udp answer": lambda: udp(ports=(53, number)),
        "dhcp": lambda: udp("0.0.0.0", "255.255.255.255", (68, 67), to=EVERYBODY),
        "ssh": lambda: tcp(number, 22),
        "ssh answer": lambda: tcp(22, number, flags=0x12),
        "ping": lambda: frames.ip4(source, target, mine, yours, 1, frames.icmp(8, 0, number)),
        "ping answer": lambda: frames.ip4(source, target, mine, yours, 1, frames.icmp(0, 0, number)),
        "udp6": lambda: frames.ip6(source, target, *(("fd00::1", "fd00::2") if side == "guest" else ("fd00::2", "fd00::1")), 17,
                                   frames.udp(*(("fd00::1", "fd00::2") if side == "guest" else ("fd00::2", "fd00::1")), number, 53, b"?")),
    }[kind]()


# A filter's chain and rules, and what passes: frames in the order in which they are sent, with a mark before those that don't.
MEETINGS = {
    "a card's own address": ("root", rule("accept", "out", f"<mac srcmacaddr='{GUEST}'/>") + rule("drop", "out", "<mac/>"),
                             "guest udp, !guest udp of another card, peer udp"),
    "a protocol": ("root", rule("drop", "inout", "<mac protocolid='0x1234'/>"), "!guest other, !peer other, guest arp"),
    "a network's tag": ("root", rule("drop", "inout", "<vlan vlanid='5'/>"), "!guest vlan 5, !peer vlan 5, guest arp"),
    "who has an address": ("root", rule("accept", "out", f"<arp arpsrcipaddr='{MINE}'/>") + rule("drop", "out", "<arp/>"),
                           "guest arp, !guest arp of another, peer arp, guest udp"),
    "gratuitous": ("root", rule("drop", "out", "<arp gratuitous='true'/>"), "guest arp, !guest arp for itself, peer arp for itself"),
    "not gratuitous": ("root", rule("drop", "out", "<arp match='no' gratuitous='true'/>"), "!guest arp, guest arp for itself"),
    "rarp": ("root", rule("drop", "in", "<rarp opcode='Request_Reverse'/>"), "guest rarp, !peer rarp"),
    "a chain is for its protocol": ("arp", NOTHING, "!guest arp, !peer arp, guest udp, guest rarp"),
    "ip": ("root", rule("drop", "out", f"<ip match='no' srcipaddr='{MINE}'/>"), "guest udp, !guest udp of another, peer udp"),
    "ports": ("root", rule("drop", "out", "<ip protocol='udp' dstportstart='50' dstportend='60'/>"), "!guest udp, guest udp answer"),
    "ipv6": ("root", rule("drop", "in", "<ipv6 srcipaddr='fd00::3' srcipmask='127'/>"), "!peer udp6, guest udp6, peer udp"),
    "what is asked is answered": ("root", rule("accept", "out", "<udp dstportstart='53'/>") + NO_IP,
                                  "!peer udp answer, guest udp, peer udp answer, !peer udp, !guest ssh"),
    "what comes in": ("root", rule("accept", "in", "<tcp dstportstart='22'/>") + NO_IP,
                      "!guest ssh, peer ssh, guest ssh answer, !peer udp"),
    "messages": ("root", rule("accept", "out", "<icmp type='8'/>") + rule("accept", "in", "<icmp type='0'/>") + NO_IP,
                 "!peer ping, guest ping, peer ping answer"),
    "states": ("root", rule("accept", "in", "<all state='ESTABLISHED'/>") + rule("accept", "out", "<all state='NEW'/>") + NO_IP,
               "!peer udp, guest udp, peer udp answer, !guest udp"),
    "refusing": ("root", rule("reject", "out", "<tcp dstportstart='22'/>"), "!guest ssh, guest udp"),
    "frames first": ("root", rule("drop", "out", "<ip protocol='udp'/>") + rule("accept", "out", "<udp/>"), "!guest udp, guest ping"),
}


@on_each_server
class Filters(ServerCase):
    def setUp(self):
        self.roost = Roost(self.server.uri)
        self.uuid = str(uuid.uuid4())
        self.name = self.fresh_name("filter")
        self.addCleanup(lambda: self.virsh("nwfilter-undefine", self.name))
        self.connection = libvirt.open(self.server.uri)
        self.addCleanup(self.connection.close)

    def xml(self, body="", chain="root"):
        return f"<filter name='{self.name}' chain='{chain}'><uuid>{self.uuid}</uuid>{body}</filter>"

    def test_what_frames_meet(self):
        bridge = frames.Bridge()
        self.addCleanup(bridge.close)
        for number, (title, (chain, rules, meetings)) in enumerate(MEETINGS.items(), 20000 + 100 * len(self.server_name)):
            self.connection.nwfilterDefineXML(self.xml(rules, chain))
            bound = self.connection.nwfilterBindingCreateXML(binding(self.name))
            found = []
            for meeting in meetings.split(", "):
                side, kind = meeting.lstrip("!").split(" ", 1)
                passes = bridge.passes(side, frame(side, kind, number))
                found.append(("" if passes else "!") + f"{side} {kind}")
            bound.delete()
            self.connection.nwfilterLookupByName(self.name).undefine()
            with self.subTest(title):
                self.assertEqual(", ".join(found), meetings)

    def test_roost_says_what_virsh_says(self):
        for line in (["help", "filter"], *(["help", f"nwfilter-{name}"] for name in COMMANDS)):
            with self.subTest(line=line):
                # virsh's older versions end their help with more empty lines.
                self.assertEqual(self.roost.ok(*line), self.virsh.ok(*line))
        filter, wrong = self.file("filter.xml", self.xml(NOTHING)), self.file("wrong.xml", f"<filter name='{self.name}'/>")
        bound, port = self.file("binding.xml", binding(self.name, "roostnix0")), "roostnix0"
        self.virsh.ok("nwfilter-define", filter)
        for line in (
                ["nwfilter-define", filter], ["nwfilter-define", wrong], ["nwfilter-define", "/nowhere"], ["nwfilter-dumpxml", self.name],
                ["nwfilter-dumpxml", self.uuid], ["nwfilter-dumpxml", "nix"], ["nwfilter-dumpxml", self.name, "--xpath", "//rule"],
                ["nwfilter-dumpxml", str(uuid.uuid4())], ["nwfilter-list"], ["nwfilter-binding-list"],
                ["nwfilter-binding-dumpxml", "nix"], ["nwfilter-binding-delete", "nix"], ["nwfilter-binding-create", "/nowhere"],
                ["nwfilter-binding-create", filter], ["nwfilter-undefine", "nix"], ["nwfilter-undefine"]):
            self.compare(*line)
        for create, other in ((self.roost, self.virsh), (self.virsh, self.roost)):
            self.assertEqual(
                create.ok("nwfilter-binding-create", bound), f"Network filter binding on {port} created from {bound}")
            for line in (["nwfilter-binding-list"], ["nwfilter-binding-dumpxml", port], ["nwfilter-binding-create", bound]):
                self.compare(*line)
            self.assertEqual(other.ok("nwfilter-binding-delete", port), f"Network filter binding on {port} deleted")
        self.assertEqual(self.roost.ok("nwfilter-undefine", self.name), f"Network filter {self.name} undefined")

    def compare(self, *line):
        with self.subTest(line=line):
            self.assertEqual(self.roost(*line), self.virsh(*line))

    def test_python(self):
        made = self.connection.nwfilterDefineXML(self.xml())
        self.assertIn(self.name, self.connection.listNWFilters())
        self.assertEqual(self.connection.numOfNWFilters(), len(self.connection.listAllNWFilters()))
        self.assertEqual(self.connection.nwfilterLookupByUUIDString(self.uuid).name(), self.name)
        bound = self.connection.nwfilterBindingCreateXML(binding(self.name, "roostnix1"))
        self.assertEqual((bound.portDev(), bound.filterName()), ("roostnix1", self.name))
        self.assertEqual(self.connection.nwfilterBindingLookupByPortDev("roostnix1").XMLDesc(), bound.XMLDesc())
        bound.delete()
        made.undefine()
        for call, code in ((made.XMLDesc, 62), (made.undefine, 62), (bound.delete, 101)):
            with self.assertRaises(libvirt.libvirtError) as caught:
                call()
            self.assertEqual(caught.exception.get_error_code(), code)


@on_roostd
class Learning(ServerCase):
    """Addresses that nobody says."""

    def bound(self, **values):
        bridge = frames.Bridge()
        self.addCleanup(bridge.close)
        connection = libvirt.open(self.server.uri)
        self.addCleanup(connection.close)
        bound = connection.nwfilterBindingCreateXML(binding("clean-traffic", **values))
        self.addCleanup(bound.delete)
        return bridge

    def sees(self, bridge, kinds, *, eventual=True):
        """What passes of what the guest sends."""
        def passing():
            return [kind for kind in ("arp", "udp", "arp of another", "udp of another") if bridge.passes("guest", frame("guest", kind, 30000))]
        if eventual:
            eventually(lambda: passing() == kinds, f"{kinds} to pass")
        else:
            self.assertEqual(passing(), kinds)

    def test_the_first_packet_tells_the_address(self):
        bridge = self.bound()
        self.assertFalse(bridge.passes("peer", frame("peer", "udp", 30001)))
        bridge.passes("guest", frame("guest", "arp", 30001))
        self.sees(bridge, ["arp", "udp"])
        self.assertTrue(bridge.passes("peer", frame("peer", "udp", 30001)))

    def test_a_lease_counts_until_it_is_given_back(self):
        bridge = self.bound(CTRL_IP_LEARNING="dhcp")
        self.sees(bridge, [], eventual=False)
        self.assertTrue(bridge.passes("guest", frame("guest", "dhcp", 68)))
        self.assertTrue(bridge.passes("peer", frames.dhcp(PEER, GUEST, YOURS, MINE, 5, GUEST, given=MINE)))
        self.sees(bridge, ["arp", "udp"])
        # A second lease counts beside the first.
        bridge.passes("peer", frames.dhcp(PEER, GUEST, YOURS, MINE, 5, GUEST, given="10.0.0.9"))
        self.sees(bridge, ["arp", "udp", "arp of another", "udp of another"])
        bridge.passes("guest", frames.dhcp(GUEST, PEER, MINE, YOURS, 7, GUEST, used=MINE))
        self.sees(bridge, ["arp of another", "udp of another"])
        # What a guest says as if it were a server counts for nothing.
        bridge.passes("guest", frames.dhcp(GUEST, PEER, "10.0.0.9", YOURS, 5, GUEST, given=MINE))
        self.sees(bridge, ["arp of another", "udp of another"], eventual=False)

    def test_a_binding_that_must_not_learn_needs_the_address(self):
        bridge = frames.Bridge()
        self.addCleanup(bridge.close)
        for way, words in (("none", "unresolvable variables or unavailable list elements: IP"),
                           ("foo", "filter 'clean-traffic' learning value 'foo' invalid.")):
            said = self.virsh("nwfilter-binding-create", self.file("b.xml", binding("clean-traffic", CTRL_IP_LEARNING=way)))
            self.assertIn(words, said.errors)


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class Kept(unittest.TestCase):
    """What stays, on a host of its own."""

    UUID = str(uuid.uuid4())

    def setUp(self):
        self.host = Host()
        self.addCleanup(self.host.stop)
        self.before = self.host.rules()
        self.host.start()
        self.connect()
        self.host.run("ip", "link", "add", "card0", "type", "bridge")

    def connect(self):
        self.connection = libvirt.open(self.host.uri)
        self.addCleanup(self.connection.close)

    def define(self, *rules):
        return self.connection.nwfilterDefineXML(f"<filter name='f'><uuid>{self.UUID}</uuid>{''.join(rules)}</filter>")

    def bind(self, name="f", port="card0", **values):
        return self.connection.nwfilterBindingCreateXML(binding(name, port, **values))

    def test_rules_and_bindings_outlive_the_daemon_and_whoever_flushes_them(self):
        self.define(rule("drop", "out", "<arp/>"), rule("accept", "out", "<tcp/>"))
        document = self.bind().XMLDesc()
        rules = self.host.rules()
        self.assertIn("chain I-card0", rules)
        for number in (signal.SIGTERM, signal.SIGKILL):
            self.host.kill(number)
            self.assertEqual(self.host.rules(), rules)
            self.host.restart()
            self.connect()
            self.assertEqual(self.host.rules(), rules)
            self.assertEqual(self.connection.nwfilterBindingLookupByPortDev("card0").XMLDesc(), document)
        self.host.run("nft", "flush", "ruleset")
        eventually(lambda: self.host.rules() == rules, "the rules")
        self.connection.nwfilterBindingLookupByPortDev("card0").delete()
        self.assertEqual(self.host.rules(), self.before)
        self.assertEqual([*(self.host.root / "run/nwfilter-binding").iterdir()], [])

    def test_a_filter_in_use_changes_whole_or_not_at_all(self):
        made = self.define(rule("drop", "out", "<ip srcipaddr='$A'/>"))
        self.host.run("ip", "link", "add", "card1", "type", "bridge")
        self.bind(A="10.0.0.1")
        self.bind(port="card1", A="10.0.0.2")
        rules, document = self.host.rules(), made.XMLDesc()
        self.assertIn("10.0.0.2 drop", rules)
        for wrong in ("<ip srcipaddr='$B'/>", "<ip protocol='tcp' dstportstart='$A'/>", "<all ipset='s' ipsetflags='src'/>"):
            with self.assertRaises(libvirt.libvirtError):
                self.define(rule("accept", "in", "<arp/>"), rule("drop", "out", wrong))
            self.assertEqual((self.host.rules(), made.XMLDesc()), (rules, document))
        self.define(rule("drop", "in", "<ip dstipaddr='$A'/>"))
        self.assertIn("ip daddr 10.0.0.2 drop", self.host.rules())
        self.assertNotIn("saddr", self.host.rules())
        with self.assertRaisesRegex(libvirt.libvirtError, "nwfilter is in use"):
            made.undefine()

    def test_a_card_that_comes_later_has_its_rules(self):
        self.define(rule("drop", "out"))
        self.bind(port="late0")
        self.assertEqual(self.host.rules(), self.before)
        self.host.run("ip", "link", "add", "late0", "type", "bridge")
        eventually(lambda: '"late0" : jump I-late0' in self.host.rules(), "the card's rules")

    def test_a_guests_card_has_its_filter_as_long_as_it_is_there(self):
        self.host.run("ip", "link", "add", "br0", "type", "bridge")
        card = (f"<interface type='bridge'><mac address='{GUEST}'/><source bridge='br0'/><model type='virtio'/>"
                "<filterref filter='clean-traffic'><parameter name='IP' value='10.0.0.1'/></filterref></interface>")
        guest = self.connection.defineXML(domain("g1", devices=card, id=uuid.uuid4()))
        guest.create()
        self.addCleanup(lambda: guest.isActive() and guest.destroy())
        self.assertEqual([bound.portDev() for bound in self.connection.listAllNWFilterBindings()], ["vnet0"])
        self.assertIn("arp saddr ip 10.0.0.1 return", self.host.rules())
        self.host.kill(signal.SIGKILL)
        self.host.restart()
        self.connect()
        guest = self.connection.lookupByName("g1")
        self.assertIn('"vnet0" : jump I-vnet0', self.host.rules())
        other = card.replace("clean-traffic", "allow-arp")
        guest.updateDeviceFlags(other, libvirt.VIR_DOMAIN_AFFECT_LIVE)
        self.assertEqual([bound.filterName() for bound in self.connection.listAllNWFilterBindings()], ["allow-arp"])
        guest.destroy()
        eventually(lambda: self.host.rules() == self.before, "the rules to go")
        self.assertEqual(self.connection.listAllNWFilterBindings(), [])

    def test_a_guest_whose_filter_is_missing_does_not_start(self):
        self.host.run("ip", "link", "add", "br0", "type", "bridge")
        card = (f"<interface type='bridge'><mac address='{GUEST}'/><source bridge='br0'/><model type='virtio'/>"
                "<filterref filter='nix'/></interface>")
        guest = self.connection.defineXML(domain("g1", devices=card, id=uuid.uuid4()))
        with self.assertRaisesRegex(libvirt.libvirtError, "referenced filter 'nix' is missing"):
            guest.create()
        self.assertEqual((guest.isActive(), self.host.rules()), (0, self.before))
