"""Networks of the host, on a host of their own: a network namespace in which the daemon runs."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import unittest

import libvirt

from harness.host import Host
from harness.virsh import Roost, Virsh
from harness.waiting import eventually

DHCP = pathlib.Path(__file__).parent / "harness/dhcp.py"
NAT = """<network><name>{0}</name><forward mode='nat'/><bridge name='{1}'/>
  <ip address='10.77.{2}.1' netmask='255.255.255.0'><dhcp><range start='10.77.{2}.2' end='10.77.{2}.99'/></dhcp></ip></network>"""


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class Networks(unittest.TestCase):
    def setUp(self):
        self.host = Host()
        self.addCleanup(self.host.stop)
        self.before = self.host.links(), self.host.rules()
        self.host.start()
        self.virsh = Virsh(self.host.uri)
        self.connection = libvirt.open(self.host.uri)
        self.addCleanup(lambda: self.connection.close())

    def define(self, name="n1", bridge="virbr1", number=1):
        return self.connection.networkDefineXML(NAT.format(name, bridge, number))

    def left(self):
        """What is still there of networks."""
        root = self.host.root
        files = [path.name for path in [*(root / "run/network").iterdir(), *(root / "var/lib/dnsmasq").iterdir()]]
        return [name for name in files if not name.endswith(".status")]

    def test_the_default_network_is_there_once(self):
        self.assertEqual([net.name() for net in self.connection.listAllNetworks()], ["default"])
        self.assertFalse(self.connection.networkLookupByName("default").isActive())
        self.connection.networkLookupByName("default").undefine()
        self.host.kill(signal.SIGTERM)
        self.host.restart()
        self.connection = libvirt.open(self.host.uri)
        self.assertEqual(self.connection.listAllNetworks(), [])

    def test_a_network_is_made_and_leaves_nothing(self):
        network = self.define()
        network.create()
        self.assertIn("10.77.1.1/24", self.host.run("ip", "-br", "addr", "show", "virbr1"))
        self.assertIn('ip saddr 10.77.1.0/24 ip daddr != 10.77.1.0/24', self.host.rules())
        self.assertEqual(self.host.run("cat", "/proc/sys/net/ipv4/ip_forward").strip(), "1")
        self.assertEqual(list(self.host.servers()), ["n1"])
        self.assertIn("<network>", network.XMLDesc())
        network.destroy()
        self.assertEqual((self.host.links(), self.host.rules()), self.before)
        self.assertEqual((self.host.servers(), self.left()), ({}, []))

    def test_a_range_in_use_is_avoided_or_refused(self):
        self.host.run("ip", "link", "add", "lan0", "type", "veth", "peer", "name", "lan1")
        self.host.run("ip", "addr", "add", "192.168.122.7/24", "dev", "lan0")
        self.host.run("ip", "addr", "add", "192.168.123.7/23", "dev", "lan0")
        self.host.run("ip", "addr", "add", "10.77.1.7/24", "dev", "lan0")
        for link in ("lan0", "lan1"):
            self.host.run("ip", "link", "set", link, "up")
        default = self.connection.networkLookupByName("default")
        default.create()
        self.assertIn("192.168.124.1/24", self.host.run("ip", "-br", "addr", "show", "virbr0"))
        self.assertIn("<range start='192.168.124.2' end='192.168.124.254'/>", default.XMLDesc())
        self.assertIn("192.168.122.1", default.XMLDesc(libvirt.VIR_NETWORK_XML_INACTIVE))
        self.assertIn("network 'default' has 192.168.124.0/24", self.host.log.read_text())
        with self.assertRaisesRegex(libvirt.libvirtError, "Network is already in use by interface lan0"):
            self.define().create()

    def test_it_is_explained_with_what_stands_in_the_way(self):
        roost = Roost(self.host.uri)
        self.define()
        self.assertIn("n1: inactive\n  ! it isn't active: no guest can be plugged into it\n    \u2192 roost net-start n1\n",
                      roost.ok("explain", "--network", "n1"))
        roost.ok("net-start", "n1")
        explained = json.loads(roost.ok("explain", "--network", "n1", "--json"))
        self.assertEqual([problem["text"] for problem in explained["problems"]], ["the host itself has no route to others, and so guests haven't"])
        facts = [f"{fact['kind']}: {fact['text']}" for fact in explained["facts"]]
        self.assertIn("address: 10.77.1.1/24, the host's on the bridge", facts)
        self.assertIn("sysctl: net.ipv4.ip_forward = 1", facts)
        self.assertIn("rule: table ip libvirt_network, chain guest_input: oif virbr1 counter reject", facts)
        self.assertTrue(any(fact.startswith(f"process: dnsmasq, process {self.host.servers()['n1']},") for fact in facts), facts)
        self.host.run("sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_forward")
        self.uplink("eth0")
        explained = json.loads(roost.ok("explain", "--network", "n1", "--json"))
        self.assertEqual([problem.get("repair") for problem in explained["problems"]], ["sysctl -w net.ipv4.ip_forward=1"])
        self.host.run("nft", "add table ip f; add chain ip f i { type filter hook input priority 0; policy drop; }")
        explained = json.loads(roost.ok("explain", "--network", "n1", "--json"))
        self.assertIn("nft 'insert rule ip f i iifname \"virbr1\" udp dport 67 counter accept'", [p.get("repair") for p in explained["problems"]])

    def uplink(self, name, *more):
        self.host.run("ip", "link", "add", name, *(more or ("type", "veth", "peer", "name", name + "far")))
        self.host.run("ip", "addr", "add", "198.51.100.7/24", "dev", name)
        self.host.run("ip", "link", "set", name, "up")
        if not more:
            self.host.run("ip", "link", "set", name + "far", "up")
        self.host.run("ip", "route", "add", "default", "via", "198.51.100.1", "dev", name)

    def test_guests_are_put_on_the_hosts_own_network(self):
        roost = Roost(self.host.uri)
        self.assertFails(roost("net-lan", "lan"), "the host has no route to others: say which device with --device")
        self.uplink("eth0")
        told = roost.ok("net-lan", "lan")
        self.assertIn("Network lan started: guests on it are on the network of eth0", told)
        self.assertIn("by a macvtap guests and the host itself don't reach each other", told)
        network = self.connection.networkLookupByName("lan")
        self.assertEqual((network.isActive(), network.autostart()), (1, 1))
        self.assertIn("<interface dev='eth0'/>", network.XMLDesc())
        self.host.run("ip", "route", "del", "default")
        self.uplink("br0", "type", "bridge")
        self.assertEqual(roost.ok("net-lan", "lan2", "--print-xml"),
                         "<network>\n  <name>lan2</name>\n  <forward mode='bridge'/>\n  <bridge name='br0'/>\n</network>")
        self.assertNotIn("macvtap", roost.ok("net-lan", "lan2"))
        self.assertIn("<bridge name='br0'/>", self.connection.networkLookupByName("lan2").XMLDesc())
        # A name that is taken leaves what is there as it is.
        self.assertEqual(roost("net-lan", "lan2").status, 1)
        self.assertTrue(self.connection.networkLookupByName("lan2").isActive())

    def assertFails(self, done, words):
        self.assertEqual(done.status, 1)
        self.assertIn(words, done.errors)

    def test_rules_that_somebody_removes_come_back(self):
        self.define().create()
        rules = self.host.rules()
        for words in (["flush", "ruleset"], ["flush", "table", "ip", "libvirt_network"], ["delete", "table", "ip6", "libvirt_network"]):
            self.host.run("nft", *words)
            eventually(lambda: self.host.rules() == rules, f"the rules to be there after nft {' '.join(words)}")
        self.host.run("nft", "add", "table", "ip", "foreign")
        self.assertIn("table ip foreign", self.host.rules())

    def test_a_bridge_that_somebody_removes_comes_back(self):
        self.define().create()
        rules = self.host.rules()
        self.host.run("ip", "link", "del", "virbr1")
        eventually(lambda: "virbr1" in self.host.links() and self.host.rules() == rules, "the bridge to be there again")
        eventually(lambda: "10.77.1.1/24" in self.host.run("ip", "-br", "addr", "show", "virbr1"), "its address")

    def test_many_at_once_agree(self):
        """Clients that start and stop two networks leave both as their lists say."""
        for number in (1, 2):
            self.define(f"n{number}", f"virbr{number}", number)
        script = ("import libvirt, random, sys\nlibvirt.registerErrorHandler(lambda *_: None, None)\n"
                  "c = libvirt.open(sys.argv[1]); r = random.Random(sys.argv[2])\n"
                  "for _ in range(25):\n  n = c.networkLookupByName(r.choice(['n1', 'n2']))\n"
                  "  try: r.choice([n.create, n.destroy])()\n  except libvirt.libvirtError: pass\n")
        clients = [subprocess.Popen([sys.executable, "-c", script, self.host.uri, str(seed)]) for seed in range(4)]
        self.assertEqual([client.wait() for client in clients], [0] * 4)
        active = {net.name() for net in self.connection.listAllNetworks(libvirt.VIR_CONNECT_LIST_NETWORKS_ACTIVE)}
        self.assertEqual({f"n{link[5:]}" for link in self.host.links() if link.startswith("virbr")}, active)
        self.assertEqual(set(self.host.servers()), active)
        for name in ("n1", "n2"):
            self.assertEqual(f'iif "virbr{name[1:]}"' in self.host.rules(), name in active)

    def test_a_guest_gets_an_address(self):
        network = self.define()
        network.create()
        guest = self.host.namespace + "-guest"
        subprocess.run(["ip", "netns", "add", guest], check=True)
        self.addCleanup(subprocess.run, ["ip", "netns", "del", guest])
        self.host.run("ip", "link", "add", "tap0", "type", "veth", "peer", "name", "eth0", "netns", guest)
        self.host.run("ip", "link", "set", "tap0", "master", "virbr1", "up")
        subprocess.run(["ip", "-n", guest, "link", "set", "eth0", "up"], check=True)
        given = subprocess.run(
            ["ip", "netns", "exec", guest, sys.executable, str(DHCP), "eth0", "gast"], check=True, capture_output=True, text=True)
        leases = eventually(network.DHCPLeases, "the lease to be known")
        self.assertEqual([(lease["ipaddr"], lease["hostname"], lease["prefix"], lease["iface"]) for lease in leases],
                         [(given.stdout.strip(), "gast", 24, "virbr1")])
        self.assertEqual(network.DHCPLeases("52:54:00:00:00:01"), [])
        table = self.virsh.ok("net-dhcp-leases", "n1")
        self.assertIn(f"{given.stdout.strip()}/24", table)
        self.assertEqual(Roost(self.host.uri).ok("net-dhcp-leases", "n1"), table)

    def test_a_killed_daemon_finds_all_again(self):
        self.define().create()
        self.connection.networkCreateXML(NAT.format("n2", "virbr2", 2))
        before, rules = self.host.servers(), self.host.rules()
        self.host.kill()
        self.host.restart()
        self.connection = libvirt.open(self.host.uri)
        self.assertEqual({net.name(): net.isPersistent() for net in self.connection.listAllNetworks(2)}, {"n1": 1, "n2": 0})
        self.assertEqual((self.host.servers(), self.host.rules()), (before, rules))
        for network in self.connection.listAllNetworks(2):
            network.destroy()
        self.assertEqual((self.host.links(), self.host.rules()), self.before)

    def test_what_ended_while_no_daemon_ran_is_made_again(self):
        self.define().create()
        self.host.kill()
        os.kill(self.host.servers()["n1"], signal.SIGKILL)
        self.host.run("ip", "link", "del", "virbr1")
        self.host.run("nft", "flush", "ruleset")
        self.host.restart()
        self.assertIn("10.77.1.1/24", self.host.run("ip", "-br", "addr", "show", "virbr1"))
        self.assertIn("10.77.1.0/24", self.host.rules())
        self.assertEqual(list(self.host.servers()), ["n1"])

    def test_a_killed_dnsmasq_is_started_again(self):
        self.define().create()
        former = self.host.servers()["n1"]
        os.kill(former, signal.SIGKILL)
        eventually(lambda: self.host.servers().get("n1", former) != former, "another dnsmasq to serve")

    def test_changes_reach_what_runs(self):
        network = self.define()
        network.create()
        served = self.host.servers()
        host = "<host mac='52:54:00:11:22:33' ip='10.77.1.50'/>"
        out = self.virsh.ok("net-update", "n1", "add", "ip-dhcp-host", host, "--live", "--config")
        self.assertEqual(out.strip(), "Updated network n1 persistent config and live state")
        self.assertEqual((self.host.root / "var/lib/dnsmasq/n1.hostsfile").read_text(), "52:54:00:11:22:33,10.77.1.50\n")
        self.assertEqual(self.host.servers(), served)
        self.assertIn(host, network.XMLDesc(libvirt.VIR_NETWORK_XML_INACTIVE))
        self.virsh.ok("net-update", "n1", "add", "dns-txt", "<txt name='a' value='b'/>", "--live")
        self.assertIn("txt-record=a,b", (self.host.root / "var/lib/dnsmasq/n1.conf").read_text())
        self.assertNotEqual(self.host.servers(), served)
        self.assertNotIn("<txt", network.XMLDesc(libvirt.VIR_NETWORK_XML_INACTIVE))

    def test_both_programs_say_the_same(self):
        """In libvirt 11.3's words, where a network can't be what is asked."""
        self.define()
        roost = Roost(self.host.uri)
        for words in (
            ["net-start", "n1"], ["net-start", "n1"], ["net-list"], ["net-info", "n1"], ["net-update", "n1", "add", "nothing", "<x/>"], ["net-update", "n1", "add", "bridge", "<x/>"],
            ["net-dhcp-leases", "n1"], ["net-autostart", "n1"], ["net-undefine", "n1"], ["net-autostart", "n1"],
            ["net-destroy", "n1"], ["net-destroy", "n1"],
        ):
            with self.subTest(words=words):
                first = self.virsh(*words)
                if words[0] in ("net-start", "net-destroy", "net-undefine") and first.status == 0:
                    continue
                second = roost(*words)
                self.assertEqual((second.status, second.output, second.errors), (first.status, first.output, first.errors))
        self.define()
        for call, code, words in (
            (lambda net: net.destroy(), libvirt.VIR_ERR_OPERATION_INVALID, "network 'n1' is not active"),
            (lambda net: (net.create(), net.create()), libvirt.VIR_ERR_OPERATION_INVALID, "network is already active"),
            (lambda net: self.define("n3", "virbr1", 3), libvirt.VIR_ERR_INTERNAL_ERROR, "bridge name 'virbr1' already in use."),
        ):
            with self.assertRaises(libvirt.libvirtError) as caught:
                call(self.connection.networkLookupByName("n1"))
            self.assertEqual(caught.exception.get_error_code(), code)
            self.assertIn(words, caught.exception.get_error_message())

    def test_a_network_is_described(self):
        """By commands that only younger virshs have."""
        self.define().create()
        roost = Roost(self.host.uri)
        self.assertEqual(roost.ok("net-desc", "n1"), "No description for network: n1")
        self.assertEqual(roost.ok("net-desc", "n1", "--title", "a title", "--live"), "Network title updated successfully")
        self.assertIn("a title", roost.ok("net-list", "--title"))
        self.assertEqual(roost.ok("net-metadata", "n1", "urn:x"), "")
        self.assertEqual(roost.ok("net-metadata", "n1", "urn:x", "--key", "k", "--set", "<a/>"), "Metadata modified")
        self.assertEqual(roost.ok("net-metadata", "n1", "urn:x"), "<a/>")
        self.assertIn("title", roost("net-desc", "n1", "--title", "a\nb").errors)
