"""Pools of an iSCSI target, on a server that runs beside the tests."""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as etree

from harness import domains
from harness.case import ServerCase, on_roostd
from harness.waiting import eventually

TARGET = "iqn.2013-06.com.example:roost"
POOL = """<pool type='iscsi-direct'><name>{name}</name><source><host name='127.0.0.1' port='{port}'/><device path='{target}'/>
    {auth}<initiator><iqn name='iqn.me:x'/></initiator></source></pool>"""
AUTH = "<auth type='chap' username='bob'><secret usage='{usage}'/></auth>"
GUEST = """<disk type='volume' device='disk'><driver name='qemu' type='raw'/><source pool='{pool}' volume='unit:0:0:1'{more}/>
    <target dev='vda' bus='virtio'/></disk>"""


@unittest.skipUnless(shutil.which("tgtd") and shutil.which("iscsi-ls"), "tgt and libiscsi-bin aren't installed")
class TargetCase(ServerCase):
    """A test with a server of its own that has two disks."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="roost-iscsi-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.control = str(os.getpid() % 30000 + 100)
        log = open(self.folder / "log", "wb")
        self.addCleanup(log.close)
        self.target = subprocess.Popen(
            ["tgtd", "-f", "-C", self.control, "--iscsi", f"portal=127.0.0.1:{self.port}"], stdout=log, stderr=log)
        self.addCleanup(self.end_target)
        eventually(lambda: self.tgtadm("target", "show", check=False) == 0, "tgtd to answer")
        self.tgtadm("target", "new", "--tid", "1", "-T", TARGET)
        for number, size in ((1, 16), (2, 20)):
            with open(self.folder / f"disk{number}", "wb") as disk:
                disk.truncate(size << 20)
            self.tgtadm("logicalunit", "new", "--tid", "1", "--lun", number, "-b", self.folder / f"disk{number}")
        self.tgtadm("target", "bind", "--tid", "1", "-I", "ALL")
        self.name = self.fresh_name("pool")
        self.addCleanup(self.virsh, "pool-undefine", self.name)
        self.addCleanup(self.virsh, "pool-destroy", self.name)

    def end_target(self):
        self.target.kill()
        self.target.wait()

    def tgtadm(self, mode, what, *words, check=True):
        return subprocess.run(["tgtadm", "-C", self.control, "--lld", "iscsi", "--mode", mode, "--op", what, *map(str, words)],
                              capture_output=True, check=check).returncode

    def define(self, auth="", target=TARGET):
        self.virsh("pool-undefine", self.name)
        self.virsh.ok("pool-define", self.file("pool.xml", POOL.format(
            name=self.name, port=self.port, target=target, auth=auth)))

    def volumes(self):
        return sorted(line.split()[0] for line in self.virsh.ok("vol-list", self.name).splitlines()[2:])


@on_roostd
class Direct(TargetCase):
    def test_disks_of_a_target_are_volumes(self):
        self.define()
        self.virsh.ok("pool-build", self.name)
        self.virsh.ok("pool-start", self.name)
        self.assertEqual(self.volumes(), ["unit:0:0:1", "unit:0:0:2"])
        volume = etree.fromstring(self.virsh.ok("vol-dumpxml", "unit:0:0:1", self.name))
        key = f"ip-127.0.0.1:{self.port}-iscsi-{TARGET}-lun-1"
        self.assertEqual([volume.get("type"), volume.find("key").text, volume.find("target/path").text],
                         ["network", key, key])
        self.assertEqual(volume.find("capacity").text, str(16 << 20))
        self.assertIn("unit:0:0:1", self.virsh.ok("vol-name", key))
        pool = etree.fromstring(self.virsh.ok("pool-dumpxml", self.name))
        self.assertEqual([pool.find(size).text for size in ("capacity", "allocation", "available")],
                         [str(36 << 20), str(36 << 20), "0"])
        self.tgtadm("logicalunit", "delete", "--tid", "1", "--lun", "2")
        self.virsh.ok("pool-refresh", self.name)
        self.assertEqual(self.volumes(), ["unit:0:0:1"])

    def test_what_cant_be_done_is_refused_in_libvirts_words(self):
        self.define()
        self.virsh.ok("pool-start", self.name)
        for words, said in (
                (["vol-create-as", self.name, "v", "1M"], "storage pool does not support volume creation"),
                (["vol-clone", "unit:0:0:1", "x", self.name],
                 "storage pool does not support volume creation from an existing volume"),
                (["vol-delete", "unit:0:0:1", self.name], "storage pool does not support vol deletion"),
                (["vol-resize", "unit:0:0:1", "1G", self.name],
                 "storage pool does not support changing of volume capacity"),
                (["vol-upload", "unit:0:0:1", "/etc/passwd", self.name], "storage pool doesn't support volume upload"),
                (["vol-download", "unit:0:0:1", self.folder / "x", self.name],
                 "storage pool doesn't support volume download")):
            with self.subTest(words):
                self.assertVirshFails(
                    self.virsh(*words), f"this function is not supported by the connection driver: {said}")
        self.virsh.ok("pool-destroy", self.name)
        self.assertVirshFails(self.virsh("pool-delete", self.name), "pool does not support pool deletion")

    def test_targets_are_found(self):
        words = ["find-storage-pool-sources-as", "iscsi-direct"]
        found = etree.fromstring(self.virsh.ok(*words, "127.0.0.1", "--port", self.port, "--initiator", "iqn.me:x"))
        self.assertEqual([source.find("device").get("path") for source in found], [TARGET])
        self.assertVirshFails(self.virsh(*words), "invalid argument: hostname must be specified for iscsi sources")
        self.assertVirshFails(self.virsh(*words, "127.0.0.1"), "unsupported configuration: missing initiator IQN")

    def test_a_login_needs_the_secret(self):
        usage = self.fresh_name("secret")
        uuid = self.virsh.ok("secret-define", self.file(
            "secret.xml", f"<secret ephemeral='no' private='yes'><usage type='iscsi'><target>{usage}</target></usage></secret>")).split()[1]
        self.addCleanup(self.virsh, "secret-undefine", uuid)
        self.virsh.ok("secret-set-value", uuid, "--file", self.file("password", "secretword123"), "--plain")
        self.tgtadm("account", "new", "--user", "bob", "--password", "secretword123")
        self.tgtadm("account", "bind", "--tid", "1", "--user", "bob")
        self.define()
        self.assertVirshFails(self.virsh("pool-start", self.name), "Authentication failure")
        self.define(AUTH.format(usage=usage))
        self.virsh.ok("pool-start", self.name)
        self.assertEqual(self.volumes(), ["unit:0:0:1", "unit:0:0:2"])
        self.virsh.ok("pool-destroy", self.name)
        self.virsh.ok("secret-set-value", uuid, "--file", self.file("password", "wrongword1234"), "--plain")
        failed = self.virsh("pool-start", self.name)
        self.assertVirshFails(failed, "Authentication failure")
        self.assertNotIn("wrongword", failed.errors)

    def test_a_server_that_is_gone_or_has_no_such_target_is_told_of(self):
        self.define(target="iqn.x:none")
        self.assertVirshFails(self.virsh("pool-start", self.name), "has no target 'iqn.x:none'")
        self.define()
        self.virsh.ok("pool-start", self.name)
        self.end_target()
        self.assertVirshFails(self.virsh("pool-refresh", self.name), "iscsi-ls")
        self.assertIn("inactive", self.virsh.ok("pool-info", self.name))

    def test_a_guest_logs_in_by_itself(self):
        self.define()
        self.virsh.ok("pool-start", self.name)
        guest = domains.domain(self.fresh_name("guest"), devices=GUEST.format(pool=self.name, more=""))
        said = self.virsh.ok("domxml-to-native", "qemu-argv", self.file("guest.xml", guest))
        self.assertIn(f'"driver":"iscsi","portal":"127.0.0.1:{self.port}","target":"{TARGET}","lun":1,"transport":"tcp",'
                      '"initiator-name":"iqn.me:x"', said)
        guest = domains.domain("guest", devices=GUEST.format(pool=self.name, more=" mode='direct'"))
        self.assertVirshFails(
            self.virsh("domxml-to-native", "qemu-argv", self.file("guest.xml", guest)),
            "XML error: disk source mode is only valid when storage pool is of iscsi type")
