"""Another host's daemon through `ssh`: `qemu+ssh://HOST/system`. A program stands in for `ssh` that hands the other host's
command to a shell of this one, as `sshd` does."""

import pathlib
import tempfile

from harness.case import ServerCase, on_each_server
from harness.virsh import Roost, Virsh

SSH = """#!/bin/sh
printf '%s\\n' "$@" >FOLDER/arguments
for last; do :; done
PATH=FOLDER:$PATH exec sh -c "$last"
"""

NETCAT = """#!/usr/bin/python3
import os, select, socket, sys
if sys.argv[-2] != "-U":
    sys.exit("nc: option requires an argument -- 'q'")
server = socket.socket(socket.AF_UNIX)
server.connect(sys.argv[-1])
while True:
    for ready in select.select([0, server], [], [])[0]:
        if ready == 0:
            data = os.read(0, 65536)
            if not data:
                sys.exit()
            server.sendall(data)
        else:
            data = server.recv(65536)
            if not data:
                sys.exit()
            os.write(1, data)
"""


@on_each_server
class SecureShell(ServerCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roost-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.program("ssh", SSH)
        self.program("nc", NETCAT)

    def program(self, name, text):
        path = self.folder / name
        path.write_text(text.replace("FOLDER", str(self.folder)))
        path.chmod(0o755)

    def uri(self, host="host.example", **parameters):
        parameters = {"socket": self.server.socket, **parameters}
        return f"qemu+ssh://{host}/system?command={self.folder}/ssh" + "".join(
            f"&{name}={value}" for name, value in parameters.items())

    def arguments(self):
        return (self.folder / "arguments").read_text().split("\n")

    def test_a_guest_there_is_started_and_seen(self):
        name = self.defined()
        roost = Roost(self.uri())
        roost.ok("start", name)
        self.assertEqual(self.virsh.ok("domstate", name), "running")
        listener = roost.start("event", "--event", "lifecycle", "--domain", name)
        self.addCleanup(listener.stdout.close)
        self.addCleanup(listener.kill)
        while listener.poll() is None:
            self.virsh.ok("suspend", name)
            self.virsh.ok("resume", name)
        self.assertIn("event 'lifecycle' for domain", listener.stdout.read())
        roost.ok("destroy", name)

    def test_the_programs_arguments_are_virshs(self):
        for host, parameters in (
                ("host.example", {}), ("root@host.example:2222", {"keyfile": "/key", "no_verify": 1, "no_tty": 1}),
                ("[::1]:22", {})):
            uri = self.uri(host, **parameters)
            said = []
            for shell in (Virsh(uri), Roost(uri)):
                shell.ok("version")
                *before, command = self.arguments()[:-1]
                said.append((before, command.split()[:2]))
            with self.subTest(host):
                self.assertEqual(said[1], said[0])

    def test_a_way_that_is_closed_is_told_in_its_own_words(self):
        self.program("ssh", "#!/bin/sh\necho 'ssh: connect to host x port 22: Connection refused' >&2\nexit 255\n")
        # virsh's very words, when it doesn't lose them in a race with the program's end.
        self.assertEqual(Roost(self.uri())("list").errors.splitlines(), [
            "error: failed to connect to the hypervisor",
            "error: Cannot recv data: ssh: connect to host x port 22: Connection refused: Connection reset by peer"])

    def test_quotes_in_a_parameter_are_no_command(self):
        Roost(self.uri(socket=f"/x'; touch {self.folder}/made; '"))("list")
        self.assertFalse((self.folder / "made").exists())
