"""The tests' own base: one class per server, and nothing left behind."""

import itertools
import os
import sys
import unittest

import libvirt

from . import domains, server
from .terminal import Terminal
from .virsh import Virsh
from .waiting import eventually

_number = itertools.count(1)
# Errors are raised, so the library need not print them too.
libvirt.registerErrorHandler(lambda _, error: None, None)


def on_each_server(cls, only=None):
    """Makes one test class per chosen server out of `cls`, which itself runs no more."""
    module = sys.modules[cls.__module__]
    for name in server.chosen():
        if only is None or name == only:
            made = type(f"{cls.__name__}_{name}", (cls, unittest.TestCase), {"server_name": name})
            made.__module__ = cls.__module__
            setattr(module, made.__name__, made)
    return cls


def on_roostd(cls):
    """For what only the project's own daemon has."""
    return on_each_server(cls, only="roostd")


class ServerCase:
    """Tests against the server `self.server`, shared with all others."""

    server_name = None

    @classmethod
    def setUpClass(cls):
        cls.server = server.shared(cls.server_name)
        cls.virsh = Virsh(cls.server.uri)
        cls.readonly = Virsh(cls.server.readonly_uri, "-r")

    # Names and documents.

    def fresh_name(self, stem="t"):
        return f"{stem}-{os.getpid()}-{next(_number)}"

    def file(self, name, text):
        """A file below the server's root, removed after the test; its path."""
        path = self.server.root / "files" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        self.addCleanup(lambda: path.exists() and path.unlink())
        return path

    def disk_image(self, name, size="1M", format="qcow2"):
        path = self.file(name, "")
        import subprocess
        subprocess.run(["qemu-img", "create", "-q", "-f", format, path, size], check=True)
        path.chmod(0o666)
        return path

    def document(self, name, **options):
        """A domain's XML in a file; its path."""
        if options.pop("linux", False):
            options["guest"] = self.server.guest
        return self.file(f"{name}.xml", domains.domain(name, **options))

    # Domains.

    def defined(self, **options):
        """Defines a domain, gone after the test; its name."""
        name = self.fresh_name()
        self.virsh.ok("define", self.document(name, **options))
        self.addCleanup(self.remove, name)
        return name

    def running(self, **options):
        """Defines and starts a domain; its name."""
        name = self.defined(**options)
        self.virsh.ok("start", name)
        return name

    def remove(self, *names):
        for name in names:
            self.virsh("destroy", name)
            self.virsh("undefine", name, "--nvram")

    def state(self, name):
        return self.virsh.ok("domstate", name, "--reason")

    def wait_for_state(self, name, state, seconds=20):
        eventually(lambda: self.state(name) == state, f"{name} to be {state}", seconds)

    def console(self, name, *options, wait_for_guest=True):
        """The domain's console on a terminal, when the guest answers there."""
        terminal = Terminal([*self.virsh.base, "console", name, *options])
        self.addCleanup(terminal.close)
        if wait_for_guest:
            terminal.expect("Escape character is ^]")
            terminal.prompt("\r", "guest# ")
        return terminal

    # Python's libvirt.

    def connect(self, readonly=False):
        connection = (libvirt.openReadOnly(self.server.readonly_uri) if readonly
                      else libvirt.open(self.server.uri))
        self.addCleanup(lambda: connection.close())
        return connection

    def assertVirshFails(self, result, *texts):
        """Exit status 1, each text in the message, nothing on standard output but blank lines."""
        self.assertEqual(result.status, 1, result)
        for text in texts:
            self.assertIn(text, result.errors)
        self.assertEqual(result.output.strip(), "")

    def assertLibvirtError(self, code, call, *arguments):
        with self.assertRaises(libvirt.libvirtError) as raised:
            call(*arguments)
        self.assertEqual(raised.exception.get_error_code(), code, raised.exception)
        return raised.exception
