"""What may go wrong while a daemon starts: system calls that fail, QEMUs that stand still, records that are damaged."""

import json
import os
import pathlib
import signal
import subprocess

from .waiting import eventually

CALLS = ("pidfd_open", "connect", "openat", "read")
ERRORS = ("ENOMEM", "EMFILE", "ENOSPC", "EACCES")
# Always, from some call of a thread on, or now and then.
TIMES = ("1+", "2+", "3+", "1+2", "2+2", "1+3")
DAMAGES = ("empty", "truncated", "random", "link", "strange link", "missing", "traceless", "folder")


class FailingCalls:
    """A daemon under strace, which has some of its system calls fail until `end`."""

    def __init__(self, call, error, times, paths):
        self.call, self.error, self.times = call, error, times
        # Which file is meant can't be told where a process or a socket is opened.
        self.paths = [str(path) for path in paths] if call in ("openat", "read") else []

    def __str__(self):
        return f"{self.call} fails with {self.error} ({self.times})"

    def command(self, command):
        words = ["strace", "-I", "1", "-D", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={self.call}",
                 "-e", f"inject={self.call}:error={self.error}:when={self.times}"]
        for path in self.paths:
            words += ["-P", path]
        return words + command

    def end(self, pid):
        """Lets the daemon go on without faults."""
        tracer = traced_by(pid)
        if tracer:
            os.kill(tracer, signal.SIGTERM)
            eventually(lambda: not traced_by(pid), "the daemon to be left alone")


class FewDescriptors:
    """A daemon that may not open many files. What it starts may not either, so that it ends with the fault."""

    def __init__(self, count):
        self.count = count

    def __str__(self):
        return f"{self.count} descriptors"

    def command(self, command):
        return ["prlimit", f"--nofile={self.count}:{self.count}", *command]

    def end(self, pid):
        os.kill(pid, signal.SIGKILL)


class NoFault:
    """A daemon that is let alone."""

    def __str__(self):
        return "nothing fails"

    def command(self, command):
        return command

    def end(self, pid):
        pass


def traced_by(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("TracerPid:")[1].split()[0])


class Stopped:
    """A QEMU that stands still until `end`."""

    def __init__(self, pid):
        self.pid = pid
        os.kill(pid, signal.SIGSTOP)

    def __str__(self):
        return f"QEMU {self.pid} stands still"

    def end(self):
        os.kill(self.pid, signal.SIGCONT)


class Damaged:
    """A record that isn't what it was until `end`, which puts it back."""

    def __init__(self, path, how, chance):
        self.path, self.how = path, how
        self.content = path.read_bytes()
        # The number of the process stands in a file of its own, too.
        self.number = path.with_suffix(".pid")
        self.number_content = self.number.read_bytes() if how == "traceless" else None
        path.unlink()
        if how == "traceless":
            self.number.unlink()
        if how in ("empty", "truncated"):
            path.write_bytes(self.content[:chance.randrange(1, len(self.content))] if how == "truncated" else b"")
        elif how == "random":
            path.write_bytes(chance.randbytes(chance.randrange(1, 4096)))
        elif how == "link":
            aside = path.with_name(path.name + ".aside")
            aside.write_bytes(self.content)
            path.symlink_to(aside)
        elif how == "strange link":
            path.symlink_to(chance.choice(("/etc/shells", "/dev/zero", "/nowhere", path)))
        elif how == "folder":
            path.mkdir()

    def __str__(self):
        return f"{self.path.name}: {self.how}"

    def end(self):
        """A daemon that has written the record anew meanwhile knows better."""
        self.path.with_name(self.path.name + ".aside").unlink(missing_ok=True)
        if self.number_content and not self.number.exists():
            self.number.write_bytes(self.number_content)
        if self.is_whole():
            return
        if self.path.is_dir() and not self.path.is_symlink():
            self.path.rmdir()
        aside = self.path.with_name(".put-back")
        aside.write_bytes(self.content)
        aside.chmod(0o600)
        os.replace(aside, self.path)

    def is_whole(self):
        try:
            return not self.path.is_symlink() and "pid" in json.loads(self.path.read_bytes())
        except (OSError, ValueError, TypeError):
            return False


def tracing_works():
    """Whether strace may follow a process here."""
    try:
        done = subprocess.run(["strace", "-qq", "-o", "/dev/null", "-e", "trace=getpid", "true"], check=False,
                              capture_output=True)
    except OSError:
        return False
    return done.returncode == 0
