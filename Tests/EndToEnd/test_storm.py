"""Clients at random: whatever they do at once, and whatever dies meanwhile, in the end everything agrees."""

import json
import os
import random
import signal
import subprocess
import sys
import uuid

import libvirt

from harness import agreement, history, paths, server
from harness.case import ServerCase, on_each_server
from harness.history import Call, Event
from harness.lifecycle import OFF, PAUSED, RUNNING, STARTING, State
from harness.waiting import TooLate, eventually

DOMAINS = 4
CLIENTS = 8
# A call may go on for so long when its domain has no QEMU: in looks at the processes, twenty a second at most, so that
# a machine that stands still is not taken for a daemon that waits.
LOOKS = 40


class Plan:
    """What the clients of one seed do, and with what."""

    def __init__(self, own, seed):
        self.seed = seed
        self.random = random.Random(f"{seed}/plan")
        # A device that was plugged in while the daemon was killed may be QEMU's without being the document's.
        self.knows_devices = seed % 3 != 0
        self.files = own.root / "files"
        self.identities = [str(uuid.uuid5(uuid.NAMESPACE_URL, f"{own.root}/{seed}/{n}")) for n in range(DOMAINS)]
        self.images = []
        self.domains = [self.domain(own, number) for number in range(DOMAINS)]

    def domain(self, own, number):
        """The first has a disk, the second a helper where the daemon is ours; to each a keyboard and a disk may be
        plugged."""
        devices = ""
        if number == 0:
            devices = self.disk(self.image(own, "disk"), "hda", "ide")
        if number == 1 and own.name == "roostd":
            devices = '<graphics type="dbus"/>'
        plugged = own.root / f"files/{self.seed}-plugged{number}.raw"
        self.make(plugged)
        keyboard = '<input type="keyboard" bus="usb"><alias name="ua-keyboard"/></input>'
        return {"uuid": self.identities[number], "names": [f"p{number}", f"p{number}-renamed"], "devices": devices,
                "hotplug": [keyboard, self.disk(plugged, "sda", "usb")]}

    def image(self, own, name):
        path = own.root / f"files/{self.seed}-{name}.raw"
        self.make(path)
        self.images.append((path, self.identities[0]))
        return path

    def make(self, path):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(1 << 20))

    def disk(self, path, target, bus):
        return (f'<disk type="file" device="disk"><driver name="qemu" type="raw"/><source file="{path}"/>'
                f'<target dev="{target}" bus="{bus}"/></disk>')

    def for_clients(self, uri, seconds, part):
        return json.dumps({"uri": uri, "seed": f"{self.seed}/{part}", "seconds": seconds, "clients": CLIENTS,
                           "kills": 0.7, "files": str(self.files), "domains": self.domains})


def waited_too_long(calls, presence, number):
    """Calls that went on for long while the domain had no QEMU."""
    for call in calls:
        looks = longest = 0
        for time, present in presence:
            if call.begin <= time <= (call.end or 0):
                looks = 0 if number in present else looks + 1
                longest = max(longest, looks)
        if longest > LOOKS:
            yield call


def can_be(state, seen):
    """Whether a domain that may be in a state can be found so by a daemon that starts."""
    lives = {state.life}
    if state.life == STARTING:
        lives = {OFF, PAUSED, RUNNING}
    if state.active and (state.doomed or state.ending):
        lives.add(OFF)
    saved = {state.saved and agreement.SAVED}
    if state.life == STARTING:
        saved.add(None)
    return any(state.become(life=life, doomed=False, ending=False, saved=save) == seen
               for life in lives for save in saved)


@on_each_server
class Storm(ServerCase):
    def setUp(self):
        self.own = server.KINDS[self.server_name]()
        self.addCleanup(self.own.stop)
        self.own.start()

    def test_random_clients(self):
        """Rounds by seed; in each third the daemon is killed, too, when that is asked of ours."""
        first = int(os.environ.get("ROOST_SEED", "2"))
        rounds = int(os.environ.get("ROOST_ROUNDS", "2"))
        seconds = float(os.environ.get("ROOST_SECONDS", "10"))
        for seed in range(first, first + rounds):
            with self.subTest(seed=seed):
                try:
                    self.round(Plan(self.own, seed), seconds)
                except AssertionError as failure:
                    raise AssertionError(f"ROOST_SEED={seed} ROOST_ROUNDS=1 ROOST_SECONDS={seconds:g}: {failure}") \
                        from None
                finally:
                    self.clear(Plan(self.own, seed))

    def round(self, plan, seconds):
        states = [{State()} for _ in plan.domains]
        kills = plan.random.randint(1, 3) if plan.seed % 3 == 0 and self.server_name == "roostd" else 0
        for part in range(kills + 1):
            is_killed = part < kills
            record = self.clients(plan, seconds / (kills + 1), part, is_killed)
            if is_killed:
                self.own.restart()
            connection = libvirt.open(self.own.uri)
            if is_killed:
                self.destroy_what_ends(connection)
            problems = self.disagreements(plan, connection)
            seen = agreement.observed(connection)
            connection.close()
            for number, identity in enumerate(plan.identities):
                now = seen[identity][0] if identity in seen else State()
                problems += self.judge(record, number, states[number], now, is_killed)
                states[number] = {now._replace(saved=was) for was in (RUNNING, PAUSED)} if now.saved else {now}
            self.assertFalse(problems, "\n\n" + "\n\n".join(problems))
        self.another_daemon(plan)

    def destroy_what_ends(self, connection):
        """A destroy in which the daemon was killed may have left a QEMU that ends, and doesn't get on: it is asked for
        once more."""
        for domain in connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE):
            if domain.state()[0] == libvirt.VIR_DOMAIN_SHUTDOWN:
                self.destroy(domain)

    def destroy(self, domain):
        """Ends a domain, which may have ended by itself just now."""
        try:
            domain.destroy()
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_OPERATION_INVALID or domain.isActive():
                raise

    def clients(self, plan, seconds, part, is_killed):
        """Lets clients do what they do; what they saw."""
        program = subprocess.Popen(
            [sys.executable, "-B", "-m", "harness.storm", plan.for_clients(self.own.uri, seconds, part)],
            cwd=paths.PROJECT / "Tests/EndToEnd", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: program.poll() is None and program.kill())
        if is_killed:
            try:
                program.wait(plan.random.uniform(0.3, 1) * seconds)
            except subprocess.TimeoutExpired:
                self.own.kill()
        try:
            output, errors = program.communicate(timeout=seconds + 150)
        except subprocess.TimeoutExpired:
            program.kill()
            raise AssertionError("the clients did not end") from None
        folder = paths.BUILD / "storm"
        folder.mkdir(exist_ok=True)
        (folder / f"{self.server_name}-{plan.seed}-{part}.json").write_text(output)
        self.assertEqual(program.returncode, 0, errors)
        return json.loads(output)

    def judge(self, record, number, states, now, is_lossy):
        """What is impossible in what the clients saw of one domain, and how it is now."""
        # The reference has races of its own: "domain is already being removed", a destroy that was refused and has
        # ended the next guest, calls that wait for seconds.
        is_loose = self.server_name == "libvirtd"
        calls = [Call(**call) for call in record["calls"][number]]
        events = [Event(*event) for event in record["events"][number]]
        try:
            ways = history.check(calls, events, states, is_lossy, is_loose)
        except history.Impossible as impossible:
            yield f"domain {number}: {impossible}"
        else:
            if not any(can_be(way, now) for way in ways):
                yield f"domain {number} is {now}\nbut can only be {ways}"
        for call in [] if is_loose else waited_too_long(calls, record["presence"], number):
            yield f"domain {number}: waited though no QEMU was there: {call}"

    def disagreements(self, plan, connection):
        """What doesn't agree, when there has been time enough to."""
        found = []

        def agree():
            found[:] = agreement.disagreements(
                self.own, connection, plan.images, plan.identities, plan.knows_devices)
            return not found

        try:
            eventually(agree, "all to agree", 20)
        except TooLate:
            pass
        return found

    def another_daemon(self, plan):
        """One that starts anew tells the same."""
        connection = libvirt.open(self.own.uri)
        before = agreement.observed(connection)
        connection.close()
        self.own.kill(plan.random.choice((signal.SIGTERM, signal.SIGKILL)))
        self.own.restart()
        connection = libvirt.open(self.own.uri)
        self.assertEqual(self.disagreements(plan, connection), [])
        self.assertEqual(agreement.observed(connection), before)
        connection.close()

    def clear(self, plan):
        """Ends all; nothing is left then."""
        connection = libvirt.open(self.own.uri)
        for domain in connection.listAllDomains():
            if domain.isActive():
                self.destroy(domain)
        for domain in connection.listAllDomains():
            domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE)
        wrong = self.disagreements(plan, connection)
        connection.close()
        for pids in agreement.qemus(plan.identities).values():
            for pid in pids:
                server.end(pid)
        self.assertEqual(wrong, [])
