"""What virsh 11.3 hears of a real host's networks, filters and devices from roostd, and from libvirtd 11.3 on a host of its own: the same."""

import os
import re
import unittest

import libvirt

from harness import words
from harness.host import Host

WN1 = """<network><name>{name}</name><uuid>30000000-0000-4000-8000-0000000000{uuid}</uuid><title>first</title><forward mode='nat'/>{bridge}
  <mac address='52:54:00:00:00:01'/><domain name='example.com' localOnly='yes'/><dns><host ip='10.97.1.5'><hostname>five</hostname></host></dns>
  <ip address='10.97.1.1' netmask='255.255.255.0'><dhcp><range start='10.97.1.2' end='10.97.1.50'/></dhcp></ip></network>"""
SMALL = "<network><name>{0}</name>{1}</network>"
PORT = """<networkport><uuid>6f9ef4a5-2b3c-4f5e-9a12-1122334455aa</uuid>
  <owner><name>foo</name><uuid>6f9ef4a5-2b3c-4f5e-9a12-112233445566</uuid></owner><mac address='52:54:00:00:00:09'/>{0}</networkport>"""
FILTER = "<filter name='{0}' {1}><uuid>30000000-0000-4000-8000-0000000000{2}</uuid>{3}</filter>"
BINDING = """<filterbinding>{0}<portdev name='wnone'/><mac address='52:54:00:00:00:09'/><filterref filter='{1}'/></filterbinding>"""
OWNER = "<owner><name>foo</name><uuid>6f9ef4a5-2b3c-4f5e-9a12-112233445566</uuid></owner>"
IP = "<ip address='10.97.9.1' netmask='255.255.255.0'/>"
BRIDGE = "<bridge name='wvirbr1' stp='on' delay='0'/>"
RULE = "<rule action='accept' direction='out' priority='100'><tcp srcipaddr='$IP' dstportstart='80'/></rule>"
FILES = {
    "wn1.xml": WN1.format(name="wn1", uuid="a1", bridge=BRIDGE),
    "wn1-renamed.xml": WN1.format(name="wn2", uuid="a1", bridge="<bridge name='wvirbr2'/>"),
    "wn1-uuid.xml": WN1.format(name="wn1", uuid="a2", bridge="<bridge name='wvirbr2'/>"),
    "same-bridge.xml": SMALL.format("wn3", "<bridge name='wvirbr1'/>"),
    "same-range.xml": SMALL.format("wn3", "<bridge name='wvirbr3'/><ip address='10.97.1.7' netmask='255.255.255.0'/>"),
    "bad-range.xml": SMALL.format("wn3", "<ip address='10.97.9.1' prefix='24'><dhcp><range start='10.97.9.1' end='10.97.8.9'/></dhcp></ip>"),
    "bad-mode.xml": SMALL.format("wn3", "<forward mode='nonsense'/>"),
    "bad-forward.xml": SMALL.format("wn3", "<forward mode='bridge'/><bridge name='b'/>" + IP),
    "no-address.xml": SMALL.format("wn3", "<forward mode='nat'/>"),
    "tagged.xml": SMALL.format("wn3", "<vlan><tag id='1'/></vlan>" + IP),
    "twice-groups.xml": SMALL.format("wn3", "<portgroup name='a'/><portgroup name='a'/>" + IP),
    "burst.xml": SMALL.format("wn3", "<bandwidth><inbound average='1' burst='4194304'/></bandwidth>" + IP),
    "invalid.xml": SMALL.format("wn3", "<nonsense/>" + IP),
    "valid.xml": SMALL.format("wn1", "<uuid>30000000-0000-4000-8000-0000000000a1</uuid><bridge name='wvirbr1' stp='on' delay='0'/>" + IP),
    "lan.xml": SMALL.format("wlan", "<uuid>30000000-0000-4000-8000-0000000000b1</uuid><forward mode='bridge'/><bridge name='wlanbr'/>"
                            "<portgroup name='a' default='yes'><vlan><tag id='5'/></vlan></portgroup>"),
    "vepa.xml": SMALL.format("wvepa", "<uuid>30000000-0000-4000-8000-0000000000b2</uuid><forward mode='vepa'><interface dev='lo'/></forward>"),
    "pool.xml": SMALL.format("wpool", "<forward mode='hostdev'><address type='pci' domain='0' bus='0' slot='0' function='0'/></forward>"),
    "pf.xml": SMALL.format("wpf", "<forward mode='hostdev'><pf dev='lo'/></forward>"),
    "odd-bridge.xml": SMALL.format("wodd", "<bridge name='a b'/>" + IP),
    "long-bridge.xml": SMALL.format("wlong", "<bridge name='averyverylongnameindeed'/>" + IP),
    "port.xml": PORT.format(""), "port-floor.xml": PORT.format("<bandwidth><inbound average='1' floor='1'/></bandwidth>").replace("55aa", "55ab"),
    "port-nobody.xml": "<networkport><uuid>6f9ef4a5-2b3c-4f5e-9a12-1122334455ac</uuid></networkport>",
    "port-switch.xml": PORT.format("<virtualport type='openvswitch'/>").replace("55aa", "55ad"),
    "wf1.xml": FILTER.format("wf1", "chain='root'", "f1", RULE + "<filterref filter='clean-traffic'/>"),
    "wf1-uuid.xml": FILTER.format("wf1", "chain='root'", "f2", RULE),
    "wf-loop.xml": FILTER.format("wf1", "chain='root'", "f1", "<filterref filter='wf1'/>"),
    "wf-missing.xml": FILTER.format("wf2", "", "f2", "<filterref filter='nonsense'/>"),
    "wf-bad.xml": FILTER.format("wf3", "", "f3", RULE.replace("80", "nonsense")),
    "wf-chain.xml": FILTER.format("wf3", "chain='nonsense'", "f3", RULE),
    "wf-priority.xml": FILTER.format("wf3", "chain='ipv4' priority='1001'", "f3", RULE),
    "wf-ports.xml": FILTER.format("wf3", "", "f3", "<rule action='drop' direction='in'><ip srcportstart='1'/></rule>"),
    "wf-invalid.xml": FILTER.format("wf3", "nonsense='x'", "f3", RULE),
    "binding.xml": BINDING.format(OWNER, "allow-arp"), "binding-missing.xml": BINDING.format(OWNER, "nonsense"),
    "binding-nobody.xml": BINDING.format("", "allow-arp"),
    "system.xml": "<device><name>x</name><capability type='system'><hardware><uuid>5c6d49af-b071-6127-b4ec-6f8ed4b55335</uuid></hardware></capability></device>",
    "mdev.xml": "<device><parent>nonsense</parent><capability type='mdev'><type id='i915-GVTg_V5_4'/></capability></device>",
}
# What is answered otherwise, and why.
OWN_WAYS = {
    "net-create {files}/odd-bridge.xml": "a name that no link can have is refused before anything is made",
    "net-update wn1 modify dns-host \"<host ip='10.97.1.9'/>\" --live": "an entry without a name is refused before one is looked for",
    "nodecpustats --cpu 77": "the daemon says so when it is asked for how many values there are",
}
# What differs where the two roots do.
NORMAL = [
    (r"""(<(product|vendor) id=(['"])[^>]*\3)(?:/>|>[^<]*</\2>)""", r"\1/>", "the oracle's root has no names of devices"),
    (r"\n+(?=--- status)", "\n", "its libxml2 ends what it says of schemas with an empty line"),
]


class Client(words.Client):
    def normal(self, text):
        text = super().normal(text)
        for pattern, by, _ in NORMAL:
            text = re.sub(pattern, by, text)
        return text


@unittest.skipUnless(os.geteuid() == 0 and words.oracle_virsh(), "libvirt 11.3's own virsh isn't here, or this isn't root")
class HostWords(unittest.TestCase):
    def setUp(self):
        self.host = Host()
        self.addCleanup(self.host.stop)
        self.host.start()

    def client(self, socket, name):
        client = Client(words.oracle_virsh(), f"qemu+unix:///system?socket={socket}", self.host.root / name)
        self.addCleanup(client.close)
        for file, text in FILES.items():
            (client.folder / file).write_text(text)
        return client

    def clear(self, client):
        """Removes what an earlier run that was ended may have left."""
        for name in ("wn1", "wlan", "wvepa", "wodd", "wlong"):
            client.said(f"net-destroy {name}")
            client.said(f"net-undefine {name}")
        for name in ("wf1", "wf2", "wf3"):
            client.said(f"nwfilter-undefine {name}")

    def test_virsh_hears_the_same_of_both(self):
        try:
            theirs = self.client(words.ORACLE / "run/libvirt/libvirt-sock", "theirs")
        except libvirt.libvirtError:
            self.skipTest("libvirtd 11.3 doesn't run")
        ours = self.client(self.host.socket, "ours")
        self.clear(theirs)
        self.addCleanup(self.clear, theirs)
        lines = words.table("host/objects")
        self.assertGreater(len(lines), 120)
        for line, text in words.differences(ours, theirs, lines, ("roostd", "libvirtd")):
            if line not in OWN_WAYS:
                with self.subTest(invocation=line):
                    self.fail("\n" + text)


if __name__ == "__main__":
    unittest.main()
