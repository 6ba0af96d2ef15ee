"""Events, as virsh prints them and as Python's event loop delivers them."""

import signal
import threading
import time

import libvirt

from harness.case import ServerCase, on_each_server
from harness.virsh import Virsh
from harness.watcher import Watcher
from harness.waiting import TooLate, eventually


class EventLoop:
    """libvirt's default event loop on a thread, for the whole test run."""

    _started = False

    @classmethod
    def ensure(cls):
        if not cls._started:
            libvirt.virEventRegisterDefaultImpl()
            threading.Thread(target=cls._run, daemon=True).start()
            cls._started = True

    @staticmethod
    def _run():
        while True:
            libvirt.virEventRunDefaultImpl()


EventLoop.ensure()


def watch(test, *options):
    """`virsh event` in the background until the test ends."""
    watcher = Watcher(test.virsh, test.server.root / "files", *options)
    test.addCleanup(watcher.close)
    return watcher


@on_each_server
class Events(ServerCase):
    def test_virsh_event_tells_the_whole_life(self):
        watcher = watch(self, "--event", "lifecycle", "--loop")
        name = self.running()
        self.virsh.ok("suspend", name)
        self.virsh.ok("resume", name)
        self.virsh.ok("destroy", name)
        self.virsh.ok("undefine", name)
        expected = [
            "event 'lifecycle': Defined Added",
            "event 'lifecycle': Resumed Unpaused",
            "event 'lifecycle': Started Booted",
            "event 'lifecycle': Suspended Paused",
            "event 'lifecycle': Resumed Unpaused",
            "event 'lifecycle': Stopped Destroyed",
            "event 'lifecycle': Undefined Removed",
        ]
        eventually(lambda: expected[-1] in watcher.of(name), f"{expected[-1]}: {watcher.lines}")
        # Before it stops, a QEMU that is asked to end may still say that it will.
        dying = "event 'lifecycle': Shutdown Finished after host request"
        self.assertEqual([line for line in watcher.of(name) if line != dying], expected)

    def test_virsh_event_all(self):
        watcher = watch(self, "--all", "--loop")
        name = self.running()
        self.virsh.ok("reset", name)
        eventually(lambda: "event 'reboot'" in watcher.of(name), "the reboot event")

    def test_virsh_event_of_one_domain_ends_after_one(self):
        name = self.defined()
        process = self.virsh.start("event", "--domain", name, "--event", "lifecycle")
        self.addCleanup(process.kill)
        eventually(lambda: self.virsh("start", name) and self.virsh("destroy", name)
                   and process.poll() is not None, "virsh event to end")
        output = process.stdout.read()
        self.assertIn("events received: 1", output)
        self.assertEqual(process.returncode, 0)

    def test_virsh_event_timeout(self):
        result = self.virsh("event", "--event", "lifecycle", "--domain", self.defined(), "--timeout", "1")
        self.assertIn("event loop timed out", result.output)
        self.assertIn("events received: 0", result.output)

    def test_python_callbacks(self):
        name = self.defined()
        connection = self.connect()
        heard = []

        def lifecycle(_, domain, event, detail, opaque):
            heard.append((opaque, domain.name(), event, detail))

        one = connection.lookupByName(name)
        every = connection.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, lifecycle, "all")
        only = connection.domainEventRegisterAny(one, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, lifecycle, "one")
        one.create()
        other = self.running()
        one.suspend()
        one.destroy()
        stopped = ("one", name, libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_DESTROYED)
        eventually(lambda: stopped in heard, f"the stop: {heard}")
        self.assertIn(
            ("one", name, libvirt.VIR_DOMAIN_EVENT_SUSPENDED, libvirt.VIR_DOMAIN_EVENT_SUSPENDED_PAUSED), heard)
        self.assertIn(
            ("all", other, libvirt.VIR_DOMAIN_EVENT_STARTED, libvirt.VIR_DOMAIN_EVENT_STARTED_BOOTED), heard)
        self.assertNotIn(other, [domain for key, domain, *_ in heard if key == "one"])

        connection.domainEventDeregisterAny(only)
        connection.domainEventDeregisterAny(every)
        before = len(heard)
        one.create()
        one.destroy()
        self.assertEqual(connection.lookupByName(name).isActive(), 0)
        self.assertEqual(len(heard), before)

    def test_crash_is_told(self):
        import os
        watcher = watch(self, "--event", "lifecycle", "--loop")
        name = self.running()
        uuid = self.virsh.ok("domuuid", name).encode()
        pid = next(p for p in self.server.guest_pids() if uuid in open(f"/proc/{p}/cmdline", "rb").read())
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: "event 'lifecycle': Stopped Failed" in watcher.of(name), f"the crash: {watcher.lines}")

    def test_shutdown_is_told(self):
        watcher = watch(self, "--event", "lifecycle", "--loop")
        name = self.running(linux=True)
        self.console(name)
        self.virsh.ok("shutdown", name)
        eventually(lambda: "event 'lifecycle': Stopped Shutdown" in watcher.of(name), "the shutdown")
        self.assertIn("event 'lifecycle': Shutdown Finished after guest request", watcher.of(name))


@on_each_server
class Connection(ServerCase):
    """What keeps a connection, and what tells that it is gone."""

    def test_virsh_with_keepalive(self):
        kept = Virsh(self.server.uri, "-k", "1", "-K", "2")
        name = self.fresh_name()
        # Three seconds without a word on the connection but the keepalive's.
        result = kept("event --event lifecycle --domain {0} --timeout 3; uri".format(self.defined()))
        self.assertIn("events received: 0", result.output)
        self.assertIn(self.server.uri, result.output)
        self.assertEqual(result.status, 0, result)

    def test_many_calls_on_one_connection_at_once(self):
        connection = self.connect()
        name = self.running()
        failures = []

        def work():
            try:
                for _ in range(50):
                    assert connection.lookupByName(name).name() == name
                    assert name in connection.lookupByName(name).XMLDesc()
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(failures, [])

    def test_close_callback_when_the_daemon_dies(self):
        from harness import server
        own = server.KINDS[self.server_name]()
        self.addCleanup(own.stop)
        own.start()
        connection = libvirt.open(own.uri)
        reasons = []
        connection.registerCloseCallback(lambda _, reason, opaque: reasons.append(reason), None)
        connection.setKeepAlive(5, 3)
        own.kill()
        eventually(lambda: reasons, "the close callback")
        self.assertIn(reasons[0], (libvirt.VIR_CONNECT_CLOSE_REASON_EOF, libvirt.VIR_CONNECT_CLOSE_REASON_ERROR))
        self.assertEqual(connection.isAlive(), 0)

    def test_clients_come_and_go(self):
        for _ in range(30):
            connection = libvirt.open(self.server.uri)
            connection.getVersion()
            connection.close()
        for _ in range(30):
            libvirt.open(self.server.uri)
        self.virsh.ok("version")
