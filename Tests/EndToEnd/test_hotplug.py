"""Devices that come and go while a guest runs, driven by virsh."""

import xml.etree.ElementTree as etree

from harness import monitor
from harness.case import ServerCase, on_each_server, on_roostd
from harness.domains import disk
from harness.waiting import eventually
from harness.watcher import Watcher


@on_each_server
class HotPlug(ServerCase):
    def attach(self, name, xml, *options):
        return self.virsh.ok("attach-device", name, self.file(f"{self.fresh_name('device')}.xml", xml), *options)

    def detach(self, name, xml, *options):
        return self.virsh.ok("detach-device", name, self.file(f"{self.fresh_name('device')}.xml", xml), *options)

    def document_of(self, name, *options):
        return etree.fromstring(self.virsh.ok("dumpxml", name, *options))

    def aliases(self, name, path):
        return [found.get("name") for found in self.document_of(name).findall(f"devices/{path}/alias")]

    def wait_until_gone(self, name, path, alias):
        eventually(lambda: alias not in self.aliases(name, path), f"{alias} to be gone")

    def assertComesAndGoes(self, name, xml, path, alias):
        """The guest gets the device under its alias, lets go of it, and QEMU keeps nothing that would be in the way."""
        for _ in range(2):
            self.assertEqual(self.attach(name, xml), "Device attached successfully")
            self.assertIn(alias, self.aliases(name, path))
            self.assertEqual(self.detach(name, xml), "Device detached successfully")
            self.wait_until_gone(name, path, alias)

    def linux(self, devices=""):
        name = self.running(linux=True, devices=devices)
        self.console(name)
        return name

    def test_a_disk_comes_and_goes(self):
        name = self.linux()
        image = self.disk_image(f"{self.fresh_name('disk')}.img")
        self.assertComesAndGoes(name, disk(image, "vdb", "virtio"), "disk", "virtio-disk1")

    def test_small_devices_come_and_go(self):
        name = self.linux(devices="<controller type='virtio-serial'/>")
        self.assertComesAndGoes(
            name, "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>", "rng", "rng0")
        path = self.file(f"{self.fresh_name('channel')}.sock", "")
        path.unlink()
        path.parent.chmod(0o777)
        self.assertComesAndGoes(
            name, f"<channel type='unix'><source mode='bind' path='{path}'/>"
                  "<target type='virtio' name='org.example.0'/></channel>", "channel", "channel0")
        self.assertComesAndGoes(
            name, "<interface type='user'><mac address='52:54:00:12:34:56'/><model type='virtio'/></interface>",
            "interface", "net0")

    def test_a_device_is_detached_by_its_alias(self):
        name = self.linux()
        self.attach(name, "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>")
        self.assertEqual(self.virsh.ok("detach-device-alias", name, "rng0"), "Device detach request sent successfully")
        self.wait_until_gone(name, "rng", "rng0")
        self.assertVirshFails(self.virsh("detach-device-alias", name, "rng0"), "no device found with alias rng0")
        self.attach(name, "<watchdog model='i6300esb' action='none'/>")
        self.virsh.ok("detach-device-alias", name, "watchdog0")
        self.wait_until_gone(name, "watchdog", "watchdog0")

    def test_those_who_listen_hear_of_it(self):
        name = self.linux()
        watcher = Watcher(self.virsh, self.server.root / "files", "--all", "--loop")
        self.addCleanup(watcher.close)
        self.attach(name, "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>")
        self.virsh.ok("detach-device-alias", name, "rng0")
        self.wait_until_gone(name, "rng", "rng0")
        watcher.catch_up()
        told = [line for line in watcher.of(name) if "rng0" in line]
        self.assertEqual(told, ["event 'device-added': rng0", "event 'device-removed': rng0"])

    def test_the_definition_alone_is_changed(self):
        name = self.defined()
        image = self.disk_image(f"{self.fresh_name('disk')}.img")
        xml = disk(image, "vdc", "virtio")
        self.attach(name, xml, "--config")
        self.assertIn("vdc", self.virsh.ok("domblklist", name))
        path = self.file(f"{self.fresh_name('again')}.xml", xml)
        self.assertVirshFails(self.virsh("attach-device", name, path, "--config"), "target vdc already exists")
        self.detach(name, xml, "--config")
        self.assertNotIn("vdc", self.virsh.ok("domblklist", name))
        self.assertVirshFails(self.virsh("attach-device", name, path), "domain is not running")

    def test_what_fails_leaves_nothing_behind(self):
        name = self.running()
        image = self.disk_image(f"{self.fresh_name('disk')}.img")
        before = self.virsh.ok("qemu-monitor-command", name, '{"execute":"query-named-block-nodes"}')
        # The image is opened first; QEMU refuses the device itself, whose blocks can't have this size.
        xml = disk(image, "vdb", "virtio").replace("<target", "<blockio logical_block_size='768'/><target")
        path = self.file(f"{self.fresh_name('bad')}.xml", xml)
        self.assertEqual(self.virsh("attach-device", name, path).status, 1)
        after = self.virsh.ok("qemu-monitor-command", name, '{"execute":"query-named-block-nodes"}')
        self.assertEqual(before.count("node-name"), after.count("node-name"))
        self.assertNotIn("vdb", self.virsh.ok("domblklist", name))

    def test_a_medium_is_changed(self):
        image = self.disk_image(f"{self.fresh_name('cd')}.img", format="raw")
        other = self.disk_image(f"{self.fresh_name('cd')}.img", format="raw")
        name = self.running(devices=disk(image, "hdc", "ide", format="raw", device="cdrom", extra="<readonly/>"))
        self.assertEqual(self.virsh.ok("change-media", name, "hdc", "--eject"), "Successfully ejected media.")
        self.assertIsNone(self.document_of(name).find("devices/disk/source[@file]"))
        self.assertEqual(self.virsh.ok("change-media", name, "hdc", other, "--insert"), "Successfully inserted media.")
        self.assertEqual(self.document_of(name).find("devices/disk/source").get("file"), str(other))
        self.assertEqual(self.virsh.ok("change-media", name, "hdc", image, "--update"), "Successfully updated media.")
        self.assertEqual(self.document_of(name).find("devices/disk/source").get("file"), str(image))

    def test_a_cable_is_pulled(self):
        mac = "52:54:00:aa:bb:cc"
        name = self.running(
            devices=f"<interface type='user'><mac address='{mac}'/><model type='virtio'/></interface>")
        self.assertEqual(self.virsh.ok("domif-setlink", name, mac, "down"), "Device updated successfully")
        self.assertEqual(self.virsh.ok("domif-getlink", name, mac), f"{mac} down")
        self.virsh.ok("domif-setlink", name, mac, "up")
        self.assertEqual(self.virsh.ok("domif-getlink", name, mac), f"{mac} up")

    def test_processors_and_memory_of_the_definition(self):
        name = self.defined()
        self.virsh.ok("setvcpus", name, "3", "--config", "--maximum")
        self.virsh.ok("setvcpus", name, "2", "--config")
        self.assertIn("2", self.virsh.ok("vcpucount", name, "--config"))
        self.virsh.ok("start", name)
        self.virsh.ok("setvcpus", name, "3", "--live")
        self.assertEqual(self.virsh.ok("vcpucount", name, "--live"), "3")
        self.assertVirshFails(self.virsh("setvcpus", name, "4", "--live"), "greater than max allowable vcpus")
        self.virsh.ok("setmem", name, "65536", "--config")
        self.assertEqual(self.document_of(name, "--inactive").findtext("currentMemory"), "65536")
        self.assertVirshFails(self.virsh("setmem", name, "99999999", "--live"), "higher than max memory")

    def test_a_processor_is_plugged_in(self):
        name = self.defined(linux=True)
        self.virsh.ok("setvcpus", name, "2", "--config", "--maximum")
        self.virsh.ok("setvcpus", name, "1", "--config")
        self.virsh.ok("start", name)
        self.console(name)
        self.virsh.ok("setvcpus", name, "2", "--live")
        self.assertEqual(self.virsh.ok("vcpucount", name, "--live"), "2")

    def test_a_memory_device_is_attached(self):
        name = self.defined(extra="<maxMemory slots='4' unit='MiB'>1024</maxMemory>"
                                  "<cpu><numa><cell id='0' cpus='0' memory='128' unit='MiB'/></numa></cpu>")
        self.virsh.ok("start", name)
        self.attach(name, "<memory model='dimm'><target><size unit='MiB'>128</size><node>0</node></target></memory>")
        self.assertEqual(self.aliases(name, "memory"), ["dimm0"])

    def test_a_password_is_changed(self):
        name = self.running(devices="<graphics type='vnc' listen='127.0.0.1' passwd='first'/>")
        xml = "<graphics type='vnc' listen='127.0.0.1' passwd='second'/>"
        path = self.file(f"{self.fresh_name('graphics')}.xml", xml)
        self.assertEqual(self.virsh.ok("update-device", name, path), "Device updated successfully")
        document = self.document_of(name, "--security-info")
        self.assertEqual(document.find("devices/graphics").get("passwd"), "second")
        path = self.file(f"{self.fresh_name('graphics')}.xml", xml.replace("listen", "port='5999' listen"))
        self.assertVirshFails(self.virsh("update-device", name, path), "cannot change port settings on vnc graphics")

    def test_a_change_of_both_is_kept(self):
        name = self.running()
        self.attach(name, "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>", "--persistent")
        self.assertEqual(len(self.document_of(name, "--inactive").findall("devices/rng")), 1)
        self.assertEqual(self.aliases(name, "rng"), ["rng0"])

    def test_memory_is_asked_back(self):
        name = self.linux()
        self.virsh.ok("setmem", name, "122880", "--live")
        self.assertVirshFails(self.virsh("setmaxmem", name, "262144", "--live"), "maximum memory")


@on_roostd
class Trays(ServerCase):
    def test_a_medium_is_taken_out_while_the_guest_resets_its_drives(self):
        """A drive that is reset, as firmware does, closes the tray that has just been opened."""
        image = self.disk_image(f"{self.fresh_name('cd')}.img", format="raw")
        path = self.file(f"{self.fresh_name('monitor')}.sock", "")
        path.unlink()
        path.parent.chmod(0o777)
        name = self.running(extra=monitor.on(path), devices=disk(
            image, "hdc", "ide", format="raw", device="cdrom", extra="<readonly/>"))
        with monitor.Monitor(path) as guest, guest.repeating("system_reset"):
            for _ in range(20):
                self.assertEqual(
                    self.virsh.ok("change-media", name, "hdc", "--eject"), "Successfully ejected media.")
                self.virsh.ok("change-media", name, "hdc", image, "--insert")
