"""Whether all that is written down about domains agrees: lists, files, links, processes and what guests were given."""

import json
import os
import pathlib
import re
import xml.etree.ElementTree as etree

import libvirt
import libvirt_qemu

from .lifecycle import NUMBERS, State
from .storm import qemus

ALL = libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE | libvirt.VIR_CONNECT_LIST_DOMAINS_INACTIVE


def observed(connection):
    """Every domain as the daemon tells of it, by its UUID: its state, and the id of its guest."""
    found = {}
    for domain in connection.listAllDomains(ALL):
        root = etree.fromstring(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
        persistent = bool(domain.isPersistent())
        state = State(domain.name(), persistent, NUMBERS.get(domain.state()[0], str(domain.state())),
                      autostart=bool(domain.autostart()), title=root.findtext("title") if persistent else None,
                      saved=SAVED if domain.hasManagedSaveImage(0) else None)
        found[domain.UUIDString()] = (state, domain.ID())
    return found


# That it was saved, whether it ran or not: that is in the file alone.
SAVED = "saved"


class Layout:
    """Where a daemon keeps what; both keep it in libvirt's places."""

    # What a running guest's record is called.
    record = ".live"

    def __init__(self, server):
        self.server = server
        self.definitions = server.root / "etc/qemu"
        self.run = server.root / "run/qemu"
        self.library = server.root / "var/lib/qemu"

    @staticmethod
    def of(server):
        return LibvirtLayout(server) if server.name == "libvirtd" else Layout(server)

    def names(self, folder, suffix):
        return {path.name.removesuffix(suffix) for path in folder.glob("*" + suffix)}

    def started(self):
        """Names of the domains of which it is written down with what they were started."""
        return self.names(self.run, ".start")

    def leftovers(self):
        """Files that were half written."""
        return [str(path) for path in self.server.root.rglob(".roost-*")]


class LibvirtLayout(Layout):
    record = ".xml"

    def started(self):
        return set()

    def leftovers(self):
        return [str(path) for path in self.server.root.rglob("*.new")]


def disagreements(server, connection, images=(), identities=(), devices=True):
    """What doesn't agree, as sentences. `images`: files that are root's unless a guest has them, by its domain's UUID;
    `identities`: UUIDs of domains of which QEMUs are looked for, whether or not the daemon knows them; `devices`: QEMU is
    asked what is plugged in."""
    layout, domains = Layout.of(server), observed(connection)
    active = {state.name: (identity, id) for identity, (state, id) in domains.items() if state.active}
    persistent = {state.name for state, _ in domains.values() if state.persistent}
    found = []

    def same(what, seen, expected):
        if set(seen) != set(expected):
            found.append(f"{what}: {sorted(seen)}, but the list says {sorted(expected)}")

    same("definition files", layout.names(layout.definitions, ".xml"), persistent)
    same("autostart links", layout.names(layout.definitions / "autostart", ".xml"),
         {state.name for state, _ in domains.values() if state.autostart})
    same("managed saves", layout.names(layout.library / "save", ".save"),
         {state.name for state, _ in domains.values() if state.saved})
    same("records of guests", layout.names(layout.run, layout.record), active)
    same("pid files", layout.names(layout.run, ".pid") - {"driver"}, active)
    if layout.record == ".live":
        same("records of starts", layout.started(), active)
    folders = {path.name for path in layout.library.glob("domain-*")}
    same("folders of guests", folders, {f"domain-{id}-{name[:20]}" for name, (_, id) in active.items()})
    found += definitions(layout, domains) + links(layout) + processes(server, layout, active, domains, identities)
    found += plugged(connection) if devices else []
    found += [f"half written: {path}" for path in layout.leftovers()]
    for path, identity in images:
        is_given = path.stat().st_uid != 0
        if is_given != (identity in {identity for identity, _ in active.values()}):
            found.append(f"{path.name} {'is still the guests' if is_given else 'is not the guest'}' user's")
    return found


def definitions(layout, domains):
    found = []
    for identity, (state, _) in domains.items():
        path = layout.definitions / f"{state.name}.xml"
        if state.persistent and path.exists():
            root = etree.parse(path).getroot()
            written = (root.findtext("name"), root.findtext("uuid"), root.findtext("title"))
            if written != (state.name, identity, state.title):
                found.append(f"{path.name} has {written}, the daemon says {(state.name, identity, state.title)}")
    return found


def links(layout):
    """A link leads to the definition of the same name. libvirtd sees its folder elsewhere: names alone count."""
    found = []
    for path in (layout.definitions / "autostart").glob("*.xml"):
        if not path.is_symlink() or os.path.basename(os.readlink(path)) != path.name:
            found.append(f"{path} does not lead to the domain's definition")
    return found


def plugged(connection):
    """What was plugged in is there for QEMU as it is for the daemon. A disk that QEMU has let go of is in its tree no
    more, and is told to be gone only when its last request is: until then its image is open."""
    found, names = [], {"ua-keyboard", "usb-disk0"}
    for domain in connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE):
        try:
            told = {alias.get("name") for alias in etree.fromstring(domain.XMLDesc()).iter("alias")} & names
            there = {entry["name"] for entry in asked(domain, "qom-list", path="/machine/peripheral")} & names
            held = {"usb-disk0"} if told - there and is_open(domain, "usb-disk0") else set()
        except libvirt.libvirtError as error:
            found.append(f"'{domain.name()}' does not answer: {error}")
            continue
        if there | held != told:
            found.append(f"'{domain.name()}' has {sorted(there)} plugged in, its document says {sorted(told)}")
    return found


def asked(domain, command, **arguments):
    """What QEMU answers."""
    text = json.dumps({"execute": command, "arguments": arguments})
    return json.loads(libvirt_qemu.qemuMonitorCommand(domain, text, 0))["return"]


def is_open(domain, alias):
    """Whether QEMU has the image of a disk open."""
    for disk in etree.fromstring(domain.XMLDesc()).iter("disk"):
        if disk.find("alias").get("name") == alias:
            path = disk.find("source").get("file")
            return any(node["file"] == path for node in asked(domain, "query-named-block-nodes"))
    return False


def processes(server, layout, active, domains, identities):
    found = []
    running = qemus({*domains, *identities})
    for identity, pids in running.items():
        name = next((name for name, (other, _) in active.items() if other == identity), None)
        if name is None and pids:
            found.append(f"QEMU {pids} runs for {identity}, which no list shows as active")
        if name is not None and len(pids) != 1:
            found.append(f"'{name}' is active and has {len(pids)} QEMUs: {pids}")
        path = layout.run / f"{name}.pid"
        if name is not None and path.exists() and path.read_text().strip() not in map(str, pids):
            found.append(f"{path.name} says {path.read_text().strip()}, the domain's QEMU is {pids}")
    strangers = set(server.guest_pids()) - {pid for pids in running.values() for pid in pids}
    if strangers:
        found.append(f"QEMUs of unknown domains: {sorted(strangers)}")
    folders = {f"domain-{id}-{name[:20]}" for name, (_, id) in active.items()}
    for pid, words in server.helpers().items():
        if home(pid) not in {*folders, None}:
            found.append(f"process {pid} ({words[0]}) serves a guest that is gone")
    return found


def home(pid):
    try:
        match = re.search(rb"(?:^|\0)HOME=([^\0]*)", pathlib.Path(f"/proc/{pid}/environ").read_bytes())
    except OSError:
        return None
    return os.path.basename(match[1].decode(errors="replace")) if match else None
