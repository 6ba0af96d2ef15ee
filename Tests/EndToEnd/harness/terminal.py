"""A program on a terminal of its own, for what needs one: `virsh console` and the interactive shell."""

import os
import pty
import select
import signal
import time

from .waiting import TooLate


class Terminal:
    """Types into a program and waits for what it shows."""

    def __init__(self, words):
        self.seen = ""
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "dumb"
            os.environ["LC_ALL"] = "C.UTF-8"
            os.execvp(words[0], words)
        self.status = None

    def type(self, text):
        os.write(self.master, text.encode())

    def expect(self, text, seconds=30):
        """Returns all that was shown up to and with `text`, and forgets it."""
        deadline = time.monotonic() + seconds
        while text not in self.seen:
            if not self.read(deadline - time.monotonic()):
                raise TooLate(f"waited {seconds} s for {text!r}; the terminal shows {self.seen[-1500:]!r}")
        end = self.seen.index(text) + len(text)
        shown, self.seen = self.seen[:end], self.seen[end:]
        return shown

    def prompt(self, key, text, seconds=60):
        """Presses a key until `text` is shown: what was typed while a guest started may be lost."""
        deadline = time.monotonic() + seconds
        while True:
            self.type(key)
            try:
                return self.expect(text, 2)
            except TooLate:
                if time.monotonic() > deadline:
                    raise

    def read(self, seconds):
        ready, _, _ = select.select([self.master], [], [], max(seconds, 0))
        if not ready:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)

    def finish(self, seconds=15):
        """Waits for the program's end; its exit status."""
        deadline = time.monotonic() + seconds
        while self.read(deadline - time.monotonic()):
            pass
        while self.status is None and time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
            else:
                time.sleep(0.01)
        if self.status is None:
            raise TooLate("the program goes on")
        return self.status

    def close(self):
        """Ends the program, if it still runs."""
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.status = -signal.SIGKILL
        os.close(self.master)
