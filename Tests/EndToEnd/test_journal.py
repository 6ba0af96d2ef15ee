"""The journal of events: `roost event --since`, across the ends of daemon and client."""

import os
import random
import re
import subprocess
import threading
import time
import unittest

import libvirt

from harness import domains, server
from harness.case import ServerCase, on_roostd
from harness.virsh import Roost, Virsh
from harness.waiting import eventually

LINE = re.compile(r"^(\d+): event '([\w-]+)' for (?:domain '([^']+)'|(\w+) (\S+?))(?:: (.*))?$")


class JournalCase(ServerCase):
    """A daemon of the test's own."""

    configuration = ""

    def setUp(self):
        self.own = server.KINDS[self.server_name]()
        self.addCleanup(self.own.stop)
        (self.own.root / "etc").mkdir()
        (self.own.root / "etc/roostd.conf").write_text(self.configuration)
        self.own.start()
        self.virsh, self.roost = Virsh(self.own.uri), Roost(self.own.uri)

    def since(self, number, *options):
        """What is told from an event on: number and the rest of each line, without the closing one."""
        *lines, last = self.roost.ok("event", "--since", number, *options).splitlines()
        self.assertEqual(last, f"events received: {len(lines)}")
        return [(int(line.split(": ", 1)[0]), line.split(": ", 1)[1]) for line in lines]

    def life(self, name):
        """A domain is defined and undefined: two events, and what is told of them."""
        path = self.file(f"{name}.xml", domains.domain(name))
        self.virsh.ok("define", path)
        self.virsh.ok("undefine", name)
        return [f"event 'lifecycle' for domain '{name}': {words}" for words in ("Defined Added", "Undefined Removed")]


@on_roostd
class Journal(JournalCase):
    def test_everything_is_there_with_its_number(self):
        expected = self.life("a") + self.life("b")
        secret = libvirt.open(self.own.uri).secretDefineXML("<secret/>")
        secret.setValue(b"value")
        uuid = secret.UUIDString()
        expected += [f"event 'lifecycle' for secret {uuid}: Defined", f"event 'value-changed' for secret {uuid}"]
        self.assertEqual(self.since(0), list(enumerate(expected, start=1)))
        self.assertEqual(self.since(4), list(enumerate(expected, start=1))[3:])
        self.assertEqual(self.since(7), [])
        self.assertEqual(
            [number for number, _ in self.since(0, "--event", "lifecycle")], [1, 2, 3, 4])
        # Secrets have a driver of their own, whose clients hear of nothing else.
        own = Roost(f"secret+unix:///system?socket={self.own.socket}")
        self.assertEqual(own.ok("event", "--since", "0").splitlines()[:2], [
            f"{number}: {line}" for number, line in enumerate(expected, start=1) if number > 4])

    def test_times_are_those_of_the_events(self):
        before = time.time()
        self.life("a")
        after = time.time()
        self.own.kill()
        self.own.restart()
        (_, line), _ = self.since(1, "--timestamp")
        stamp = re.match(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.(\d{3})\+0000: event", line)
        import calendar
        told = calendar.timegm(time.strptime(stamp[1], "%Y-%m-%d %H:%M:%S")) + int(stamp[2]) / 1000
        self.assertTrue(before - 0.001 <= told <= after, (before, told, after))

    def test_one_domain_alone(self):
        self.life("a")
        self.virsh.ok("define", self.file("b.xml", domains.domain("b")))
        self.assertEqual(self.since(0, "--domain", "b"), [(3, "event 'lifecycle' for domain 'b': Defined Added")])

    def test_what_follows_is_told_with_loop(self):
        self.life("a")
        follower = self.roost.start("event", "--since", "2", "--loop")
        self.addCleanup(follower.wait)
        self.addCleanup(follower.kill)
        self.assertEqual(
            follower.stdout.readline(), "2: event 'lifecycle' for domain 'a': Undefined Removed\n")
        for number, line in enumerate(self.life("b"), start=3):
            self.assertEqual(follower.stdout.readline(), f"{number}: {line}\n")
        self.own.kill()
        self.assertEqual(follower.wait(20), 1)
        self.assertIn("events received: 3", follower.stdout.read())

    def test_read_only_clients_have_them_too(self):
        lines = self.life("a")
        reader = Roost(self.own.readonly_uri, "-r")
        told = reader.ok("event", "--since", "0").splitlines()
        self.assertEqual(told, [f"{number}: {line}" for number, line in enumerate(lines, start=1)] + [
            "events received: 2"])

    def test_those_who_wait_take_no_place_of_those_who_call(self):
        readers = [Roost(self.own.readonly_uri, "-r").start("event", "--since", "0", "--loop") for _ in range(40)]
        for reader in readers:
            self.addCleanup(reader.wait)
            self.addCleanup(reader.kill)
        lines = self.life("a")
        for reader in readers:
            self.assertEqual(reader.stdout.readline(), f"1: {lines[0]}\n")
        self.assertIn("<host>", Virsh(self.own.readonly_uri, "-r").ok("capabilities"))

    def test_what_was_not_yet(self):
        self.life("a")
        refused = self.roost("event", "--since", "4")
        self.assertEqual(refused.status, 1)
        self.assertIn("event 4 has not happened yet: the last one is 2", refused.errors)

    def test_other_daemons_keep_none(self):
        refused = Roost(f"test+unix:///default?socket={self.own.socket}")("event", "--since", "0")
        self.assertEqual(refused.status, 1)
        self.assertIn("roostConnectEventsSince", refused.errors)

    def test_a_daemon_that_ends_as_it_should_goes_on_with_the_next_number(self):
        first = self.life("a")
        self.own.kill(15)
        self.own.restart()
        second = self.life("b")
        self.assertEqual(self.since(0), list(enumerate(first + second, start=1)))

    def test_a_suspend_waits_for_no_disk(self):
        self.virsh.ok("define", self.file("g.xml", domains.domain("g", memory=16)))
        self.virsh.ok("start", "g")
        counts = {}
        for events in (True, False):
            if not events:
                (self.own.root / "etc/roostd.conf").write_text("event_journal_size = 0\n")
                self.own.kill()
                self.own.restart()
            counts[events] = self.synchronizations(lambda: (self.virsh.ok("suspend", "g"), self.virsh.ok("resume", "g")))
        self.assertEqual(counts[True], counts[False])
        self.assertIn("not supported", self.roost("event", "--since", "0").errors)

    def synchronizations(self, body):
        """How often the daemon waits for the disk while something is done."""
        log = self.own.root / "trace"
        trace = subprocess.Popen(
            ["strace", "-f", "-e", "trace=fsync,fdatasync,sync_file_range", "-o", log, "-p", str(self.own.pid)],
            stderr=subprocess.PIPE, text=True)
        try:
            self.assertIn("attached", trace.stderr.readline())
            body()
        finally:
            trace.terminate()
            trace.wait(20)
        return len(re.findall(r"(fsync|fdatasync|sync_file_range)\(", log.read_text()))


@on_roostd
class SmallJournal(JournalCase):
    configuration = "event_journal_size = 1048576\n"

    def test_it_says_from_which_event_on_it_goes(self):
        secret = libvirt.open(self.own.uri).secretDefineXML("<secret ephemeral='yes'/>")
        for _ in range(24000):
            secret.setValue(b"value")
        folder = self.own.root / "var/lib/events"
        # Beside the eight files there may be the next one, which is empty.
        eventually(lambda: len(list(folder.glob("*.events"))) <= 9, "the oldest files to go")
        self.assertLessEqual(sum(file.stat().st_size for file in folder.iterdir()), 1048576)
        refused = self.roost("event", "--since", "1")
        self.assertEqual(refused.status, 1)
        first = int(re.search(r"event 1 is no longer kept: events are kept from (\d+) on", refused.errors)[1])
        self.assertEqual([number for number, _ in self.since(first)], list(range(first, 24002)))
        self.assertEqual(self.since(0), self.since(first))


class Follower(threading.Thread):
    """A client that goes on where it was after each end of the daemon."""

    def __init__(self, roost):
        super().__init__(daemon=True)
        self.roost = roost
        self.lines, self.odd, self.starts = [], [], 0
        self.is_over = False

    @property
    def next(self):
        return int(self.lines[-1][1]) + 1 if self.lines else 0

    def run(self):
        while not self.is_over:
            self.starts += 1
            process = self.roost.start("event", "--since", self.next, "--loop")
            for line in process.stdout:
                match = LINE.match(line.rstrip())
                if match:
                    self.lines.append(match)
                elif not re.match(r"$|events received|error: (client socket is closed|internal error: client socket|"
                                  r"failed to connect|Failed to connect|Disconnected)", line):
                    self.odd.append(line)
            process.wait()


class Producer(threading.Thread):
    """Defines and undefines domains until the daemon goes, and notes what was answered."""

    def __init__(self, uri, names, done):
        super().__init__(daemon=True)
        self.uri, self.names, self.done = uri, names, done
        self.asked = None

    def run(self):
        try:
            connection = libvirt.open(self.uri)
            there = {domain.name() for domain in connection.listAllDomains()}
            while True:
                for name in self.names:
                    self.asked = name
                    if name in there:
                        connection.lookupByName(name).undefine()
                        there.remove(name)
                        self.done[name].append("Undefined Removed")
                    else:
                        connection.defineXML(domains.domain(name))
                        there.add(name)
                        self.done[name].append("Defined Added")
                    self.asked = None
        except libvirt.libvirtError:
            self.done[self.asked or self.names[0]].append(None)


class Renamer(threading.Thread):
    """Gives a domain one name after the other until the daemon goes."""

    def __init__(self, uri):
        super().__init__(daemon=True)
        self.uri, self.done = uri, 0

    def run(self):
        try:
            (domain,) = libvirt.open(self.uri).listAllDomains()
            number = int(domain.name()[1:])
            while True:
                number += 1
                domain.rename(f"n{number}")
                self.done += 1
        except libvirt.libvirtError:
            pass


@on_roostd
class KilledJournal(JournalCase):
    def test_a_name_that_was_given_up_is_told_with_the_new_one(self):
        libvirt.open(self.own.uri).defineXML(domains.domain("n0"))
        moments = random.Random(1)
        for _ in range(8):
            renamer = Renamer(self.own.uri)
            renamer.start()
            eventually(lambda: renamer.done >= 3, "renames", 60)
            threading.Event().wait(moments.uniform(0, 0.02))
            self.own.kill()
            renamer.join(30)
            self.own.restart()
        (now,) = (domain.name() for domain in libvirt.open(self.own.uri).listAllDomains())
        told = [line.split("domain ")[1] for _, line in self.since(0)]
        steps = [f"'n{number + gone}': {words}" for number in range(int(now[1:]))
                 for gone, words in ((0, "Undefined Renamed"), (1, "Defined Renamed"))]
        self.assertEqual(told, ["'n0': Defined Added"] + steps)

    def test_who_resumes_has_each_event_exactly_once(self):
        wanted = int(os.environ.get("ROOST_EVENTS", "1000"))
        kills = int(os.environ.get("ROOST_KILLS", "10"))
        moments = random.Random(int(os.environ.get("ROOST_SEED", "1")))
        names = [f"d{number}" for number in range(4)]
        done = {name: [] for name in names}
        follower = Follower(self.roost)
        follower.start()
        killed = 0
        while killed < kills or self.count(done) < wanted:
            producers = [Producer(self.own.uri, names[i::2], done) for i in range(2)]
            for producer in producers:
                producer.start()
            # Each life of the daemon has its share of the events.
            due = max(1, round(moments.uniform(0, 2) * wanted / kills))
            before, pause = self.count(done), moments.uniform(0, 0.02)
            eventually(lambda: self.count(done) >= before + due, f"{due} events", 120)
            threading.Event().wait(pause)
            self.own.kill()
            killed += 1
            for producer in producers:
                producer.join(30)
            self.own.restart()
            self.check_state(names)
        last = int(self.roost.ok("event", "--since", "0").splitlines()[-2].split(":")[0])
        eventually(lambda: follower.next == last + 1, f"the follower to hear of event {last}: {follower.next}", 60)
        follower.is_over = True
        self.own.kill()
        follower.join(60)
        self.assertEqual(follower.odd, [])
        self.assertEqual([int(line[1]) for line in follower.lines], list(range(1, last + 1)))
        for name in names:
            self.check(name, [line[6] for line in follower.lines if line[3] == name], done[name])
        print(f"    {last} events, {killed} kills, {follower.starts} resumptions")

    def count(self, done):
        return sum(step is not None for steps in done.values() for step in steps)

    def check_state(self, names):
        """What was being done when the daemon was killed is told just where it was done."""
        there = {domain.name() for domain in libvirt.open(self.own.uri).listAllDomains()}
        kept = self.roost.ok("event", "--since", "0").splitlines()
        for name in names:
            told = [line for line in kept if f"'{name}'" in line][-1:]
            self.assertEqual("Defined Added" in "".join(told), name in there, (name, told))

    def check(self, name, told, done):
        """All that was answered is told, in this order; what was being done when the daemon was killed may be."""
        at = 0
        for step in done:
            if step is None:
                continue
            while at < len(told) and told[at] != step:
                at += 1
            self.assertLess(at, len(told), f"{name}: {step} was answered and is not told")
            at += 1
        unanswered = sum(step is None for step in done)
        self.assertLessEqual(len(told), sum(step is not None for step in done) + unanswered, name)
