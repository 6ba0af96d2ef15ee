"""Events of networks, pools, devices and secrets: on the wire, as virsh and roost print them, and in Python."""

import itertools
import struct

import libvirt

from harness import wire
from harness.between import Between
from harness.case import ServerCase, on_each_server
from harness.virsh import Roost, Virsh
from harness.waiting import eventually
from test_events import EventLoop

EventLoop.ensure()
_number = itertools.count(1)

NETWORK = "<network><name>{name}</name></network>"
POOL = "<pool type='dir'><name>{name}</name><target><path>/{name}</path></target></pool>"
SECRET = "<secret><usage type='ceph'><name>{name}</name></usage></secret>"

# How a client registers, and gives that up.
PROCEDURES = {"event": (316, 317), "net-event": (313, 314), "pool-event": (368, 369), "nodedev-event": (374, 375),
              "secret-event": (380, 381)}


class EventCase(ServerCase):
    """A host of the test driver, behind the daemon, for as long as the test takes."""

    def uri(self, socket, driver="test:///default"):
        return driver.replace("://", "+unix://") + f"?socket={socket}"

    def setUp(self):
        self.host = libvirt.open(self.uri(self.server.socket))
        self.addCleanup(self.host.close)

    def listen(self, program, command, *options, driver="test:///default"):
        """A command that listens, from now on."""
        path = self.server.root / f"between-{next(_number)}"
        between = Between(path, self.server.socket)
        self.addCleanup(between.close)
        process = program(self.uri(path, driver)).start(command, *options)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        between.wait_for(PROCEDURES[command][0])
        return process

    def heard(self, process, count):
        """The next lines."""
        return [process.stdout.readline().rstrip() for _ in range(count)]


def network_life(host):
    network = host.networkDefineXML(NETWORK.format(name="n"))
    for step in (network.create, network.destroy, network.undefine):
        step()
    host.networkCreateXML(NETWORK.format(name="short")).destroy()


def pool_life(host):
    pool = host.storagePoolDefineXML(POOL.format(name="p"))
    for step in (pool.build, pool.create, pool.refresh, pool.destroy, pool.delete, pool.undefine):
        step()


ADAPTER = """<device><parent>scsi_host1</parent><capability type='scsi_host'><capability type='fc_host'>
    <wwnn>2000000034563459</wwnn><wwpn>1000000034563459</wwpn></capability></capability></device>"""


def device_life(host):
    host.nodeDeviceCreateXML(ADAPTER).destroy()


NETWORK_LINES = [f"event 'lifecycle' for network {words}" for words in (
    "n: Defined", "n: Started", "n: Stopped", "n: Undefined", "short: Started", "short: Stopped")]
POOL_LINES = [f"event 'lifecycle' for storage pool p: {word}" for word in (
    "Defined", "Created", "Started", "Stopped", "Deleted", "Undefined")]


@on_each_server
class ObjectEvents(EventCase):
    def test_commands_print_them(self):
        for program in (Virsh, Roost):
            network = self.listen(program, "net-event", "--event", "lifecycle", "--loop")
            life = self.listen(program, "pool-event", "--event", "lifecycle", "--loop")
            refresh = self.listen(program, "pool-event", "--event", "refresh")
            network_life(self.host)
            pool_life(self.host)
            self.assertEqual(self.heard(network, 6), NETWORK_LINES)
            self.assertEqual(self.heard(life, 6), POOL_LINES)
            self.assertEqual(self.heard(refresh, 2), ["event 'refresh' for storage pool p", "events received: 1"])
            self.assertEqual(refresh.wait(20), 0)

    def test_commands_print_those_of_devices(self):
        listeners = [self.listen(program, "nodedev-event", "--event", "lifecycle", "--loop")
                     for program in (Virsh, Roost)]
        device_life(self.host)
        for listener in listeners:
            self.assertEqual(
                self.heard(listener, 2),
                [f"event 'lifecycle' for node device scsi_host12: {word}" for word in ("Created", "Deleted")])

    def test_commands_print_those_of_secrets(self):
        host = libvirt.open(self.uri(self.server.socket, "secret:///system"))
        self.addCleanup(host.close)
        listeners = [
            self.listen(program, "secret-event", "--event", kind, "--loop", driver="secret:///system")
            for program in (Virsh, Roost) for kind in ("lifecycle", "value-changed")]
        secret = host.secretDefineXML(SECRET.format(name=self.fresh_name()))
        uuid = secret.UUIDString()
        secret.setValue(b"value")
        secret.undefine()
        for life, value in (listeners[:2], listeners[2:]):
            self.assertEqual(self.heard(life, 2), [
                f"event 'lifecycle' for secret {uuid}: {word}" for word in ("Defined", "Undefined")])
            self.assertEqual(self.heard(value, 1), [f"event 'value-changed' for secret {uuid}"])

    def test_devices_that_are_made(self):
        device = self.host.nodeDeviceCreateXML(ADAPTER.replace("2000000034563459", "a&lt;b"))
        self.assertEqual(device.XMLDesc(), """<device>
  <name>scsi_host12</name>
  <parent>scsi_host1</parent>
  <capability type='scsi_host'>
    <host>11</host>
    <unique_id>10</unique_id>
    <capability type='fc_host'>
      <wwnn>a&lt;b</wwnn>
      <wwpn>1000000034563459</wwpn>
      <fabric_wwn>2000000043214321</fabric_wwn>
    </capability>
  </capability>
</device>
""")
        for wrong in (ADAPTER.replace("scsi_host1<", "nowhere<"), "<device/>", "<device>"):
            with self.assertRaises(libvirt.libvirtError) as raised:
                self.host.nodeDeviceCreateXML(wrong)
            self.assertIn(raised.exception.get_error_code(), (
                libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_ERR_XML_DETAIL, libvirt.VIR_ERR_XML_ERROR))
        device.destroy()

    def test_only_those_of_one_object(self):
        other = self.host.networkDefineXML(NETWORK.format(name="other"))
        one = self.host.networkLookupByName("default")
        for program in (Virsh, Roost):
            listener = self.listen(program, "net-event", "default", "--event", "lifecycle")
            other.create()
            other.destroy()
            one.destroy()
            self.assertEqual(
                self.heard(listener, 2), ["event 'lifecycle' for network default: Stopped", "events received: 1"])
            one.create()

    def test_what_the_commands_say_otherwise(self):
        uri = self.uri(self.server.socket)
        virsh, roost = Virsh(uri), Roost(uri)
        for command, option in (("net-event", "network"), ("pool-event", "pool"), ("nodedev-event", "device")):
            # 11.3 knows one kind of events of networks more.
            kinds = virsh.ok(command, "--list").splitlines()
            self.assertEqual(roost.ok(command, "--list").splitlines()[:len(kinds)], kinds)
            for line in ([command], [command, "--event", "bogus"], [command, "--event", "lifecycle", "--timeout", "0"],
                         [command, "--event", "lifecycle", "--timeout", "1"], ["help", command]):
                with self.subTest(line=line):
                    ours, theirs = roost(*line), virsh(*line)
                    self.assertEqual(
                        (ours.output.rstrip(), ours.errors, ours.status),
                        (theirs.output.rstrip(), theirs.errors, theirs.status))
            missing = roost(command, f"--{option}", "missing", "--event", "lifecycle", "--timeout", "1")
            self.assertIn("missing'", missing.errors)
            self.assertEqual(missing.status, 1)

    def test_python(self):
        heard = []

        def tell(_, thing, *words):
            heard.append((words[-1], thing.name(), *words[:-1]))

        networks = self.host.networkEventRegisterAny(None, libvirt.VIR_NETWORK_EVENT_ID_LIFECYCLE, tell, "networks")
        default = self.host.networkEventRegisterAny(
            self.host.networkLookupByName("default"), libvirt.VIR_NETWORK_EVENT_ID_LIFECYCLE, tell, "default")
        pools = self.host.storagePoolEventRegisterAny(
            None, libvirt.VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE, tell, "pools")
        refreshes = self.host.storagePoolEventRegisterAny(
            None, libvirt.VIR_STORAGE_POOL_EVENT_ID_REFRESH, tell, "refreshes")
        devices = self.host.nodeDeviceEventRegisterAny(
            None, libvirt.VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, tell, "devices")
        network_life(self.host)
        pool_life(self.host)
        device_life(self.host)
        devices_told = [("devices", "scsi_host12", kind, 0) for kind in (
            libvirt.VIR_NODE_DEVICE_EVENT_CREATED, libvirt.VIR_NODE_DEVICE_EVENT_DELETED)]
        eventually(lambda: devices_told[-1] in heard, f"the device to go: {heard}")
        self.assertEqual([event for event in heard if event[0] == "devices"], devices_told)
        self.assertEqual([event for event in heard if event[0] == "networks"], [
            ("networks", name, kind, 0) for name, kind in (
                ("n", 0), ("n", 2), ("n", 3), ("n", 1), ("short", 2), ("short", 3))])
        self.assertEqual([event for event in heard if event[0] == "pools"], [
            ("pools", "p", kind, 0) for kind in (0, 4, 2, 3, 5, 1)])
        self.assertEqual([event for event in heard if event[0] == "refreshes"], [("refreshes", "p")])
        self.assertEqual([event for event in heard if event[0] == "default"], [])

        self.host.networkEventDeregisterAny(networks)
        self.host.storagePoolEventDeregisterAny(pools)
        self.host.storagePoolEventDeregisterAny(refreshes)
        self.host.nodeDeviceEventDeregisterAny(devices)
        before = len(heard)
        network_life(self.host)
        pool_life(self.host)
        self.host.networkLookupByName("default").destroy()
        eventually(lambda: len(heard) > before, "the end of the network that is still listened to")
        self.assertEqual(heard[before:], [("default", "default", libvirt.VIR_NETWORK_EVENT_STOPPED, 0)])
        self.host.networkEventDeregisterAny(default)

    def test_python_with_secrets(self):
        host = libvirt.open(self.uri(self.server.socket, "secret:///system"))
        self.addCleanup(host.close)
        heard = []
        for kind in (libvirt.VIR_SECRET_EVENT_ID_LIFECYCLE, libvirt.VIR_SECRET_EVENT_ID_VALUE_CHANGED):
            host.secretEventRegisterAny(
                None, kind, lambda _, secret, *words: heard.append((secret.UUIDString(), *words[:-1])), None)
        secret = host.secretDefineXML(SECRET.format(name=self.fresh_name()))
        uuid = secret.UUIDString()
        secret.setValue(b"value")
        secret.undefine()
        eventually(lambda: len(heard) >= 3, f"three events: {heard}")
        self.assertEqual(heard, [(uuid, 0, 0), (uuid,), (uuid, 1, 0)])

    def test_registrations_on_the_wire(self):
        int32 = lambda *numbers: struct.pack(f">{len(numbers)}i", *numbers)
        nouns = {"event": "domain ", "net-event": "network ", "pool-event": "storage pool ",
                 "nodedev-event": "node device "}
        with wire.Client(self.server.socket).open("test:///default") as client:
            for command, noun in nouns.items():
                register, deregister = PROCEDURES[command]
                for number in (-1, 99):
                    reply = client.call(register, int32(number, 0))
                    kind = "" if command == "event" else noun
                    self.assertEqual(reply.error, (1, f"internal error: unsupported {kind}event ID {number}"))
                number = struct.unpack(">i", client.call(register, int32(0, 0)).payload)[0]
                unknown = (1, f"internal error: {noun}event callback {{}} not registered")
                reply = client.call(deregister, int32(77))
                self.assertEqual(reply.error, (1, unknown[1].format(77)))
                self.assertEqual(client.call(deregister, int32(number)).status, wire.OK)
                reply = client.call(deregister, int32(number))
                self.assertEqual(reply.error, (1, unknown[1].format(number)))
            reply = client.call(380, int32(0, 0))
            self.assertEqual(reply.error, (libvirt.VIR_ERR_NO_SUPPORT, "this function is not supported by the "
                                           "connection driver: virConnectSecretEventRegisterAny"))
            # As old clients register, without numbers.
            tracked = (libvirt.VIR_ERR_INVALID_ARG, "invalid argument: event callback already tracked")
            self.assertEqual(client.call(105).payload, int32(0))
            self.assertEqual(client.call(105).error, tracked)
            self.assertEqual(client.call(167, int32(0)).error, tracked)
            self.assertEqual(client.call(167, int32(20)).error, (1, "internal error: unsupported event ID 20"))
            self.assertEqual(client.call(168, int32(5)).error, (1, "internal error: domain event 5 not registered"))
            self.assertEqual(client.call(168, int32(99)).error, (1, "internal error: unsupported event ID 99"))
            self.assertEqual(client.call(106).status, wire.OK)
            self.assertEqual(client.call(106).error, (1, "internal error: domain event 0 not registered"))
        with wire.Client(self.server.socket).open("secret:///system") as client:
            for command, name in (("event", "Domain"), ("net-event", "Network"), ("pool-event", "StoragePool"),
                                  ("nodedev-event", "NodeDevice")):
                reply = client.call(PROCEDURES[command][0], int32(0, 0))
                self.assertEqual(reply.error, (
                    libvirt.VIR_ERR_NO_SUPPORT, "this function is not supported by the connection driver: "
                    f"virConnect{name}EventRegisterAny"))
