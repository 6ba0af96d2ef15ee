"""Guests that between them use every device of this QEMU: their command lines are libvirt's, and they run."""

import concurrent.futures
import difflib
import re
import subprocess
import unittest
import xml.etree.ElementTree as etree

import libvirt

from harness import arguments, guests, server

# Devices that no document can name, or that need what a test's host need not have.
NOT_NAMED = {
    # Parts of boards and processors, and devices that libvirt's documents have no words for.
    r"i8042|isa-ide|piix[34]-ide|isa-vga|isa-cirrus-vga|secondary-vga|sga|vmmouse|mc146818rtc|smbus-ipmi|i2c-ddc",
    r".*cpu|cxl-.*|pxb-cxl|vmbus-bridge|hv-syndbg|hyperv-testdev|guest-loader|loader|(pc-|pci-)testdev|edu",
    r"ich9-usb-uhci[456]|ich9-usb-ehci2|pci-bridge-seat|dc390|nvme|nvme-ns|nvme-subsys|sdhci-pci|sd-card|usb-bot|usb-uas|usb-mtp|scsi-block|ide-cf|u2f-passthru",
    r"i82559c|i82801|pvrdma|rocker|ne2k_isa|ctucan_pci|kvaser_pci|mioe3680_pci|pcm3680_pci|ipoctal232|tpci200",
    r"pci-serial-[24]x|usb-braille|usb-wacom-tablet|vhost-user-(gpio|i2c|input|rng|vsock|scsi)-?.*|ati-vga|adlib",
    r"cs4231a|gus|amd-iommu|AMDVI-PCI|isa-applesmc|isa-debug-exit|.*ipmi.*|x-pci-proxy-dev|megasas-gen2|lsi53c810",
    r"i82558[ab]|acpi-erst|virtio-scsi-.*transitional|hda-.*|x?virtio-.*-device|.*-device|virtio-iommu",
    # Called by another name: `lsi`, `ahci`, `virtio-iommu`; usb-net finds no place in libvirt's own conversion;
    # pvpanic-pci is newer than libvirt 9.0.
    r"lsi53c895a|ich9-ahci|virtio-iommu-pci|usb-net|pvpanic-pci",
    # Devices that need one of the host's, or a program that Debian has not.
    r"usb-host|vfio-.*|scsi-generic|vhost-scsi.*|vhost-vsock.*|virtio-input-host.*|vhost-user-(gpu|vga).*",
    r"virtio-gpu-gl-pci|virtio-vga-gl|ccid-card-emulated|virtio-pmem|virtio-mem|vhost-user-blk.*",
}


def setUpModule():
    global ROOSTD, LIBVIRTD, HOST, DOCUMENTS, NATIVE, RUNS
    ROOSTD, LIBVIRTD = server.shared("roostd"), server.shared("libvirtd")
    HOST = guests.GuestHost(ROOSTD.root / "guests", ROOSTD.guest)
    unittest.addModuleCleanup(HOST.close)
    HOST.prepare().serve()
    DOCUMENTS = guests.documents(HOST)
    NATIVE = {own.name: native(own) for own in (ROOSTD, LIBVIRTD)}
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        RUNS = dict(zip(DOCUMENTS, pool.map(run, DOCUMENTS.values())))


def native(own):
    """What a server makes of every document: the text, or why not."""
    connection = libvirt.open(own.uri)
    found = {}
    for name, document in DOCUMENTS.items():
        try:
            found[name] = connection.domainXMLToNative("qemu-argv", document, 0)
        except libvirt.libvirtError as error:
            found[name] = error
    connection.close()
    return found


def run(document):
    """Starts a guest, and stops it: its state between, or what went wrong."""
    connection = libvirt.open(ROOSTD.uri)
    try:
        domain = connection.defineXML(document)
        try:
            domain.create()
            state = domain.state()
            domain.destroy()
            return state, domain.state()
        finally:
            domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_NVRAM)
    except libvirt.libvirtError as error:
        return error
    finally:
        connection.close()


class Guests(unittest.TestCase):
    maxDiff = None

    def has_libvirts_arguments(self, name):
        sides = []
        for own in (LIBVIRTD, ROOSTD):
            text = NATIVE[own.name][name]
            self.assertIsInstance(text, str, f"{own.name}: {text}")
            environment, program, options = arguments.of_native(text)
            words = [f"{key}={value}" for key, value in environment.items()] + [program] + options
            sides.append(arguments.settled(words, name, own.name, own.root))
        if sides[0] != sides[1]:
            self.fail("\n" + "\n".join(difflib.unified_diff(*sides, "libvirtd", "roostd", n=0, lineterm="")))

    def runs_and_stops(self, name):
        self.assertEqual(RUNS[name], ([libvirt.VIR_DOMAIN_RUNNING, libvirt.VIR_DOMAIN_RUNNING_BOOTED],
                                      [libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_DESTROYED]))

    def test_they_are_sixty_and_use_every_device_that_documents_can_name(self):
        self.assertGreaterEqual(len(DOCUMENTS), 60)
        said = subprocess.run(["qemu-system-x86_64", "-device", "help"], capture_output=True, text=True, check=True)
        devices = set(re.findall(r'name "([^"]*)"', said.stdout))
        text = "\n".join(text for text in NATIVE["roostd"].values() if isinstance(text, str))
        logs = "\n".join(path.read_text(errors="replace") for path in (ROOSTD.root / "var/log").rglob("*.log"))
        used = set(re.findall(r'"driver":"([^"]*)"', text + logs)) | {
            word for word in devices if re.search(rf"(-device '?|-global ){re.escape(word)}\b", text + logs)}
        missing = {device for device in devices - used
                   if not any(re.fullmatch(pattern, device) for pattern in NOT_NAMED)}
        self.assertEqual(missing, set())

    def test_network_cards_have_libvirts_arguments_when_guests_start(self):
        """The conversion leaves all but a card's model out, so these are started by both."""
        connection = libvirt.open(LIBVIRTD.uri)
        self.addCleanup(connection.close)
        for domain in etree.parse(guests.FOLDER / "network.xml").getroot():
            name = domain.get("name")
            if name == "connections-sockets":
                continue  # an address of the host that both would hold
            started = connection.createXML(DOCUMENTS[name])
            started.destroy()
            sides = []
            for own in (LIBVIRTD, ROOSTD):
                log = next((own.root / "var/log").rglob(f"{name}.log")).read_text(errors="replace")
                cards = [option for option in arguments.of_log(log) if re.search(r'"(host)?net\d|charnet', option)]
                sides.append(arguments.settled(cards, name, own.name, own.root))
            with self.subTest(name):
                self.assertEqual(*sides)

    def test_every_difference_has_its_reason(self):
        for difference in arguments.DIFFERENCES:
            self.assertTrue(difference.reason)


# Two tests a guest, so that each counts by itself.
for _path in sorted(guests.FOLDER.glob("*.xml")):
    for _domain in etree.parse(_path).getroot():
        _name = _domain.get("name")
        for _what in ("has_libvirts_arguments", "runs_and_stops"):
            _test = (lambda self, what=_what, name=_name: getattr(self, what)(name))
            setattr(Guests, f"test_{_name.replace('-', '_')}_{_what}", _test)
