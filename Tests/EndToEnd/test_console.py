"""virsh console."""

import threading

import libvirt

from harness.case import ServerCase, on_each_server
from harness.terminal import Terminal


@on_each_server
class Console(ServerCase):
    def test_a_shell_answers_and_a_second_opener_must_force(self):
        name = self.running(linux=True)
        first = self.console(name)
        first.type("echo $((6 * 7)) apples\r")
        first.expect("42 apples")

        refused = self.virsh("console", name)
        self.assertEqual(refused.status, 1)
        second = Terminal([*self.virsh.base, "console", name])
        self.addCleanup(second.close)
        second.expect("Active console session exists for this domain")
        self.assertEqual(second.finish(), 1)

        third = self.console(name, "--force")
        third.type("echo $((7 * 11)) pears\r")
        third.expect("77 pears")
        first.finish()

        third.type("\x1d")
        self.assertEqual(third.finish(), 0)
        fourth = self.console(name)
        fourth.type("echo still $((40 + 2))\r")
        fourth.expect("still 42")

    def test_of_clients_that_come_at_once_one_gets_it(self):
        name = self.running()
        clients = [self.connect().lookupByName(name) for _ in range(6)]
        had_it = 0
        for round in range(40):
            streams, together = [], threading.Barrier(len(clients))

            def ask(domain):
                stream = domain.connect().newStream()
                together.wait()
                try:
                    domain.openConsole(None, stream, 0)
                    streams.append(stream)
                except libvirt.libvirtError as error:
                    self.assertIn("Active console session exists", str(error))

            threads = [threading.Thread(target=ask, args=[domain]) for domain in clients]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for stream in streams:
                stream.abort()
            # The one before may not have been seen to leave yet.
            self.assertLessEqual(len(streams), 1, f"round {round}")
            had_it += len(streams)
        self.assertGreater(had_it, 0)

    def test_needs_a_running_domain(self):
        terminal = self.console(self.defined(), wait_for_guest=False)
        terminal.expect("domain is not running")
        self.assertEqual(terminal.finish(), 1)

    def test_needs_a_terminal(self):
        self.assertVirshFails(self.virsh("console", self.running()),
                              "Cannot run interactive console without a controlling TTY")

    def test_unknown_device(self):
        name = self.running()
        terminal = self.console(name, "--devname", "nothing", wait_for_guest=False)
        terminal.expect("cannot find character device nothing")
        self.assertEqual(terminal.finish(), 1)

    def test_ends_with_the_domain(self):
        name = self.running()
        terminal = self.console(name, wait_for_guest=False)
        terminal.expect("Escape character is ^]")
        self.virsh.ok("destroy", name)
        terminal.finish()

    def test_start_with_console(self):
        name = self.defined(linux=True)
        terminal = Terminal([*self.virsh.base, "start", name, "--console"])
        self.addCleanup(terminal.close)
        terminal.expect(f"Connected to domain '{name}'")
        terminal.expect("roost guest is up")
