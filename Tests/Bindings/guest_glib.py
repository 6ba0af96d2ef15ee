#!/usr/bin/python3
"""What people do with libvirt, by GLib's binding. usage: guest_glib.py URI FOLDER"""

import pathlib
import sys

import gi

gi.require_version("LibvirtGLib", "1.0")
gi.require_version("LibvirtGConfig", "1.0")
gi.require_version("LibvirtGObject", "1.0")
from gi.repository import GLib, LibvirtGConfig, LibvirtGLib, LibvirtGObject  # noqa: E402

uri, folder = sys.argv[1], pathlib.Path(sys.argv[2])


def text(name):
    return (folder / name).read_text()


def run(host):
    seen = set()

    def await_(what):
        while what not in seen:
            GLib.MainContext.default().iteration(True)

    document = LibvirtGConfig.Domain.new_from_xml(text("domain.xml"))
    domain = host.create_domain(document)
    domain.connect("started", lambda *_: seen.add("started"))
    domain.start(0)
    await_("started")
    host.fetch_domains(None)
    assert [one.get_uuid() for one in host.get_domains()] == [domain.get_uuid()]
    # A list that was fetched has objects of its own.
    domain = host.get_domain(domain.get_uuid())
    domain.connect("stopped", lambda *_: seen.add("stopped"))
    assert domain.get_info().state == LibvirtGObject.DomainState.RUNNING

    pool = host.create_storage_pool(LibvirtGConfig.StoragePool.new_from_xml(text("pool.xml")), 0)
    pool.start(0)
    pool.refresh(None)
    volume = pool.create_volume(LibvirtGConfig.StorageVol.new_from_xml(text("volume.xml")))
    assert volume.get_info().capacity == 1 << 20
    volume.delete(0)
    pool.stop()
    pool.undefine()

    domain.stop(0)
    await_("stopped")
    domain.delete(0)


LibvirtGObject.init_object(None)
LibvirtGLib.event_register()
opened = LibvirtGObject.Connection.new(uri)
opened.open(None)
run(opened)
opened.close()
