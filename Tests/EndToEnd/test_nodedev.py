"""The host's devices: as virsh and roost print them, on both servers, and how they come and go."""

import pathlib
import unittest
import xml.etree.ElementTree as etree

import libvirt

from harness.case import ServerCase, on_each_server, on_roostd
from harness.virsh import Roost, Virsh
from harness.waiting import eventually
from test_events import EventLoop
from test_networks import Host

EventLoop.ensure()

MDEV = """<device><parent>{parent}</parent><capability type='mdev'><type id='t-1'/>
    <uuid>d2441d39-495e-4243-ad9f-beb3f14c23d9</uuid></capability></device>"""
# Each is said alike by both programs, whatever the server answers. {pci} is a device of the host.
ALIKE = """
nodedev-list
nodedev-list --cap pci
nodedev-list --cap pci,net,storage
nodedev-list --cap fc_host
nodedev-list --cap mdev_types
nodedev-list --cap bogus
nodedev-list --tree
nodedev-dumpxml computer
nodedev-dumpxml {pci}
nodedev-dumpxml {pci} --xpath //product
nodedev-dumpxml nope
nodedev-dumpxml 1,2,3
nodedev-dumpxml zz,11
nodedev-dumpxml
nodedev-reset computer
nodedev-reset nope
nodedev-reattach computer
nodedev-detach nope
nodedev-destroy computer
nodedev-destroy nope
nodedev-create /nonexistent.xml
nodedev-create {files}/pci.xml
nodedev-create {files}/orphan.xml
nodedev-create {files}/lost.xml
nodedev-create {files}/mdev.xml
nodedev-create {files}/broken.xml
nodedev-event --list
nodedev-event --event bogus
nodedev-event
"""
# What Debian 12's virsh can't do yet, with what libvirt 11.3 says.
NEWER = [
    ("nodedev-list --inactive --all", "error: Option --all is incompatible with --inactive\n"),
    ("nodedev-list --tree --cap pci",
     "error: Option --tree is incompatible with --cap, --inactive, --persistent and --transient\n"),
    ("nodedev-list --transient --persistent",
     "error: Option --transient is incompatible with --persistent and --inactive\n"),
    ("nodedev-list --persistent", "computer\n"),
    ("nodedev-info computer",
     "Name:           computer\nParent:         \nActive:         yes\nPersistent:     yes\nAutostart:      yes\n"),
    ("nodedev-define {files}/pci.xml", "error: Failed to define node device from '{files}/pci.xml'\n"
     "error: unsupported configuration: Unsupported device type\n"),
    ("nodedev-undefine computer", "error: Failed to undefine node device 'computer'\n"
     "error: unsupported configuration: Unsupported device type\n"),
    ("nodedev-start computer", "error: Failed to start device computer\n"
     "error: Requested operation is not valid: Device is already active\n"),
    ("nodedev-autostart computer", "error: failed to mark device computer as autostarted\n"
     "error: Operation not supported: Unsupported device type\n"),
    ("nodedev-update computer {files}/pci.xml --config --current",
     "error: Options --current and --config are mutually exclusive\n"),
    ("nodedev-dumpxml 2001001b32a9da4e,2101001b32a9da4e",
     "error: Could not find matching device '2001001b32a9da4e,2101001b32a9da4e'\n"),
]


class DeviceCase(ServerCase):
    def setUp(self):
        self.roost = Roost(self.server.uri)
        pci = "<domain>0</domain><bus>0</bus><slot>1</slot><function>0</function><product id='0x1'/><vendor id='0x2'/>"
        self.file("pci.xml", f"<device><name>n</name><capability type='pci'>{pci}</capability></device>")
        self.file("orphan.xml", MDEV.format(parent="").replace("<parent></parent>", ""))
        self.file("lost.xml", MDEV.format(parent="nope"))
        self.file("mdev.xml", MDEV.format(parent="computer"))
        self.file("broken.xml", "<device>")

    def words(self, line):
        pci = self.virsh.ok("nodedev-list", "--cap", "pci").split()[0]
        return line.format(files=self.server.root / "files", pci=pci).split()


@on_each_server
class Devices(DeviceCase):
    def test_virsh_and_roost_say_the_same(self):
        for line in ALIKE.strip().splitlines():
            with self.subTest(line):
                words = self.words(line)
                self.assertEqual(self.roost(*words), self.virsh(*words))

    def test_every_device_is_within_another_that_is_listed(self):
        names = self.virsh.ok("nodedev-list").split()
        self.assertIn("computer", names)
        for name in names:
            device = etree.fromstring(self.virsh.ok("nodedev-dumpxml", name))
            self.assertEqual(device.findtext("name"), name)
            if name != "computer":
                self.assertIn(device.findtext("parent"), names)
                self.assertTrue(pathlib.Path(device.findtext("path")).is_dir())

    def test_python_asks_by_capability(self):
        connection = self.connect()
        for name in connection.listDevices("pci"):
            device = connection.nodeDeviceLookupByName(name)
            self.assertEqual(device.listCaps()[0], "pci")
            self.assertEqual(device.numOfCaps(), len(device.listCaps()))
            self.assertEqual(device.name(), name)
        self.assertEqual(connection.numOfDevices("pci"), len(connection.listDevices("pci")))
        self.assertEqual(connection.numOfDevices("bogus"), 0)
        self.assertIsNone(connection.nodeDeviceLookupByName("computer").parent())
        with self.assertRaises(libvirt.libvirtError) as refused:
            connection.nodeDeviceLookupByName("computer").XMLDesc(4)
        self.assertEqual(refused.exception.get_error_code(), libvirt.VIR_ERR_INVALID_ARG)

    def test_readonly_clients_only_read(self):
        self.assertIn("computer", self.readonly.ok("nodedev-list"))
        self.assertNotEqual(self.readonly("nodedev-reset", "computer").status, 0)


@on_roostd
class NewerCommands(DeviceCase):
    def test_words_are_those_of_libvirt_11_3(self):
        for line, expected in NEWER:
            with self.subTest(line):
                result = self.roost(*self.words(line))
                text = expected.format(files=self.server.root / "files")
                said = result.errors or result.output
                self.assertTrue(said.startswith(text), said)
                self.assertEqual(result.status, 1 if "error:" in text else 0)

    def test_change_of_a_device_is_told_of(self):
        device = next(iter(self.virsh.ok("nodedev-list", "--cap", "pci").split()))
        path = etree.fromstring(self.virsh.ok("nodedev-dumpxml", device)).findtext("path")
        heard, connection = [], self.connect()
        number = connection.nodeDeviceEventRegisterAny(
            None, libvirt.VIR_NODE_DEVICE_EVENT_ID_UPDATE, lambda _, found, __: heard.append(found.name()), None)
        self.addCleanup(connection.nodeDeviceEventDeregisterAny, number)
        # The kernel says so when it is asked to; nothing changes.
        pathlib.Path(path, "uevent").write_text("change")
        eventually(lambda: device in heard, "the event")


class Links(unittest.TestCase):
    """Links of a host of its own, which is a network namespace."""

    def setUp(self):
        self.host = Host()
        self.addCleanup(self.host.stop)
        self.host.start()
        self.virsh = Virsh(self.host.uri)

    def test_a_card_that_comes_and_goes_is_told_of_and_listed_meanwhile(self):
        connection, heard = libvirt.open(self.host.uri), []
        self.addCleanup(connection.close)
        connection.nodeDeviceEventRegisterAny(
            None, libvirt.VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE,
            lambda _, device, event, __, ___: heard.append((device.name(), event)), None)
        self.host.run("ip", "link", "add", "one", "address", "52:54:00:00:00:77", "type", "veth", "peer", "two")
        name = "net_one_52_54_00_00_00_77"
        eventually(lambda: (name, libvirt.VIR_NODE_DEVICE_EVENT_CREATED) in heard, "its coming")
        self.assertIn("<interface>one</interface>", self.virsh.ok("nodedev-dumpxml", name))
        self.host.run("ip", "link", "set", "one", "up")
        self.assertRegex(self.virsh.ok("nodedev-dumpxml", name), "<link state='(lowerlayerdown|down)'/>")
        self.host.run("ip", "link", "del", "one")
        eventually(lambda: (name, libvirt.VIR_NODE_DEVICE_EVENT_DELETED) in heard, "its going")
        self.assertNotIn(name, self.virsh.ok("nodedev-list"))
        # Of a bridge libvirt shows nothing either.
        self.host.run("ip", "link", "add", "three", "type", "bridge")
        self.assertNotIn("net_three", self.virsh.ok("nodedev-list"))

    def test_devices_are_the_same_after_the_daemon_was_killed(self):
        before = self.virsh.ok("nodedev-list", "--tree")
        self.host.kill()
        self.host.start()
        self.assertEqual(self.virsh.ok("nodedev-list", "--tree"), before)

