"""A host of its own for what changes networks: a network namespace in which the daemon runs."""

import os
import pathlib
import re
import signal
import subprocess

from . import server


def is_dnsmasq(number):
    """Whether a process is one: its number may be another's by now."""
    try:
        return pathlib.Path(f"/proc/{number}/comm").read_text() == "dnsmasq\n"
    except OSError:
        return False


class Host(server.KINDS["roostd"]):
    """roostd in a network namespace of its own."""

    def __init__(self):
        super().__init__()
        self.namespace = f"roost-{os.getpid()}-{id(self) & 0xFFFF:x}"
        subprocess.run(["ip", "netns", "add", self.namespace], check=True)
        self.run("ip", "link", "set", "lo", "up")

    def command(self):
        return ["ip", "netns", "exec", self.namespace, *super().command()]

    def run(self, *words):
        """What a program says that runs on this host."""
        return subprocess.run(
            ["ip", "netns", "exec", self.namespace, *words], check=True, capture_output=True, text=True).stdout

    def links(self):
        return {line.split()[0].split("@")[0] for line in self.run("ip", "-br", "link").splitlines()}

    def rules(self):
        return re.sub(r"packets \d+ bytes \d+", "", self.run("nft", "list", "ruleset"))

    def servers(self):
        """The numbers of this host's dnsmasqs, by their networks; each has a child that keeps the leases."""
        found = {}
        for file in (self.root / "run/network").glob("*.pid"):
            number = int(file.read_text())
            if is_dnsmasq(number):
                found[file.stem] = number
        return found

    def stop(self):
        # The daemon first: it would start again what ends.
        if self.process is not None and self.process.poll() is None:
            self.kill(signal.SIGTERM)
        for number in self.servers().values():
            os.kill(number, signal.SIGTERM)
        super().stop()
        subprocess.run(["ip", "netns", "del", self.namespace], check=False)
