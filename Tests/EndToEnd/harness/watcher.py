"""`virsh event` in the background, and what it has said so far."""

import itertools
import os
import signal
import threading

from . import domains
from .waiting import eventually

_number = itertools.count(1)


class Watcher:
    """Hears from the moment on when it is made: a domain is defined and undefined until it tells."""

    def __init__(self, virsh, folder, *options):
        self.virsh = virsh
        self.folder = folder
        self.process = virsh.start("event", *options)
        self.lines = []
        threading.Thread(target=self._read, daemon=True).start()
        self.catch_up()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def catch_up(self):
        """Returns once all is told that has happened by now."""
        name = f"probe-{os.getpid()}-{next(_number)}"
        self.folder.mkdir(exist_ok=True)
        path = self.folder / f"{name}.xml"
        path.write_text(domains.domain(name))

        def heard():
            self.virsh.ok("define", path)
            self.virsh.ok("undefine", name)
            return any(name in line for line in self.lines)

        eventually(heard, "virsh event to listen")
        path.unlink()

    def of(self, name):
        """What was told of that domain, without its name."""
        return [line.replace(f" for domain '{name}'", "") for line in self.lines if f"'{name}'" in line]

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=10)
