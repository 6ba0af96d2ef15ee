"""Other owners of the firewall: what their rules do to guests' packets is told, with what lets them pass, or is mended."""

import os
import re
import shlex
import subprocess
import sys
import unittest

import libvirt

from harness.host import Host
from harness.waiting import eventually
from test_networks import DHCP, NAT

ADMINISTRATOR = """table inet filter {
  chain input { type filter hook input priority filter; policy drop;
    iif lo accept
    ct state established,related accept
  }
  chain forward { type filter hook forward priority filter; policy drop; }
}
"""
DOCKER = """table ip filter {
  chain DOCKER-USER {
    counter return
  }
  chain DOCKER-FORWARD {
    oifname "docker0" ct state related,established counter accept
    iifname "docker0" counter accept
  }
  chain FORWARD { type filter hook forward priority filter; policy drop;
    counter jump DOCKER-USER
    counter jump DOCKER-FORWARD
  }
}
"""
UFW = """-P INPUT DROP
-P FORWARD DROP
-N ufw-before-input
-N ufw-before-forward
-N ufw-not-local
-N ufw-user-input
-A INPUT -j ufw-before-input
-A FORWARD -j ufw-before-forward
-A ufw-before-input -i lo -j ACCEPT
-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw-before-input -m conntrack --ctstate INVALID -j DROP
-A ufw-before-input -p udp --sport 67 --dport 68 -j ACCEPT
-A ufw-before-input -j ufw-not-local
-A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN
-A ufw-not-local -m addrtype --dst-type BROADCAST -j RETURN
-A ufw-not-local -j DROP
-A ufw-before-input -j ufw-user-input
-A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"""


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class OtherOwners(unittest.TestCase):
    def setUp(self):
        self.host = Host()
        self.addCleanup(self.host.stop)

    def start(self, settings=""):
        (self.host.root / "etc").mkdir(exist_ok=True)
        (self.host.root / "etc/network.conf").write_text(settings)
        self.host.start()
        connection = libvirt.open(self.host.uri)
        self.addCleanup(connection.close)
        self.network = connection.networkDefineXML(NAT.format("n1", "virbr1", 1))
        self.network.create()

    def load(self, rules):
        file = self.host.root / "rules.nft"
        file.write_text(rules)
        self.host.run("nft", "-f", str(file))

    def plug(self, name, *words):
        """A namespace whose eth0 is the other end of a link of the host's."""
        space = f"{self.host.namespace}-{name}"
        subprocess.run(["ip", "netns", "add", space], check=True)
        self.addCleanup(subprocess.run, ["ip", "netns", "del", space])
        self.host.run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", space)
        self.host.run("ip", "link", "set", name, "up", *words)
        subprocess.run(["ip", "-n", space, "link", "set", "eth0", "up"], check=True)
        return ["ip", "netns", "exec", space]

    def outside(self):
        """What the host's other guests reach: a server on the far side of an uplink."""
        space = self.plug("up0")
        self.host.run("ip", "addr", "add", "198.51.100.1/24", "dev", "up0")
        self.host.run("ip", "route", "add", "default", "via", "198.51.100.2")
        subprocess.run([*space, "ip", "addr", "add", "198.51.100.2/24", "dev", "eth0"], check=True)
        script = ("import socket; s = socket.create_server(('198.51.100.2', 443)); print('ready', flush=True)\n"
                  "while True:\n  c, who = s.accept(); c.sendall(who[0].encode()); c.close()")
        server = subprocess.Popen([*space, sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (server.kill(), server.wait(), server.stdout.close()))
        self.assertEqual(server.stdout.readline(), "ready\n")

    def assertGuestsAreServed(self):
        """A guest gets an address, and reaches a server outside, which sees the host's address."""
        guest = self.plug("tap0", "master", "virbr1")
        given = subprocess.run([*guest, sys.executable, str(DHCP), "eth0"], check=True, capture_output=True, text=True).stdout.strip()
        subprocess.run([*guest, "ip", "addr", "add", f"{given}/24", "dev", "eth0"], check=True)
        subprocess.run([*guest, "ip", "route", "add", "default", "via", "10.77.1.1"], check=True)
        script = "import socket; print(socket.create_connection(('198.51.100.2', 443), 10).recv(99).decode())"
        seen = subprocess.run([*guest, sys.executable, "-c", script], capture_output=True, text=True)
        self.assertEqual((seen.stdout, seen.stderr), ("198.51.100.1\n", ""))

    def repairs(self, *expected):
        """The commands that the log has, once it names all that is expected, as (place, packets)."""
        def lines():
            found = re.findall(r"table (.*?) drops (.*?) of virbr1: .*\. To let them pass: (.*)", self.host.log.read_text())
            return found if {(place, packets) for place, packets, _ in found} >= set(expected) else None
        return [repair for _, _, repair in eventually(lines, f"the log to name {expected}")]

    def test_what_drops_is_named_and_the_repair_repairs(self):
        self.outside()
        self.start()
        self.load(ADMINISTRATOR)
        repairs = self.repairs(
            ("inet filter, chain input", "DHCP requests"), ("inet filter, chain input", "DNS queries"),
            ("inet filter, chain forward", "packets that leave the network"), ("inet filter, chain forward", "answers to guests"))
        self.assertEqual(len(repairs), 4)
        for repair in repairs:
            self.host.run(*shlex.split(repair))
        self.assertGuestsAreServed()
        self.assertEqual(len(self.repairs()), 4)

    def test_docker_and_ufw_are_known(self):
        self.outside()
        self.start()
        self.load(DOCKER)
        repairs = self.repairs(
            ("ip filter, chain FORWARD (Docker)", "packets that leave the network"), ("ip filter, chain FORWARD (Docker)", "answers to guests"))
        self.assertIn("nft 'insert rule ip filter DOCKER-USER iifname \"virbr1\" counter accept'", repairs)
        self.host.run("nft", "delete", "table", "ip", "filter")
        for line in UFW.splitlines():
            self.host.run("iptables-nft", *line.split())
        repairs = self.repairs(
            ("ip filter, chain INPUT (ufw)", "DHCP requests"), ("ip filter, chain INPUT (ufw)", "DNS queries"),
            ("ip filter, chain FORWARD (ufw)", "packets that leave the network"))
        self.assertIn("ufw allow in on virbr1 to any port 67", repairs)
        self.assertIn("ufw route allow in on virbr1", repairs)

    def test_it_lets_packets_pass_by_itself_where_told_so(self):
        before = self.host.rules()
        self.outside()
        self.load(ADMINISTRATOR)
        foreign = self.host.rules()
        self.start('firewall_coexist = "add"\n')
        added = lambda: self.host.rules().count('comment "roost virbr1"')
        eventually(lambda: added() == 4, "the rules to be added")
        self.assertGuestsAreServed()
        # Their owner comes again, and so do the rules.
        self.host.run("nft", "flush", "ruleset")
        self.load(ADMINISTRATOR)
        eventually(lambda: added() == 4, "the rules to be added again")
        self.network.destroy()
        self.assertEqual(self.host.rules(), foreign)
        self.host.run("nft", "flush", "ruleset")
        self.assertEqual(self.host.rules(), before)

    def test_a_killed_daemon_leaves_nothing_in_others_tables(self):
        self.start('firewall_coexist = "add"\n')
        self.load(ADMINISTRATOR)
        foreign = ADMINISTRATOR.count("policy drop")
        eventually(lambda: self.host.rules().count('comment "roost virbr1"') == 2 * foreign, "the rules to be added")
        self.host.kill()
        (self.host.root / "etc/network.conf").write_text("")
        self.host.restart()
        eventually(lambda: "roost virbr1" not in self.host.rules(), "the rules to be gone")

    def test_what_it_cannot_be_is_refused(self):
        (self.host.root / "etc").mkdir(exist_ok=True)
        (self.host.root / "etc/network.conf").write_text('\nfirewall_coexist = "maybe"\n')
        with self.assertRaises(Exception):
            self.host.start()
        self.assertIn("network.conf:2: 'firewall_coexist' can't be \"maybe\"", self.host.log.read_text())
