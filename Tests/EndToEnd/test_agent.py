"""What is asked of the agent in a guest, which the test plays."""

import json
import threading

import libvirt
import libvirt_qemu

from harness import agent as harness
from harness.case import ServerCase, on_each_server, on_roostd
from harness.domains import disk
from harness.virsh import Roost
from harness.waiting import eventually

NOT_CONFIGURED = "argument unsupported: QEMU guest agent is not configured"
NOT_CONNECTED = "Guest agent is not responding: QEMU guest agent is not connected"


class AgentCase(ServerCase):
    def with_agent(self):
        """A guest whose agent is played, by name, and the agent."""
        path = self.server.root / "files" / f"{self.fresh_name('agent')}.sock"
        path.parent.mkdir(exist_ok=True)
        path.parent.chmod(0o777)
        image = self.disk_image(self.fresh_name("disk") + ".qcow2")
        address = "<address type='pci' domain='0' bus='0' slot='9' function='0'/>"
        name = self.running(linux=True, devices=harness.devices(path) + disk(image, "vda", "virtio", extra=address))
        eventually(path.exists, "the test's channel to be there")
        return name, harness.played(self, name, path)

    def domain(self, name):
        return self.connect().lookupByName(name)


@on_each_server
class Agent(AgentCase):
    def test_all_that_an_agent_is_asked(self):
        name, agent = self.with_agent()
        domain = self.domain(name)

        self.assertEqual(domain.hostname(libvirt.VIR_DOMAIN_GET_HOSTNAME_AGENT), "played")
        self.assertEqual(domain.getTime(), {"seconds": 1700000000, "nseconds": 123456789})
        domain.setTime({"seconds": 5, "nseconds": 7})
        domain.setTime({"seconds": 5, "nseconds": 7}, libvirt.VIR_DOMAIN_TIME_SYNC)
        self.assertEqual([one for one in agent.asked if one[0] == "guest-set-time"],
                         [("guest-set-time", {"time": 5000000007}), ("guest-set-time", None)])

        self.assertEqual(domain.fsFreeze(), 2)
        self.assertEqual(domain.fsFreeze(["/a", "/b"]), 1)
        self.assertEqual(domain.fsThaw(), 2)
        domain.fSTrim(None, 4096)
        self.assertIn(("guest-fsfreeze-freeze-list", {"mountpoints": ["/a", "/b"]}), agent.asked)
        self.assertIn(("guest-fstrim", {"minimum": 4096}), agent.asked)
        self.assertEqual(domain.fsInfo(), [("/run", "tmpfs", "tmpfs", []), ("/", "vda1", "ext4", ["vda"])])

        self.assertEqual(domain.guestVcpus(), {"vcpus": "0-1", "online": "0-1", "offlinable": "1"})
        domain.setGuestVcpus("1", 0)
        self.assertIn(("guest-set-vcpus", {"vcpus": [{"logical-id": 1, "online": False}]}), agent.asked)
        self.assertEqual(domain.vcpusFlags(libvirt.VIR_DOMAIN_VCPU_GUEST), 2)
        domain.setVcpusFlags(1, libvirt.VIR_DOMAIN_VCPU_GUEST)

        domain.setUserPassword("root", "secret", 0)
        self.assertIn(("guest-set-user-password",
                       {"username": "root", "password": "c2VjcmV0", "crypted": False}), agent.asked)
        self.assertEqual(domain.authorizedSSHKeysGet("root", 0), ["ssh-rsa AAA a"])
        domain.authorizedSSHKeysSet("root", ["k"], 0)
        domain.authorizedSSHKeysSet("root", ["k"], libvirt.VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_APPEND)
        domain.authorizedSSHKeysSet("root", ["k"], libvirt.VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_REMOVE)
        self.assertEqual([arguments for asked, arguments in agent.asked if asked.startswith("guest-ssh-add")],
                         [{"username": "root", "keys": ["k"], "reset": True},
                          {"username": "root", "keys": ["k"], "reset": False}])
        self.assertIn(("guest-ssh-remove-authorized-keys", {"username": "root", "keys": ["k"]}), agent.asked)

        cards = domain.interfaceAddresses(libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT)
        self.assertEqual(sorted(cards), ["eth0", "eth1", "lo"])
        self.assertEqual([one["addr"] for one in cards["eth0"]["addrs"]], ["10.0.2.15", "10.0.2.16"])

        self.assertEqual(libvirt_qemu.qemuAgentCommand(domain, '{"execute":"guest-ping"}', 5, 0), '{"return":{}}')
        self.check_info(domain, agent)
        domain.pMSuspendForDuration(libvirt.VIR_NODE_SUSPEND_TARGET_MEM, 0)
        self.assertIn(("guest-suspend-ram", None), agent.asked)

    def check_info(self, domain, agent):
        # Asked for by name, what an agent doesn't have is an error; asked for all, it is left out.
        # Groups that the reference's version doesn't have are asked for on ours alone.
        info = domain.guestInfo(0)
        self.assertEqual(info["user.count"], 2)
        self.assertEqual(info["user.1.login-time"], 1700000001250)
        self.assertEqual(info["os.id"], "debian")
        self.assertEqual(info["timezone.offset"], 3600)
        self.assertEqual(info["hostname"], "played")
        self.assertEqual(info["fs.1.disk.0.alias"], "vda")
        self.assertEqual(info["disk.0.alias"], "vda")
        self.assertEqual(info["disk.1.dependency.0.name"], "/dev/vda")
        self.assertEqual(info["if.1.addr.1.addr"], "10.0.2.16")
        self.assertEqual([key for key in info if key.startswith("load")], [])
        error = self.assertLibvirtError(
            libvirt.VIR_ERR_INVALID_ARG, domain.guestInfo, 1 << 20)
        self.assertIn("unsupported guest information types '0x100000'", str(error))
        del agent.answers["guest-get-timezone"]
        self.assertNotIn("timezone.offset", domain.guestInfo(0))
        self.assertLibvirtError(113 if self.server_name == "roostd" else 1, domain.guestInfo,
                                libvirt.VIR_DOMAIN_GUEST_INFO_TIMEZONE)

    def test_virsh_and_roost_say_the_same(self):
        name, agent = self.with_agent()
        agent.answers["guest-get-load"] = {"load1m": 0.5, "load5m": 0.25, "load15m": 0.125}
        roost = Roost(self.server.uri)
        keys = self.file("keys", "ssh-rsa K k\n")
        for words in (
            ["domhostname", name, "--source", "agent"], ["domtime", name], ["domtime", name, "--pretty"],
            ["domtime", name, "--time", "12345"], ["domtime", name, "--now", "--sync"], ["domtime", name, "--sync"],
            ["domfsfreeze", name], ["domfsfreeze", name, "/a", "/b"], ["domfsthaw", name], ["domfsthaw", name, "/a"],
            ["domfstrim", name, "--minimum", "5"], ["domfstrim", name, "--mountpoint", "/x"], ["domfsinfo", name],
            ["set-user-password", name, "root", "x"], ["set-user-password", name, "root", "x", "--encrypted"],
            ["guestvcpus", name], ["guestvcpus", name, "--cpulist", "1", "--disable"], ["guestvcpus", name, "--enable"],
            ["guestvcpus", name, "--cpulist", "0", "--disable"], ["guestvcpus", name, "--cpulist", "5", "--enable"],
            ["guestvcpus", name, "--cpulist", "1"], ["guestvcpus", name, "--cpulist", "1", "--enable", "--disable"],
            ["guestinfo", name, "--user", "--os", "--timezone", "--hostname", "--filesystem"],
            ["guestinfo", name, "--disk", "--interface"], ["get-user-sshkeys", name, "root"],
            ["set-user-sshkeys", name, "root"], ["set-user-sshkeys", name, "root", "--remove"],
            ["set-user-sshkeys", name, "root", keys], ["set-user-sshkeys", name, "root", "/nonexistent"],
            ["set-user-sshkeys", name, "root", keys, "--reset", "--remove"],
            ["domifaddr", name, "--source", "agent"], ["domifaddr", name, "--source", "agent", "--full"],
            ["domifaddr", name, "--source", "agent", "--interface", "eth0"],
            ["vcpucount", name, "--guest"], ["setvcpus", name, "1", "--guest"], ["setvcpus", name, "3", "--guest"],
            ["qemu-agent-command", name, '{"execute":"guest-ping"}'],
            ["qemu-agent-command", name, '{"execute":', '"guest-get-time"}', "--pretty"],
            ["qemu-agent-command", name, '{"execute":"guest-get-users"}', "--pretty"],
            ["qemu-agent-command", name, "--timeout", "0", "x"],
            ["qemu-agent-command", name, "--timeout", "1", "--block", "x"],
            ["guest-agent-timeout", name, "--timeout", "5"], ["guest-agent-timeout", name, "--timeout", "-3"],
            ["guest-agent-timeout", name],
            ["dompmsuspend", name, "never"], ["dompmsuspend", name, "mem", "--duration", "5"],
            ["dompmsuspend", name, "mem"],
        ):
            with self.subTest(words=words):
                theirs, ours = self.virsh(*words), roost(*words)
                self.assertEqual((ours.status, ours.output, ours.errors),
                                 (theirs.status, theirs.output, theirs.errors))

    def test_without_an_agent(self):
        none = self.domain(self.running())
        silent = self.domain(self.running(
            devices=f"<channel type='unix'><target type='virtio' name='{harness.AGENT}'/></channel>"))
        stopped = self.domain(self.defined())
        calls = (lambda d: d.hostname(libvirt.VIR_DOMAIN_GET_HOSTNAME_AGENT), lambda d: d.getTime(), lambda d: d.fsInfo(),
                 lambda d: d.fsFreeze(), lambda d: d.vcpusFlags(libvirt.VIR_DOMAIN_VCPU_GUEST), lambda d: d.setUserPassword("u", "p", 0),
                 lambda d: d.guestInfo(0), lambda d: d.authorizedSSHKeysGet("u", 0),
                 lambda d: d.interfaceAddresses(libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT),
                 lambda d: libvirt_qemu.qemuAgentCommand(d, '{"execute":"guest-ping"}', 5, 0),
                 lambda d: d.shutdownFlags(libvirt.VIR_DOMAIN_SHUTDOWN_GUEST_AGENT),
                 lambda d: d.reboot(libvirt.VIR_DOMAIN_REBOOT_GUEST_AGENT))
        for number, call in enumerate(calls):
            with self.subTest(call=number):
                self.assertEqual(str(self.assertLibvirtError(libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED, call, none)),
                                 NOT_CONFIGURED)
                self.assertEqual(str(self.assertLibvirtError(libvirt.VIR_ERR_AGENT_UNRESPONSIVE, call, silent)),
                                 NOT_CONNECTED)
                try:
                    call(stopped)
                    self.fail("no error")
                except libvirt.libvirtError as error:
                    self.assertRegex(str(error), "domain is not running|can only be requested for live domains")
        silent.suspend()
        self.assertIn("domain is not running",
                      str(self.assertLibvirtError(libvirt.VIR_ERR_OPERATION_INVALID, silent.getTime)))


@on_roostd
class HostileAgent(AgentCase):
    def test_each_pays_for_its_own_agent(self):
        name, agent = self.with_agent()
        domain = self.domain(name)
        domain.agentSetResponseTimeout(1, 0)
        for answer, code in (
            (None, 112), (b'{"return"', 112), (b"nonsense\n", libvirt.VIR_ERR_INTERNAL_ERROR),
            (b'{"return": ' + b"[" * 5000 + b"\n", libvirt.VIR_ERR_INTERNAL_ERROR),
            (b"[]\n", libvirt.VIR_ERR_INTERNAL_ERROR), ({"error": {"class": "GenericError", "desc": "no"}}, 113),
            ("text", libvirt.VIR_ERR_INTERNAL_ERROR), ([], libvirt.VIR_ERR_INTERNAL_ERROR),
        ):
            with self.subTest(answer=answer if answer is None else str(answer)[:40]):
                agent.answers["guest-get-time"] = answer
                self.assertLibvirtError(code, domain.getTime)
                # What was left of that answer isn't taken for the next one.
                agent.answers["guest-get-time"] = 3_000_000_000
                self.assertEqual(domain.getTime()["seconds"], 3)

    def test_clients_take_turns_and_others_go_on(self):
        name, agent = self.with_agent()
        clients = [self.domain(name) for _ in range(6)]
        results, together = [], threading.Barrier(len(clients))

        def ask(domain, number):
            together.wait()
            for _ in range(5):
                if number % 2:
                    results.append(domain.getTime()["seconds"] == 1700000000)
                else:
                    results.append(domain.hostname(libvirt.VIR_DOMAIN_GET_HOSTNAME_AGENT) == "played")

        threads = [threading.Thread(target=ask, args=pair) for pair in zip(clients, range(len(clients)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results, [True] * 30)

        # One that never answers keeps nobody from the domain, and its end is the end of the wait.
        agent.answers["guest-ping"] = None
        errors = []

        def wait():
            try:
                libvirt_qemu.qemuAgentCommand(clients[0], '{"execute":"guest-ping"}', -2, 0)
            except libvirt.libvirtError as error:
                errors.append(error)

        waiter = threading.Thread(target=wait)
        waiter.start()
        eventually(lambda: ("guest-ping", None) in agent.asked, "the agent to be asked")
        clients[1].suspend()
        clients[1].resume()
        self.assertEqual(clients[1].state()[0], libvirt.VIR_DOMAIN_RUNNING)
        clients[1].destroy()
        waiter.join(30)
        self.assertEqual([error.get_error_code() for error in errors], [libvirt.VIR_ERR_AGENT_UNRESPONSIVE])

    def test_a_daemon_that_starts_anew_finds_the_agent(self):
        name, agent = self.with_agent()
        self.server.kill()
        self.server.restart()
        eventually(lambda: "state='connected'" in harness.agent_target(self.virsh.ok("dumpxml", name)),
                   "the agent to be there again")
        self.assertEqual(self.virsh.ok("domhostname", name, "--source", "agent"), "played")
        self.assertIn(("guest-get-host-name", None), agent.asked)

    def test_shutdown_by_the_agent(self):
        name, agent = self.with_agent()
        agent.answers["guest-shutdown"] = {"error": {"class": "GenericError", "desc": "not now"}}
        self.assertVirshFails(self.virsh("shutdown", name, "--mode", "agent"), "not now")
        done = threading.Thread(target=lambda: self.virsh("shutdown", name, "--mode", "agent"))
        agent.answers["guest-shutdown"] = None
        done.start()
        eventually(lambda: agent.asked.count(("guest-shutdown", {"mode": "powerdown"})) == 2, "the agent to be asked")
        # The guest does as it was told; its agent says nothing.
        self.domain(name).shutdownFlags(libvirt.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN)
        done.join(60)
        self.assertFalse(done.is_alive())
        self.wait_for_state(name, "shut off (shutdown)")
