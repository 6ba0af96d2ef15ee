"""Every procedure number gets an answer: a result, or an error that says what is wrong."""

import collections
import os

import libvirt

from harness import procedures, wire
from harness.case import ServerCase, on_each_server, on_roostd

# Not to be called for a try: they end the connection, or the machine's day.
SPARED = {"connect.open", "connect.close", "connect.nodeSuspendForDuration"}


class Calls(ServerCase):
    """Calls procedures with arguments of nothing."""

    def answers(self, client, chosen):
        """Each procedure with the error that it answered, None where it succeeded."""
        found = {}
        for procedure in chosen:
            try:
                reply = client.call(procedure.number, procedure.nothing)
            except wire.Closed:
                self.fail(f"{procedure.name} ({procedure.number}) ended the connection")
            found[procedure] = reply.error if reply.status == wire.ERROR else None
        return found

    @property
    def table(self):
        return [procedure for procedure in procedures.load() if procedure.name not in SPARED]


@on_each_server
class ReadOnlyProcedures(Calls):
    def test_every_number_is_answered(self):
        with wire.Client(self.server.readonly_socket).open(flags=1) as client:
            found = self.answers(client, self.table)
        self.assertEqual(len(found) + len(SPARED), len(procedures.load()))
        for procedure, error in found.items():
            if procedure.is_event:
                # A server's word, not a client's: no such call.
                self.assertIsNotNone(error, procedure.name)
            elif "ro" not in procedure.words.split() and procedure.name != "connect.setIdentity":
                self.assertIsNotNone(error, f"{procedure.name} is not for read-only clients")

    def test_an_unknown_procedure(self):
        with wire.Client(self.server.socket).open() as client:
            reply = client.call(9999)
            self.assertEqual(reply.status, wire.ERROR)
            self.assertEqual(reply.error, (libvirt.VIR_ERR_RPC, "unknown procedure: 9999"))
            self.assertEqual(client.call(4).status, wire.OK)

    def test_an_unknown_program(self):
        with wire.Client(self.server.socket).open() as client:
            reply = client.call(1, program=0x12345678)
            self.assertEqual(reply.error[0], libvirt.VIR_ERR_RPC)
            self.assertIn("Cannot find program 305419896 version 1", reply.error[1])

    def test_a_call_before_the_connection_is_open(self):
        with wire.Client(self.server.socket) as client:
            client.call(66)
            reply = client.call(4)
            self.assertEqual(reply.status, wire.ERROR)
            self.assertEqual(reply.error[0], libvirt.VIR_ERR_INTERNAL_ERROR)
            self.assertRegex(reply.error[1], "^internal error: (hypervisor )?connection not open$")


@on_roostd
class Procedures(Calls):
    def test_what_is_not_built_says_error_3_with_its_name(self):
        with wire.Client(self.server.socket).open() as client:
            found = self.answers(client, self.table)
        codes = collections.Counter(
            error[0] if error else 0 for procedure, error in found.items() if not procedure.is_event)
        for procedure, error in found.items():
            if procedure.is_event:
                self.assertEqual(error[0], libvirt.VIR_ERR_RPC, procedure.name)
            elif error and error[0] == libvirt.VIR_ERR_NO_SUPPORT:
                self.assertRegex(
                    error[1], r"^this function is not supported by the connection driver: vir[A-Z]\w+$",
                    procedure.name)
            elif error and "DeregisterAny" in procedure.name:
                # libvirt's words for a callback that isn't there, though they make it a fault of its own.
                self.assertRegex(error[1], r"^internal error: \w+( \w+)? event callback 0 not registered$")
            elif error and procedure.name.endswith("findStoragePoolSources"):
                self.assertEqual(error[1], "internal error: unknown storage pool type ")
            elif error:
                self.assertNotIn(error[0], (libvirt.VIR_ERR_RPC, libvirt.VIR_ERR_INTERNAL_ERROR),
                                 f"{procedure.name}: {error}")
        if os.environ.get("ROOST_KEEP"):
            print(dict(codes))
