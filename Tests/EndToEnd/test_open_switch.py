"""Cards on an Open vSwitch, whose database a stand-in for `ovs-vsctl` keeps: the words it is given are those that libvirt 11.3 gives it.
And cards with VLAN tags on a bridge of the kernel's."""

import json
import os
import unittest
import uuid

import libvirt

from harness.domains import domain
from harness.host import Host

PROGRAM = """#!/usr/bin/python3
import json, os, pathlib, sys
place = pathlib.Path({0!r})
with open(place / "said", "a") as said:
    said.write(json.dumps(sys.argv[1:]) + "\\n")
if (place / "broken").exists() and "add-port" in sys.argv:
    sys.exit("ovs-vsctl: no bridge named ovs0")
if "find" in sys.argv and (place / "limited").exists():
    print("11111111-2222-3333-4444-555555555555" if "queue" in sys.argv else "21111111-2222-3333-4444-555555555555")
"""
NETWORK = """<network><name>n1</name><forward mode='bridge'/><bridge name='ovs0'/><virtualport type='openvswitch'/>
  <vlan trunk='yes'><tag id='42' nativeMode='untagged'/><tag id='47'/></vlan>
  <portgroup name='one'><vlan><tag id='5'/></vlan></portgroup>
  <portgroup name='tag'><virtualport type='openvswitch'><parameters profileid='p"p'/></virtualport><vlan trunk='yes'><tag id='5' nativeMode='tagged'/><tag id='6'/></vlan></portgroup>
</network>"""
ID = uuid.uuid5(uuid.NAMESPACE_DNS, "g1")
PORT = "6f9ef4a5-2b3c-4f5e-9a12-1122334455aa"
MAC = "52:54:00:11:22:33"


class Switched(Host):
    def environment(self):
        # A program of this name is found before the host's.
        others = super().environment() or os.environ
        return {**others, "PATH": f"{self.root}/bin:{others['PATH']}"}


def card(content="", source="bridge='ovs0'", kind="bridge", switch=f"<virtualport type='openvswitch'><parameters interfaceid='{PORT}'/></virtualport>"):
    return f"<interface type='{kind}'><mac address='{MAC}'/><source {source}/>{switch}<model type='virtio'/>{content}</interface>"


def joined(*tags, port=PORT, profile=()):
    told = [("attached-mac", f'"{MAC}"'), ("iface-id", f'"{port}"'), ("vm-id", f'"{ID}"'), *profile, ("iface-status", "active")]
    words = ["--timeout=5", "--", "--may-exist", "add-port", "ovs0", "vnet0", "--", "set", "Port", "vnet0", "other_config:transient=true", *tags]
    for key, value in told:
        words += ["--", "set", "Interface", "vnet0", f"external-ids:{key}={value}"]
    return words


WHOSE = [f'external-ids:vm-id="{ID}"', 'external-ids:ifname="vnet0"']
FIND = [["--timeout=5", "--no-heading", "--columns=_uuid", "find", kind, *WHOSE] for kind in ("queue", "qos")]
LEFT = ["--timeout=5", "--", "--if-exists", "del-port", "vnet0"]
FREE = ["--timeout=5", "set", "Interface", "vnet0", "ingress_policing_rate=0", "ingress_policing_burst=0"]


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class OpenSwitch(unittest.TestCase):
    def setUp(self):
        self.host = Switched()
        self.addCleanup(self.host.stop)
        program = self.host.root / "bin/ovs-vsctl"
        program.parent.mkdir(parents=True)
        program.write_text(PROGRAM.format(str(self.host.root)))
        program.chmod(0o755)
        self.host.start()
        self.connection = libvirt.open(self.host.uri)
        self.addCleanup(self.connection.close)

    def said(self):
        """What the program was told since the last time."""
        file = self.host.root / "said"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return [json.loads(line) for line in lines]

    def guest(self, *cards):
        return self.connection.createXML(domain("g1", id=ID, devices="".join(cards)))

    def refused(self, call, words):
        with self.assertRaises(libvirt.libvirtError) as caught:
            call()
        self.assertIn(words, caught.exception.get_error_message())

    def test_a_networks_cards_are_ports_with_its_tags(self):
        self.connection.networkCreateXML(NETWORK)
        for group, tags, profile in (
            ("", ["vlan_mode=native-untagged", "tag=42", "trunk=42,47"], ()), ("portgroup='one'", ["tag=5"], ()),
            ("portgroup='tag'", ["vlan_mode=native-tagged", "tag=5", "trunk=5,6"], [("port-profile", '"p\\"p"'), ("ifname", '"vnet0"')]),
        ):
            with self.subTest(group):
                guest = self.guest(card("<target dev='vnet0'/>".replace("vnet0", "port0"), f"network='n1' {group}", "network", ""))
                text = guest.XMLDesc()
                port = text.split("interfaceid='")[1][:36]
                expected = json.loads(json.dumps(joined(*tags, port=port, profile=profile)).replace("vnet0", "port0"))
                self.assertEqual(self.said(), [expected])
                self.assertIn("<interface type='bridge'>", text)
                self.assertNotIn("master", self.host.run("ip", "link", "show", "port0"))
                guest.destroy()
                self.assertEqual(self.said(), [[word.replace("vnet0", "port0") for word in LEFT]])

    def test_a_card_comes_changes_and_goes(self):
        guest = self.guest()
        guest.attachDevice(card("<vlan trunk='yes'><tag id='5'/><tag id='6'/></vlan>"))
        self.assertEqual(self.said(), [joined("trunk=5,6")])
        guest.updateDeviceFlags(card("<vlan><tag id='7'/></vlan>"))
        self.assertEqual(self.said()[1:], [joined("tag=7")])
        self.assertIn("<tag id='7'/>", guest.XMLDesc())
        guest.updateDeviceFlags(card())
        self.assertEqual(self.said(), [["--timeout=5", "--", "clear", "Port", "vnet0", "tag", "--", "clear", "Port", "vnet0", "trunks", "vlan_mode"], joined()])
        self.refused(lambda: guest.updateDeviceFlags(card(switch="")), "cannot move a running guest's card between a bridge and a switch")
        guest.destroy()
        self.assertEqual(self.said(), [LEFT])

    def test_what_a_card_sends_and_receives_is_limited(self):
        rates = ["other_config:min-rate=800000", "other_config:burst=2457600", "other_config:max-rate=1600000"]
        create = ["--timeout=5", "set", "port", "vnet0", "qos=@qos1", *WHOSE, "--", "--id=@qos1", "create", "qos", "type=linux-htb", *rates,
                  "queues:0=@queue0", *WHOSE, "--", "--id=@queue0", "create", "queue", *rates, *WHOSE]
        limits = "<bandwidth><inbound average='100' peak='200' burst='300'/><outbound average='5' burst='7'/></bandwidth>"
        police = ["--timeout=5", "set", "Interface", "vnet0", "ingress_policing_rate=40", "ingress_policing_burst=56"]
        guest = self.guest(card(limits))
        self.assertEqual(self.said(), [joined(), *FIND, create, police])
        (self.host.root / "limited").touch()
        queue, qos = "11111111-2222-3333-4444-555555555555", "21111111-2222-3333-4444-555555555555"
        guest.setInterfaceParameters(MAC, {"inbound.average": 5}, 1)
        change = lambda kind, id: ["--timeout=5", "set", kind, id, "other_config:min-rate=40000", *WHOSE]
        self.assertEqual(self.said(), [*FIND, change("queue", queue), change("qos", qos), police])
        guest.setInterfaceParameters(MAC, {"inbound.average": 0, "outbound.average": 0}, 1)
        gone = [*FIND, ["--timeout=5", "--", "--if-exists", "clear", "port", "vnet0", "qos"], ["--timeout=5", "destroy", "qos", qos], ["--timeout=5", "destroy", "queue", queue]]
        self.assertEqual(self.said(), [*gone, FREE])
        guest.setInterfaceParameters(MAC, {"inbound.average": 5}, 1)
        self.said()
        guest.destroy()
        self.assertEqual(self.said(), [*gone, LEFT])

    def test_a_switch_that_is_not_there_is_told(self):
        (self.host.root / "broken").touch()
        self.refused(lambda: self.guest(card()), "Unable to add port vnet0 to OVS bridge ovs0: ovs-vsctl: no bridge named ovs0")
        self.assertEqual(self.said(), [joined(), LEFT])
        self.assertNotIn("vnet0", self.host.links())
        (self.host.root / "bin/ovs-vsctl").unlink()
        self.refused(lambda: self.guest(card()), "Unable to add port vnet1 to OVS bridge ovs0: ovs-vsctl isn't installed")

    def test_tags_on_a_bridge_of_the_kernels(self):
        """A kernel whose bridges know no tags says so, in libvirt's words, and nothing is left."""
        self.host.run("ip", "link", "add", "br0", "type", "bridge")
        tagged = lambda vlan: card(vlan, "bridge='br0'", switch="")
        try:
            self.host.run("ip", "link", "set", "br0", "type", "bridge", "vlan_filtering", "1")
        except Exception:
            self.refused(lambda: self.guest(tagged("<vlan><tag id='7'/></vlan>")), "error adding vlan filter to interface vnet0: Operation not supported")
            self.assertNotIn("vnet0", self.host.links())
            return
        tags = lambda: {(one["vlan"], *one.get("flags", [])) for one in json.loads(self.host.run("bridge", "-j", "vlan", "show", "dev", "vnet0"))[0]["vlans"]}
        guest = self.guest(tagged("<vlan><tag id='7'/></vlan>"))
        self.assertEqual(tags(), {(7, "PVID", "Egress Untagged")})
        guest.updateDeviceFlags(tagged("<vlan trunk='yes'><tag id='42' nativeMode='untagged'/><tag id='47'/></vlan>"))
        self.assertEqual(tags(), {(42, "PVID", "Egress Untagged"), (47,)})

    def test_other_cards_have_no_tags(self):
        vlan = "<vlan><tag id='7'/></vlan>"
        words = f"interface {MAC} - vlan tag not supported for this connection type"
        self.host.run("ip", "link", "add", "br0", "type", "bridge")
        self.connection.networkCreateXML("<network><name>nat</name><bridge name='virbr7'/><ip address='10.77.1.1' netmask='255.255.255.0'/></network>")
        for one in (card(vlan, "network='nat'", "network", ""), card(vlan, "dev='br0' mode='bridge'", "direct", ""),
                    f"<interface type='ethernet'><mac address='{MAC}'/>{vlan}</interface>", f"<interface type='user'><mac address='{MAC}'/>{vlan}</interface>"):
            self.refused(lambda: self.guest(one), words)


if __name__ == "__main__":
    unittest.main()
