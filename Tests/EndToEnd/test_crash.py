"""The daemon is killed at any moment: what runs goes on, what is defined stays, all is under control again."""

import os
import random
import signal
import threading

import libvirt

from harness import domains, server
from harness.case import ServerCase, on_each_server
from harness.virsh import Virsh
from harness.waiting import eventually

ABSENT, OFF, RUNNING, PAUSED = "absent", "shut off", "running", "paused"
# What may be asked of a domain in each state, and what it is then.
STEPS = {
    ABSENT: {"define": OFF},
    OFF: {"start": RUNNING, "start paused": PAUSED, "undefine": ABSENT, "redefine": OFF},
    RUNNING: {"suspend": PAUSED, "destroy": OFF, "redefine": RUNNING},
    PAUSED: {"resume": RUNNING, "destroy": OFF},
}


class Worker(threading.Thread):
    """Takes domains from state to state until the daemon goes away."""

    def __init__(self, uri, names, states, seed):
        super().__init__()
        self.uri, self.names, self.states = uri, names, states
        self.random = random.Random(seed)
        self.asked = None
        self.failure = None
        self.steps = 0

    def run(self):
        try:
            connection = libvirt.open(self.uri)
        except libvirt.libvirtError:
            return
        while True:
            name = self.random.choice(self.names)
            before = self.states[name]
            step, after = self.random.choice(sorted(STEPS[before].items()))
            self.asked = (name, step, before, after)
            try:
                self.take(connection, name, step)
            except libvirt.libvirtError as error:
                if connection.isAlive():
                    self.failure = f"{step} of {name}, {before}: {error}"
                return
            self.states[name] = after
            self.asked = None
            self.steps += 1

    def take(self, connection, name, step):
        if step in ("define", "redefine"):
            connection.defineXML(document(name, self.random.randrange(1000)))
            return
        domain = connection.lookupByName(name)
        {"start": domain.create, "start paused": lambda: domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED),
         "undefine": domain.undefine, "suspend": domain.suspend, "resume": domain.resume,
         "destroy": domain.destroy}[step]()


def document(name, number):
    """A small domain that boots nothing; its title changes from one definition to the next."""
    return domains.domain(name, memory=16, id=f"00000000-0000-4000-8000-{int(name[1:]):012d}",
                          extra=f"<title>definition {number}</title>")


@on_each_server
class Crash(ServerCase):
    def setUp(self):
        self.own = server.KINDS[self.server_name]()
        self.addCleanup(self.own.stop)
        self.own.start()
        self.virsh = Virsh(self.own.uri)

    def test_killed_at_random_moments(self):
        # For the reference, a few show that the test is right.
        times = int(os.environ.get("ROOST_CRASHES", "50" if self.server_name == "roostd" else "5"))
        names = [f"d{number}" for number in range(1, 5)]
        states = dict.fromkeys(names, ABSENT)
        moments = random.Random(int(os.environ.get("ROOST_SEED", "1")))
        for round in range(times):
            with self.subTest(round=round):
                worker = Worker(self.own.uri, names, states, seed=round)
                worker.start()
                worker.join(moments.uniform(0.05, 0.8))
                self.own.kill()
                worker.join(30)
                self.assertFalse(worker.is_alive(), "the client never heard of the daemon's end")
                self.assertIsNone(worker.failure)
                self.own.restart()
                self.check(names, states, worker.asked)

    def check(self, names, states, asked):
        """Every domain is as it was or as it was asked to be, and obeys."""
        connection = libvirt.open(self.own.uri)
        found = {}
        for domain in connection.listAllDomains():
            found[domain.name()] = {libvirt.VIR_DOMAIN_RUNNING: RUNNING, libvirt.VIR_DOMAIN_PAUSED: PAUSED,
                                    libvirt.VIR_DOMAIN_SHUTOFF: OFF}.get(domain.state()[0], domain.state())
        self.assertLessEqual(set(found), set(names))
        for name in names:
            now = found.get(name, ABSENT)
            if asked and asked[0] == name:
                # A start may have come as far as a guest that has not been let go.
                allowed = {asked[2], asked[3]} | ({PAUSED} if asked[1] == "start" else set())
                self.assertIn(now, allowed, f"{name} after {asked}")
                states[name] = now
            else:
                self.assertEqual(now, states[name], f"{name}, while {asked} was asked")
        active = [name for name in names if states[name] in (RUNNING, PAUSED)]
        eventually(lambda: len(self.own.guest_pids()) == len(active), f"just {len(active)} guests to run")
        for name in active:
            domain = connection.lookupByName(name)
            if states[name] == RUNNING:
                domain.suspend()
                domain.resume()
            else:
                domain.resume()
                domain.suspend()
        for name in names:
            if states[name] != ABSENT:
                self.assertIn("definition", connection.lookupByName(name).XMLDesc())
        connection.close()

    def test_guests_outlive_an_orderly_end(self):
        path = self.own.root / "d9.xml"
        path.write_text(document("d9", 1))
        self.virsh.ok("define", path)
        self.virsh.ok("start", "d9")
        before = self.virsh.ok("dumpxml", "d9")
        pids = self.own.guest_pids()
        self.own.kill(signal.SIGTERM)
        self.assertEqual(self.own.guest_pids(), pids)
        self.own.restart()
        self.assertEqual(self.virsh.ok("domstate", "d9", "--reason"), "running (booted)")
        self.assertEqual(self.virsh.ok("dumpxml", "d9"), before)
        self.virsh.ok("destroy", "d9")
        eventually(lambda: not self.own.guest_pids(), "the guest to end")

    def test_a_guest_starts_with_the_host_and_not_with_each_daemon(self):
        mark = self.own.root / "run/qemu/autostarted"
        eventually(mark.exists, "the start of guests to be noted")
        path = self.own.root / "d7.xml"
        path.write_text(document("d7", 1))
        self.virsh.ok("define", path)
        self.virsh.ok("autostart", "d7")
        for number in (signal.SIGTERM, signal.SIGKILL):
            self.own.kill(number)
            self.own.restart()
            self.assertEqual(self.virsh.ok("domstate", "d7"), "shut off")
        # As when the host starts: nothing is left in its run folder.
        self.own.kill()
        mark.unlink()
        self.own.restart()
        eventually(lambda: self.virsh.ok("domstate", "d7") == "running", "the guest to be started")
        self.virsh.ok("destroy", "d7")
        eventually(mark.exists, "the start of guests to be noted")

    def test_a_guest_that_ended_meanwhile_is_seen(self):
        path = self.own.root / "d8.xml"
        path.write_text(document("d8", 1))
        self.virsh.ok("define", path)
        self.virsh.ok("start", "d8")
        self.own.kill()
        for pid in self.own.guest_pids():
            server.end(pid)
        self.own.restart()
        self.assertRegex(self.virsh.ok("domstate", "d8", "--reason"), r"^shut off \((crashed|unknown|failed)\)$")
        self.virsh.ok("start", "d8")
