"""Pools of a Ceph cluster, where Ceph's daemons are installed (ceph-mon, ceph-osd, ceph-mgr, ceph-common)."""

import json
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

CONFIGURATION = """[global]
fsid = 11111111-2222-3333-4444-555555555555
mon host = [v1:127.0.0.1:{port}]
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
osd pool default size = 1
osd pool default min size = 1
mon allow pool size one = true
osd crush chooseleaf type = 0
run dir = {folder}
log file = {folder}/$name.log
pid file = {folder}/$name.pid
admin socket = {folder}/$name.asok
keyring = {folder}/keyring
mon data = {folder}/mon
osd data = {folder}/osd
mgr data = {folder}/mgr
osd objectstore = memstore
memstore device bytes = 268435456
osd class dir = {classes}
ms bind ipv6 = false
"""
OSD = "99999999-2222-3333-4444-555555555555"
POOL = """<pool type='rbd' xmlns:rbd='http://libvirt.org/schemas/storagepool/rbd/1.0'><name>{name}</name>
    <source><name>{pool}</name><host name='127.0.0.1' port='{port}'/>{auth}</source>
    <rbd:config_opts><rbd:option name='client_mount_timeout' value='5'/></rbd:config_opts></pool>"""
AUTH = "<auth type='ceph' username='bob'><secret usage='{usage}'/></auth>"


class Cluster:
    """One monitor, one store in memory, one manager, and a pool named `images`."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="roost-ceph-"))
        for name in ("mon", "osd", "mgr"):
            (self.folder / name).mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        classes = next(pathlib.Path("/usr/lib").glob("*/rados-classes"))
        (self.folder / "ceph.conf").write_text(
            CONFIGURATION.format(port=self.port, folder=self.folder, classes=classes))
        self.daemons = []

    def run(self, program, *words, check=True):
        return subprocess.run([program, "-c", self.folder / "ceph.conf", *map(str, words)], capture_output=True, text=True,
                              check=check, timeout=60, cwd=self.folder)

    def start(self):
        keys, monitors = self.folder / "keyring", self.folder / "monmap"
        keys.touch()
        for name, powers in (("mon.", ("mon",)), ("client.admin", ("mon", "osd", "mgr")), ("client.bob", ("mon", "osd")),
                             ("osd.0", ("mon", "osd", "mgr")), ("mgr.x", ("mon", "osd", "mds"))):
            words = [word for power in powers for word in ("--cap", power, "allow *")]
            subprocess.run(["ceph-authtool", keys, "--gen-key", "-n", name, *words], check=True, capture_output=True)
        subprocess.run(["monmaptool", "--create", "--fsid", "11111111-2222-3333-4444-555555555555", "--addv", "a",
                        f"[v1:127.0.0.1:{self.port}]", monitors], check=True, capture_output=True)
        self.run("ceph-mon", "--mkfs", "-i", "a", "--monmap", monitors, "--keyring", keys)
        self.begin("ceph-mon", "a")
        self.run("ceph", "osd", "new", OSD)
        self.run("ceph", "osd", "crush", "add", "osd.0", "1.0", "root=default", "host=h")
        self.run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", OSD)
        self.begin("ceph-osd", "0")
        self.begin("ceph-mgr", "x")
        eventually(lambda: "1 up" in self.run("ceph", "-s", check=False).stdout, "the store to be up", 60)
        self.run("ceph", "osd", "pool", "create", "images", "8")
        self.run("ceph", "osd", "pool", "application", "enable", "images", "rbd")
        # Only once the manager has counted, the cluster knows how much room it has.
        eventually(lambda: json.loads(self.run("rados", "df", "--format", "json").stdout)["total_space"], "the room", 60)

    def begin(self, program, name):
        with open(self.folder / "output", "ab") as output:
            self.daemons.append(subprocess.Popen(
                [program, "-f", "-c", self.folder / "ceph.conf", "-i", name], stdout=output, stderr=output, cwd=self.folder))

    def key(self):
        return subprocess.run(["ceph-authtool", self.folder / "keyring", "-n", "client.bob", "-p"], check=True,
                              capture_output=True, text=True).stdout.strip()

    def stop(self):
        for daemon in self.daemons:
            daemon.kill()
            daemon.wait()
        shutil.rmtree(self.folder, True)


PROGRAMS = "ceph ceph-mon ceph-osd ceph-mgr ceph-authtool monmaptool rbd rados".split()


@on_roostd
@unittest.skipUnless(all(map(shutil.which, PROGRAMS)), "Ceph isn't installed")
class Images(ServerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cluster = Cluster()
        cls.addClassCleanup(cls.cluster.stop)
        cls.cluster.start()

    def setUp(self):
        self.name, self.usage = self.fresh_name("pool"), self.fresh_name("secret")
        self.secret = self.virsh.ok("secret-define", self.file(
            "secret.xml", f"<secret ephemeral='no' private='yes'><usage type='ceph'><name>{self.usage}</name></usage></secret>")).split()[1]
        self.addCleanup(self.virsh, "secret-undefine", self.secret)
        self.set_key(self.cluster.key())
        self.addCleanup(self.virsh, "pool-undefine", self.name)
        self.addCleanup(self.virsh, "pool-destroy", self.name)

    def set_key(self, key):
        self.virsh.ok("secret-set-value", self.secret, "--file", self.file("key", key))

    def define(self, pool="images"):
        self.virsh("pool-undefine", self.name)
        self.virsh.ok("pool-define", self.file("pool.xml", POOL.format(
            name=self.name, pool=pool, port=self.cluster.port, auth=AUTH.format(usage=self.usage))))

    def volumes(self):
        return sorted(line.split()[0] for line in self.virsh.ok("vol-list", self.name).splitlines()[2:])

    def test_images_are_made_grown_cloned_and_removed(self):
        self.define()
        self.virsh.ok("pool-start", self.name)
        self.virsh.ok("vol-create-as", self.name, "one", "8M")
        volume = etree.fromstring(self.virsh.ok("vol-dumpxml", "one", self.name))
        self.assertEqual(
            [volume.get("type"), volume.find("key").text, volume.find("target/path").text,
             volume.find("target/format").get("type"), volume.find("capacity").text],
            ["network", "images/one", "images/one", "raw", str(8 << 20)])
        self.assertIn("one", self.virsh.ok("vol-name", "images/one"))
        self.virsh.ok("vol-resize", "one", "12M", self.name)
        info = self.virsh.ok("vol-info", "one", self.name, "--bytes").split()
        self.assertEqual(info[-5], str(12 << 20))
        self.virsh.ok("vol-clone", "one", "two", self.name)
        self.assertEqual(self.volumes(), ["one", "two"])
        self.assertIn("parent: images/one@libvirt-", self.cluster.run("rbd", "info", "images/two").stdout)
        for words, said in (
                (["vol-create-as", self.name, "one", "8M"], "storage volume 'one' exists already"),
                (["vol-create-as", self.name, "zero", "0"], "volume capacity required for this storage pool"),
                (["vol-create-as", self.name, "q", "8M", "--format", "qcow2"],
                 "unsupported configuration: only RAW volumes are supported by this storage pool"),
                (["vol-create-as", self.name, "a@b", "8M"], "cannot contain '/' or '@'"),
                (["vol-resize", "one", "4M", self.name, "--shrink"], "can't shrink capacity below existing allocation"),
                (["vol-resize", "one", "14M", self.name, "--allocate"],
                 "unsupported flags (0x1) in function virStorageBackendRBDResizeVol"),
                (["vol-upload", "one", "/etc/passwd", self.name], "storage pool doesn't support volume upload"),
                (["vol-delete", "one", self.name], "unexpected exit status")):
            with self.subTest(words):
                self.assertVirshFails(self.virsh(*words), said)
        self.virsh.ok("vol-delete", "two", self.name)
        self.virsh.ok("vol-delete", "one", self.name, "--delete-snapshots")
        self.assertEqual(self.cluster.run("rbd", "ls", "images").stdout, "")
        pool = etree.fromstring(self.virsh.ok("pool-dumpxml", self.name))
        self.assertEqual(pool.find("capacity").text, str(256 << 20))
        self.assertGreater(int(pool.find("available").text), 200 << 20)

    def test_who_may_not_log_in_is_told_so(self):
        self.define("none")
        self.assertVirshFails(self.virsh("pool-start", self.name), "rbd", "No such file or directory")
        self.define()
        self.set_key("AQBjxQ1fAAAAABAAbM3kyGeQnXP0iHKxfmmqXw==")
        self.assertVirshFails(self.virsh("pool-start", self.name), "rbd")
        self.assertIn("inactive", self.virsh.ok("pool-info", self.name))

    def test_a_guest_opens_an_image_by_itself(self):
        self.define()
        self.virsh.ok("pool-start", self.name)
        self.virsh.ok("vol-create-as", self.name, "disk", "8M")
        self.addCleanup(self.virsh, "vol-delete", "disk", self.name)
        guest = domains.domain(self.fresh_name("guest"), devices=f"""<disk type='volume' device='disk'>
            <source pool='{self.name}' volume='disk'/><target dev='vda' bus='virtio'/></disk>""")
        said = self.virsh.ok("domxml-to-native", "qemu-argv", self.file("guest.xml", guest))
        self.assertIn(f'"driver":"rbd","pool":"images","image":"disk","server":[{{"host":"127.0.0.1","port":"{self.cluster.port}"}}]', said)
        self.assertIn('"user":"bob"', said)
