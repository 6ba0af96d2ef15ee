"""Flags that a call accepts are done, and all others are refused in libvirt's words, bit by bit."""

import dataclasses
import typing

import libvirt
import libvirt_qemu

from harness.case import ServerCase, on_each_server
from harness.waiting import eventually

CPU = "<cpu><arch>x86_64</arch><model>qemu64</model></cpu>"
RNG = "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"
VNC = "<graphics type='vnc' port='-1'/>"
ALL_CPUS = (True,) * 4
LIVE, CONFIG = 1, 2


@dataclasses.dataclass
class Call:
    """A call with flags: who refuses those that it doesn't know, and which it does."""

    function: str
    known: int
    make: typing.Callable
    # Flags that the reference's version doesn't know yet.
    newer: int = 0
    origin: int = libvirt.VIR_FROM_QEMU


class Flags(ServerCase):
    """Each of 32 flags of each call, on a domain that doesn't run."""

    def document(self, name):
        raise NotImplementedError

    def check(self, name, call):
        known = call.known & ~(call.newer if self.server_name == "libvirtd" else 0)
        for bit in range(32):
            flag = 1 << bit
            error = self.error(call, flag)
            with self.subTest(call=name, flag=hex(flag)):
                refusal = f"unsupported flags (0x{flag:x}) in function {call.function}"
                if flag & known:
                    self.assertNotIn("unsupported flags", str(error or ""))
                else:
                    self.assertIsNotNone(error, "accepted")
                    self.assertEqual(error.get_error_message(), refusal)
                    self.assertEqual(error.get_error_code(), libvirt.VIR_ERR_INVALID_ARG)
                    self.assertEqual(error.get_error_domain(), call.origin)

    def error(self, call, flag):
        """What a call says with one flag; the domain is as before afterwards."""
        name = self.fresh_name("flags")
        domain = self.connection.defineXML(self.document(name))
        self.other = self.document(name + "-other")
        try:
            call.make(self, domain, flag)
            return None
        except libvirt.libvirtError as error:
            return error
        finally:
            for other in (name, name + "-other", name + "-new"):
                self.clear(other)

    def clear(self, name):
        try:
            domain = self.connection.lookupByName(name)
            if domain.isActive():
                domain.destroy()
            if domain.isPersistent():
                domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE)
        except libvirt.libvirtError as error:
            self.assertEqual(error.get_error_code(), libvirt.VIR_ERR_NO_DOMAIN, error)


def signed(flags):
    """Flags for functions of Python's library that take them as a signed number."""
    return flags - (flags >> 31 << 32)


def _device(call):
    return lambda self, domain, flags: call(domain, RNG, flags)


# What is known is done. Where nothing is there that a flag could be about (a saved state, snapshots), there is nothing to do.
QEMU = {
    "XMLDesc": Call("qemuDomainGetXMLDesc", 0xF, lambda s, d, f: d.XMLDesc(f)),
    "state": Call("qemuDomainGetState", 0, lambda s, d, f: d.state(f)),
    "controlInfo": Call("qemuDomainGetControlInfo", 0, lambda s, d, f: d.controlInfo(f)),
    "vcpusFlags": Call("qemuDomainGetVcpusFlags", 0xF, lambda s, d, f: d.vcpusFlags(f)),
    # Paused, ended with its client, past caches and saved states, which there are none of, with fresh variables.
    "createWithFlags": Call("qemuDomainCreateWithFlags", 0x2F, lambda s, d, f: d.createWithFlags(f)),
    "createXML": Call("qemuDomainCreateXML", 0x33, lambda s, d, f: s.connection.createXML(s.other, f)),
    "defineXMLFlags": Call("qemuDomainDefineXMLFlags", 1, lambda s, d, f: s.connection.defineXMLFlags(s.other, f)),
    "undefineFlags": Call("qemuDomainUndefineFlags", 0x7F, lambda s, d, f: d.undefineFlags(f)),
    "destroyFlags": Call("qemuDomainDestroyFlags", 3, lambda s, d, f: d.destroyFlags(f)),
    "shutdownFlags": Call("qemuDomainShutdownFlags", 3, lambda s, d, f: d.shutdownFlags(f)),
    "reboot": Call("qemuDomainReboot", 3, lambda s, d, f: d.reboot(f)),
    "reset": Call("qemuDomainReset", 0, lambda s, d, f: d.reset(f)),
    "injectNMI": Call("qemuDomainInjectNMI", 0, lambda s, d, f: d.injectNMI(f)),
    "rename": Call("qemuDomainRename", 0, lambda s, d, f: d.rename(d.name() + "-new", f)),
    "metadata": Call("virDomainObjGetMetadata", LIVE | CONFIG, lambda s, d, f: d.metadata(0, None, f),
                     origin=libvirt.VIR_FROM_DOMAIN),
    "setMetadata": Call("qemuDomainSetMetadata", LIVE | CONFIG, lambda s, d, f: d.setMetadata(0, "x", None, None, f)),
    "setVcpusFlags": Call("qemuDomainSetVcpusFlags", 0x1F, lambda s, d, f: d.setVcpusFlags(1, f)),
    "setVcpu": Call("qemuDomainSetVcpu", LIVE | CONFIG, lambda s, d, f: d.setVcpu("1", 1, f)),
    "setMemoryFlags": Call("qemuDomainSetMemoryFlags", 7, lambda s, d, f: d.setMemoryFlags(65536, f)),
    "setMemoryStatsPeriod": Call("qemuDomainSetMemoryStatsPeriod", LIVE | CONFIG,
                                 lambda s, d, f: d.setMemoryStatsPeriod(5, f)),
    "attachDeviceFlags": Call("qemuDomainAttachDeviceLiveAndConfig", LIVE | CONFIG,
                              _device(libvirt.virDomain.attachDeviceFlags)),
    "detachDeviceFlags": Call("qemuDomainDetachDeviceLiveAndConfig", LIVE | CONFIG,
                              _device(libvirt.virDomain.detachDeviceFlags)),
    "detachDeviceAlias": Call("qemuDomainDetachDeviceAliasLiveAndConfig", LIVE | CONFIG,
                              lambda s, d, f: d.detachDeviceAlias("rng0", f)),
    "updateDeviceFlags": Call("qemuDomainUpdateDeviceFlags", 7, lambda s, d, f: d.updateDeviceFlags(VNC, f)),
    "openConsole": Call("qemuDomainOpenConsole", 3, lambda s, d, f: d.openConsole(None, s.connection.newStream(), f)),
    "openChannel": Call("qemuDomainOpenChannel", 1, lambda s, d, f: d.openChannel("x.y", s.connection.newStream(), f)),
    "pinVcpuFlags": Call("qemuDomainPinVcpuFlags", LIVE | CONFIG, lambda s, d, f: d.pinVcpuFlags(0, ALL_CPUS, f)),
    "vcpuPinInfo": Call("qemuDomainGetVcpuPinInfo", LIVE | CONFIG, lambda s, d, f: d.vcpuPinInfo(f)),
    "pinEmulator": Call("qemuDomainPinEmulator", LIVE | CONFIG, lambda s, d, f: d.pinEmulator(ALL_CPUS, f)),
    "emulatorPinInfo": Call("qemuDomainGetEmulatorPinInfo", LIVE | CONFIG, lambda s, d, f: d.emulatorPinInfo(f)),
    "ioThreadInfo": Call("qemuDomainGetIOThreadInfo", LIVE | CONFIG, lambda s, d, f: d.ioThreadInfo(f)),
    "addIOThread": Call("qemuDomainAddIOThread", LIVE | CONFIG, lambda s, d, f: d.addIOThread(5, f)),
    "delIOThread": Call("qemuDomainDelIOThread", LIVE | CONFIG, lambda s, d, f: d.delIOThread(1, f)),
    "pinIOThread": Call("qemuDomainPinIOThread", LIVE | CONFIG, lambda s, d, f: d.pinIOThread(1, ALL_CPUS, f)),
    "setIOThreadParams": Call("qemuDomainSetIOThreadParams", LIVE | CONFIG,
                              lambda s, d, f: d.setIOThreadParams(1, {"poll_max_ns": 32768}, f)),
    "hasManagedSaveImage": Call("qemuDomainHasManagedSaveImage", 0, lambda s, d, f: d.hasManagedSaveImage(f)),
    "hasCurrentSnapshot": Call("qemuDomainHasCurrentSnapshot", 0, lambda s, d, f: d.hasCurrentSnapshot(f)),
    "snapshotNum": Call("qemuDomainSnapshotNum", 0x7FF, lambda s, d, f: d.snapshotNum(f)),
    "listAllSnapshots": Call("qemuDomainListAllSnapshots", 0x7FF, lambda s, d, f: d.listAllSnapshots(f)),
    "listAllCheckpoints": Call("qemuDomainListAllCheckpoints", 0xF, lambda s, d, f: d.listAllCheckpoints(f)),
    "messages": Call("qemuDomainGetMessages", 7, lambda s, d, f: d.messages(f), newer=4),
    "listAllDomains": Call("qemuConnectListAllDomains", 0xFFFF, lambda s, d, f: s.connection.listAllDomains(f)),
    "getAllDomainStats": Call("qemuConnectGetAllDomainStats", 0xE00000FF,
                              lambda s, d, f: s.connection.getAllDomainStats(0, f)),
    "domainListGetStats": Call("qemuConnectGetAllDomainStats", 0xE00000FF,
                               lambda s, d, f: s.connection.domainListGetStats([d], 0, f)),
    "compareCPU": Call("qemuConnectCompareCPU", 3, lambda s, d, f: s.connection.compareCPU(CPU, f)),
    "baselineCPU": Call("qemuConnectBaselineCPU", 3, lambda s, d, f: s.connection.baselineCPU([CPU], f)),
    "compareHypervisorCPU": Call("qemuConnectCompareHypervisorCPU", 3, lambda s, d, f:
                                 s.connection.compareHypervisorCPU(None, None, None, "qemu", CPU, f)),
    "baselineHypervisorCPU": Call("qemuConnectBaselineHypervisorCPU", 3, lambda s, d, f:
                                  s.connection.baselineHypervisorCPU(None, None, None, "qemu", [CPU], f)),
    "getDomainCapabilities": Call("qemuConnectGetDomainCapabilities", 1, lambda s, d, f:
                                  s.connection.getDomainCapabilities(None, None, None, None, signed(f)), newer=1),
    "getCPUModelNames": Call("qemuConnectGetCPUModelNames", 0, lambda s, d, f: s.connection.getCPUModelNames("x86_64", f)),
    "domainXMLToNative": Call("qemuConnectDomainXMLToNative", 0, lambda s, d, f:
                              s.connection.domainXMLToNative("qemu-argv", s.other, f)),
    "getMemoryStats": Call("virHostMemGetStats", 0, lambda s, d, f: s.connection.getMemoryStats(-1, f), origin=0),
    "getCPUMap": Call("virHostCPUGetMap", 0, lambda s, d, f: s.connection.getCPUMap(f), origin=0),
    "getMemoryParameters": Call("virHostMemGetParameters", 4, lambda s, d, f: s.connection.getMemoryParameters(f), origin=0),
    "monitorCommand": Call("qemuDomainQemuMonitorCommandWithFiles", 1, lambda s, d, f:
                           libvirt_qemu.qemuMonitorCommand(d, '{"execute":"query-version"}', signed(f))),
}


def _test(function, known, make):
    return Call("test" + function, known, make, origin=libvirt.VIR_FROM_TEST)


TEST = {
    "XMLDesc": _test("DomainGetXMLDesc", 0xB, lambda s, d, f: d.XMLDesc(f)),
    "state": _test("DomainGetState", 0, lambda s, d, f: d.state(f)),
    "controlInfo": _test("DomainGetControlInfo", 0, lambda s, d, f: d.controlInfo(f)),
    "vcpusFlags": _test("DomainGetVcpusFlags", 7, lambda s, d, f: d.vcpusFlags(f)),
    "createWithFlags": _test("DomainCreateWithFlags", 0, lambda s, d, f: d.createWithFlags(f)),
    "createXML": _test("DomainCreateXML", 0x10, lambda s, d, f: s.connection.createXML(s.other, f)),
    "defineXMLFlags": _test("DomainDefineXMLFlags", 1, lambda s, d, f: s.connection.defineXMLFlags(s.other, f)),
    "destroyFlags": _test("DomainDestroyFlags", 1, lambda s, d, f: d.destroyFlags(f)),
    "shutdownFlags": _test("DomainShutdownFlags", 0, lambda s, d, f: d.shutdownFlags(f)),
    "reboot": _test("DomainReboot", 0x1F, lambda s, d, f: d.reboot(f)),
    "reset": _test("DomainReset", 0, lambda s, d, f: d.reset(f)),
    "injectNMI": _test("DomainInjectNMI", 0, lambda s, d, f: d.injectNMI(f)),
    "rename": _test("DomainRename", 0, lambda s, d, f: d.rename(d.name() + "-new", f)),
    "metadata": _test("DomainGetMetadata", LIVE | CONFIG, lambda s, d, f: d.metadata(0, None, f)),
    "setMetadata": _test("DomainSetMetadata", LIVE | CONFIG, lambda s, d, f: d.setMetadata(0, "x", None, None, f)),
    "setVcpusFlags": _test("DomainSetVcpusFlags", 7, lambda s, d, f: d.setVcpusFlags(1, f)),
    "setMemoryFlags": _test("DomainSetMemoryFlags", 7, lambda s, d, f: d.setMemoryFlags(65536, f)),
    "emulatorPinInfo": _test("DomainGetEmulatorPinInfo", LIVE | CONFIG, lambda s, d, f: d.emulatorPinInfo(f)),
    "ioThreadInfo": _test("DomainGetIOThreadInfo", LIVE | CONFIG, lambda s, d, f: d.ioThreadInfo(f)),
    "hasManagedSaveImage": _test("DomainHasManagedSaveImage", 0, lambda s, d, f: d.hasManagedSaveImage(f)),
    "getTime": _test("DomainGetTime", 0, lambda s, d, f: d.getTime(f)),
    "managedSave": _test("DomainManagedSave", 7, lambda s, d, f: d.managedSave(f)),
    "managedSaveRemove": _test("DomainManagedSaveRemove", 0, lambda s, d, f: d.managedSaveRemove(f)),
    "hostname": _test("DomainGetHostname", 0, lambda s, d, f: d.hostname(f)),
    "listAllDomains": _test("ConnectListAllDomains", 0xFFFF, lambda s, d, f: s.connection.listAllDomains(f)),
    "getAllDomainStats": _test("ConnectGetAllDomainStats", 0xE00000FF,
                               lambda s, d, f: s.connection.getAllDomainStats(0, f)),
    "getCPUStats": _test("NodeGetCPUStats", 0, lambda s, d, f: s.connection.getCPUStats(-1, f)),
    "getCPUMap": _test("NodeGetCPUMap", 0, lambda s, d, f: s.connection.getCPUMap(f)),
    "getSysinfo": _test("ConnectGetSysinfo", 0, lambda s, d, f: s.connection.getSysinfo(f)),
}


@on_each_server
class QEMUFlags(Flags):
    def document(self, name):
        return (f"<domain type='qemu'><name>{name}</name><memory unit='MiB'>64</memory><vcpu current='1'>2</vcpu>"
                "<iothreads>1</iothreads><os><type arch='x86_64' machine='pc'>hvm</type></os><devices>"
                "<channel type='pty'><target type='virtio' name='x.y'/></channel><console type='pty'/>"
                "<memballoon model='virtio'/></devices></domain>")

    def test_each_flag_of_each_call(self):
        self.connection = self.connect()
        for name, call in QEMU.items():
            self.check(name, call)


@on_each_server
class TestDriverFlags(Flags):
    def document(self, name):
        return (f"<domain type='test'><name>{name}</name><memory unit='MiB'>64</memory><vcpu current='1'>2</vcpu>"
                "<os><type>hvm</type></os><devices><emulator>/bin/true</emulator></devices></domain>")

    def test_each_flag_of_each_call(self):
        self.connection = libvirt.open(f"test+unix:///default?socket={self.server.socket}")
        self.addCleanup(self.connection.close)
        for name, call in TEST.items():
            self.check(name, call)


@on_each_server
class UpdatedCPU(ServerCase):
    """`dumpxml --update-cpu`: what of a CPU depends on the host is settled, unless the document is of a guest that runs."""

    def test_the_hosts_model_is_spelled_out(self):
        name = self.defined(extra="<cpu mode='host-model'/>")
        self.assertIn("<cpu mode='host-model'", self.virsh.ok("dumpxml", name))
        settled = self.virsh.ok("dumpxml", name, "--update-cpu")
        self.assertIn("<cpu mode='custom' match='exact' check='partial'>", settled)
        self.assertRegex(settled, r"<model fallback='allow'>[\w-]+</model>")
        self.assertIn("<cpu mode='host-model'", self.virsh.ok("dumpxml", name))
        self.assertIn("<cpu mode='custom'", self.virsh.ok("dumpxml", name, "--update-cpu", "--migratable"))

    def test_an_optional_feature_is_there_or_not(self):
        cpu = ("<cpu mode='custom' match='exact' check='none'><model fallback='allow'>qemu64</model>"
               "<feature policy='optional' name='svm'/><feature policy='optional' name='vmx'/></cpu>")
        name = self.defined(extra=cpu)
        self.assertIn("policy='optional'", self.virsh.ok("dumpxml", name))
        settled = self.virsh.ok("dumpxml", name, "--update-cpu")
        self.assertNotIn("optional", settled)
        self.assertRegex(settled, r"<feature policy='(require|disable)' name='svm'/>")

    def test_what_says_all_stays_as_it_is(self):
        for cpu in ("<cpu mode='host-passthrough' check='none' migratable='on'/>", "<cpu mode='maximum' check='none'/>"):
            name = self.defined(extra=cpu)
            self.assertEqual(self.virsh.ok("dumpxml", name, "--update-cpu"), self.virsh.ok("dumpxml", name))

    def test_a_running_guests_is_settled_already(self):
        name = self.running(extra="<cpu mode='host-model'/>")
        self.assertEqual(self.virsh.ok("dumpxml", name, "--update-cpu"), self.virsh.ok("dumpxml", name))
        inactive = self.virsh.ok("dumpxml", name, "--update-cpu", "--inactive")
        self.assertIn("<cpu mode='custom' match='exact' check='partial'>", inactive)


@on_each_server
class Autodestroy(ServerCase):
    """A guest that was started with autodestroy ends with the client that started it: that run, and no later one."""

    def test_it_ends_when_its_client_goes(self):
        name = self.defined()
        client = libvirt.open(self.server.uri)
        client.lookupByName(name).createWithFlags(libvirt.VIR_DOMAIN_START_AUTODESTROY)
        self.assertEqual(self.state(name), "running (booted)")
        client.close()
        self.wait_for_state(name, "shut off (destroyed)")

    def test_one_that_lives_only_while_it_runs_is_gone_then(self):
        name = self.fresh_name()
        client = libvirt.open(self.server.uri)
        document = self.document(name).read_text()
        client.createXML(document, libvirt.VIR_DOMAIN_START_AUTODESTROY | libvirt.VIR_DOMAIN_START_PAUSED)
        self.assertIn(name, self.virsh.ok("list", "--name"))
        client.close()
        eventually(lambda: name not in self.virsh.ok("list", "--all", "--name"), f"{name} to be gone")

    def test_a_later_run_is_nobodys(self):
        own, others = self.defined(), self.defined()
        client = libvirt.open(self.server.uri)
        for name in (own, others):
            client.lookupByName(name).createWithFlags(libvirt.VIR_DOMAIN_START_AUTODESTROY)
        self.virsh.ok("destroy", others)
        self.virsh.ok("start", others)
        client.close()
        # What was started last is ended first, so by then the other's turn is over.
        self.wait_for_state(own, "shut off (destroyed)")
        self.assertEqual(self.state(others), "running (booted)")


@on_each_server
class ResetVariables(ServerCase):
    """`start --reset-nvram`: the firmware's variables are made anew from their template."""

    def test_the_store_is_the_templates_again(self):
        code, template, store = (self.file(self.fresh_name(part), "") for part in ("code", "template", "store"))
        code.write_bytes(bytes(1 << 20))
        template.write_bytes(b"template" + bytes((128 << 10) - 8))
        store.unlink()
        name = self.defined(os_extra=f"<loader readonly='yes' type='pflash'>{code}</loader>"
                                     f"<nvram template='{template}'>{store}</nvram>")
        domain = self.connect().lookupByName(name)
        for flags, before, after in ((0, None, b"template"), (0, b"changed!", b"changed!"),
                                     (libvirt.VIR_DOMAIN_START_RESET_NVRAM, b"changed!", b"template")):
            if before:
                with open(store, "r+b") as file:
                    file.write(before)
            domain.createWithFlags(flags | libvirt.VIR_DOMAIN_START_PAUSED)
            domain.destroy()
            self.assertEqual(store.read_bytes()[:8], after)


@on_each_server
class RemovedLogs(ServerCase):
    def test_destroy_with_remove_logs(self):
        name, other = self.running(), self.running()
        logs = lambda of: [path for path in self.server.root.glob("**/*.log*") if path.name.startswith(f"{of}.log")]
        self.assertTrue(logs(name))
        domain = self.connect().lookupByName(name)
        domain.destroyFlags(libvirt.VIR_DOMAIN_DESTROY_REMOVE_LOGS)
        self.assertEqual(logs(name), [])
        self.assertTrue(logs(other))
