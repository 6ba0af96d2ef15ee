"""What is refused, with which words, codes and exit status."""

import libvirt

from harness.case import ServerCase, on_each_server


@on_each_server
class Errors(ServerCase):
    def test_unknown_domain(self):
        for words in (["domstate"], ["start"], ["destroy"], ["dumpxml"], ["suspend"], ["undefine"],
                      ["autostart"], ["dominfo"]):
            with self.subTest(words=words):
                self.assertVirshFails(self.virsh(*words, "no-such-domain"),
                                      "failed to get domain 'no-such-domain'")

    def test_start_twice(self):
        name = self.running()
        self.assertVirshFails(self.virsh("start", name), "Domain is already active")

    def test_what_needs_a_running_domain(self):
        name = self.defined()
        for command in ("suspend", "resume", "shutdown", "reboot", "reset", "destroy"):
            with self.subTest(command=command):
                self.assertVirshFails(self.virsh(command, name), "domain is not running")

    def test_resume_of_a_running_domain(self):
        name = self.running()
        self.assertVirshFails(self.virsh("resume", name), "domain is already running")
        self.assertEqual(self.virsh.ok("domstate", name), "running")

    def test_bad_documents(self):
        name = self.fresh_name()
        good = self.document(name).read_text()
        for what, text, message in (
            ("not XML", "<domain", "1: Couldn't find end of Start Tag domain line 1"),
            ("another document", "<network><name>x</name></network>", "expecting root element of 'domain', not 'network'"),
            ("no name", good.replace(f"<name>{name}</name>", ""), "name"),
            ("no memory", good.replace("<memory unit='MiB'>128</memory>", ""), "memory"),
            ("a bad UUID", good.replace("<uuid>", "<uuid>x"), "malformed uuid element"),
            ("an unknown type", good.replace("type='qemu'", "type='roost'"), "invalid domain type roost"),
            ("a machine that there is not", good.replace("machine='pc'", "machine='roost'"), "roost"),
            ("a name with a slash", good.replace(name, "a/b"), "contain"),
        ):
            with self.subTest(what=what):
                result = self.virsh("define", self.file("bad.xml", text))
                self.assertVirshFails(result, "Failed to define domain from", message)

    def test_name_and_uuid_conflicts(self):
        name = self.defined()
        self.assertVirshFails(self.virsh("define", self.document(name)),
                              f"domain '{name}' already exists with uuid {self.virsh.ok('domuuid', name)}")
        other = self.fresh_name()
        same_id = self.document(other, id=self.virsh.ok("domuuid", name))
        self.assertVirshFails(self.virsh("define", same_id),
                              f"domain '{name}' is already defined with uuid")

    def test_create_of_a_running_one(self):
        name = self.running()
        text = self.virsh.ok("dumpxml", name, "--inactive")
        self.assertVirshFails(self.virsh("create", self.file("again.xml", text)),
                              f"domain '{name}' is already active")

    def test_rename_onto_another_or_while_running(self):
        one, two = self.defined(), self.running()
        self.assertVirshFails(self.virsh("domrename", one, two), f"domain with name '{two}' already exists")
        self.assertVirshFails(self.virsh("domrename", two, self.fresh_name()),
                              "cannot rename active domain")

    def test_missing_file(self):
        self.assertVirshFails(self.virsh("define", "/nonexistent.xml"), "Failed to open file")

    def test_autostart_of_a_transient_domain(self):
        name = self.fresh_name()
        self.virsh.ok("create", self.document(name))
        self.addCleanup(self.remove, name)
        self.assertVirshFails(self.virsh("autostart", name), "cannot set autostart for transient domain")
        self.assertVirshFails(self.virsh("undefine", name), "cannot undefine transient domain")

    def test_disk_that_is_not_there(self):
        from harness.domains import disk
        name = self.defined(devices=disk("/nonexistent.qcow2", "vda", "virtio"))
        result = self.virsh("start", name)
        self.assertVirshFails(result, f"Failed to start domain '{name}'", "/nonexistent.qcow2",
                              "No such file or directory")
        self.assertEqual(self.state(name), "shut off (failed)")

    def test_codes_of_the_api(self):
        connection = self.connect()
        domain = connection.lookupByName(self.defined())
        self.assertLibvirtError(libvirt.VIR_ERR_NO_DOMAIN, connection.lookupByName, "no-such-domain")
        self.assertLibvirtError(libvirt.VIR_ERR_NO_DOMAIN, connection.lookupByID, 99999)
        self.assertLibvirtError(libvirt.VIR_ERR_NO_DOMAIN, connection.lookupByUUID, bytes(16))
        self.assertLibvirtError(libvirt.VIR_ERR_OPERATION_INVALID, domain.suspend)
        self.assertLibvirtError(libvirt.VIR_ERR_OPERATION_INVALID, domain.destroy)
        self.assertLibvirtError(libvirt.VIR_ERR_XML_DETAIL, connection.defineXML, "<domain")
        self.assertLibvirtError(libvirt.VIR_ERR_NO_NAME, connection.defineXML, "<domain type='qemu'/>")
        error = self.assertLibvirtError(libvirt.VIR_ERR_NO_DOMAIN, connection.lookupByName, "nobody")
        self.assertEqual(error.get_error_domain(), libvirt.VIR_FROM_QEMU)
        self.assertEqual(error.get_error_level(), libvirt.VIR_ERR_ERROR)


@on_each_server
class ReadOnly(ServerCase):
    """The read-only socket shows, and changes nothing."""

    def test_shows(self):
        name = self.running()
        self.assertIn(name, self.readonly.ok("list"))
        self.assertEqual(self.readonly.ok("domstate", name), "running")
        self.assertIn(f"<name>{name}</name>", self.readonly.ok("dumpxml", name))
        self.readonly.ok("dominfo", name)
        self.readonly.ok("capabilities")
        self.readonly.ok("nodeinfo")

    def test_changes_nothing(self):
        name = self.running()
        before = self.virsh.ok("dumpxml", name)
        for words in (["suspend", name], ["destroy", name], ["shutdown", name], ["reboot", name],
                      ["reset", name], ["undefine", name], ["autostart", name],
                      ["define", self.document(self.fresh_name())],
                      ["create", self.document(self.fresh_name())],
                      ["desc", name, "--new-desc", "x"], ["domrename", name, "other"]):
            with self.subTest(words=words):
                self.assertVirshFails(self.readonly(*words), "operation forbidden: read only access prevents")
        self.assertEqual(self.virsh.ok("dumpxml", name), before)

    def test_the_client_library_is_not_what_refuses(self):
        """A client that says nothing of read-only is refused all the same, by the server."""
        from harness.virsh import Virsh
        name = self.defined()
        forged = Virsh(self.server.readonly_uri)
        self.assertVirshFails(forged("start", name), "operation forbidden: read only access prevents")
        self.assertVirshFails(forged("undefine", name), "operation forbidden: read only access prevents")
