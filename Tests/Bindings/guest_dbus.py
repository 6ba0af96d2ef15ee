#!/usr/bin/python3
"""What people do with libvirt, over D-Bus. usage: guest_dbus.py BUS FOLDER       BUS: the address of a bus with libvirt-dbus"""

import pathlib
import sys

from gi.repository import Gio, GLib

address, folder = sys.argv[1], pathlib.Path(sys.argv[2])
bus = Gio.DBusConnection.new_for_address_sync(
    address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
STARTED, STOPPED, SNAPSHOTS_METADATA = 2, 5, 2


def text(name):
    return (folder / name).read_text()


def call(path, interface, method, form=None, *arguments):
    answer = bus.call_sync(
        "org.libvirt", path, f"org.libvirt.{interface}", method, form and GLib.Variant(form, arguments), None,
        Gio.DBusCallFlags.NONE, 60_000, None)
    return answer.unpack()[0] if answer.n_children() else None


host, seen = "/org/libvirt/QEMU", set()
bus.signal_subscribe(
    "org.libvirt", "org.libvirt.Connect", "DomainEvent", host, None, Gio.DBusSignalFlags.NONE,
    lambda *signal: seen.add(signal[-1].unpack()[1]))


def await_(event):
    while event not in seen:
        GLib.MainContext.default().iteration(True)


domain = call(host, "Connect", "DomainDefineXML", "(s)", text("domain.xml"))
call(domain, "Domain", "Create", "(u)", 0)
assert call(host, "Connect", "ListDomains", "(u)", 0) == [domain]
await_(STARTED)
assert call(domain, "Domain", "GetState", "(u)", 0)[0] == 1
call(domain, "Domain", "SnapshotCreateXML", "(su)", text("snapshot.xml"), 0)
assert len(call(domain, "Domain", "ListDomainSnapshots", "(u)", 0)) == 1
pool = call(host, "Connect", "StoragePoolCreateXML", "(su)", text("pool.xml"), 0)
volume = call(pool, "StoragePool", "StorageVolCreateXML", "(su)", text("volume.xml"), 0)
assert call(volume, "StorageVol", "GetInfo", "(u)", 0)[1] == 1 << 20
call(volume, "StorageVol", "Delete", "(u)", 0)
call(pool, "StoragePool", "Destroy")
call(domain, "Domain", "Destroy", "(u)", 0)
await_(STOPPED)
call(domain, "Domain", "Undefine", "(u)", SNAPSHOTS_METADATA)
