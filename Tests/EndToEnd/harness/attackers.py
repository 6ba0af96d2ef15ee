"""Attacks on a daemon's read-only socket, by processes of a user who is nobody."""

import pathlib
import re
import subprocess
import sys

ATTACKS = pathlib.Path(__file__).with_name("attacks.py").read_text()


class Attackers:
    """Processes that attack until they are told to stop."""

    def __init__(self, server, attack, connections=40, domain=None, processes=1, user="nobody"):
        words = [sys.executable, "-c", ATTACKS, str(server.readonly_socket), attack, str(connections)]
        if domain is not None:
            words += [domain.UUIDString(), domain.name()]
        whose = {"user": user, "group": "nogroup", "extra_groups": []} if user else {}
        self.processes = [subprocess.Popen(words, cwd="/", **whose) for _ in range(processes)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()

    def check(self):
        """Each of them is still at it."""
        ended = [process.returncode for process in self.processes if process.poll() is not None]
        assert not ended, f"attackers ended with {ended}"


def memory(pid, key="VmRSS"):
    """Resident memory of a process in MiB: now, or with `VmHWM` the most that it ever was."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"^{key}:\s+(\d+)", status, re.M)[1]) / 1024


def descriptors(pid):
    return len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))
