"""Debian's virsh, unmodified."""

import dataclasses
import os
import subprocess

from . import paths


@dataclasses.dataclass
class Result:
    """What one run said."""

    output: str
    errors: str
    status: int

    @property
    def lines(self):
        return [line.rstrip() for line in self.output.splitlines() if line.strip()]


class Virsh:
    """Runs virsh commands on one connection URI."""

    program = "virsh"

    def __init__(self, uri, *options):
        self.base = [self.program, *options, "-c", uri]

    def __call__(self, *words, stdin=None, seconds=60):
        """Runs one command, whatever becomes of it."""
        done = subprocess.run(
            [*self.base, *map(str, words)], input=stdin, capture_output=True, text=True, timeout=seconds,
            env={**os.environ, "LC_ALL": "C.UTF-8", "VIRSH_HISTSIZE": "0"}, check=False)
        return Result(done.stdout, done.stderr, done.returncode)

    def ok(self, *words, **options):
        """Runs a command that must succeed; its output without surrounding blank lines."""
        result = self(*words, **options)
        if result.status != 0:
            raise AssertionError(f"virsh {' '.join(map(str, words))}: {result.errors.strip()}")
        return result.output.strip()

    def start(self, *words):
        """Starts a command that goes on by itself, with its output in a pipe."""
        return subprocess.Popen(
            [*self.base, *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})


class Roost(Virsh):
    """The project's own shell, in its place."""

    program = str(paths.PROGRAMS / "roost")
