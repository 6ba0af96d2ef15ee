"""How often QEMU binaries are run to learn what they can do: a script that counts stands before the binary."""

import os
import xml.etree.ElementTree as etree
from concurrent.futures import ThreadPoolExecutor

from harness.case import ServerCase, on_roostd

BINARY = "/usr/bin/qemu-system-x86_64"


@on_roostd
class Probing(ServerCase):
    def counting(self, name, then=f'exec {BINARY} "$@"'):
        """A program that counts its runs and then goes on as QEMU, or as `then` says."""
        path = self.server.root / name
        path.write_text(f"#!/bin/sh\necho run >> {path}.runs\n{then}\n")
        path.chmod(0o755)
        return path

    def runs(self, path):
        log = path.with_name(path.name + ".runs")
        return log.read_text().count("run") if log.exists() else 0

    def ask(self, path):
        document = etree.fromstring(self.virsh.ok("domcapabilities", "--emulatorbin", str(path)))
        self.assertEqual(document.findtext("path"), str(path))

    def test_once(self):
        path = self.counting("qemu-counted")
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(self.ask, [path] * 6))
        # With KVM, and without it.
        once = self.runs(path)
        self.assertIn(once, (1, 2))
        name = self.defined(devices=f"<emulator>{path}</emulator>")
        self.ask(path)
        self.server.kill()
        self.server.restart()
        self.ask(path)
        self.virsh.ok("domxml-to-native", "qemu-argv", "--domain", name)
        self.assertEqual(self.runs(path), once)
        # Another time of change, while the daemon runs.
        os.utime(path, (1_000_000, 1_000_000))
        self.ask(path)
        self.assertEqual(self.runs(path), 2 * once)

    def test_broken(self):
        path = self.counting("qemu-broken", "echo 'cannot open shared object file' >&2; exit 127")
        refused = self.virsh("domcapabilities", "--emulatorbin", str(path))
        self.assertVirshFails(refused, f"Failed to start QEMU binary {path} for probing")
        self.assertIn("cannot open shared object file", refused.errors)
        self.assertVirshFails(self.virsh("domcapabilities", "--emulatorbin", "/no/qemu"),
                              "Cannot check QEMU binary /no/qemu: No such file or directory")
        path.chmod(0o644)
        self.assertVirshFails(self.virsh("domcapabilities", "--emulatorbin", str(path)),
                              f"QEMU binary {path} is not executable: Permission denied")
        # Others don't mind.
        self.ask(self.counting("qemu-good"))
