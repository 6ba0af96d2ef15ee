"""The same commands to roostd and to Debian's libvirtd: virsh must print the same."""

import os
import re
import unittest

from harness import comparison, domains, server
from harness.virsh import Virsh
from harness.watcher import Watcher

# ROOST_COMPARE=libvirtd compares it with itself, to see that the comparison is right.
NAME = os.environ.get("ROOST_COMPARE", "roostd" if "roostd" in server.chosen() else "libvirtd")

PC = dict(machine="pc", devices="""
    <interface type='user'><mac address='52:54:00:00:00:01'/><model type='virtio'/></interface>
    <graphics type='vnc' listen='127.0.0.1' passwd='sesame'/><video><model type='cirrus'/></video>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>""",
          extra="<title>A title</title><description>About it</description>")
Q35 = dict(machine="q35", devices="""
    <interface type='user'><mac address='52:54:00:00:00:02'/><model type='e1000e'/></interface>
    <console type='pty'><target type='virtio'/></console><input type='tablet' bus='usb'/>
    <controller type='scsi' model='virtio-scsi'/>""")
MICROVM = dict(machine="microvm", features="",
               devices="<controller type='usb' model='none'/><memballoon model='none'/>")
UEFI = dict(machine="q35", memory=256, os_extra=(
    "<loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>"
    "<nvram template='/usr/share/OVMF/OVMF_VARS_4M.fd'/>"))
# The paths are filled in for each server.
LINES = dict(machine="pc", serial=False, devices="""
    <serial type='file'><source path='{root}/files/serial.log' append='on'/></serial>
    <serial type='unix'><source mode='bind' path='{root}/files/serial.sock'/></serial>
    <serial type='null'/><parallel type='file'><source path='{root}/files/parallel.log'/></parallel>
    <console type='pty'><target type='virtio'/></console>
    <channel type='pty'><target type='virtio' name='org.example.one'/></channel>
    <disk type='file' device='cdrom'><target dev='hdc' bus='ide'/></disk>
    <disk type='file' device='cdrom'><source file='{root}/files/disk.img'/><target dev='hdd' bus='ide'/></disk>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{root}/files/top.qcow2'/>
      <target dev='vda' bus='virtio'/></disk>""")
MISSING = dict(machine="pc", devices="""
    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/nonexistent/disk.qcow2'/>
      <target dev='vda' bus='virtio'/></disk>""")

SCRIPT = """
uri --quiet
list --all
define {root}/files/pc.xml
define {root}/files/q35.xml
define {root}/files/microvm.xml
define {root}/files/disks.xml
define /nonexistent.xml
define {root}/files/broken.xml
define {root}/files/nameless.xml
define {root}/files/network.xml
define {root}/files/clash.xml
define {root}/files/toobig.xml
list --all
list --all --title
list --all --name
list --all --uuid
dominfo pc
domstate pc --reason
domid pc
domuuid pc
domname 10000000-0000-4000-8000-000000000001
dumpxml pc
dumpxml pc --security-info
dumpxml pc --migratable
dumpxml q35
dumpxml microvm
dumpxml disks
domblklist disks --details
domiflist pc
autostart pc
dominfo pc
list --all --autostart
autostart pc --disable
desc pc
desc pc --title
desc pc --new-desc words
desc pc
desc pc --title --new-desc words
desc pc --title
metadata pc http://example.org/x
metadata pc http://example.org/x --key x --set <a><b/></a>
metadata pc http://example.org/x
dumpxml pc --xpath /domain/metadata
metadata pc http://example.org/x --remove
start pc --paused
start pc
domstate pc --reason
dominfo pc
list
dumpxml pc
dumpxml pc --inactive
dumpxml pc --security-info
dumpxml pc --migratable
resume pc
resume pc
domstate pc --reason
suspend pc
suspend pc
domstate pc --reason
list --state-paused
resume pc
reset pc
domstate pc --reason
shutdown pc --mode agent
reboot pc --mode agent
vncdisplay pc
domdisplay pc
domrename pc pc2
undefine pc
list --all --transient
dumpxml pc
define {root}/files/pc.xml
destroy pc
destroy pc
domstate pc --reason
suspend pc
resume pc
reboot pc
shutdown pc
reset pc
console pc
domrename pc q35
domrename pc pc2
domuuid pc2
dumpxml pc2
start q35
dumpxml q35
domstate q35 --reason
destroy q35
start microvm
dumpxml microvm
destroy microvm
start disks
dumpxml disks
domblklist disks
destroy disks
create {root}/files/pc.xml
create {root}/files/q35.xml
autostart q35
undefine q35
undefine q35
destroy q35
undefine pc2
undefine microvm
undefine disks
undefine disks
domstate disks
list --all
domstate
start
nonsense
hostname
nodeinfo
version
version --daemon
maxvcpus qemu
domcapabilities --virttype xen
define {root}/files/uefi.xml
dumpxml uefi
start uefi
dumpxml uefi
list --all --persistent
list --all --state-running
list --all --state-shutoff
list --all --no-autostart
list --all --without-managed-save
list --all --with-managed-save
list --all --without-snapshot
list --uuid --name
list --inactive
list --all --id
dominfo uefi
reset uefi
reboot uefi --mode acpi
reboot uefi --mode agent
shutdown uefi --mode nonsense
reboot uefi --mode nonsense
shutdown uefi --mode agent
start uefi
undefine uefi
list --transient
destroy uefi
define {root}/files/uefi.xml
undefine uefi
undefine uefi --keep-nvram
define {root}/files/uefi.xml
undefine uefi --nvram
undefine uefi --nvram
define {root}/files/lines.xml
dumpxml lines
start lines
dumpxml lines
domxml-to-native qemu-argv --domain lines
ttyconsole lines
domblklist lines --details
vcpucount lines
domcontrol lines
desc lines --live --title --new-desc alive
desc lines --config --title --new-desc asleep
desc lines --live --title
desc lines --config --title
dumpxml lines --xpath /domain/title
dumpxml lines --inactive --xpath /domain/title
list --title
metadata lines http://example.org/x --key x --set <a/> --config
metadata lines http://example.org/x --live
metadata lines http://example.org/x --config
destroy lines --graceful
desc lines --live
undefine lines --managed-save --snapshots-metadata --checkpoints-metadata
define {root}/files/missing.xml
start missing
domstate missing --reason
autostart missing
domrename missing found
list --all --autostart
dominfo found
undefine found
create {root}/files/pc.xml --paused
domstate pc --reason
autostart pc
domrename pc other
undefine pc
create {root}/files/pc.xml
create {root}/files/clash.xml
define {root}/files/pc.xml
list --all --persistent
destroy pc
undefine pc
create {root}/files/missing.xml
capabilities --xpath /capabilities/host/cpu/arch
capabilities --xpath /capabilities/host/cpu/topology
capabilities --xpath /capabilities/host/power_management
capabilities --xpath /capabilities/host/migration_features
capabilities --xpath /capabilities/host/topology
capabilities --xpath /capabilities/host/secmodel
capabilities --xpath /capabilities/guest/arch/@name
capabilities --xpath /capabilities/guest[arch/@name='x86_64']/features
capabilities --xpath /capabilities/guest[arch/@name='x86_64']/arch/domain
capabilities --xpath /capabilities/guest[arch/@name='x86_64']/arch/machine
domcapabilities --xpath /domainCapabilities/path
domcapabilities --xpath /domainCapabilities/machine
domcapabilities --xpath /domainCapabilities/vcpu
domcapabilities --xpath /domainCapabilities/os
domcapabilities --xpath /domainCapabilities/devices/disk
domcapabilities --xpath /domainCapabilities/devices/hostdev
domcapabilities --xpath /domainCapabilities/devices/rng
domcapabilities --machine q35 --virttype qemu --xpath /domainCapabilities/devices/graphics
domcapabilities --arch aarch64 --xpath /domainCapabilities/arch
domcapabilities --machine nonsense
domcapabilities --emulatorbin /nonexistent
domxml-to-native qemu-argv {root}/files/disks.xml
domxml-to-native qemu-argv {root}/files/lines.xml
domxml-to-native qemu-argv --domain nonsense
domxml-to-native nonsense {root}/files/pc.xml
"""
COMMANDS = SCRIPT.strip().splitlines()


@unittest.skipUnless(NAME in server.KINDS, "nothing to compare")
class Comparison(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pair = []
        for name in (NAME, "libvirtd"):
            own = server.KINDS[name]()
            cls.addClassCleanup(own.stop)
            own.start()
            cls.documents(own)
            cls.pair.append(own)
        # One after the other: at the same time their guests would take each other's VNC ports.
        cls.texts = [cls.said(own) for own in cls.pair]

    @staticmethod
    def documents(own):
        """The same documents for either server, but for where their files are."""
        import subprocess
        folder = own.root / "files"
        folder.mkdir(exist_ok=True)
        images = []
        for number in range(5):
            images.append(folder / f"disk{number}.qcow2")
            subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", images[-1], "1M"], check=True)
        buses = zip(images, [("vda", "virtio"), ("sda", "scsi"), ("hda", "ide"), ("sdb", "sata"), ("vdb", "virtio")])
        disks = dict(machine="pc", devices="".join(
            domains.disk(image, target, bus) for image, (target, bus) in buses))
        whole = {}
        for number, (name, options) in enumerate(
                {"pc": PC, "q35": Q35, "microvm": MICROVM, "disks": disks}.items(), start=1):
            whole[name] = domains.domain(name, id=f"{number}0000000-0000-4000-8000-{number:012d}", **options)
        self_made = {"uefi": UEFI, "lines": LINES, "missing": MISSING}
        for number, (name, options) in enumerate(self_made.items(), start=5):
            options = {key: value.replace("{root}", str(own.root)) if key == "devices" else value
                       for key, value in options.items()}
            whole[name] = domains.domain(name, id=f"{number}0000000-0000-4000-8000-{number:012d}", **options)
        for name in ("serial.log", "parallel.log"):
            (folder / name).touch()
            (folder / name).chmod(0o666)
        folder.chmod(0o777)
        subprocess.run(["qemu-img", "create", "-q", "-f", "raw", folder / "disk.img", "1M"], check=True)
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", "disk.img",
                        folder / "top.qcow2"], check=True)
        whole["broken"] = "<domain type='qemu'><name>x</name>"
        whole["nameless"] = "<domain type='qemu'/>"
        whole["network"] = "<network><name>n</name></network>"
        whole["clash"] = domains.domain("pc", id="90000000-0000-4000-8000-000000000009")
        whole["toobig"] = domains.domain("big", id="90000000-0000-4000-8000-000000000008").replace(
            "<vcpu>1</vcpu>", "<vcpu>99999</vcpu>")
        for name, text in whole.items():
            (folder / f"{name}.xml").write_text(text)

    @staticmethod
    def said(own):
        """What the whole script says there, one text a command, and at last what was told of it meanwhile."""
        watcher = Watcher(Virsh(own.uri), own.root / "files", "--all", "--loop")
        texts = comparison.said(own, COMMANDS)
        watcher.catch_up()
        watcher.close()
        told = "".join(f"{line}\n" for line in watcher.lines if "'probe-" not in line)
        texts.append(comparison.normal(told, own.root))
        return texts

    def same(self, number):
        difference = comparison.difference(*(said[number] for said in self.texts), NAME)
        if difference:
            self.fail(difference)

    def test_events(self):
        self.same(len(COMMANDS))

    def test_every_difference_has_its_reason(self):
        for difference in comparison.DIFFERENCES:
            self.assertTrue(difference.reason)


def _test(number):
    return lambda self: self.same(number)


# One test a command, so that each counts by itself; later ones see what earlier ones did.
for _number, _line in enumerate(COMMANDS):
    _name = "_".join(re.findall(r"\w+", _line.replace("{root}/files/", "")))
    setattr(Comparison, f"test_{_number:03}_{_name}", _test(_number))
