"""Guests with each kind of device of the first slice, started for real and looked at from their XML."""

import xml.etree.ElementTree as etree

from harness.case import ServerCase, on_each_server
from harness.domains import disk


@on_each_server
class Devices(ServerCase):
    def live(self, **options):
        """The XML of a domain with these devices, running."""
        self.name = self.running(**options)
        return etree.fromstring(self.virsh.ok("dumpxml", self.name))

    def aliases(self, document, path):
        return [found.get("name") for found in document.findall(f"devices/{path}/alias")]

    def test_disks_of_every_bus_on_pc(self):
        images = [self.disk_image(f"{self.fresh_name('disk')}.img") for _ in range(4)]
        raw = self.disk_image(f"{self.fresh_name('raw')}.img", format="raw")
        document = self.live(devices="".join([
            disk(images[0], "vda", "virtio"), disk(images[1], "sda", "scsi"), disk(images[2], "hda", "ide"),
            disk(images[3], "sdb", "sata"), disk(raw, "vdb", "virtio", format="raw"),
            disk(raw, "hdc", "ide", format="raw", device="cdrom", extra="<readonly/>").replace(
                f"<source file='{raw}'/>", ""),
            "<controller type='scsi' model='virtio-scsi'/>"]))
        self.assertEqual(set(self.aliases(document, "disk")),
                         {"virtio-disk0", "virtio-disk1", "scsi0-0-0-0", "ide0-0-0", "sata0-0-1", "ide0-1-0"})

    def test_disks_on_q35(self):
        images = [self.disk_image(f"{self.fresh_name('disk')}.img") for _ in range(2)]
        document = self.live(machine="q35", devices=disk(images[0], "vda", "virtio") + disk(images[1], "sda", "sata"))
        self.assertEqual(set(self.aliases(document, "disk")), {"virtio-disk0", "sata0-0-0"})
        address = document.find("devices/disk/address")
        self.assertEqual(address.get("type"), "pci")
        models = [c.get("model") for c in document.findall("devices/controller[@type='pci']")]
        self.assertEqual(models[0], "pcie-root")
        self.assertIn("pcie-root-port", models)

    def test_network_cards_with_user_networking(self):
        document = self.live(devices="".join(
            f"<interface type='user'><model type='{model}'/></interface>" for model in ("virtio", "e1000")))
        self.assertEqual(self.aliases(document, "interface"), ["net0", "net1"])

    def test_character_devices(self):
        log = self.server.root / "files" / f"{self.fresh_name('serial')}.log"
        self.file(log.name, "")
        log.chmod(0o666)
        log.parent.chmod(0o777)
        path = log.with_suffix(".sock")
        document = self.live(serial=False, devices=f"""
            <serial type='file'><source path='{log}'/></serial>
            <serial type='unix'><source mode='bind' path='{path}'/></serial>
            <console type='pty'><target type='virtio'/></console>
            <channel type='unix'><source mode='bind'/><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
            """)
        self.assertEqual(self.aliases(document, "serial"), ["serial0", "serial1"])
        self.assertEqual(self.aliases(document, "channel"), ["channel0"])
        self.assertIn("console1", self.aliases(document, "console"))
        self.assertEqual(document.find("devices/channel/target").get("state"), "disconnected")

    def test_vnc_video_and_input(self):
        document = self.live(devices="""
            <graphics type='vnc' listen='127.0.0.1'/><video><model type='virtio'/></video>
            <input type='tablet' bus='usb'/><rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
            <watchdog model='i6300esb' action='none'/>""")
        graphics = document.find("devices/graphics")
        self.assertGreaterEqual(int(graphics.get("port")), 5900)
        self.assertEqual(self.virsh.ok("vncdisplay", self.name), f"127.0.0.1:{int(graphics.get('port')) - 5900}")
        self.assertEqual(self.aliases(document, "rng"), ["rng0"])
        self.assertIn("input0", self.aliases(document, "input"))

    def test_uefi(self):
        document = self.live(machine="q35", memory=256, os_extra=(
            "<loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>"
            "<nvram template='/usr/share/OVMF/OVMF_VARS_4M.fd'/>"))
        self.assertEqual(document.findtext("os/loader"), "/usr/share/OVMF/OVMF_CODE_4M.fd")
        self.assertIn(f"{self.name}_VARS.fd", document.findtext("os/nvram"))

    def test_arguments_passed_through(self):
        name = self.fresh_name()
        text = self.document(name).read_text().replace(
            "<domain type='qemu'>",
            "<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>").replace(
            "</domain>", "<qemu:commandline><qemu:arg value='-name'/><qemu:arg value='guest=through'/>"
            "</qemu:commandline></domain>")
        self.virsh.ok("define", self.file("through.xml", text))
        self.addCleanup(self.remove, name)
        self.virsh.ok("start", name)
        self.assertIn("guest=through", self.virsh.ok("dumpxml", name))


@on_each_server
class KVM(ServerCase):
    """A guest with hardware help reaches its firmware, which says so on the debug port."""

    def test_firmware_runs(self):
        from harness.waiting import eventually
        name = self.fresh_name()
        log = self.server.root / "files" / f"{name}.log"
        self.file(log.name, "")
        log.chmod(0o666)
        text = self.document(name, kind="kvm").read_text().replace(
            "<domain type='kvm'>",
            "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>").replace(
            "</domain>", f"<qemu:commandline><qemu:arg value='-chardev'/>"
            f"<qemu:arg value='file,id=firmware,path={log}'/>"
            "<qemu:arg value='-device'/><qemu:arg value='isa-debugcon,iobase=0x402,chardev=firmware'/>"
            "</qemu:commandline></domain>")
        self.virsh.ok("define", self.file(f"{name}-kvm.xml", text))
        self.addCleanup(self.remove, name)
        self.virsh.ok("start", name)
        eventually(lambda: "SeaBIOS (version" in log.read_text(), "SeaBIOS to speak")
        self.assertEqual(self.state(name), "running (booted)")
