"""Clients that do at random all that can be done with guests' cards, while daemon, QEMUs, bridges and rules go."""

import os
import random
import re
import signal
import subprocess
import sys
import time
import unittest
import uuid

import libvirt

from harness.domains import domain
from harness.host import Host
from harness.waiting import eventually

NAT = ("<network><name>{0}</name><forward mode='nat'/><bridge name='virbr{1}' delay='0' stp='off'/>"
       "<ip address='10.77.{1}.1' netmask='255.255.255.0'/></network>")
LAN = "<network><name>lan</name><forward mode='bridge'><interface dev='lan0'/></forward></network>"
SECONDS = float(os.environ.get("ROOST_SECONDS", 15))
SEED = int(os.environ.get("ROOST_SEED", random.randrange(1 << 30)))


def card(network, number, extra=""):
    return (f"<interface type='network'><mac address='52:54:00:aa:00:{number:02x}'/><source network='{network}'/>"
            f"<model type='virtio'/>{extra}</interface>")


def client(uri, seed):
    """One client: it does what it may, whatever becomes of it, until it is ended."""
    libvirt.registerErrorHandler(lambda *_: None, None)
    choice, connection = random.Random(seed), None
    while True:
        try:
            if connection is None or not connection.isAlive():
                connection = libvirt.open(uri)
            network = connection.networkLookupByName(choice.choice(["n1", "n2", "lan"]))
            guest, number = connection.lookupByName(f"g{choice.randrange(4)}"), choice.randrange(0x40, 0x60)
            own = int(guest.name()[1:])
            choice.choice([guest.create] * 4 + [guest.destroy] * 3 + [lambda: guest.attachDevice(card(network.name(), number))] * 2 + [
                lambda: guest.detachDevice(card(network.name(), number)),
                lambda: guest.updateDeviceFlags(card(network.name(), own), 1),
                lambda: guest.updateDeviceFlags(card("n1", own, "<link state='down'/>"), 1),
                network.create, connection.networkLookupByName("n2").destroy])()
        except libvirt.libvirtError as error:
            if error.get_error_domain() == libvirt.VIR_FROM_RPC:
                connection = None


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class CardStorm(unittest.TestCase):
    def setUp(self):
        libvirt.registerErrorHandler(lambda *_: None, None)
        self.addCleanup(libvirt.registerErrorHandler, None, None)
        self.host = Host()
        self.addCleanup(self.host.stop)
        self.before = self.host.links(), self.host.rules()
        self.host.start()

    def do_harm(self, choice):
        # A card that is being plugged in while its bridge goes isn't put back yet: docs/networks.md.
        match choice.choice(["daemon", "qemu", "rules"] + (["bridge"] if "ROOST_SOAK" in os.environ else [])):
            case "daemon":
                self.host.kill()
                self.host.restart()
            case "qemu":
                for pid in self.host.guest_pids()[:1]:
                    os.kill(pid, signal.SIGKILL)
            case "bridge":
                subprocess.run(["ip", "-n", self.host.namespace, "link", "del", "virbr1"], capture_output=True)
            case "rules":
                self.host.run("nft", "flush", "ruleset")

    def differences(self, connection):
        """What of guests' documents, the host's links and networks' ports doesn't agree."""
        guests = {guest.name(): guest.XMLDesc() for guest in connection.listAllDomains(1)}
        ends = {name for text in guests.values() for name in re.findall(r"<target dev='((?:vnet|macvtap)\d+)'", text)}
        found = []
        bridges = dict(re.findall(r"^\d+: ([^:@]+).* master (\w+)", self.host.run("ip", "-o", "link"), re.M))
        links = {link for link in self.host.links() if link.startswith(("vnet", "macvtap"))}
        if links != ends:
            found.append(("links", links ^ ends))
        for network in connection.listAllNetworks(libvirt.VIR_CONNECT_LIST_NETWORKS_ACTIVE):
            own = re.compile(f"<source network='{network.name()}' portid='([-0-9a-f]+)'(?: bridge='(\\w+)')?.*?<target dev='(\\w+)'", re.S)
            cards = [one for text in guests.values() for part in re.findall(r"(?s)<interface.*?</interface>", text) for one in own.findall(part)]
            ports = {port.UUIDString() for port in network.listAllPorts()}
            if ports != {port for port, _, _ in cards}:
                found.append((network.name(), ports ^ {port for port, _, _ in cards}))
            found += [(name, bridge) for _, bridge, name in cards if bridge and bridges.get(name) != bridge]
        return found

    def test_random_clients_leave_nothing(self):
        choice = random.Random(SEED)
        connection = libvirt.open(self.host.uri)
        self.host.run("ip", "link", "add", "lan0", "type", "veth", "peer", "name", "lan1")
        self.host.run("ip", "link", "set", "lan0", "up")
        for text in (NAT.format("n1", 1), NAT.format("n2", 2), LAN):
            connection.networkDefineXML(text).create()
        for number in range(4):
            cards = card("n1", number) + card("n2", 16 + number) + card("lan", 32 + number)
            connection.defineXML(domain(f"g{number}", devices=cards, id=uuid.uuid5(uuid.NAMESPACE_DNS, f"g{number}"), memory=32))
        clients = [subprocess.Popen([sys.executable, __file__, self.host.uri, str(SEED + number)]) for number in range(4)]
        for one in clients:
            self.addCleanup(one.wait)
            self.addCleanup(one.kill)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            time.sleep(choice.uniform(0.5, 2))
            self.do_harm(choice)
        for one in clients:
            one.kill()
            one.wait()
        connection = libvirt.open(self.host.uri)
        self.addCleanup(connection.close)
        with self.subTest(seed=SEED):
            try:
                eventually(lambda: not self.differences(connection), "guests, links and ports to agree")
            except AssertionError:
                self.fail(self.differences(connection))
            # The last thing that a client asked for may be done after its end: what it starts is ended, too.
            eventually(lambda: self.is_ended(connection), "an end of all guests and networks that leaves nothing")
            self.host.run("ip", "link", "del", "lan0")
            self.assertEqual((self.host.links(), self.host.rules()), self.before)
            self.assertEqual(list((self.host.root / "run/network").iterdir()), [])

    def is_ended(self, connection):
        """Ends what runs; whether nothing of it is left."""
        try:
            return self.end_all(connection)
        except libvirt.libvirtError:
            return False

    def end_all(self, connection):
        for guest in connection.listAllDomains(1):
            guest.destroy()
        for network in connection.listAllNetworks(libvirt.VIR_CONNECT_LIST_NETWORKS_ACTIVE):
            if network.listAllPorts():
                return False
            network.destroy()
        links, rules = self.host.links() - {"lan0", "lan1"}, self.host.rules()
        return (links, rules) == self.before


if __name__ == "__main__":
    client(sys.argv[1], int(sys.argv[2]))
