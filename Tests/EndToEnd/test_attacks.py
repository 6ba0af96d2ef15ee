"""What any local user may do to the daemon through the socket that is open to all: nothing that others notice.

Nothing here is timed but for generous deadlines of the harness; `make bench` measures how little others notice.
"""

import os
import signal
import subprocess

import libvirt

from harness import server, wire
from harness.attackers import Attackers, descriptors, memory
from harness.case import ServerCase, on_roostd
from harness.waiting import eventually

# A debug build takes more for everything.
MOST = 100 if os.environ.get("ROOST_BUILD", "release") == "release" else 200


@on_roostd
class Attacks(ServerCase):
    @classmethod
    def setUpClass(cls):
        cls.own = server.Roostd().start()
        cls.addClassCleanup(cls.own.stop)

    def setUp(self):
        self.connection = libvirt.open(self.own.uri)
        self.addCleanup(self.connection.close)

    def guest(self, name):
        """A running guest; gone after the test."""
        from harness import domains
        domain = self.connection.defineXML(domains.domain(name, memory=16))
        self.addCleanup(domain.undefine)
        domain.create()
        self.addCleanup(domain.destroy)
        return domain

    def withstands(self, attack, connections, domain=None, calls=100):
        """Others' calls are answered while the attack lasts, and the daemon stays small."""
        with Attackers(self.own, attack, connections, domain) as attackers:
            for _ in range(calls):
                self.connection.listAllDomains()
                with wire.Client(self.own.socket) as client:
                    client.open()
            starting = self.guest(self.fresh_name("attacked"))
            self.assertTrue(starting.isActive())
            attackers.check()
            self.assertLess(memory(self.own.pid, "VmHWM"), MOST, attack)
        self.assertIsNone(self.own.process.poll())

    def test_calls_whose_replies_are_not_read(self):
        self.withstands("capabilities", 100)

    def test_calls_whose_replies_are_read(self):
        self.withstands("capabilities-read", 20)

    def test_half_messages(self):
        self.withstands("half", 100)

    def test_idle_clients_leave_places_for_others(self):
        with Attackers(self.own, "idle", 2000) as attackers:
            eventually(lambda: descriptors(self.own.pid) > 400, "the clients to be there")
            for _ in range(20):
                with wire.Client(self.own.socket) as client:
                    client.open()
            attackers.check()
            self.assertLess(descriptors(self.own.pid), 700)
        eventually(lambda: descriptors(self.own.pid) < 100, "the clients to be gone")

    def test_clients_that_open_nothing(self):
        with Attackers(self.own, "unopened", 2000) as attackers:
            eventually(lambda: descriptors(self.own.pid) > 90, "the clients to be there")
            for _ in range(20):
                with wire.Client(self.own.socket) as client:
                    client.open()
            attackers.check()
            self.assertLess(descriptors(self.own.pid), 200)

    def test_costly_calls(self):
        self.withstands("compare", 20, calls=20)
        self.withstands("stats", 20, self.guest(self.fresh_name("counted")), calls=20)

    def hung(self):
        """A guest whose QEMU answers nothing."""
        domain = self.guest(self.fresh_name("hung"))
        pid = next(pid for pid in self.own.guest_pids()
                   if f"guest={domain.name()}," in open(f"/proc/{pid}/cmdline", encoding="utf-8").read())
        os.kill(pid, signal.SIGSTOP)
        self.addCleanup(os.kill, pid, signal.SIGCONT)
        return domain

    def test_calls_to_a_guest_that_hangs(self):
        self.withstands("hung", 100, self.hung())

    def test_descriptors_that_nobody_asked_for(self):
        before = descriptors(self.own.pid)
        with Attackers(self.own, "files", domain=self.hung(), processes=4) as attackers:
            for _ in range(200):
                self.connection.listAllDomains()
            attackers.check()
            self.assertLess(descriptors(self.own.pid), before + 100)

    def test_registrations_for_events(self):
        self.withstands("events", 100)

    def test_reading_the_journal(self):
        secret = self.connection.secretDefineXML("<secret ephemeral='yes'/>")
        self.addCleanup(secret.undefine)
        for _ in range(10_000):
            secret.setValue(b"value")
        self.withstands("journal", 100)

    def test_waiting_for_events(self):
        self.withstands("waiting", 100)

    def test_the_log_grows_little(self):
        before = self.own.log.stat().st_size
        self.withstands("log", 20)
        self.assertLess(self.own.log.stat().st_size - before, 200_000)

    def test_no_file_is_opened_for_a_client(self):
        self.withstands("paths", 20, calls=20)
        for path in ("/etc/shadow", "/no/such", "/dev/zero"):
            done = subprocess.run(
                ["virsh", "-r", "-c", f"test+unix://{path}?socket={self.own.readonly_socket}", "list"],
                capture_output=True, text=True, timeout=20, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("this daemon serves test:///default alone", done.stderr)

    def test_memory_goes_back_after_a_flood(self):
        own = server.Roostd().start()
        self.addCleanup(own.stop)
        connection = libvirt.open(own.uri)
        connection.getCapabilities()
        before = memory(own.pid)
        # Root may take much: its clients share no limit.
        with Attackers(own, "capabilities", 100, user=None):
            eventually(lambda: memory(own.pid) > before + 50, "the flood to take memory")
        eventually(lambda: memory(own.pid) < before + 20, "the memory to go back")
        connection.close()

    def test_sigterm_ends_a_daemon_that_is_flooded(self):
        own = server.Roostd().start()
        self.addCleanup(own.stop)
        with Attackers(own, "capabilities-read", 20), Attackers(own, "compare", 20):
            eventually(lambda: descriptors(own.pid) > 50, "the attack to begin")
            own.process.send_signal(signal.SIGTERM)
            self.assertEqual(own.process.wait(timeout=15), 0)
