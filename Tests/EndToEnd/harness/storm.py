"""Clients that do at random all that can be done with four domains, and write down what they saw.

A program of its own (`python3 -m harness.storm PLAN`), since it takes libvirt's event loop. PLAN is JSON: `uri`, `seed`,
`seconds`, `clients`, `files` (a folder), `kills` (how many QEMUs a second), `domains` (a list of {`uuid`, `names`, `devices`, `hotplug`}).
It prints JSON: calls, events and when each domain had a QEMU. It ends when the time is up, or with the daemon.
"""

import dataclasses
import json
import os
import pathlib
import random
import select
import signal
import sys
import threading
import time

import libvirt
import libvirt_qemu

from . import domains
from .history import Call
from .waiting import TooLate, eventually

LIVE, CONFIG = libvirt.VIR_DOMAIN_AFFECT_LIVE, libvirt.VIR_DOMAIN_AFFECT_CONFIG


def qemus(identities):
    """Process ids of the QEMUs of each domain, by its UUID, whoever has started them."""
    found = {identity: [] for identity in identities}
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            words = pathlib.Path(entry.path, "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if os.path.basename(words[0]).startswith("qemu-system") and "-uuid" in words:
            identity = words[words.index("-uuid") + 1]
            if identity in found:
                found[identity].append(int(entry.name))
    return found


def document(plan, name, title):
    return domains.domain(name, memory=16, id=plan["uuid"], serial=True, devices=plan["devices"],
                          extra=f"<title>{title}</title>")


class Record:
    """What was seen, by the domain's number."""

    def __init__(self, plan):
        self.plan = plan
        self.numbers = {entry["uuid"]: number for number, entry in enumerate(plan["domains"])}
        self.calls = [[] for _ in plan["domains"]]
        self.events = [[] for _ in plan["domains"]]
        self.presence = []
        self.stop = threading.Event()

    def hear(self, connection, domain, event, detail, opaque):
        now, number = time.monotonic(), self.numbers.get(domain.UUIDString())
        if number is not None:
            self.events[number].append((now, event, detail, domain.name()))

    def text(self):
        calls = [[dataclasses.asdict(call) for call in calls] for calls in self.calls]
        return json.dumps({"calls": calls, "events": self.events, "presence": self.presence})


class Gone(Exception):
    """The daemon has gone."""


class Client(threading.Thread):
    """One client: one call after the other."""

    def __init__(self, record, number):
        super().__init__(daemon=True)
        self.record, self.number = record, number
        self.random = random.Random(f"{record.plan['seed']}/{number}")
        self.handles = {}
        self.titles = 0

    def run(self):
        try:
            self.connection = libvirt.open(self.record.plan["uri"])
            acts, weights = zip(*ACTS)
            while not self.record.stop.is_set():
                act, = self.random.choices(acts, weights)
                act(self, self.random.randrange(len(self.record.plan["domains"])))
                time.sleep(self.random.choice((0, 0, 0.002, 0.02)))
        except (Gone, libvirt.libvirtError):
            self.record.stop.set()

    def timed(self, kind, domain, function, answers=False, **facts):
        """Makes a call and writes it down, with the answer if that is to be explained; what it returned, None if it
        was refused."""
        call = Call(kind, time.monotonic(), None, client=self.number, **facts)
        self.record.calls[domain].append(call)
        try:
            answer = function()
        except libvirt.libvirtError as error:
            end = time.monotonic()
            if error.get_error_domain() == libvirt.VIR_FROM_RPC or not self.connection.isAlive():
                raise Gone from error
            call.error, call.message, call.end = error.get_error_code(), str(error), end
            return None
        call.value = answer if answers else call.value
        call.end = time.monotonic()
        return answer

    def handle(self, domain):
        """The domain, as somebody knows it who has looked it up now or before."""
        if domain not in self.handles or self.random.random() < 0.5:
            identity = self.record.plan["domains"][domain]["uuid"]
            found = self.timed("lookup", domain, lambda: self.connection.lookupByUUIDString(identity))
            if found is not None:
                self.handles[domain] = found
        return self.handles.get(domain)

    def name(self, domain):
        names = self.record.plan["domains"][domain]["names"]
        return names[0] if self.random.random() < 0.8 else names[1]

    def title(self):
        self.titles += 1
        return f"{self.number}-{self.titles}"


# MARK: What they do

def on_handle(kind, function, facts=lambda client, domain: {}):
    def act(client, domain):
        handle = client.handle(domain)
        if handle is not None:
            given = facts(client, domain)
            client.timed(kind, domain, lambda: function(handle, **given), **given)
    return act


def reading(kind, function):
    def act(client, domain):
        handle = client.handle(domain)
        if handle is not None:
            client.timed(kind, domain, lambda: function(handle), answers=True)
    return act


def define(client, domain):
    plan, name, title = client.record.plan["domains"][domain], client.name(domain), client.title()
    made = client.timed("define", domain, lambda: client.connection.defineXML(document(plan, name, title)),
                        name=name, title=title)
    if made is not None:
        client.handles[domain] = made


def create(client, domain):
    plan, name, paused = client.record.plan["domains"][domain], client.name(domain), client.random.random() < 0.3
    flags = libvirt.VIR_DOMAIN_START_PAUSED if paused else 0
    client.timed("create", domain, lambda: client.connection.createXML(document(plan, name, client.title()), flags),
                 name=name, paused=paused)


def console(client, domain):
    handle = client.handle(domain)
    if handle is None:
        return
    stream = client.connection.newStream(libvirt.VIR_STREAM_NONBLOCK)
    flags = client.random.choice((0, libvirt.VIR_DOMAIN_CONSOLE_FORCE, libvirt.VIR_DOMAIN_CONSOLE_SAFE))
    client.timed("console", domain, lambda: handle.openConsole(None, stream, flags))
    time.sleep(client.random.choice((0, 0.01)))
    try:
        stream.abort()
    except libvirt.libvirtError:
        pass


def plug(kind):
    def act(client, domain):
        handle, plan = client.handle(domain), client.record.plan["domains"][domain]
        device = client.random.choice(plan["hotplug"])
        if handle is not None:
            function = handle.attachDeviceFlags if kind == "attach" else handle.detachDeviceFlags
            client.timed(kind, domain, lambda: function(device, LIVE))
    return act


def everything(client, domain):
    """The list: what is there, and how it is."""
    begin = time.monotonic()
    try:
        found = {stats[0].UUIDString(): stats[1].get("state.state")
                 for stats in client.connection.getAllDomainStats(libvirt.VIR_DOMAIN_STATS_STATE)}
    except libvirt.libvirtError as error:
        raise Gone from error
    end = time.monotonic()
    for number, plan in enumerate(client.record.plan["domains"]):
        call = Call("lookup", begin, end, client=client.number, error=42, message="it was not in the list")
        if plan["uuid"] in found:
            call = Call("state", begin, end, client=client.number, value=found[plan["uuid"]])
        client.record.calls[number].append(call)


def inactive_title(handle):
    try:
        return handle.metadata(libvirt.VIR_DOMAIN_METADATA_TITLE, None, CONFIG)
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN_METADATA:
            return None
        raise


def dump(client, domain):
    """Writes the guest's memory to a file that nobody needs."""
    handle = client.handle(domain)
    if handle is not None:
        path = f"{client.record.plan['files']}/dump-{client.number}"
        client.timed("dump", domain, lambda: handle.coreDump(path, libvirt.VIR_DUMP_MEMORY_ONLY))
        pathlib.Path(path).unlink(missing_ok=True)


DESCRIPTION, TITLE = libvirt.VIR_DOMAIN_METADATA_DESCRIPTION, libvirt.VIR_DOMAIN_METADATA_TITLE
ACTS = [
    (define, 6), (create, 4), (console, 3), (everything, 4), (plug("attach"), 4), (plug("detach"), 4),
    (on_handle("undefine", lambda handle: handle.undefine()), 2),
    (on_handle("undefine", lambda handle, value: handle.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE),
               lambda client, domain: {"value": "with what was saved"}), 2),
    (on_handle("rename", lambda handle, name: handle.rename(name, 0),
               lambda client, domain: {"name": client.name(domain)}), 3),
    (on_handle("start", lambda handle: handle.create()), 10),
    (on_handle("start", lambda handle, paused: handle.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED),
               lambda client, domain: {"paused": True}), 4),
    (on_handle("start", lambda handle, value: handle.createWithFlags(libvirt.VIR_DOMAIN_START_FORCE_BOOT),
               lambda client, domain: {"value": "forced"}), 2),
    (on_handle("save", lambda handle: handle.managedSave(0)), 5),
    (on_handle("unsave", lambda handle: handle.managedSaveRemove(0)), 2), (dump, 2),
    (on_handle("abort", lambda handle: handle.abortJob()), 2), (on_handle("job", lambda handle: handle.jobInfo()), 2),
    (on_handle("keys", lambda handle: handle.sendKey(0, 0, [30], 1, 0)), 1),
    (on_handle("memory", lambda handle: handle.setMemoryFlags(16 << 10, LIVE)), 1),
    (on_handle("ask", lambda handle: libvirt_qemu.qemuMonitorCommand(handle, '{"execute": "query-status"}', 0)), 1),
    (on_handle("suspend", lambda handle: handle.suspend()), 6),
    (on_handle("resume", lambda handle: handle.resume()), 7),
    (on_handle("reset", lambda handle: handle.reset(0)), 2),
    (on_handle("shutdown", lambda handle: handle.shutdown()), 2),
    (on_handle("reboot", lambda handle: handle.reboot(0)), 2),
    (on_handle("destroy", lambda handle: handle.destroy()), 7),
    (on_handle("destroy", lambda handle: handle.destroyFlags(libvirt.VIR_DOMAIN_DESTROY_GRACEFUL)), 3),
    (on_handle("autostart", lambda handle, value: handle.setAutostart(value),
               lambda client, domain: {"value": client.random.random() < 0.5}), 4),
    (on_handle("title", lambda handle, title: handle.setMetadata(TITLE, title, None, None, CONFIG),
               lambda client, domain: {"title": client.title()}), 3),
    (on_handle("note", lambda handle: handle.setMetadata(DESCRIPTION, "seen", None, None, LIVE)), 2),
    (reading("state", lambda handle: handle.state()[0]), 5),
    (reading("persistent", lambda handle: bool(handle.isPersistent())), 2),
    (reading("read autostart", lambda handle: bool(handle.autostart())), 2),
    (reading("read saved", lambda handle: bool(handle.hasManagedSaveImage(0))), 2),
    (reading("read title", inactive_title), 2),
]


# MARK: What goes on beside

def watch(record):
    """Writes down, some twenty times a second, which domains have a QEMU."""
    identities = list(record.numbers)
    while not record.stop.is_set():
        before = time.monotonic()
        found = qemus(identities)
        record.presence.append((before, [record.numbers[key] for key, pids in found.items() if pids]))
        record.stop.wait(0.05)


def kill_some(record):
    """Kills QEMUs at random moments."""
    chance = random.Random(f"{record.plan['seed']}/kill")
    while not record.stop.wait(chance.expovariate(record.plan["kills"])):
        found = [(key, pid) for key, pids in qemus(record.numbers).items() for pid in pids]
        if found:
            identity, pid = chance.choice(found)
            kill(record.calls[record.numbers[identity]], identity, pid)


def kill(calls, identity, pid):
    try:
        process = os.pidfd_open(pid)
    except OSError:
        return
    try:
        if pid in qemus([identity])[identity]:
            call = Call("kill", time.monotonic(), None, client=-1)
            calls.append(call)
            signal.pidfd_send_signal(process, signal.SIGKILL)
            call.end = time.monotonic()
    except ProcessLookupError:
        call.end = time.monotonic()
    finally:
        os.close(process)


def settle(connection, record):
    """Waits until every end of a QEMU has been seen, and all has been told that has happened."""
    def agree():
        active = {domain.UUIDString() for domain in connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE)}
        return active.issuperset(key for key, pids in qemus(record.numbers).items() if pids) and \
            all(qemus([key])[key] for key in active & set(record.numbers))

    last = {"uuid": "00000000-0000-4000-8000-00000000ffff", "devices": ""}
    heard = threading.Event()
    handler = connection.domainEventRegisterAny(
        None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE,
        lambda _, domain, *rest: heard.set() if domain.UUIDString() == last["uuid"] else None, None)
    try:
        eventually(agree, "the list to agree with the QEMUs that are there", 20)
    except TooLate:
        pass
    connection.defineXML(document(last, "the-last", "1")).undefine()
    heard.wait(20)
    connection.domainEventDeregisterAny(handler)


def run_events():
    while True:
        libvirt.virEventRunDefaultImpl()


def main(plan):
    libvirt.registerErrorHandler(lambda _, error: None, None)
    libvirt.virEventRegisterDefaultImpl()
    threading.Thread(target=run_events, daemon=True).start()
    record = Record(plan)
    listener = libvirt.open(plan["uri"])
    listener.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, record.hear, None)
    threads = [Client(record, number) for number in range(plan["clients"])]
    threads.append(threading.Thread(target=watch, args=[record], daemon=True))
    if plan["kills"]:
        threads.append(threading.Thread(target=kill_some, args=[record], daemon=True))
    for thread in threads:
        thread.start()
    record.stop.wait(plan["seconds"])
    record.stop.set()
    for thread in threads:
        thread.join(90)
    stuck = [thread.number for thread in threads if thread.is_alive()]
    try:
        settle(listener, record)
    except libvirt.libvirtError:
        pass
    print(record.text(), flush=True)
    if stuck:
        print(f"clients {stuck} still wait", file=sys.stderr)
    # Threads may still stand in libvirt's library: nothing is tidied up.
    os._exit(1 if stuck else 0)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
