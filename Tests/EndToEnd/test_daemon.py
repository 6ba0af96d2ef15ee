"""roostd as a program: its options, its sockets, and its place among services."""

import os
import re
import shlex
import signal
import socket
import stat
import subprocess
import tempfile
import pathlib

from harness import domains, paths, server
from harness.case import ServerCase, on_roostd
from harness.virsh import Roost, Virsh
from harness.waiting import eventually

ROOSTD = paths.PROGRAMS / "roostd"


@on_roostd
class Daemon(ServerCase):
    def own_server(self):
        own = server.Roostd()
        self.addCleanup(own.stop)
        return own.start()

    def test_version(self):
        done = subprocess.run([ROOSTD, "--version"], capture_output=True, text=True, timeout=10, check=True)
        self.assertRegex(done.stdout, r"^roostd \d+\.\d+")

    def test_a_daemon_that_falls_silent_is_given_up(self):
        own = self.own_server()
        shell = subprocess.Popen(
            [paths.PROGRAMS / "roost", "-k", "1", "-K", "1", "-c", own.uri], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(shell.kill)
        shell.stdin.write("list --all --name\necho connected\n")
        shell.stdin.flush()
        self.assertTrue(any(line.strip() == "connected" for line in shell.stdout))
        own.process.send_signal(signal.SIGSTOP)
        self.addCleanup(own.process.send_signal, signal.SIGCONT)
        stat = pathlib.Path(f"/proc/{own.pid}/stat")
        eventually(lambda: stat.read_text().rpartition(")")[2].split()[0] == "T", "the daemon to stop")
        output, _ = shell.communicate("list\nquit\n", timeout=20)
        self.assertIn("keepalive timeout", output)

    def test_unknown_option(self):
        done = subprocess.run([ROOSTD, "--nonsense"], capture_output=True, text=True, timeout=10, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("--nonsense", done.stderr)

    def refused(self, configuration, *options):
        """What a daemon says that doesn't start because of its settings."""
        with tempfile.TemporaryDirectory(prefix="roost-test-") as root:
            (pathlib.Path(root) / "etc").mkdir()
            (pathlib.Path(root) / "etc/roostd.conf").write_text(configuration)
            done = subprocess.run([ROOSTD, "--root", root, *options], capture_output=True, text=True, timeout=20,
                                  check=False)
        self.assertEqual(done.returncode, 1)
        return done.stderr.replace(root, "ROOT")

    def test_settings_that_cannot_be_are_refused_with_their_line(self):
        self.assertIn("/no/such.conf can't be read: No such file or directory",
                      self.refused("", "--config", "/no/such.conf"))
        self.assertIn("ROOT/etc/roostd.conf:2: there is no setting 'max_cleints'",
                      self.refused("max_clients = 10\nmax_cleints = 5\n"))
        self.assertIn("ROOT/etc/roostd.conf:1: there is no group 'nobody-has-it'",
                      self.refused('unix_sock_group = "nobody-has-it"\n'))

    def test_settings_are_read_again_and_what_is_wrong_changes_nothing(self):
        own = self.own_server()
        file = own.root / "etc/roostd.conf"

        def told(text, words):
            file.write_text(text)
            own.process.send_signal(signal.SIGHUP)
            eventually(lambda: words in own.log.read_text(), words)

        def opened():
            """The guests that a client sees who names no hypervisor."""
            return [shell(f"remote+unix:///?socket={own.socket}").ok("list", "--name") for shell in (Virsh, Roost)]

        told('uri_default = "test:///default"\nmax_clients = 7\n',
             "from now on uri_default as it says; max_clients once the daemon is started again")
        self.assertEqual(opened(), ["test", "test"])
        told('uri_default = "qemu:///system"\nmax_clients = 7\nnonsense = 1\n', "there is no setting 'nonsense'")
        self.assertEqual(opened(), ["test", "test"])
        told('uri_default = "test:///default"\nmax_clients = 7\n', "was read again: nothing has changed")
        Virsh(own.uri).ok("version")

    def test_it_says_where_it_listens_and_how_to_get_there(self):
        own = self.own_server()
        command = re.search(r"listens at (\S+); try: roost (.*)", own.log.read_text())
        self.assertEqual(command[1], str(own.socket))
        done = subprocess.run([paths.PROGRAMS / "roost", *shlex.split(command[2])], capture_output=True, text=True,
                              timeout=20, check=True)
        self.assertIn("State", done.stdout)

    def test_who_finds_no_daemon_is_told_where_it_was_sought_and_what_to_do(self):
        def said(uri, **environment):
            done = subprocess.run([paths.PROGRAMS / "roost", "-c", uri, "list"], capture_output=True, text=True,
                                  timeout=20, check=False, env={**os.environ, **environment})
            self.assertEqual(done.returncode, 1)
            return done.stderr.splitlines()
        with tempfile.TemporaryDirectory(prefix="roost-test-") as folder:
            first, second = said("qemu:///session", XDG_RUNTIME_DIR=folder)
            self.assertEqual(first, "error: failed to connect to the hypervisor")
            self.assertEqual(
                second, f"error: Failed to connect socket to '{folder}/roost/libvirt-sock': No such file or directory, "
                f"or to '{folder}/libvirt/libvirt-sock': No such file or directory; no daemon runs there: start it with "
                "'systemctl start roostd', or run 'roostd'")
        self.assertIn("nobody serves 'bogus'", said("bogus:///x")[1])
        self.assertIn("did you mean 'qemu'?", said("qmeu:///system")[1])
        self.assertIn("there is no parameter 'soket'; did you mean 'socket'?", said("qemu:///system?soket=/x")[1])

    def test_a_second_daemon_on_the_same_root_says_so(self):
        done = subprocess.run([ROOSTD, "--root", self.server.root], capture_output=True, text=True, timeout=20,
                              check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, "already|another")
        self.assertIn(str(self.server.root), done.stderr)
        self.virsh.ok("version")

    def test_a_second_daemon_touches_no_guest_though_the_lock_was_removed(self):
        own = self.own_server()
        virsh = Virsh(own.uri)
        path = own.root / "guest.xml"
        path.write_text(domains.domain("kept"))
        virsh.ok("create", path)
        (own.root / "run/roostd.pid").unlink()
        done = subprocess.run([ROOSTD, "--root", own.root], capture_output=True, text=True, timeout=20, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertTrue(own.socket.exists())
        virsh.ok("suspend", "kept")
        self.assertEqual(virsh.ok("domstate", "kept"), "paused")
        virsh.ok("destroy", "kept")

    def test_sockets_are_for_whom_they_are_meant(self):
        def mode(path):
            return stat.S_IMODE(os.stat(path).st_mode)
        self.assertEqual(mode(self.server.socket) & 0o007, 0)
        self.assertEqual(mode(self.server.readonly_socket), 0o777 & mode(self.server.readonly_socket) | 0o666)

    def test_sigterm_ends_it_cleanly(self):
        own = self.own_server()
        own.process.send_signal(signal.SIGTERM)
        self.assertEqual(own.process.wait(timeout=15), 0)
        self.assertFalse(own.socket.exists())

    def test_a_signal_is_heeded_while_a_guest_starts(self):
        own = self.own_server()
        emulator = own.root / "qemu"
        emulator.write_text('#!/bin/sh\nexec /usr/bin/qemu-system-x86_64 "$@"\n')
        emulator.chmod(0o755)
        path = own.root / "guest.xml"
        path.write_text(domains.domain("slow", memory=16, devices=f"<emulator>{emulator}</emulator>"))
        virsh = Virsh(own.uri)
        virsh.ok("define", path)
        virsh.ok("autostart", "slow")
        own.kill()
        # As when the host starts, with a QEMU that doesn't say what it can do.
        (own.root / "run/qemu/autostarted").unlink()
        emulator.write_text("#!/bin/sh\nexec sleep 60\n")
        own.restart()
        own.kill(signal.SIGTERM)
        self.assertNotIn("could not be started", own.log.read_text())

    def test_what_starts_with_the_host_the_next_time_alone(self):
        own = self.own_server()
        roost, links = Roost(own.uri), own.root / "etc/qemu/autostart"
        for name in ("once", "other"):
            path = own.root / f"{name}.xml"
            path.write_text(domains.domain(name, memory=16))
            roost.ok("define", path)
            self.assertEqual(
                roost.ok("autostart", name, "--once"), f"Domain '{name}' marked as autostarted on next boot")
        self.assertEqual(roost.ok("list", "--all", "--autostart", "--name"), "")
        roost.ok("domrename", "other", "another")
        self.assertEqual(sorted(link.name for link in links.iterdir()), ["another.xml.once", "once.xml.once"])
        roost.ok("undefine", "another")
        self.assertEqual(self.starts_once(roost, "once"), "enable")
        # As when the host starts, twice.
        for state in ("running", "shut off"):
            own.kill()
            (own.root / "run/qemu/autostarted").unlink()
            own.restart()
            eventually((own.root / "run/qemu/autostarted").exists, "guests to be started")
            self.assertEqual(roost.ok("domstate", "once"), state)
            self.assertEqual((self.starts_once(roost, "once"), list(links.iterdir())), ("disable", []))
            roost("destroy", "once")

    def starts_once(self, roost, name):
        return re.search("Autostart Once: (.*)", roost.ok("dominfo", name))[1]

    def test_a_stale_socket_is_no_hindrance(self):
        own = self.own_server()
        own.kill()
        self.assertTrue(own.socket.exists())
        own.restart()
        Virsh(own.uri).ok("version")

    def test_another_folder_for_the_sockets(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="roost-sockets-"))
        self.addCleanup(lambda: [f.unlink() for f in folder.iterdir()] and folder.rmdir()
                        if any(folder.iterdir()) else folder.rmdir())
        root = pathlib.Path(tempfile.mkdtemp(prefix="roost-test-"))
        process = subprocess.Popen([ROOSTD, "--root", root, "--socket-dir", folder], stderr=subprocess.PIPE)
        try:
            eventually((folder / "libvirt-sock").exists, "the socket")
            Virsh(f"qemu+unix:///system?socket={folder}/libvirt-sock").ok("version")
        finally:
            process.terminate()
            process.communicate(timeout=10)
            subprocess.run(["rm", "-rf", root], check=True)

    def test_tells_the_service_manager_when_it_is_ready_and_when_it_ends(self):
        root = pathlib.Path(tempfile.mkdtemp(prefix="roost-test-"))
        self.addCleanup(subprocess.run, ["rm", "-rf", root], check=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
            notified.bind(str(root / "notify"))
            notified.settimeout(20)
            process = subprocess.Popen([ROOSTD, "--root", root], stderr=subprocess.DEVNULL,
                                       env={**os.environ, "NOTIFY_SOCKET": str(root / "notify")})
            try:
                self.assertIn(b"READY=1", notified.recv(4096).split(b"\n"))
                Virsh(f"qemu+unix:///system?socket={root}/run/libvirt-sock").ok("version")
            finally:
                process.terminate()
                process.wait(timeout=10)
            self.assertIn(b"STOPPING=1", notified.recv(4096).split(b"\n"))

    def test_takes_its_sockets_from_the_service_manager(self):
        root = pathlib.Path(tempfile.mkdtemp(prefix="roost-test-"))
        self.addCleanup(subprocess.run, ["rm", "-rf", root], check=True)
        names = ["libvirt-sock", "libvirt-sock-ro"]
        listeners = []
        for name in names:
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(root / name))
            listener.listen(16)
            self.addCleanup(listener.close)
            listeners.append(listener.fileno())

        # A client that comes before the daemon waits, and is served.
        early = Virsh(f"qemu+unix:///system?socket={root}/{names[0]}").start("hostname")
        script = ('exec 3<&"$1" 4<&"$2"; shift 2; '
                  'LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=libvirt-sock:libvirt-sock-ro exec "$@"')
        process = subprocess.Popen(
            ["bash", "-c", script, "bash", *map(str, listeners), str(ROOSTD), "--root", str(root)],
            pass_fds=listeners, stderr=subprocess.DEVNULL)
        try:
            output, _ = early.communicate(timeout=30)
            self.assertEqual(output.strip(), socket.gethostname())
            readonly = Virsh(f"qemu+unix:///system?socket={root}/{names[1]}")
            self.assertVirshFails(readonly("create", "/dev/null"))
            readonly.ok("list")
        finally:
            process.terminate()
            process.wait(timeout=10)
        # They are the service manager's: the daemon leaves them.
        self.assertTrue((root / names[0]).exists())

    def test_many_idle_clients(self):
        from harness import wire
        clients = [wire.Client(self.server.socket).open() for _ in range(200)]
        self.virsh.ok("version")
        self.assertEqual(clients[-1].call(4).status, wire.OK)
        for client in clients:
            client.socket.close()
