"""A domain's life, driven by virsh."""

import xml.etree.ElementTree as etree

from harness.case import ServerCase, on_each_server


@on_each_server
class Lifecycle(ServerCase):
    def test_define_start_destroy_undefine(self):
        name = self.fresh_name()
        path = self.document(name)
        self.assertEqual(self.virsh.ok("define", path), f"Domain '{name}' defined from {path}")
        self.addCleanup(self.remove, name)
        self.assertEqual(self.state(name), "shut off (unknown)")
        self.assertEqual(self.virsh.ok("start", name), f"Domain '{name}' started")
        self.assertEqual(self.state(name), "running (booted)")
        self.assertEqual(self.virsh.ok("destroy", name), f"Domain '{name}' destroyed")
        self.assertEqual(self.state(name), "shut off (destroyed)")
        self.assertEqual(self.virsh.ok("undefine", name), f"Domain '{name}' has been undefined")
        self.assertVirshFails(self.virsh("domstate", name), f"failed to get domain '{name}'")

    def test_start_paused_then_resume(self):
        name = self.defined()
        self.virsh.ok("start", name, "--paused")
        self.assertEqual(self.state(name), "paused (user)")
        self.assertEqual(self.virsh.ok("resume", name), f"Domain '{name}' resumed")
        self.assertEqual(self.state(name), "running (unpaused)")

    def test_suspend_and_resume(self):
        name = self.running()
        self.assertEqual(self.virsh.ok("suspend", name), f"Domain '{name}' suspended")
        self.assertEqual(self.state(name), "paused (user)")
        self.virsh.ok("resume", name)
        self.assertEqual(self.state(name), "running (unpaused)")

    def test_suspended_domain_can_be_suspended_again(self):
        name = self.running()
        self.virsh.ok("suspend", name)
        self.virsh.ok("suspend", name)
        self.assertEqual(self.state(name), "paused (user)")

    def test_reset_keeps_it_running(self):
        name = self.running()
        before = self.virsh.ok("domid", name)
        self.assertEqual(self.virsh.ok("reset", name), f"Domain '{name}' was reset")
        self.assertEqual(self.virsh.ok("domid", name), before)
        self.assertEqual(self.state(name), "running (booted)")

    def test_created_domain_vanishes_when_destroyed(self):
        name = self.fresh_name()
        path = self.document(name)
        self.assertEqual(self.virsh.ok("create", path), f"Domain '{name}' created from {path}")
        self.addCleanup(self.remove, name)
        self.assertIn(name, self.virsh.ok("list", "--transient", "--name"))
        self.virsh.ok("destroy", name)
        self.assertVirshFails(self.virsh("domstate", name), "failed to get domain")

    def test_create_paused(self):
        name = self.fresh_name()
        self.virsh.ok("create", self.document(name), "--paused")
        self.addCleanup(self.remove, name)
        self.assertEqual(self.state(name), "paused (user)")

    def test_created_domain_becomes_persistent_by_define(self):
        name = self.fresh_name()
        path = self.document(name)
        self.virsh.ok("create", path)
        self.addCleanup(self.remove, name)
        self.virsh.ok("define", path)
        self.virsh.ok("destroy", name)
        self.assertEqual(self.state(name), "shut off (destroyed)")

    def test_undefining_a_running_domain_makes_it_transient(self):
        name = self.running()
        self.virsh.ok("undefine", name)
        self.assertEqual(self.state(name), "running (booted)")
        self.assertIn("Persistent:     no", self.virsh.ok("dominfo", name))
        self.virsh.ok("destroy", name)
        self.assertVirshFails(self.virsh("domstate", name), "failed to get domain")

    def test_ids_count_up_and_are_gone_when_shut_off(self):
        name = self.running()
        first = int(self.virsh.ok("domid", name))
        self.virsh.ok("destroy", name)
        self.assertEqual(self.virsh.ok("domid", name), "-")
        self.virsh.ok("start", name)
        self.assertGreater(int(self.virsh.ok("domid", name)), first)

    def test_autostart_on_and_off(self):
        name = self.defined()
        self.assertIn("Autostart:      disable", self.virsh.ok("dominfo", name))
        self.assertEqual(self.virsh.ok("autostart", name), f"Domain '{name}' marked as autostarted")
        self.assertIn("Autostart:      enable", self.virsh.ok("dominfo", name))
        self.assertEqual(self.virsh.ok("list", "--all", "--autostart", "--name").split(), [name])
        self.assertEqual(self.virsh.ok("autostart", name, "--disable"),
                         f"Domain '{name}' unmarked as autostarted")
        self.assertIn("Autostart:      disable", self.virsh.ok("dominfo", name))

    def test_rename_keeps_the_uuid(self):
        name, other = self.defined(), self.fresh_name("renamed")
        self.addCleanup(self.remove, other)
        uuid = self.virsh.ok("domuuid", name)
        self.assertEqual(self.virsh.ok("domrename", name, other), "Domain successfully renamed")
        self.assertEqual(self.virsh.ok("domuuid", other), uuid)
        self.assertEqual(etree.fromstring(self.virsh.ok("dumpxml", other)).findtext("name"), other)
        self.assertVirshFails(self.virsh("domstate", name), "failed to get domain")

    def test_define_again_changes_the_definition(self):
        name = self.defined()
        document = self.virsh.ok("dumpxml", name).replace("<vcpu placement='static'>1</vcpu>",
                                                         "<vcpu placement='static'>2</vcpu>")
        self.virsh.ok("define", self.file("again.xml", document))
        self.assertEqual(etree.fromstring(self.virsh.ok("dumpxml", name)).findtext("vcpu"), "2")

    def test_define_of_a_running_domain_changes_only_the_next_start(self):
        name = self.running()
        document = self.virsh.ok("dumpxml", name, "--inactive").replace(
            "<vcpu placement='static'>1</vcpu>", "<vcpu placement='static'>2</vcpu>")
        self.virsh.ok("define", self.file("later.xml", document))
        self.assertEqual(etree.fromstring(self.virsh.ok("dumpxml", name)).findtext("vcpu"), "1")
        self.assertEqual(etree.fromstring(self.virsh.ok("dumpxml", name, "--inactive")).findtext("vcpu"), "2")
        self.virsh.ok("destroy", name)
        self.virsh.ok("start", name)
        self.assertEqual(etree.fromstring(self.virsh.ok("dumpxml", name)).findtext("vcpu"), "2")

    def test_guest_that_crashes_is_seen_at_once(self):
        import os
        import signal
        name = self.running()
        before = set(self.server.guest_pids())
        uuid = self.virsh.ok("domuuid", name).encode()
        pid = next(p for p in before if uuid in open(f"/proc/{p}/cmdline", "rb").read())
        os.kill(pid, signal.SIGKILL)
        self.wait_for_state(name, "shut off (crashed)")


@on_each_server
class LinuxGuest(ServerCase):
    """What needs a guest that listens."""

    def test_shutdown_and_reboot_by_the_power_button(self):
        name = self.running(linux=True)
        console = self.console(name)
        self.assertEqual(self.virsh.ok("reboot", name), f"Domain '{name}' is being rebooted")
        console.expect("roost guest: power button")
        console.expect("roost guest is up")
        console.expect("guest# ")
        self.assertEqual(self.state(name), "running (booted)")
        self.assertEqual(self.virsh.ok("shutdown", name), f"Domain '{name}' is being shutdown")
        console.expect("roost guest: power button")
        self.assertEqual(console.finish(), 0)
        self.wait_for_state(name, "shut off (shutdown)")

    def test_power_off_from_inside(self):
        name = self.running(linux=True)
        console = self.console(name)
        console.type("poweroff -f\r")
        self.wait_for_state(name, "shut off (shutdown)")

    def test_microvm_boots(self):
        name = self.running(
            linux=True, machine="microvm", features="",
            devices="<controller type='usb' model='none'/><memballoon model='none'/>")
        console = self.console(name)
        console.type("uname -r; cat /proc/cmdline\r")
        console.expect("tsc_early_khz")
