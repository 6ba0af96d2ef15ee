"""Limits of running guests. Where the tests run, root may or may not raise a limit of locked memory."""

import pathlib
import re
import resource
import subprocess
import sys

from harness.case import ServerCase, on_roostd

RAISE = "import resource; resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY,) * 2)"


def may_raise():
    return subprocess.run([sys.executable, "-c", RAISE], capture_output=True, check=False).returncode == 0


@on_roostd
class LockedMemory(ServerCase):
    def locked_memory(self, name):
        """How many bytes the guest's QEMU may lock."""
        pid = next(pid for pid in self.server.guest_pids()
                   if f"guest={name}," in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode())
        limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
        return re.search(r"Max locked memory +(\S+)", limits)[1]

    def test_a_guest_without_a_reason_keeps_the_limit(self):
        own = resource.prlimit(self.server.pid, resource.RLIMIT_MEMLOCK)[0]
        expected = "unlimited" if own == resource.RLIM_INFINITY else str(own)
        self.assertEqual(self.locked_memory(self.running()), expected)

    def test_a_hard_limit_alone_is_only_a_wish(self):
        own = resource.prlimit(self.server.pid, resource.RLIMIT_MEMLOCK)[0]
        name = self.running(extra="<memtune><hard_limit unit='GiB'>2</hard_limit></memtune>")
        self.assertEqual(self.locked_memory(name), str(2 << 30) if may_raise() else str(own))

    def test_a_guest_that_must_be_locked_is_or_does_not_start(self):
        name = self.defined(extra="<memoryBacking><locked/></memoryBacking>")
        started = self.virsh("start", name)
        if may_raise():
            self.assertEqual(self.locked_memory(name), "unlimited")
        else:
            self.assertIn("prlimit", started.errors)
            self.assertIn(name, started.errors)
            self.assertEqual(self.state(name), "shut off (failed)")
