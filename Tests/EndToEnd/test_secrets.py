"""Secrets, by virsh, by roost and by Python: defined, found, listed, set, given and not given."""

import os
import uuid

import libvirt

from harness import paths
from harness.case import ServerCase, on_each_server, on_roostd
from harness.virsh import Virsh

COMMANDS = ["define", "dumpxml", "event", "get-value", "list", "set-value", "undefine"]


class Roost(Virsh):
    program = str(paths.PROGRAMS / "roost")


class SecretCase(ServerCase):
    """A secret of this test, and what both programs say."""

    def setUp(self):
        self.uuid = str(uuid.uuid4())
        self.addCleanup(lambda: self.virsh("secret-undefine", self.uuid))
        self.roost = Roost(self.server.uri)

    def xml(self, usage="", ephemeral="no", private="no", own=True):
        identity = f"<uuid>{self.uuid}</uuid>" if own else ""
        return f"<secret ephemeral='{ephemeral}' private='{private}'>{identity}{usage}</secret>"

    def usage(self, name=None):
        return f"<usage type='ceph'><name>{name or self.uuid}</name></usage>"

    def define(self, text):
        return self.virsh("secret-define", self.file("secret.xml", text))


@on_each_server
class Secrets(SecretCase):
    def test_life(self):
        self.assertEqual(self.define(self.xml(self.usage())).output, f"Secret {self.uuid} created\n\n")
        self.assertEqual(self.virsh.ok("secret-dumpxml", self.uuid), "\n".join([
            "<secret ephemeral='no' private='no'>", f"  <uuid>{self.uuid}</uuid>", "  <usage type='ceph'>",
            f"    <name>{self.uuid}</name>", "  </usage>", "</secret>"]))
        self.assertIn(f"ceph {self.uuid}", self.virsh.ok("secret-list"))
        self.assertIn("does not have a value", self.virsh("secret-get-value", self.uuid).errors)
        value = self.file("value", "correct horse")
        self.virsh.ok("secret-set-value", self.uuid, "--file", value, "--plain")
        self.assertEqual(self.virsh.ok("secret-get-value", self.uuid), "Y29ycmVjdCBob3JzZQ==")
        self.virsh.ok("secret-undefine", self.uuid)
        self.assertIn("no secret with matching uuid", self.virsh("secret-dumpxml", self.uuid).errors)

    def test_refusals(self):
        self.define(self.xml(self.usage(), private="yes"))
        other = self.virsh("secret-define", self.file("other.xml", self.xml(self.usage(), own=False)))
        self.assertIn(f"a secret with UUID {self.uuid} already defined for use with {self.uuid}", other.errors)
        self.assertIn(
            f"a secret with UUID {self.uuid} is already defined for use with {self.uuid}",
            self.define(self.xml(self.usage("x" + self.uuid), private="yes")).errors)
        self.assertIn("cannot change private flag on existing secret", self.define(self.xml(self.usage())).errors)

    def test_a_value_is_not_for_everybody(self):
        value = self.file("value", "hidden")
        self.define(self.xml(self.usage()))
        self.virsh.ok("secret-set-value", self.uuid, "--file", value, "--plain")
        self.assertIn(
            "read only access prevents virSecretGetValue", self.readonly("secret-get-value", self.uuid).errors)
        self.define(self.xml(self.usage(), private="yes"))
        self.assertIn("Invalid secret: secret is private", self.virsh("secret-get-value", self.uuid).errors)

    def test_lists(self):
        self.define(self.xml(ephemeral="yes", private="yes"))
        connection = libvirt.open(self.server.uri)
        self.addCleanup(connection.close)

        def has(flags):
            return self.uuid in [secret.UUIDString() for secret in connection.listAllSecrets(flags)]

        chosen = {flags: has(flags) for flags in (0, 1, 2, 4, 8, 1 | 4, 1 | 8, 2 | 4, 15)}
        self.assertEqual(chosen, {0: True, 1: True, 2: False, 4: True, 8: False, 5: True, 9: False, 6: False, 15: True})
        self.assertIn(self.uuid, connection.listSecrets())
        self.assertEqual(connection.numOfSecrets(), len(connection.listSecrets()))

    def test_python(self):
        connection = libvirt.open(self.server.uri)
        self.addCleanup(connection.close)
        secret = connection.secretDefineXML(self.xml(self.usage()))
        secret.setValue(b"\x00\xff value")
        self.assertEqual(secret.value(), b"\x00\xff value")
        self.assertEqual(
            connection.secretLookupByUsage(libvirt.VIR_SECRET_USAGE_TYPE_CEPH, self.uuid).UUIDString(), self.uuid)
        self.assertEqual((secret.usageType(), secret.usageID()), (2, self.uuid))
        secret.undefine()
        for call in (secret.value, secret.undefine, lambda: secret.setValue(b"x"), secret.XMLDesc):
            with self.assertRaises(libvirt.libvirtError) as caught:
                call()
            self.assertEqual(caught.exception.get_error_code(), libvirt.VIR_ERR_NO_SECRET)

    def test_roost_says_what_virsh_says(self):
        for line in (["help", "secret"], *(["help", f"secret-{name}"] for name in COMMANDS)):
            with self.subTest(line=line):
                # virsh's older versions end their help with more empty lines.
                self.assertEqual(self.roost.ok(*line), self.virsh.ok(*line))
        self.define(self.xml(self.usage()))
        value = self.file("value", "aGVsbG8=")
        nothing = self.file("nothing", "")
        for line in (
                ["secret-list"], ["secret-list", "--ephemeral"], ["secret-list", "--private", "--no-ephemeral"],
                ["secret-dumpxml", self.uuid], ["secret-dumpxml", self.uuid, "--xpath", "//name"],
                ["secret-get-value", self.uuid], ["secret-set-value", self.uuid, "--file", value],
                ["secret-get-value", self.uuid], ["secret-get-value", self.uuid, "--plain"],
                ["secret-set-value", self.uuid, "--file", value, "--plain"], ["secret-get-value", self.uuid],
                ["secret-set-value", self.uuid, "aGVs"], ["secret-get-value", self.uuid, "--plain"],
                ["secret-set-value", self.uuid], ["secret-set-value", self.uuid, "--file", nothing],
                ["secret-set-value", self.uuid, "!!!"], ["secret-set-value", self.uuid, ""],
                ["secret-set-value", self.uuid, "--plain", "--base64", "aGVs"],
                ["secret-set-value", self.uuid, "--file", value, "--base64", "aGVs"],
                ["secret-set-value", self.uuid, "--interactive", "--base64", "aGVs"],
                ["secret-set-value", self.uuid, "--interactive", "--plain"],
                ["secret-set-value", self.uuid, "--interactive", "--file", value],
                ["secret-set-value", self.uuid, "--file", "/nowhere/at/all"],
                ["secret-define", "/nowhere/at/all"], ["secret-define", nothing],
                ["secret-undefine", "nonsense"], ["secret-dumpxml"], ["secret-undefine", str(uuid.uuid4())],
                ["secret-event", "--list"], ["secret-event"], ["secret-event", "--event", "bogus"],
                ["secret-event", "--event", "lifecycle", "--timeout", "1"],
                ["secret-event", self.uuid, "--event", "lifecycle", "--timeout", "0"]):
            self.compare(*line)

    def compare(self, *line):
        """The same words, errors and exit code from both programs."""
        with self.subTest(line=line):
            self.assertEqual(self.roost(*line), self.virsh(*line))


@on_roostd
class SecretFiles(SecretCase):
    def test_on_disk_a_value_is_sealed_and_in_no_log(self):
        self.define(self.xml(self.usage()))
        self.virsh.ok("secret-set-value", self.uuid, "--file", self.file("value", "correct horse"), "--plain")
        folder = self.server.root / "etc/secrets"
        self.assertEqual(sorted(path.name for path in folder.glob(f"{self.uuid}*")),
                         [f"{self.uuid}.sealed", f"{self.uuid}.xml"])
        for path in [*folder.iterdir(), self.server.root / "var/lib/secrets/encryption-key"]:
            self.assertEqual(path.stat().st_mode & 0o777, 0o600, path)
            self.assertEqual(path.stat().st_uid, os.getuid())
            self.assertNotIn(b"correct horse", path.read_bytes())
        self.assertNotIn("correct horse", self.server.log.read_text())

    def test_secret_connection(self):
        self.define(self.xml(self.usage()))
        alone = Virsh(self.server.uri.replace("qemu+unix", "secret+unix"))
        self.assertEqual(alone.ok("secret-list"), self.virsh.ok("secret-list"))
        self.assertIn("not supported by the connection driver", alone("list").errors)
        test = Virsh(self.server.uri.replace("qemu+unix:///system", "test+unix:///default"))
        self.assertIn("virConnectNumOfSecrets", test("secret-list").errors)
