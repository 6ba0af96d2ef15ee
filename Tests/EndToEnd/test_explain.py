"""`roost explain`: what a domain's elements turn into, for guests that run and for those that don't."""

import json
import pathlib
import shutil
import unittest

from harness.case import ServerCase, on_each_server, on_roostd
from harness.domains import disk
from harness.virsh import Roost


class ExplainCase(ServerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roost = Roost(cls.server.uri)
        cls.roost_readonly = Roost(cls.server.readonly_uri, "-r")

    def explained(self, *words):
        return json.loads(self.roost.ok("explain", *words, "--json"))

    def element(self, name, element):
        found = self.explained(name, element)["elements"]
        self.assertEqual(len(found), 1, found)
        return found[0]

    def assertCoversItself(self, explanation):
        """Every word of the command line belongs to one element, or to Roost itself with a reason."""
        parts = [(argument["index"], argument["words"])
                 for element in explanation["elements"] for argument in element.get("arguments", [])]
        parts += [(own["index"], own["words"]) for own in explanation["roost"] if "piece" not in own]
        parts.sort()
        self.assertEqual([word for _, words in parts for word in words], explanation["arguments"])
        self.assertTrue(all(own["reason"] for own in explanation["roost"]))


@on_roostd
class Explain(ExplainCase):
    def command_line(self, pid):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[1:-1]

    def started(self, **options):
        name = self.running(**options)
        pid = int((self.server.root / f"run/qemu/{name}.pid").read_text()) if (
            self.server.root / f"run/qemu/{name}.pid").exists() else self.explained(name)["process"]
        return name, pid

    def test_every_argument_of_a_running_guest_is_explained(self):
        image = self.disk_image(f"{self.fresh_name('disk')}.img")
        name, pid = self.started(
            machine="q35", devices=disk(image, "vda", "virtio") + "<graphics type='vnc'/><rng model='virtio'>"
                                   "<backend model='random'>/dev/urandom</backend></rng>")
        explanation = self.explained(name)
        self.assertEqual(explanation["of"], "running")
        self.assertEqual(explanation["process"], pid)
        self.assertEqual(explanation["arguments"], self.command_line(pid))
        self.assertCoversItself(explanation)
        vda = self.element(name, "vda")
        self.assertEqual(vda["path"], "devices/disk[1]")
        self.assertEqual(vda["by"], "user")
        self.assertIn(("file", str(image)), [(fact["kind"], fact["name"]) for fact in vda["host"]])
        self.assertIn("alias", [filled["path"] for filled in vda["filled"]])
        self.assertIn("thread", [fact["kind"] for fact in self.element(name, "vcpu")["host"]])
        kinds = {fact["kind"] for fact in explanation["host"]}
        self.assertLessEqual({"process", "cgroup", "log"}, kinds)

    def test_a_definition_is_explained_as_it_would_start(self):
        name = self.defined(devices="<controller type='scsi' model='virtio-scsi'/>")
        explanation = self.explained(name)
        self.assertEqual(explanation["of"], "definition")
        self.assertNotIn("process", explanation)
        self.assertCoversItself(explanation)
        self.virsh.ok("start", name)
        self.assertEqual(self.explained(name, "--inactive")["of"], "definition")
        scsi = self.element(name, "scsi0")
        self.assertEqual(scsi["by"], "user")
        address = next(filled for filled in scsi["filled"] if filled["path"] == "address")
        self.assertIn("the first free place", address["reason"])

    def test_a_document_need_not_be_defined(self):
        path = self.document(self.fresh_name())
        explanation = json.loads(self.roost.ok("explain", "--xml", path, "--json"))
        self.assertEqual(explanation["of"], "document")
        self.assertCoversItself(explanation)
        serial = json.loads(self.roost.ok("explain", "--xml", path, "devices/serial[1]", "--json"))["elements"]
        self.assertEqual([element["path"] for element in serial], ["devices/serial[1]"])

    def test_what_the_user_wrote_stays_the_users_through_edits(self):
        name = self.defined(devices="<input type='tablet' bus='usb'/>")
        document = self.virsh.ok("dumpxml", name, "--inactive")
        self.virsh.ok("define", self.file(f"{name}-again.xml", document.replace("<vcpu", "<title>new</title><vcpu")))
        balloon = self.element(name, "memballoon")
        self.assertEqual(balloon["by"], "roost")
        self.assertTrue(balloon["reason"])
        self.assertEqual(self.element(name, "title")["by"], "user")
        tablet = self.element(name, "input[1]")
        self.assertEqual(tablet["by"], "user")

    def test_a_device_that_a_call_adds_to_the_definition_is_the_users_and_its_place_is_not(self):
        name = self.defined()
        xml = "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"
        self.virsh.ok("attach-device", name, self.file(f"{name}-rng.xml", xml), "--config")
        rng = self.element(name, "rng")
        self.assertEqual(rng["by"], "user")
        self.assertIn("address", [filled["path"] for filled in rng["filled"]])
        self.assertEqual(self.element(name, "memballoon")["by"], "roost")

    def test_helpers_are_told_of_the_devices_that_they_serve(self):
        if shutil.which("swtpm") is None:
            self.skipTest("swtpm is not installed")
        tpm = "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>"
        name = self.defined(machine="q35", devices=tpm)
        planned = [fact for fact in self.element(name, "tpm0")["host"] if fact["kind"] == "helper"]
        self.assertEqual([fact["name"] for fact in planned], ["swtpm of tpm0"])
        self.assertIn("started before QEMU: ", planned[0]["detail"])
        self.virsh.ok("start", name)
        running = [fact for fact in self.element(name, "tpm0")["host"] if fact["kind"] == "helper"]
        pid = running[0]["detail"].split(" ")[1].rstrip(",")
        self.assertIn("swtpm", pathlib.Path(f"/proc/{pid}/cmdline").read_text())

    def test_what_would_run_is_what_runs(self):
        path = self.server.root / f"files/{self.fresh_name('line')}.sock"
        name = self.defined(machine="q35", devices="<graphics type='vnc'/><channel type='unix'>"
                            f"<source mode='bind' path='{path}'/><target type='virtio' name='org.example.0'/></channel>")
        (self.server.root / "files").chmod(0o777)
        planned = self.explained(name)["arguments"]
        self.virsh.ok("start", name)
        started = self.explained(name)["arguments"]
        differing = [(old, new) for old, new in zip(planned, started, strict=True) if old != new]
        # The guest's number is part of its folder, and ports are taken when it starts.
        self.assertTrue(all("master-key" in new or new.startswith(("127.0.0.1:", "vnc")) for _, new in differing),
                        differing)

    def test_a_device_that_came_later_is_explained_by_the_monitors_commands(self):
        name, pid = self.started()
        before = self.command_line(pid)
        xml = "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"
        self.virsh.ok("attach-device", name, self.file(f"{name}-rng.xml", xml))
        rng = self.element(name, "rng0")
        self.assertEqual([command.split(" ")[0] for command in rng["commands"]], ["object-add", "device_add"])
        self.assertNotIn("arguments", rng)
        explanation = self.explained(name)
        self.assertEqual(explanation["arguments"], before)
        self.assertCoversItself(explanation)

    def test_the_text_is_for_people(self):
        image = self.disk_image(f"{self.fresh_name('disk')}.img")
        name, _ = self.started(machine="q35", devices=disk(image, "vda", "virtio"))
        text = self.roost.ok("explain", name, "--full")
        for line in (f"{name}: runs as process", "devices/disk[1]  virtio-disk0, vda", "+     <address type='pci'",
                     "  → -blockdev {", "  → -device {", f"  host: file {image} (", "  → -nodefaults",
                     "    · the guest has the devices of its document and no others"):
            self.assertIn(line, text)
        only = self.roost.ok("explain", name, "--element", "vda")
        self.assertTrue(only.startswith("devices/disk[1]"), only)
        self.assertNotIn("-nodefaults", only)
        self.assertVirshFails(self.roost("explain", name, "vdx"), f"domain '{name}' has no element 'vdx'")

    def test_the_whole_is_shown_at_a_glance(self):
        image = self.disk_image(f"{self.fresh_name('disk')}.img")
        name = self.defined(machine="q35", devices=disk(image, "vda", "virtio"))
        explanation = self.explained(name)
        first, second, blank, *lines, gap, summary, hint = self.roost.ok("explain", name).splitlines()
        self.assertTrue(first.startswith(f"{name}: doesn't run"), first)
        self.assertEqual((blank, gap), ("", ""))
        self.assertEqual([line[2:].split()[0] for line in lines], [element["path"] for element in explanation["elements"]])
        self.assertTrue(next(line for line in lines if "devices/disk[1]" in line).startswith("~ devices/disk[1]"))
        added = sum(element["by"] == "roost" for element in explanation["elements"])
        self.assertTrue(added)
        self.assertEqual(sum(line.startswith("+") for line in lines), added)
        self.assertIn(f"Of {len(lines)} elements Roost has added {added} (+)", summary)
        self.assertNotIn("arguments", self.explained(name, "vda"))

    def test_a_read_only_connection_may_look_but_sees_no_secrets(self):
        name = self.defined(devices="<graphics type='vnc' passwd='hidden'/>")
        text = self.roost_readonly.ok("explain", name)
        self.assertIn("devices/graphics[1]", text)
        self.assertNotIn("hidden", text)
        self.assertNotIn("hidden", self.roost.ok("explain", name, "--json"))
        self.assertIn("passwd='hidden'", self.roost.ok("explain", name, "--security-info", "--full"))
        self.assertVirshFails(self.roost_readonly("explain", name, "--security-info"),
                              "read only access prevents roostDomainExplain")
        self.assertVirshFails(self.roost_readonly("explain", "--xml", self.document(self.fresh_name())),
                              "read only access prevents roostDomainExplainXML")

    def test_what_is_wrong_is_said(self):
        self.assertVirshFails(self.roost("explain", "nobody"), "failed to get domain 'nobody'")
        self.assertVirshFails(self.roost("explain"), "explain what? a domain, a network with --network, or a document with --xml")
        broken = self.file(f"{self.fresh_name()}.xml", "<domain type='qemu'>")
        self.assertVirshFails(self.roost("explain", "--xml", broken), "at line 1:")

    def test_clients_of_libvirt_are_not_disturbed(self):
        name = self.defined()
        self.roost.ok("explain", name)
        self.assertIn(name, self.virsh.ok("list", "--all"))


@on_each_server
class Conversion(ExplainCase):
    """What libvirt itself has for the purpose."""

    def test_a_running_guest_is_converted_too(self):
        image = self.disk_image(f"{self.fresh_name('disk')}.img")
        name = self.running(devices=disk(image, "vda", "virtio"))
        text = self.virsh.ok("domxml-to-native", "qemu-argv", "--domain", name)
        self.assertIn("-device", text)
        self.assertIn(f"guest={name},debug-threads=on", text)
        roost = Roost(self.server.uri)
        self.assertEqual(roost.ok("domxml-to-native", "qemu-argv", "--domain", name), text)
        document = self.document(self.fresh_name())
        self.assertEqual(roost("domxml-to-native", "qemu-argv", document), self.virsh("domxml-to-native", "qemu-argv", document))
        for words in ([], ["--domain", name, "--xml", document], ["--domain", "nobody"], ["/no/file"]):
            self.assertEqual(roost("domxml-to-native", "qemu-argv", *words),
                             self.virsh("domxml-to-native", "qemu-argv", *words), words)

    def test_the_way_back_is_gone(self):
        path = self.file(f"{self.fresh_name()}.args", "qemu-system-x86_64 -S")
        self.assertVirshFails(self.virsh("domxml-from-native", "qemu-argv", path),
                              "this function is not supported by the connection driver")


class Unknown(ExplainCase, unittest.TestCase):
    server_name = "libvirtd"

    def test_a_daemon_without_the_call_is_named_plainly(self):
        name = self.defined()
        self.assertVirshFails(
            self.roost("explain", name),
            "this function is not supported by the connection driver: roostDomainExplain")
        self.assertVirshFails(
            self.roost("explain", "--xml", self.document(self.fresh_name())),
            "this function is not supported by the connection driver: roostDomainExplainXML")
        self.assertIn(name, self.roost.ok("list", "--all"))
