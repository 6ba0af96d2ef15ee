"""A guest's display: viewers that come with a socket of their own, certificates, and memory that is asked for."""

import socket

import libvirt

from harness.case import ServerCase, on_each_server, on_roostd
from harness.virsh import Roost


@on_each_server
class Displays(ServerCase):
    def guest(self):
        return self.connect().lookupByName(self.running(devices="<graphics type='vnc' listen='127.0.0.1'/>"))

    def test_a_viewer_is_served_at_its_own_socket(self):
        domain = self.guest()
        for flags in (0, libvirt.VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH):
            ours, theirs = socket.socketpair()
            with ours, theirs:
                domain.openGraphics(0, theirs.fileno(), flags)
                ours.settimeout(20)
                self.assertEqual(ours.recv(4, socket.MSG_WAITALL), b"RFB ")
        descriptor = domain.openGraphicsFD(0, 0)
        with socket.socket(fileno=descriptor) as given:
            given.setblocking(True)
            self.assertEqual(given.recv(4, socket.MSG_WAITALL), b"RFB ")

    def test_what_is_no_display_and_no_socket(self):
        domain = self.guest()
        error = self.assertLibvirtError(libvirt.VIR_ERR_INTERNAL_ERROR, domain.openGraphicsFD, 1)
        self.assertEqual(str(error), "internal error: No graphics backend with index 1")
        with open("/etc/hostname", encoding="utf-8") as file:
            self.assertLibvirtError(libvirt.VIR_ERR_INVALID_ARG, domain.openGraphics, 0, file.fileno(), 0)
        off = self.connect().lookupByName(self.defined())
        self.assertLibvirtError(libvirt.VIR_ERR_OPERATION_INVALID, off.openGraphicsFD, 0)


@on_roostd
class NewerDisplays(ServerCase):
    """What libvirt 9.0 hasn't, in 11.3's words."""

    def test_certificates_are_read_anew(self):
        roost = Roost(self.server.uri)
        plain = self.running()
        self.assertEqual(roost("domdisplay-reload", plain).status, 0)
        refused = roost("domdisplay-reload", plain, "--type", "9")
        self.assertEqual((refused.status, refused.errors), (1, "error: type must be less than 2\n"))
        self.assertIn("unable to execute QEMU command 'display-reload'",
                      roost("domdisplay-reload", plain, "--type", "1").errors)

    def test_a_memory_device_is_chosen_and_changed(self):
        device = """<memory model='virtio-mem'><target><size unit='KiB'>262144</size><node>0</node>
          <block unit='KiB'>2048</block><requested unit='KiB'>131072</requested></target></memory>"""
        name = self.fresh_name()
        text = f"""<domain type='qemu'><name>{name}</name><maxMemory slots='4' unit='KiB'>4194304</maxMemory>
          <memory unit='KiB'>1048576</memory><vcpu>1</vcpu><os><type arch='x86_64' machine='q35'>hvm</type></os>
          <cpu><numa><cell id='0' cpus='0' memory='524288' unit='KiB'/></numa></cpu>
          <devices>{device}</devices></domain>"""
        self.virsh.ok("define", self.file(f"{name}.xml", text))
        self.addCleanup(self.remove, name)
        roost = Roost(self.server.uri)
        shown = roost.ok("update-memory-device", name, "--requested-size", "64M", "--print-xml")
        self.assertIn('<requested unit="KiB">65536</requested>', shown)
        for options, words in (
            (("--node", "7"), "no memory device found"), (("--alias", "x"), "no memory device found"),
            (("--node", "0", "--alias", "x"), "Options --node and --alias are mutually exclusive"),
            (("--requested-size", "x"),
             "Scaled numeric value 'x' for <requested-size> option is malformed or out of range"),
        ):
            refused = roost("update-memory-device", name, *options)
            self.assertEqual((refused.status, refused.errors), (1, f"error: {words}\n"))
        self.assertIn("<requested unit='KiB'>131072</requested>", self.virsh.ok("dumpxml", name))
        roost.ok("update-memory-device", name, "--requested-size", "64M", "--config")
        self.assertIn("<requested unit='KiB'>65536</requested>", self.virsh.ok("dumpxml", name))
