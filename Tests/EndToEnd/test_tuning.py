"""What a guest may have of its host, its keys and its monitor, by virsh's words."""

import unittest
import xml.etree.ElementTree as etree

import libvirt
import libvirt_qemu

from harness.case import ServerCase, on_each_server, on_roostd
from harness.virsh import Roost, Virsh

CONFIG = libvirt.VIR_DOMAIN_AFFECT_CONFIG
UNLIMITED = 9007199254740991


@on_each_server
class Tuning(ServerCase):
    def test_definitions_keep_what_is_set(self):
        domain = self.connect().lookupByName(self.defined())
        self.assertEqual(domain.schedulerType(), ("posix", 9))
        domain.setSchedulerParametersFlags({"cpu_shares": 500, "vcpu_quota": 20000, "global_period": 50000}, CONFIG)
        shares = domain.schedulerParametersFlags(CONFIG)
        self.assertEqual([shares[name] for name in ("cpu_shares", "vcpu_quota", "global_period", "iothread_quota")],
                         [500, 20000, 50000, 0])
        for name, value in (("vcpu_quota", 5), ("vcpu_period", 5), ("global_period", 5000000)):
            error = self.assertLibvirtError(libvirt.VIR_ERR_INVALID_ARG, domain.setSchedulerParametersFlags,
                                            {name: value}, CONFIG)
            self.assertIn(f"value of '{name}' is out of range", str(error))

        domain.setMemoryParameters({"hard_limit": 500000, "soft_limit": 400000}, CONFIG)
        self.assertEqual(domain.memoryParameters(CONFIG),
                         {"hard_limit": 500000, "soft_limit": 400000, "swap_hard_limit": UNLIMITED})
        error = self.assertLibvirtError(libvirt.VIR_ERR_INVALID_ARG, domain.setMemoryParameters,
                                        {"swap_hard_limit": 400000}, CONFIG)
        self.assertIn("must be lower than or equal to swap_hard_limit", str(error))

        domain.setBlkioParameters({"weight": 300, "device_weight": "/dev/a,100,/dev/b,200"}, CONFIG)
        domain.setBlkioParameters({"device_weight": "/dev/a,0", "device_read_bytes_sec": "/dev/b,9"}, CONFIG)
        disks = domain.blkioParameters(CONFIG)
        self.assertEqual((disks["weight"], disks["device_weight"], disks["device_read_bytes_sec"]),
                         (300, "/dev/b,200", "/dev/b,9"))
        error = self.assertLibvirtError(libvirt.VIR_ERR_INVALID_ARG, domain.setBlkioParameters,
                                        {"device_weight": "/dev/a"}, CONFIG)
        self.assertIn("unable to parse blkio device 'device_weight' '/dev/a'", str(error))

        domain.setNumaParameters({"numa_mode": 1, "numa_nodeset": "0"}, CONFIG)
        self.assertEqual(domain.numaParameters(CONFIG), {"numa_mode": 1, "numa_nodeset": "0"})
        error = self.assertLibvirtError(libvirt.VIR_ERR_INVALID_ARG, domain.setNumaParameters, {"numa_mode": 9}, CONFIG)
        self.assertIn("unsupported numatune mode: '9'", str(error))

        domain.setPerfEvents({"cpu_clock": True, "page_faults": True}, CONFIG)
        domain.setPerfEvents({"page_faults": False}, CONFIG)
        self.assertEqual([name for name, isOn in domain.perfEvents(CONFIG).items() if isOn], ["cpu_clock"])

        text = domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
        for element in ("<shares>500</shares>", "<quota>20000</quota>", "<global_period>50000</global_period>",
                        "<hard_limit unit='KiB'>500000</hard_limit>", "<read_bytes_sec>9</read_bytes_sec>",
                        "<memory mode='preferred' nodeset='0'/>", "<event name='cpu_clock' enabled='yes'/>",
                        "<event name='page_faults' enabled='no'/>"):
            self.assertIn(element, text)

    def test_virsh_and_roost_say_the_same(self):
        stopped, running = self.defined(), self.running()
        roost = Roost(self.server.uri)
        for words in (
            ["schedinfo", stopped], ["schedinfo", stopped, "--config", "cpu_shares=5"],
            ["schedinfo", stopped, "--set", "vcpu_quota=x"], ["schedinfo", stopped, "--config", "foo=5"],
            ["schedinfo", stopped, "--config", "vcpu_quota=500"], ["schedinfo", stopped, "--live"],
            ["memtune", stopped], ["memtune", stopped, "--hard-limit", "500000", "--config"], ["memtune", stopped],
            ["memtune", stopped, "--hard-limit", "-1"], ["memtune", stopped, "--min-guarantee", "5"],
            ["blkiotune", stopped], ["blkiotune", stopped, "--weight", "500"],
            ["blkiotune", stopped, "--device-weights", "/dev/a,300"], ["blkiotune", stopped],
            ["blkiotune", stopped, "--device-weights", "/dev/a"], ["numatune", stopped],
            ["numatune", stopped, "--mode", "preferred", "--nodeset", "0"], ["numatune", stopped],
            ["numatune", stopped, "--mode", "foo"], ["numatune", stopped, "--nodeset", "x"],
            ["perf", stopped], ["perf", stopped, "--enable", "cpu_clock,page_faults"], ["perf", stopped],
            ["perf", stopped, "--enable", "foo"], ["perf", stopped, "--disable", "cpu_clock", "--live"],
            ["set-lifecycle-action", stopped, "poweroff", "preserve"], ["set-lifecycle-action", stopped, "foo", "destroy"],
            ["set-lifecycle-action", stopped, "crash", "foo"], ["set-lifecycle-action", stopped, "crash", "preserve"],
            ["set-lifecycle-action", running, "reboot", "destroy", "--live", "--config"],
            ["set-lifecycle-action", stopped, "poweroff", "coredump-destroy"],
            ["set-lifecycle-action", stopped, "crash", "rename-restart"],
            ["send-key", running, "KEY_LEFTCTRL", "KEY_A", "0x1e", "30"], ["send-key", running, "30", "foo"],
            ["send-key", running, "--codeset", "nope", "1"], ["send-key", running, "9999"],
            ["send-key", running, "--codeset", "xt", "30", "--holdtime", "5"], ["send-key", stopped, "30"],
            ["send-key", running, "--codeset", "usb", "4"], ["send-key", running, *["1"] * 17],
            ["inject-nmi", running], ["inject-nmi", stopped],
            ["qemu-monitor-command", running, "--hmp", "info", "status"],
            ["qemu-monitor-command", running, "--hmp", "--pretty", "x"],
            ["vcpupin", running], ["vcpupin", running, "0"], ["vcpupin", running, "0", "0"], ["vcpupin", running],
            ["vcpupin", running, "--cpulist", "0"], ["vcpupin", running, "0", "99999"], ["vcpupin", running, "0", "1000"], ["vcpupin", stopped],
            ["emulatorpin", stopped], ["emulatorpin", stopped, "0", "--config"], ["emulatorpin", stopped],
            ["iothreadinfo", stopped], ["iothreadadd", stopped, "0"], ["iothreadpin", stopped, "9", "0", "--config"],
            ["iothreadset", stopped, "3"], ["setvcpu", stopped, "0"], ["setvcpu", stopped, "0", "--enable", "--disable"],
            ["dompmwakeup", stopped],
            ["send-process-signal", running, "1", "sigterm"], ["send-process-signal", running, "x", "nop"],
            ["send-process-signal", running, "1", "foo"], ["send-process-signal", stopped, "1", "65"],
        ):
            with self.subTest(words=words):
                theirs, ours = self.virsh(*words), roost(*words)
                self.assertEqual((ours.status, ours.output, ours.errors),
                                 (theirs.status, theirs.output, theirs.errors))

    def test_models_that_guests_can_have(self):
        roost = Roost(self.server.uri)
        models = {model.text: model.get("usable") for model in etree.fromstring(
            self.virsh.ok("domcapabilities")).findall("cpu/mode[@name='custom']/model")}
        self.assertEqual(roost.ok("hypervisor-cpu-models", "--all").split(), list(models))
        self.assertEqual(roost.ok("hypervisor-cpu-models").split(), [name for name in models if models[name] == "yes"])
        self.assertVirshFails(roost("hypervisor-cpu-models", "--arch", "nope"), "unknown architecture: nope")

    def test_what_happens_later_follows_the_action(self):
        domain = self.connect().lookupByName(self.running())
        domain.setLifecycleAction(libvirt.VIR_DOMAIN_LIFECYCLE_CRASH, libvirt.VIR_DOMAIN_LIFECYCLE_ACTION_RESTART,
                                  libvirt.VIR_DOMAIN_AFFECT_LIVE | CONFIG)
        for flags in (0, libvirt.VIR_DOMAIN_XML_INACTIVE):
            self.assertIn("<on_crash>restart</on_crash>", domain.XMLDesc(flags))

    def test_the_monitor_answers_as_it_does(self):
        domain = self.connect().lookupByName(self.running())
        answer = libvirt_qemu.qemuMonitorCommand(domain, '{"execute":"query-status"}', 0)
        self.assertIn('{"return":{"status":"running"', answer)
        self.assertIn('"class":"CommandNotFound"', libvirt_qemu.qemuMonitorCommand(domain, '{"execute":"nope"}', 0))


@on_roostd
class OwnShell(ServerCase):
    """What Debian's virsh hasn't yet."""

    def test_the_monitor_in_short(self):
        name = self.running()
        roost = Roost(self.server.uri)
        self.assertEqual(roost.ok("qemu-monitor-command", name, "--return-value", "query-name"), '{"name":"%s"}' % name)
        self.assertEqual(
            roost.ok("qemu-monitor-command", name, "--pretty", "--return-value", "query-name"),
            '{\n  "name": "%s"\n}' % name)
        missing = roost("qemu-monitor-command", name, "--return-value", "nope")
        self.assertEqual((missing.status, missing.errors), (1, "error: 'return' member missing\n"))
        refused = roost("qemu-monitor-command", name, "--pass-fds", "99", "query-name")
        self.assertIn("Cannot duplicate FD 99: Bad file descriptor", refused.errors)

    def test_a_running_guest_cannot_be_held_to_it(self):
        domain = self.connect().lookupByName(self.running())
        for change, words in (
            (lambda: domain.setMemoryParameters({"hard_limit": 500000}, 1), "cgroup memory controller is not mounted"),
            (lambda: domain.setSchedulerParametersFlags({"cpu_shares": 5}, 1), "cgroup CPU controller is not mounted"),
            (lambda: domain.setBlkioParameters({"weight": 500}, 1), "blkio cgroup isn't mounted"),
        ):
            before = domain.XMLDesc()
            self.assertIn(words, str(self.assertLibvirtError(libvirt.VIR_ERR_OPERATION_INVALID, change)))
            self.assertEqual(domain.XMLDesc(), before)

    def test_the_time_of_processors_is_told_in_all_alone(self):
        domain = self.connect().lookupByName(self.running())
        if self.server_name == "libvirtd":
            # It has no cgroups here to read it from.
            return self.assertLibvirtError(libvirt.VIR_ERR_OPERATION_INVALID, domain.getCPUStats, True)
        told, = domain.getCPUStats(True)
        self.assertEqual(told["cpu_time"], told["user_time"] + told["system_time"])
        self.assertGreater(told["cpu_time"], 0)
        self.assertLibvirtError(libvirt.VIR_ERR_OPERATION_UNSUPPORTED, domain.getCPUStats, False)
        roost = Roost(self.server.uri)
        self.assertRegex(roost.ok("cpu-stats", domain.name(), "--total"), r"Total:\n\tcpu_time +\d+\.\d{9} seconds")


class TestDriver(unittest.TestCase):
    """The pretended guest, as libvirt pretends it: each command line begins with a fresh one."""

    def test_virsh_and_roost_say_the_same(self):
        virsh, roost = Virsh("test:///default"), Roost("test:///default")
        for line in (
            "domfsinfo test", "domfsfreeze test; domfsfreeze test; domfsthaw test; domfsthaw test",
            "domfsfreeze test /; domfsthaw test /boot; domfsthaw test", "domfsfreeze test /x",
            "domfstrim test", "domfstrim test --mountpoint /x", "domtime test; domtime test --time 5; domtime test",
            "set-user-password test root x", "domifaddr test --source agent", "domifaddr test --source arp",
            "emulatorpin test; emulatorpin test 0; emulatorpin test", "inject-nmi test",
            "schedinfo test; schedinfo test weight=60; schedinfo test foo=5",
            "memtune test --hard-limit 5000; memtune test; memtune test --config",
            "numatune test", "destroy test; domfsinfo test", "destroy test; domtime test",
            "destroy test; domfsfreeze test", "destroy test; set-user-password test root x",
        ):
            with self.subTest(line=line):
                theirs, ours = virsh(line), roost(line)
                self.assertEqual((ours.status, ours.output, ours.errors),
                                 (theirs.status, theirs.output, theirs.errors))
