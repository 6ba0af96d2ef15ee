"""Pools of iSCSI targets that the host logs in to. This kernel has no iSCSI: what iscsiadm is told is held against what
libvirt 11.3 tells it, up to where the kernel would know of the session."""

import pathlib
import shutil
import tempfile
import xml.etree.ElementTree as etree

from harness import server
from harness.case import ServerCase, on_roostd
from harness.virsh import Virsh

# It answers as the real one does, and writes down how it was called.
ISCSIADM = """#!/bin/sh
cd "${0%/*}" && echo "$*" >>log
case "$*" in
*sendtargets*) echo "127.0.0.1:3260,1 iqn.x:t1"; echo "127.0.0.1:3260,1 iqn.x:t2" ;;
"--mode session") [ -e session ] || { echo "iscsiadm: No active sessions." >&2; exit 21; }
    echo "tcp: [1] 127.0.0.1:3260,1 iqn.x:t1 (non-flash)" ;;
*--login*) touch session ;;
*--logout*) rm session ;;
*--value\\ iqn*) echo "$4 tcp,<empty>,<empty>,<empty>,iqn.me:x" >interface ;;
"--mode iface") echo "default tcp,<empty>,<empty>,<empty>,<empty>"; cat interface 2>/dev/null || true ;;
esac
"""
POOL = """<pool type='iscsi'><name>{name}</name><source><host name='127.0.0.1'{port}/><device path='iqn.x:t1'/>{more}</source>
    <target><path>/dev/disk/by-path</path></target></pool>"""
NODE = "--mode node --portal 127.0.0.1:3260,1 --targetname iqn.x:t1"


@on_roostd
class HostSessions(ServerCase):
    def setUp(self):
        self.programs = pathlib.Path(tempfile.mkdtemp(prefix="roost-iscsiadm-"))
        self.addCleanup(shutil.rmtree, self.programs, True)
        (self.programs / "iscsiadm").write_text(ISCSIADM)
        (self.programs / "iscsiadm").chmod(0o755)
        self.server = server.KINDS["roostd"]()
        self.server.programs = self.programs
        self.server.start()
        self.addCleanup(self.server.stop)
        self.virsh = Virsh(self.server.uri)

    def calls(self):
        """What iscsiadm was told since the last time, but for questions for sessions."""
        log = self.programs / "log"
        said = log.read_text().splitlines() if log.exists() else []
        log.write_text("")
        return [line for line in said if line != "--mode session"]

    def start(self, more="", port=""):
        self.virsh("pool-undefine", "p")
        self.virsh.ok("pool-define", self.file("pool.xml", POOL.format(name="p", more=more, port=port)))
        self.virsh.ok("pool-build", "p")
        self.assertVirshFails(
            self.virsh("pool-start", "p"), "cannot open directory '/sys/class/iscsi_session/session1/device'")
        self.assertFalse((self.programs / "session").exists())
        return self.calls()

    def test_the_host_logs_in_and_where_that_fails_out_again(self):
        self.assertEqual(self.start(), [f"{NODE} --op new", f"{NODE} --login", "--mode session -r 1 -R", f"{NODE} --logout"])
        self.assertVirshFails(self.virsh("pool-delete", "p"), "pool does not support pool deletion")

    def test_an_initiator_has_an_interface_of_its_own(self):
        calls = self.start("<initiator><iqn name='iqn.me:x'/></initiator>")
        name = (self.programs / "interface").read_text().split()[0]
        self.assertRegex(name, "^libvirt-iface-[0-9a-f]{8}$")
        through = f"--interface {name}"
        self.assertEqual(calls, [
            f"{NODE} --op new", "--mode iface", f"--mode iface {through} --op new",
            f"--mode iface {through} --op update --name iface.initiatorname --value iqn.me:x",
            f"--mode discovery --type sendtargets --portal 127.0.0.1:3260,1 {through}", f"{NODE} --login {through}",
            "--mode session -r 1 -R", "--mode iface", f"{NODE} --logout {through}"])
        self.assertEqual(self.start("<initiator><iqn name='iqn.me:x'/></initiator>")[1:3],
                         ["--mode iface", f"{NODE} --login {through}"])

    def test_a_login_has_its_password_from_a_secret(self):
        uuid = self.virsh.ok("secret-define", self.file(
            "secret.xml", "<secret ephemeral='no' private='yes'><usage type='iscsi'><target>u</target></usage></secret>")).split()[1]
        more = "<auth type='chap' username='bob'><secret usage='u'/></auth>"
        self.virsh.ok("pool-define", self.file("pool.xml", POOL.format(name="p", more=more, port="")))
        self.assertVirshFails(self.virsh("pool-start", "p"), f"secret '{uuid}' does not have a value")
        self.virsh.ok("secret-set-value", uuid, "--file", self.file("word", "secretword"), "--plain")
        self.calls()
        update = f"{NODE.replace('targetname', 'target')} --op update --name node.session.auth."
        self.assertEqual(self.start(more)[1:4], [
            f"{update}authmethod --value CHAP", f"{update}username --value bob", f"{update}password --value secretword"])

    def test_targets_are_found(self):
        words = ["find-storage-pool-sources-as", "iscsi"]
        found = etree.fromstring(self.virsh.ok(*words, "127.0.0.1"))
        self.assertEqual([(one.find("host").attrib, one.find("device").get("path")) for one in found],
                         [({"name": "127.0.0.1", "port": "3260"}, name) for name in ("iqn.x:t1", "iqn.x:t2")])
        self.assertEqual(self.calls(), ["--mode discovery --type sendtargets --portal 127.0.0.1:3260,1 --op nonpersistent"])
        self.assertVirshFails(self.virsh(*words), "invalid argument: hostname must be specified for iscsi sources")
        self.assertVirshFails(self.virsh(*words, "127.0.0.1", "--initiator", "iqn.me:y"),
                              "operation failed: no iSCSI interface defined for IQN iqn.me:y")

    def test_kinds_that_need_hardware_start_and_say_what_is_missing(self):
        self.virsh.ok("pool-define-as", "paths", "mpath", "--target", "/dev/mapper")
        self.virsh.ok("pool-start", "paths")
        self.assertVirshFails(self.virsh("vol-create-as", "paths", "v", "1M"),
                              "storage pool does not support volume creation")
        self.virsh.ok("pool-destroy", "paths")
        for words, said in (
                (["--adapter-name", "scsi_host7"],
                 "Could not open '/sys/class/scsi_host/host7/scan' to trigger host scan: No such file or directory"),
                (["--adapter-name", "weird"], "internal error: Invalid adapter name 'weird' for SCSI pool"),
                (["--adapter-wwnn", "20000000c9831b4b", "--adapter-wwpn", "10000000c9831b4b", "--adapter-parent", "scsi_host5"],
                 "XML error: parent 'scsi_host5' specified for vHBA does not exist")):
            with self.subTest(words):
                self.virsh.ok("pool-define-as", "bus", "scsi", *words, "--target", "/dev/disk/by-path")
                self.assertVirshFails(self.virsh("pool-start", "bus"), said)
                self.virsh.ok("pool-undefine", "bus")
        self.virsh.ok("pool-define-as", "tank", "zfs", "--source-name", "tank", "--source-dev", "/dev/null")
        self.assertVirshFails(self.virsh("pool-build", "tank", "--overwrite"),
                              "unsupported flags (0x8) in function virStorageBackendZFSBuildPool")
