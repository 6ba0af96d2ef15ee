"""What a listener hears of its daemon's end, and what becomes of what it can't write."""

import os
import signal
import subprocess
import threading

from harness import domains, server
from harness.case import ServerCase, on_roostd
from harness.virsh import Roost, Virsh


class Listener:
    """A command that listens to all events of domains, with what it wrote."""

    def __init__(self, shell, *options, output=subprocess.PIPE):
        self.process = subprocess.Popen(
            [*shell.base, "event", *options], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.PIPE,
            text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})

    def line(self):
        return self.process.stdout.readline()

    def end(self):
        """What it still wrote, and how it ended."""
        output, errors = self.process.communicate(timeout=20)
        return output, errors, self.process.returncode


@on_roostd
class Listeners(ServerCase):
    def setUp(self):
        self.own = server.KINDS[self.server_name]()
        self.addCleanup(self.own.stop)
        self.own.start()
        self.virsh, self.roost = Virsh(self.own.uri), Roost(self.own.uri)
        self.path = self.file("a.xml", domains.domain("a"))

    def happen(self):
        """A domain comes and goes: two events."""
        self.virsh.ok("define", self.path)
        self.virsh.ok("undefine", "a")

    def listening(self, shell, *options, **more):
        """A listener that is there for certain: it has heard of something."""
        listener = Listener(shell, *options, **more)
        self.addCleanup(listener.process.kill)
        heard = threading.Event()

        def cause():
            while not heard.is_set():
                self.happen()

        causing = threading.Thread(target=cause)
        causing.start()
        try:
            listener.first = listener.line()
            self.assertIn("event 'lifecycle' for domain 'a'", listener.first)
        finally:
            heard.set()
            causing.join()
        return listener

    def both(self, *options):
        return [self.listening(shell, *options) for shell in (self.virsh, self.roost)]

    @staticmethod
    def last(output):
        """The end of an output, without how many events there were."""
        lines = output.split("\n")
        end = next(number for number, line in enumerate(lines) if not line.startswith("event 'lifecycle'"))
        return [line.split(":")[0] for line in lines[end:]]

    def test_the_daemons_end_ends_it_with_virshs_words(self):
        for number in (signal.SIGKILL, signal.SIGTERM):
            with self.subTest(number):
                virsh, roost = self.both("--all", "--loop")
                self.own.kill(number)
                (output, errors, status), (ours, our_errors, our_status) = virsh.end(), roost.end()
                self.assertEqual((our_errors, our_status, self.last(ours)), (errors, status, self.last(output)))
                self.assertEqual(status, 1)
                self.assertIn("due to end of file", errors)
                self.own.restart()

    def test_an_interrupt_ends_it_as_virsh(self):
        virsh, roost = self.both("--all", "--loop")
        for listener in (virsh, roost):
            listener.process.send_signal(signal.SIGINT)
        (output, errors, status), (ours, our_errors, our_status) = virsh.end(), roost.end()
        self.assertEqual((our_errors, our_status, self.last(ours)), (errors, status, self.last(output)))
        self.assertIn("event loop interrupted", ours)

    def test_a_pipe_that_nobody_reads_ends_it(self):
        for listener in self.both("--all", "--loop"):
            listener.process.stdout.close()
            self.happen()
            self.assertEqual(listener.process.wait(20), -signal.SIGPIPE)
            listener.process.stderr.close()

    def test_what_cannot_be_written_is_an_error(self):
        with open("/dev/full", "w") as full:
            listing = Listener(self.roost, "--list", output=full)
            self.assertEqual(listing.end()[1:], ("error: the output can't be written: No space left on device\n", 1))
            listener = Listener(self.roost, "--all", "--loop", output=full)
            while listener.process.poll() is None:
                self.happen()
            self.assertEqual(listener.end()[1:], ("error: the output can't be written: No space left on device\n", 1))

    def test_it_goes_on_with_the_next_daemon(self):
        listener = self.listening(self.roost, "--reconnect")
        numbers = [int(listener.first.split(":")[0])]
        for number in (signal.SIGKILL, signal.SIGTERM):
            self.own.kill(number)
            self.own.restart()
            before = self.last_number()
            while numbers[-1] < before:
                numbers.append(int(listener.line().split(":")[0]))
            self.happen()
            numbers += [int(listener.line().split(":")[0]) for _ in range(2)]
        self.assertEqual(numbers, list(range(numbers[0], numbers[-1] + 1)))
        listener.process.send_signal(signal.SIGINT)
        _, errors, status = listener.end()
        self.assertEqual(status, 0)
        self.assertEqual(errors.count("due to end of file"), 2)
        self.assertEqual(errors.count("error: Reconnected to the hypervisor\n"), 2)

    def last_number(self):
        """The number of the last event so far."""
        *_, last, _ = self.roost.ok("event", "--since", 0).splitlines()
        return int(last.split(":")[0])
