"""What others do to a host's networks, at random: two networks and three guests on them come back each time, with their addresses, and
nothing is left once all is destroyed.

ROOST_SEED begins elsewhere, ROOST_FAULTS does more rounds. A failure says its seed and what was done.
"""

import os
import pathlib
import random
import signal
import subprocess
import sys
import unittest

import libvirt

from harness.domains import domain
from harness.host import Host
from harness.waiting import eventually

DHCP = pathlib.Path(__file__).parent / "harness/dhcp.py"
NETWORK = """<network><name>n{0}</name><forward mode='{1}'/><bridge name='virbr{0}' stp='off'/><ip address='10.77.{0}.1' netmask='255.255.255.0'>
  <dhcp><range start='10.77.{0}.2' end='10.77.{0}.99'/></dhcp></ip></network>"""
CARD = "<interface type='network'><mac address='52:54:00:aa:00:{0:02x}'/><source network='n{1}'/><model type='virtio'/></interface>"
FOREIGN = {
    "docker": "add table ip {0}; add chain ip {0} FORWARD {{ type filter hook forward priority 0; policy drop; }}",
    "ufw": "add table ip {0}; add chain ip {0} ufw-before-input {{ type filter hook input priority 0; policy drop; }}",
    "nftables": "add table inet {0}; add chain inet {0} input {{ type filter hook input priority 0; policy drop; }}; "
                "add rule inet {0} input iif lo accept",
}


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class NetworkFaults(unittest.TestCase):
    def setUp(self):
        self.host = Host()
        self.addCleanup(self.host.stop)
        self.before = self.snapshot()
        self.host.start()
        self.connect()

    def connect(self):
        self.connection = libvirt.open(self.host.uri)
        self.addCleanup(self.connection.close)

    def snapshot(self):
        """What there is of networks on the host. That it forwards packets stays, as with libvirt."""
        root = self.host.root
        files = [path for folder in ("run/network", "var/lib/dnsmasq") for path in sorted((root / folder).glob("**/*")) if path.is_file()]
        kept = [path.name for path in files if path.suffix != ".status"]
        mounts = pathlib.Path("/proc/self/mounts").read_text().count(str(root))
        return self.host.links(), self.host.rules(), self.host.run("ip", "-br", "addr"), self.host.run("ip", "route"), kept, mounts

    # What is to hold after each round.

    def problem(self):
        """What isn't as defined; nothing where all is."""
        links = {line.split()[0].split("@")[0]: line for line in self.host.run("ip", "-br", "addr").splitlines()}
        for number in (1, 2):
            if f"10.77.{number}.1/24" not in links.get(f"virbr{number}", ""):
                return f"virbr{number} hasn't its address: {links}"
        for name, bridge in self.cards:
            if f"master {bridge} " not in self.host.run("ip", "link", "show", name):
                return f"{name} isn't in {bridge}"
        for name, bridge in self.clients:
            # Who isn't a guest of the daemon's is put there again by whoever put it there.
            self.host.run("ip", "link", "set", name, "master", bridge)
        if self.host.rules().split("table ip foreign")[0].split("table inet foreign")[0].strip() != self.rules.strip():
            return "the rules aren't those of the networks"
        if set(self.host.servers()) != {"n1", "n2"}:
            return f"dnsmasq serves {self.host.servers()}"
        return None

    def whole(self):
        self.last = self.problem()
        return self.last is None

    def address(self, number):
        """Which address the network's server gives to a client that has had one."""
        done = subprocess.run(
            ["ip", "netns", "exec", f"{self.host.namespace}-{number}", sys.executable, str(DHCP), "eth0", f"gast{number}"],
            check=False, capture_output=True, text=True)
        return done.stdout.strip()

    def client(self, number):
        space = f"{self.host.namespace}-{number}"
        subprocess.run(["ip", "netns", "add", space], check=True)
        self.addCleanup(subprocess.run, ["ip", "netns", "del", space])
        self.host.run("ip", "link", "add", f"tap{number}", "type", "veth", "peer", "name", "eth0", "netns", space)
        self.host.run("ip", "link", "set", f"tap{number}", "master", f"virbr{number}", "up")
        subprocess.run(["ip", "-n", space, "link", "set", "eth0", "up"], check=True)
        self.clients.append((f"tap{number}", f"virbr{number}"))

    # What somebody does.

    def kill_daemon(self, chance):
        self.host.kill()
        if chance.random() < 0.5:
            self.remove_bridge(chance)
        if chance.random() < 0.5:
            self.flush(chance)
        self.host.restart()
        self.connect()

    def kill_server(self, chance):
        os.kill(self.host.servers()[f"n{chance.randint(1, 2)}"], signal.SIGKILL)

    def flush(self, chance):
        self.host.run("nft", "flush", "ruleset")

    def reload(self, chance):
        """As firewalld: all tables go, and its own come."""
        self.host.run("nft", "flush ruleset; " + FOREIGN["nftables"].format("foreign") + "; delete table inet foreign")

    def remove_bridge(self, chance):
        self.host.run("ip", "link", "del", f"virbr{chance.randint(1, 2)}")

    def drop(self, chance):
        """Somebody's own table drops guests' packets: that is told with what mends it."""
        whose = chance.choice(sorted(FOREIGN))
        size = len(self.host.log.read_text())
        self.host.run("nft", FOREIGN[whose].format("foreign"))
        eventually(lambda: "foreign" in self.host.log.read_text()[size:], f"a word of {whose}'s table that drops packets")
        self.host.run("nft", "delete", "table", "inet" if whose == "nftables" else "ip", "foreign")

    def clash(self, chance):
        """A network in a range that another link of the host has is refused, and the others go on."""
        with self.assertRaises(libvirt.libvirtError):
            self.connection.networkCreateXML(NETWORK.replace("n{0}", "other").replace("virbr{0}", "virbr9").format(1, "nat"))

    def change(self, chance):
        number = chance.randint(2, 99)
        entry = f"<host ip='10.77.1.{number}'><hostname>h{number}</hostname></host>"
        network = self.connection.networkLookupByName("n1")
        network.update(3, 10, -1, entry, 1)
        network.update(2, 10, -1, entry, 1)

    FAULTS = (kill_daemon, kill_server, flush, reload, remove_bridge, drop, clash, change)

    def test_all_is_there_after_each_round_and_nothing_at_the_end(self):
        seed = int(os.environ.get("ROOST_SEED", 1))
        chance = random.Random(seed)
        self.clients = []
        for number, mode in ((1, "nat"), (2, "route")):
            self.connection.networkDefineXML(NETWORK.format(number, mode)).create()
        networks = [1, 1, 2]
        guests = [self.connection.createXML(domain(f"g{number}", devices=CARD.format(number, network), serial=False))
                  for number, network in enumerate(networks)]
        self.cards = [(f"vnet{number}", f"virbr{network}") for number, network in enumerate(networks)]
        self.rules = self.host.rules()
        for number in (1, 2):
            self.client(number)
        given = {number: self.address(number) for number in (1, 2)}
        self.assertNotIn("", given.values())
        done = []
        for _ in range(int(os.environ.get("ROOST_FAULTS", 8))):
            fault = chance.choice(self.FAULTS)
            done.append(fault.__name__)
            try:
                fault(self, chance)
                eventually(self.whole, "all to be as defined")
            except Exception as error:
                raise AssertionError(f"ROOST_SEED={seed}: {done}: {getattr(self, 'last', None)}") from error
        # Guests have their addresses for as long as the leases last, whatever happened meanwhile.
        for number in (1, 2):
            self.assertEqual(self.address(number), given[number], f"ROOST_SEED={seed}: {done}")
        self.assertEqual({domain.name() for domain in self.connection.listAllDomains(1)}, {"g0", "g1", "g2"})
        for one in self.connection.listAllDomains(1):
            one.destroy()
        for name, _ in self.clients:
            self.host.run("ip", "link", "del", name)
        for network in self.connection.listAllNetworks(2):
            network.destroy()
        eventually(lambda: self.snapshot() == self.before, f"nothing to be left (ROOST_SEED={seed}: {done})")


if __name__ == "__main__":
    unittest.main()
