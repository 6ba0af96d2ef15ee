"""Secrets, by virsh, by roost and by Python: defined, found, listed, set, given and not given."""

import base64
import functools
import os
import pathlib
import re
import subprocess
import tempfile
import uuid

import libvirt

from harness import domains
from harness.case import ServerCase, on_each_server, on_roostd
from harness.virsh import Roost, Virsh

COMMANDS = ["define", "dumpxml", "event", "get-value", "list", "set-value", "undefine"]


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


@functools.cache
def encrypted_image(format, passphrase):
    """What qemu-img makes. It times the processor first, and gives up where that is too busy to be timed."""
    prefix = {"luks": "", "qcow2": "encrypt."}[format]
    options = f"{prefix}key-secret=s,{prefix}iter-time=10" + (",encrypt.format=luks" if prefix else "")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "image"
        for _ in range(20):
            made = subprocess.run(
                ["qemu-img", "create", "-q", "--object", f"secret,id=s,data={passphrase.replace(',', ',,')}",
                 "-f", format, "-o", options, path, "1M"], capture_output=True, text=True)
            if "accurate CPU usage" not in made.stderr:
                break
        made.check_returncode()
        return path.read_bytes()


@on_each_server
class EncryptedDisks(SecretCase):
    """Guests whose disks QEMU opens with a secret that the daemon keeps."""

    PASSPHRASE = "correct horse, battery & staple"

    def image(self, format):
        path = self.disk_image(f"{self.fresh_name('luks')}.img", format="raw")
        path.write_bytes(encrypted_image(format, self.PASSPHRASE))
        path.chmod(0o600)
        return path

    def keep(self, private="no"):
        self.define(self.xml(f"<usage type='volume'><volume>/{self.uuid}</volume></usage>", private=private))
        self.virsh.ok("secret-set-value", self.uuid, "--file", self.file("value", self.PASSPHRASE), "--plain")

    def encryption(self):
        return f"<encryption format='luks'><secret type='passphrase' uuid='{self.uuid}'/></encryption>"

    def test_a_guest_starts_with_encrypted_disks(self):
        self.keep(private="yes")
        disks = "".join(
            domains.disk(self.image(format), target, "virtio", format=shown, extra=self.encryption())
            for format, shown, target in (("luks", "raw", "vda"), ("qcow2", "qcow2", "vdb")))
        name = self.running(devices=disks)
        self.assertEqual(self.state(name), "running (booted)")
        # The log of the guest has the command line, and in it nothing that could be read.
        log, = self.server.root.glob(f"var/log/**/{name}.log")
        log = log.read_text()
        self.assertIn("encryption-secret0", log)
        self.assertNotIn(self.PASSPHRASE, log)
        self.assertNotIn(base64.b64encode(self.PASSPHRASE.encode()).decode(), log)

    def test_a_disk_is_plugged_in_and_goes_though_its_secret_is_gone(self):
        self.keep()
        name = self.running()
        image = self.image("luks")
        path = self.file("disk.xml", domains.disk(image, "vda", "virtio", format="raw", extra=self.encryption()))
        self.virsh.ok("attach-device", name, path)
        self.assertIn("vda", self.virsh.ok("domblklist", name))
        self.virsh.ok("secret-undefine", self.uuid)
        self.virsh.ok("destroy", name)
        self.virsh.ok("start", name)
        self.assertVirshFails(self.virsh("attach-device", name, path), "no secret with matching uuid")
        self.assertNotIn("vda", self.virsh.ok("domblklist", name))

    def test_a_conversion_shows_what_nobody_can_read(self):
        text = domains.domain(self.fresh_name(), devices=domains.disk(
            "/nowhere", "vda", "virtio", format="raw", extra=self.encryption()))
        convert = ("domxml-to-native", "qemu-argv", "--xml", self.file("guest.xml", text))
        self.assertVirshFails(self.virsh(*convert), f"no secret with matching uuid '{self.uuid}'")
        self.define(self.xml(self.usage()))
        self.assertVirshFails(self.virsh(*convert), f"{self.uuid} is of type 'ceph' not expected 'volume' type")
        self.virsh.ok("secret-undefine", self.uuid)
        self.keep()
        sealed = re.search(r'"data":"([^"]*)","keyid":"masterKey0","iv":"([^"]*)"', self.virsh.ok(*convert))
        # Two blocks of padded text, and a vector.
        self.assertEqual([len(base64.b64decode(word)) for word in sealed.groups()], [32, 16])

    def test_what_is_missing_is_said(self):
        name = self.defined(devices=domains.disk(
            self.image("luks"), "vda", "virtio", format="raw", extra=self.encryption()))
        self.assertVirshFails(
            self.virsh("start", name), f"Secret not found: no secret with matching uuid '{self.uuid}'")
        self.define(self.xml(f"<usage type='volume'><volume>/{self.uuid}</volume></usage>"))
        self.assertVirshFails(self.virsh("start", name), f"secret '{self.uuid}' does not have a value")
        self.virsh.ok("secret-set-value", self.uuid, "--file", self.file("value", "wrong"), "--plain")
        self.assertVirshFails(self.virsh("start", name), "Invalid password, cannot unlock any keyslot")
        self.virsh.ok("secret-set-value", self.uuid, "--file", self.file("value", self.PASSPHRASE), "--plain")
        self.virsh.ok("start", name)


@on_each_server
class EncryptedTPM(SecretCase):
    def test_a_state_is_encrypted(self):
        """What a TPM keeps can be opened with the secret alone."""
        self.define(self.xml(f"<usage type='vtpm'><name>{self.uuid}</name></usage>"))
        tpm = (f"<tpm model='tpm-tis'><backend type='emulator' version='2.0'><encryption secret='{self.uuid}'/>"
               "</backend></tpm>")
        name = self.defined(devices=tpm)
        self.assertVirshFails(self.virsh("start", name), f"secret '{self.uuid}' does not have a value")
        self.virsh.ok("secret-set-value", self.uuid, "--file", self.file("value", "correct horse"), "--plain")
        for _ in range(2):
            self.virsh.ok("start", name)
            self.virsh.ok("destroy", name)
        self.virsh.ok("secret-set-value", self.uuid, "--file", self.file("value", "wrong horse"), "--plain")
        self.assertEqual(self.virsh("start", name).status, 1)
