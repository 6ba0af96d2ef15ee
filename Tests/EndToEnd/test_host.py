"""What the server says of the host and of itself."""

import os
import pathlib
import socket
import subprocess
import unittest
import xml.etree.ElementTree as etree

import libvirt

from harness.case import ServerCase, on_each_server, on_roostd
from harness.virsh import Roost

# Each is said alike by both programs, whatever the server answers.
ALIKE = """
freepages --all --pagesize 2048
freepages --cellno 0 --pagesize 2M
freepages --cellno 0 --pagesize 3
freepages --cellno 7 --pagesize 4
freepages --cellno 0
freepages --pagesize 4
freepages --all --cellno 0
allocpages 3 1
allocpages 3 1 --cellno 0
allocpages 4 5
allocpages 2048 x
allocpages 2M 0 --all --cellno 0
node-memory-tune
node-memory-tune --shm-pages-to-scan x
node-memory-tune 1 2 3 4
nodesuspend mem 60
nodesuspend disk 60
nodesuspend hybrid 60
nodesuspend bogus 60
nodesuspend mem -1
nodesuspend mem x
freecell --cellno 7
freecell --all --cellno 0
nodecpumap --pretty
nodememstats --cell 7
nodesevinfo
"""


@on_each_server
class Host(ServerCase):
    def test_hostname_and_uri(self):
        self.assertEqual(self.virsh.ok("hostname"), socket.gethostname())
        self.assertEqual(self.virsh.ok("uri"), self.server.uri)
        self.assertEqual(self.connect().getURI(), self.server.uri)

    def test_version(self):
        text = self.virsh.ok("version", "--daemon")
        self.assertIn("Using API: QEMU ", text)
        self.assertRegex(text, r"Running hypervisor: QEMU \d+\.\d+\.\d+")
        self.assertRegex(text, r"Running against daemon: \d+\.\d+\.\d+")

    def test_nodeinfo(self):
        fields = dict(map(str.strip, line.split(":", 1)) for line in self.virsh.ok("nodeinfo").splitlines())
        self.assertEqual(fields["CPU model"], "x86_64")
        self.assertEqual(int(fields["CPU(s)"]), os.cpu_count())
        self.assertEqual(fields["NUMA cell(s)"], "1")
        self.assertRegex(fields["Memory size"], r"^\d+ KiB$")

    def test_virsh_and_roost_say_the_same(self):
        roost = Roost(self.server.uri)
        for line in ALIKE.strip().splitlines():
            with self.subTest(line):
                self.assertEqual(roost(*line.split()), self.virsh(*line.split()))

    def test_pages_are_made_and_given_back(self):
        pool = pathlib.Path("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages")
        if not pool.exists() or os.geteuid() != 0:
            self.skipTest("the host has no pages of 2 MiB that may be made")
        before = int(pool.read_text())
        self.addCleanup(pool.write_text, str(before))
        self.assertEqual(self.connect().allocPages({2048: before + 1}, -1, 1, libvirt.VIR_NODE_ALLOC_PAGES_SET), 1)
        self.assertEqual(int(pool.read_text()), before + 1)
        self.connect().allocPages({2048: 1}, -1, 1)
        self.assertEqual(int(pool.read_text()), before + 2)

    def test_parameters_of_merging_are_set(self):
        connection = self.connect()
        scanned = connection.getMemoryParameters().get("shm_pages_to_scan")
        if scanned is None or os.geteuid() != 0:
            self.skipTest("the host doesn't merge pages")
        self.addCleanup(connection.setMemoryParameters, {"shm_pages_to_scan": scanned})
        connection.setMemoryParameters({"shm_pages_to_scan": scanned + 7})
        self.assertEqual(connection.getMemoryParameters()["shm_pages_to_scan"], scanned + 7)
        with self.assertRaises(libvirt.libvirtError) as refused:
            connection.setMemoryParameters({"shm_pages_shared": 1})
        self.assertEqual(refused.exception.get_error_code(), libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED)

    def test_capabilities(self):
        capabilities = etree.fromstring(self.virsh.ok("capabilities"))
        self.assertEqual(capabilities.findtext("host/cpu/arch"), "x86_64")
        guest = next(g for g in capabilities.findall("guest") if g.find("arch").get("name") == "x86_64")
        kinds = {d.get("type") for d in guest.findall("arch/domain")}
        self.assertIn("qemu", kinds)
        machines = {m.text: m.get("canonical") for m in guest.findall("arch/machine")}
        self.assertIn("q35", machines)
        self.assertEqual(machines["pc"], "pc-i440fx-7.2")

    def test_domain_capabilities(self):
        text = self.virsh.ok("domcapabilities", "--virttype", "qemu", "--arch", "x86_64", "--machine", "q35")
        document = etree.fromstring(text)
        self.assertEqual(document.findtext("path"), "/usr/bin/qemu-system-x86_64")
        self.assertEqual(document.findtext("domain"), "qemu")
        self.assertEqual(document.findtext("machine"), "pc-q35-7.2")
        buses = {v.text for v in document.findall("devices/disk/enum[@name='bus']/value")}
        self.assertLessEqual({"virtio", "scsi", "sata"}, buses)

    def test_domain_capabilities_of_nothing(self):
        self.assertVirshFails(self.virsh("domcapabilities", "--virttype", "xen"),
                              "failed to get emulator capabilities")

    def test_connection_is_alive_and_plain(self):
        connection = self.connect()
        self.assertEqual((connection.isAlive(), connection.isSecure(), connection.isEncrypted()), (1, 1, 0))
        self.assertEqual(connection.getType(), "QEMU")
        self.assertEqual(connection.getMaxVcpus("qemu"), connection.getMaxVcpus("qemu"))
        self.assertGreater(connection.getFreeMemory(), 0)


@on_roostd
class Status(ServerCase):
    def test_it_says_what_serves_and_what_is_there(self):
        name = self.defined()
        self.virsh.ok("start", name)
        lines = dict(line.split(":", 1) for line in Roost(self.server.uri).ok("status").splitlines() if line)
        said = {name: value.strip() for name, value in lines.items()}
        self.assertEqual((said["Connected to"], said["On"]), (self.server.uri, socket.gethostname()))
        self.assertRegex(said["Hypervisor"], r"QEMU \d+\.\d+\.\d+")
        self.assertRegex(said["Domains"], r"[1-9]\d* active of \d+")
        self.assertEqual(said["qemu-img"], "/usr/bin/qemu-img")

    @unittest.skipUnless(os.geteuid() == 0, "only root can hide a program")
    def test_what_is_missing_stands_with_its_package(self):
        hidden = subprocess.run(
            ["unshare", "-m", "sh", "-c", 'mount --bind /dev/null /usr/bin/qemu-img && exec "$@"', "sh",
             *Roost(self.server.uri).base, "status"], capture_output=True, text=True, check=True)
        self.assertRegex(hidden.stdout, "qemu-img: +missing: .*apt-get install qemu-utils")

    def test_the_test_host_has_it_too(self):
        done = Roost("test:///default")("status")
        self.assertEqual((done.status, done.errors.strip()), (0, ""))
        self.assertIn("Domains:        1 active of 1", done.output)
