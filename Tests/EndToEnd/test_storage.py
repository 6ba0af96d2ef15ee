"""Storage pools of folders and their volumes: what virsh and roost say on both servers, and what clients see."""

import os
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import threading
import unittest
import xml.etree.ElementTree as etree

import libvirt

from harness import comparison, server
from harness.case import ServerCase, on_each_server, on_roostd
from harness.virsh import Roost, Virsh
from harness.waiting import eventually
from test_events import EventLoop

EventLoop.ensure()

# {d} is a folder that each run has empty. `!` runs the rest in a shell.
SCRIPT = """
pool-list --all
pool-define-as p dir --target {d}/p
pool-define-as p dir --target {d}/q
pool-define-as p2 dir --target {d}/p
pool-define-as p2 dir --target {d}/p/
pool-define-as p2 dir
pool-define-as p2 nonsense --target /x
pool-define-as a/b dir --target /x
pool-define-as p2 dir --target /x --print-xml
pool-define-as p2 netfs --source-host h --source-path /p --target /x --source-format nfs --print-xml
pool-define-as p2 iscsi --source-host h --source-dev iqn --target /x --source-initiator i --print-xml
pool-define-as p2 iscsi --source-host h --source-dev iqn --target /x --auth-type chap --auth-username u --secret-usage us --print-xml
pool-define-as p2 rbd --source-name a --auth-type ceph --auth-username u --secret-uuid us --print-xml
pool-define-as p2 scsi --adapter-name host1 --target /x --adapter-wwnn 1 --adapter-wwpn 2 --adapter-parent p --print-xml
pool-define-as p2 scsi --adapter-name host1 --target /x --print-xml
pool-info p
pool-dumpxml p
pool-dumpxml p --inactive
pool-dumpxml p --xpath //target
pool-list
pool-list --all
pool-list --inactive --name
pool-list --all --type dir
pool-list --all --type nonsense
pool-start p
pool-delete p
pool-refresh p
pool-destroy p
vol-list p
pool-build p --overwrite
pool-build p --overwrite --no-overwrite
pool-build p
!stat -c %A {d}/p
pool-build p
pool-start p
pool-start p
pool-build p
pool-delete p
pool-undefine p
pool-autostart p
pool-list --autostart
pool-info p
pool-autostart p --disable
pool-dumpxml p
pool-uuid nope
pool-name p
pool-info nope
pool-list --details --all
pool-create-as t dir --target {d}/t
pool-create-as t dir --target {d}/t --build
pool-create-as t dir --target {d}/t
pool-create-as p dir --target {d}/u
pool-autostart t
pool-info t
pool-list --transient
pool-list --persistent --name
pool-destroy t
pool-info t
pool-create-as t dir --target {d}/p
pool-create-as t dir --target {d}/p/ --build --overwrite
pool-create-as t dir --target {d}/w --build --overwrite
pool-create-as t dir --target /etc/hostname
pool-define {d}/pool.xml
pool-define {d}/bad.xml
pool-define {d}/nameless.xml
pool-define {d}/wrongroot.xml
pool-define {d}/missing.xml
pool-create {d}/bad.xml
pool-build x
!stat -c '%A %u %g' {d}/x
pool-dumpxml x
pool-delete x
pool-delete x
pool-undefine x
pool-undefine x
vol-list p
vol-list p --details
vol-list nope
vol-create-as p a 1M
vol-create-as p a 1M
vol-create-as p a/b 1M
vol-create-as p .. 1M
vol-create-as p b 10M --allocation 0
vol-create-as p c 10M --allocation 1M
vol-create-as p d 1M --allocation 3M
vol-create-as p q.qcow2 4M --format qcow2
vol-create-as p top.qcow2 8M --format qcow2 --backing-vol q.qcow2 --backing-vol-format qcow2
vol-create-as p x.qcow2 8M --format qcow2 --backing-vol nope --backing-vol-format qcow2
vol-create-as p x.qcow2 8M --format qcow2 --backing-vol q.qcow2 --backing-vol-format nonsense
vol-create-as p x 8M --backing-vol q.qcow2 --backing-vol-format qcow2
vol-create-as p v.vmdk 1M --format vmdk
vol-create-as p v.vdi 1M --format vdi
vol-create-as p v.vpc 1M --format vpc
vol-create-as p v.qed 1M --format qed
vol-create-as p v.qcow 1M --format qcow
vol-create-as p v.iso 1M --format iso
vol-create-as p folder 0 --format dir
vol-create-as p v 1M --format ploop
vol-create-as p v 1M --format nonsense
vol-create-as p v 1M --format raw --prealloc-metadata
vol-create-as p m.qcow2 1M --format qcow2 --prealloc-metadata
vol-create-as p v nonsense
vol-create-as p v 1X
vol-create-as p v 1M --allocation -1
vol-create-as p v 1M --print-xml
vol-create-as p v 1M --format qcow2 --backing-vol a --backing-vol-format raw --print-xml
vol-create-as p -- -dash 1M
vol-create-as nope v 1M
vol-create p {d}/vol.xml
vol-create p {d}/vol.xml
vol-create p {d}/bad.xml
vol-create p {d}/missing.xml
vol-create p {d}/nocapacity.xml
vol-create p {d}/features.xml
vol-create p {d}/old.xml
vol-create p {d}/encrypted.xml
vol-list p
vol-list p --details
vol-info a p
vol-info a p --bytes
vol-info a p --bytes --physical
vol-info {d}/p/a
vol-info a
vol-info nope p
vol-info folder p
vol-dumpxml a p
vol-dumpxml q.qcow2 p
vol-dumpxml top.qcow2 p
vol-dumpxml given p
vol-dumpxml folder p
vol-dumpxml v.vmdk p --xpath //format
pool-refresh p
vol-dumpxml q.qcow2 p
vol-dumpxml top.qcow2 p
vol-dumpxml f.qcow2 p
vol-name {d}/p/a
vol-name {d}/p//a
vol-name a
vol-key a p
vol-path a p
vol-path a
vol-pool {d}/p/a
vol-pool {d}/p/a --uuid --nonsense
vol-pool /nope
vol-resize a 2M p
vol-resize a 1M p
vol-resize a 1K p --shrink
vol-resize a 1M p --delta
vol-resize a 0 p
vol-resize a nonsense p
vol-resize b 20M p --allocate
vol-resize b 4P p --allocate
vol-resize c 5M p --shrink
vol-resize q.qcow2 8M p
vol-resize q.qcow2 4M p
vol-resize q.qcow2 4M p --shrink
vol-resize q.qcow2 16M p --allocate
vol-resize v.vmdk 4M p
vol-info q.qcow2 p
vol-clone a a2 p
vol-clone a a2 p
vol-clone q.qcow2 q2.qcow2 p
vol-clone nope x p
vol-clone a x p --prealloc-metadata
vol-create-from p {d}/from.xml q.qcow2 --inputpool p
vol-create-from p {d}/from.xml q.qcow2 --inputpool nope
vol-create-from p {d}/from.xml q.qcow2
vol-dumpxml from p --xpath //capacity
vol-upload a {d}/content p
vol-upload a {d}/missing p
vol-upload nope {d}/content p
vol-upload a {d}/content p --offset -1
vol-upload folder {d}/content p
vol-download a {d}/out p
!cmp -n 100000 {d}/content {d}/out; stat -c %s {d}/out
vol-download a {d}/out p --offset 5 --length 10
!stat -c %s {d}/out
vol-download a {d}/out p --sparse
vol-download a /nope/out p
vol-download nope {d}/out p
vol-upload b {d}/content p --sparse
vol-wipe a p
!cmp -n 100000 /dev/zero {d}/p/a
vol-wipe a p --algorithm nonsense
vol-wipe a p --algorithm trim
vol-wipe a p --algorithm random
vol-wipe folder p
vol-delete a p
vol-delete a p
vol-delete {d}/p/a2
vol-delete b p --delete-snapshots
vol-delete folder p
!mkdir {d}/p/full; touch {d}/p/full/x; touch {d}/p/there; ln -s /nowhere {d}/p/lost; mkfifo {d}/p/fifo; printf x > {d}/p/.hidden
vol-create-as p there 1M
vol-create-as p lost 1M
pool-refresh p
vol-list p --details
vol-delete full p
vol-dumpxml fifo p
!rm {d}/p/there
vol-info there p
vol-resize there 1M p
vol-wipe there p
vol-delete there p
pool-destroy p
vol-info c p
vol-create-as p z 1M
pool-dumpxml p --xpath //name
pool-delete p
!rm -rf {d}/p
pool-start p
pool-undefine p
pool-list --all
pool-event --list
pool-event --event nonsense
find-storage-pool-sources dir
find-storage-pool-sources nonsense
find-storage-pool-sources-as dir
""".strip().splitlines()

# On a test host, which is a new one for each line.
TEST_HOST = """
pool-list --all
pool-list --all --details
pool-list --name
pool-info default-pool
pool-info default-pool --bytes
pool-info nope
pool-dumpxml default-pool
pool-dumpxml default-pool --inactive
pool-uuid default-pool
pool-name dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566
pool-define-as a dir --target /x
pool-define-as a dir
pool-define-as a nonsense --target /x
pool-define-as default-pool dir --target /x
pool-define-as b logical --source-name vg
pool-create-as a dir --target /x
pool-create-as a dir --target /x --build
pool-create-as c disk --source-dev /dev/x --target /y
pool-create-as default-pool dir --target /y
pool-define /nonexistent
pool-create /nonexistent
pool-edit nope
pool-build default-pool
pool-build nope
pool-delete default-pool
pool-start default-pool
pool-start default-pool --build
pool-start nope
pool-refresh default-pool
pool-destroy default-pool
pool-destroy nope
pool-undefine default-pool
pool-autostart default-pool
pool-autostart nope
pool-capabilities
pool-event --list
pool-event --event nonsense
pool-event
find-storage-pool-sources-as logical
find-storage-pool-sources-as netfs
find-storage-pool-sources-as netfs localhost
find-storage-pool-sources-as dir
find-storage-pool-sources-as iscsi
find-storage-pool-sources-as nonsense
find-storage-pool-sources logical
find-storage-pool-sources netfs /nonexistent
pool-destroy default-pool; pool-start default-pool; pool-list
pool-destroy default-pool; pool-build default-pool; pool-delete default-pool; pool-undefine default-pool; pool-list --all
pool-destroy default-pool; vol-list default-pool
pool-define-as a dir --target /x; pool-start a; pool-autostart a; pool-list --all; pool-info a
vol-list default-pool
vol-list default-pool --details
vol-list nope
vol-create-as default-pool a 1M
vol-create-as default-pool a 200G
vol-create-as default-pool a 1M --format nonsense
vol-create-as default-pool a 1M --print-xml
vol-create-as default-pool a nonsense
vol-create-as nope a 1M
vol-create default-pool /nonexistent
vol-create-as default-pool a 1M; vol-create-as default-pool a 1M
vol-create-as default-pool a 1M; vol-list default-pool --details
vol-create-as default-pool a 1M; vol-info a default-pool
vol-create-as default-pool a 1M; vol-info a --pool default-pool --bytes
vol-create-as default-pool a 1M; vol-dumpxml a default-pool
vol-create-as default-pool a 1M; vol-path a default-pool
vol-create-as default-pool a 1M; vol-key a default-pool
vol-create-as default-pool a 1M; vol-name /default-pool/a
vol-create-as default-pool a 1M; vol-pool /default-pool/a
vol-create-as default-pool a 1M; vol-pool /default-pool/a --uuid
vol-create-as default-pool a 1M; vol-delete a default-pool; vol-list default-pool
vol-create-as default-pool a 1M; vol-clone a b default-pool; vol-list default-pool
vol-create-as default-pool a 1M; vol-clone a a default-pool
vol-create-as default-pool a 1M; vol-resize a 2M default-pool
vol-create-as default-pool a 1M; vol-wipe a default-pool
vol-create-as default-pool a 1M; vol-wipe a default-pool --algorithm random
vol-create-as default-pool a 1M; vol-upload a /etc/hostname default-pool
vol-create-as default-pool a 1M; vol-download a /tmp/roost-never default-pool
vol-delete nope default-pool
vol-info nope
vol-info nope default-pool
vol-key nope
vol-path nope
vol-pool nope
vol-name nope
""".strip().splitlines()

FILES = {
    "pool.xml": "<pool type='dir'><name>x</name><target><path>{d}/x</path><permissions><mode>0750</mode>"
                "<owner>65534</owner><group>65534</group></permissions></target></pool>",
    "bad.xml": "<pool type='dir'><name>x</name>", "wrongroot.xml": "<pol type='dir'><name>x</name></pol>",
    "nameless.xml": "<pool type='dir'><target><path>/x</path></target></pool>",
    "vol.xml": "<volume><name>given</name><capacity unit='KiB'>8</capacity><target><permissions><mode>0644</mode>"
               "<owner>65534</owner><group>65534</group></permissions></target></volume>",
    "nocapacity.xml": "<volume><name>n</name></volume>",
    "features.xml": "<volume><name>f.qcow2</name><capacity>1048576</capacity><target><format type='qcow2'/>"
                    "<compat>1.1</compat><clusterSize unit='KiB'>128</clusterSize>"
                    "<features><lazy_refcounts/></features></target></volume>",
    "old.xml": "<volume><name>o.qcow2</name><capacity>1048576</capacity><target><format type='qcow2'/>"
               "<compat>0.10</compat><features><lazy_refcounts/></features></target></volume>",
    "encrypted.xml": "<volume><name>e</name><capacity>1048576</capacity><target><format type='raw'/>"
                     "<encryption format='luks'/></target></volume>",
    "from.xml": "<volume><name>from</name><capacity>5</capacity></volume>", "content": "0123456789" * 10000,
}

# What is another one on each run, or on each machine.
NORMAL = [
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID"), (r"<([amc])time>[\d.]+<", r"<\1time>TIME<"),
    (r"(capacity|allocation|available)( unit='bytes'>)[1-9]\d{9,}<", r"\1\2SIZE<"),
    (r"(Capacity|Allocation|Available):( +)[\d.]+ [GT]iB", r"\1:\2SIZE"), (r"[\d.]+ [GT]iB", "SIZE"),
    (r" \(line \d+\)", ""), (r"(?m)^ ?-{10,}$", "-----"), (r"  +", "  "), (r"(?m) +$", ""),
]
# Of a test host: identities, where a document is wrong, and blanks at the ends of lines.
UNLIKE = (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}| \(line \d+\)|(?m: +$)", "")
# Between libvirt 9.0, which Debian ships, and 11.3.
NEWER = [
    # 9.0 says more where a document isn't XML.
    (r"\((storage_pool_definition|pool_definition|storage_volume_definition|volume_definition|storage_vol_definition)\):", "at line "),
    (r"at line +(\d)", r"at line \1"),
    (r"(unsupported configuration|internal error|XML error): (unknown storage pool type|Invalid value for attribute 'type').*", "type"),
    # 9.0 makes images of qcow2 that 0.10 of QEMU can read, where nothing else is said.
    (r" *<compat>1.1</compat>\n|( *<features>\n *<lazy_refcounts/>\n *</features>\n)| *<features/>\n", r"\1"),
    (r"(?m)^ (m.qcow2 +\S+ +file).*", r" \1"),
]


def said(shell, folder, line):
    """What a program says to a line, less what may differ."""
    line = line.replace("{d}", str(folder))
    if line.startswith("!"):
        done = subprocess.run(line[1:], shell=True, capture_output=True, text=True, check=False)
        text = f"{done.stdout}{done.stderr}exit status {done.returncode}\n"
    else:
        result = shell(*line.split(" "))
        text = f"{result.output}{result.errors}exit status {result.status}\n"
    text = text.replace(str(folder), "FOLDER")
    for pattern, by in NORMAL + NEWER:
        text = re.sub(pattern, by, text)
    return text


def played(shell):
    """What a program says to all lines, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="roost-storage-") as folder:
        os.chmod(folder, 0o755)
        for name, text in FILES.items():
            pathlib.Path(folder, name).write_text(text.replace("{d}", folder))
        return [said(shell, folder, line) for line in SCRIPT]


class Comparison(unittest.TestCase):
    """Two programs, two servers, one script."""

    maxDiff = None

    def compare(self, one, other):
        self.assertGreaterEqual(len([line for line in SCRIPT if line[0] != "!"]), 120)
        for line, ours, theirs in zip(SCRIPT, one, other):
            with self.subTest(line):
                self.assertEqual(ours, theirs)

    @unittest.skipUnless("roostd" in server.chosen(), "asks roostd")
    def test_roost_says_what_virsh_says(self):
        uri = server.shared("roostd").uri
        self.compare(played(Roost(uri)), played(Virsh(uri)))

    @unittest.skipUnless({"roostd", "libvirtd"} <= set(server.chosen()), "asks both servers")
    def test_roostd_says_what_libvirtd_says(self):
        self.compare(*[played(Virsh(server.shared(name).uri)) for name in ("roostd", "libvirtd")])


class TestHost(unittest.TestCase):
    def test_roost_says_of_it_what_virsh_says(self):
        self.assertEqual(libvirt.open("test:///default").listStoragePools(), ["default-pool"])
        for line in TEST_HOST:
            with self.subTest(line):
                words = [line] if ";" in line else line.split()
                ours, theirs = (shell("test:///default")(*words) for shell in (Roost, Virsh))
                self.assertEqual(*[re.sub(pattern, by, f"{one.output}{one.errors}{one.status}")
                                   for one in (ours, theirs) for pattern, by in [UNLIKE]])

    def test_a_volume_says_how_much_it_holds(self):
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write("<volume><name>v1</name><target><format type='raw'/></target></volume>")
            file.flush()
            done = [shell("test:///default")("vol-create", "default-pool", file.name) for shell in (Roost, Virsh)]
        self.assertEqual([(one.status, "XML error: missing capacity element" in one.errors) for one in done], [(1, True)] * 2)


def encrypted(create):
    """What `create` makes. qemu-img measures how fast it is for that, and gives up where the kernel counts too coarsely."""
    for _ in range(5):
        try:
            return create()
        except libvirt.libvirtError as error:
            if "Unable to get accurate CPU usage" not in str(error):
                raise
    raise AssertionError("qemu-img could not measure how fast it is in five tries")


class PoolCase(ServerCase):
    """Each test has an empty pool."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="roost-pool-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.name = self.fresh_name("pool")
        self.virsh.ok("pool-create-as", self.name, "dir", "--target", self.folder)
        self.addCleanup(self.virsh, "pool-destroy", self.name)

    def pool(self):
        return self.connect().storagePoolLookupByName(self.name)

    def volumes(self):
        return sorted(self.virsh.ok("vol-list", self.name).split("\n", 2)[2].split()[::2]) \
            if self.virsh.ok("vol-list", self.name).count("\n") > 1 else []


@on_each_server
class Volumes(PoolCase):
    def test_pools_and_refreshes_are_told_of(self):
        heard, connection = [], self.connect()
        for kind, body in ((0, lambda _, pool, event, detail, __: heard.append((pool.name(), event))),
                           (1, lambda _, pool, __: heard.append((pool.name(), "refresh")))):
            number = connection.storagePoolEventRegisterAny(None, kind, body, None)
            self.addCleanup(connection.storagePoolEventDeregisterAny, number)
        name, path = self.fresh_name("told"), self.folder / "told"
        pool = connection.storagePoolDefineXML(
            f"<pool type='dir'><name>{name}</name><target><path>{path}</path></target></pool>")
        pool.build()
        pool.create()
        pool.refresh()
        pool.destroy()
        pool.delete()
        pool.undefine()
        expected = [(name, event) for event in (0, 4, 2, "refresh", 3, 5, 1)]
        eventually(lambda: [one for one in heard if one[0] == name] == expected, f"{expected}, not {heard}")

    def test_sparse_content_keeps_its_holes_both_ways(self):
        source, back = pathlib.Path(f"{self.folder}.source"), pathlib.Path(f"{self.folder}.back")
        self.addCleanup(lambda: [path.unlink(missing_ok=True) for path in (source, back)])
        with open(source, "wb") as file:
            file.truncate(4 << 30)
            for place in (0, 1 << 20, (3 << 30) + 4096):
                file.seek(place)
                file.write(os.urandom(65536))
        self.virsh.ok("vol-create-as", self.name, "big", "4G", "--allocation", "0")
        self.virsh.ok("vol-upload", "big", source, self.name, "--sparse")
        self.virsh.ok("vol-download", "big", back, self.name, "--sparse")
        for path in (self.folder / "big", back):
            subprocess.run(["cmp", source, path], check=True)
            self.assertLess(path.stat().st_blocks * 512, 4 << 20)

    def test_lists_and_counts_agree(self):
        connection, pool = self.connect(), self.pool()
        stopped = connection.storagePoolDefineXML(
            f"<pool type='dir'><name>{self.fresh_name('idle')}</name><target><path>{self.folder}/x</path></target></pool>")
        self.addCleanup(stopped.undefine)
        self.assertEqual(connection.numOfStoragePools(), len(connection.listStoragePools()))
        self.assertEqual(connection.numOfDefinedStoragePools(), len(connection.listDefinedStoragePools()))
        self.assertIn(stopped.name(), connection.listDefinedStoragePools())
        self.assertEqual(connection.storagePoolLookupByUUIDString(pool.UUIDString()).name(), self.name)
        pool.createXML("<volume><name>v</name><capacity>1</capacity></volume>")
        self.assertEqual((pool.numOfVolumes(), pool.listVolumes()), (1, ["v"]))
        kinds = etree.fromstring(self.virsh.ok("pool-capabilities")).findall("pool")
        self.assertEqual([kind.get("supported") for kind in kinds[:3]], ["yes"] * 3)
        formats = [value.text for value in kinds[0].findall("volOptions/enum/value")]
        self.assertEqual((formats[0], formats[-3:]), ("none", ["qcow2", "qed", "vmdk"]))

    def test_an_encrypted_volume_is_opened_by_its_secret_and_no_other(self):
        connection, pool = self.connect(), self.pool()
        words = {}
        for name in ("one", "two"):
            secret = connection.secretDefineXML(
                f"<secret ephemeral='yes'><usage type='volume'><volume>{self.folder}/{name}</volume></usage></secret>")
            self.addCleanup(secret.undefine)
            secret.setValue(f"{name} secret".encode())
            words[name] = (f"<encryption format='luks'><secret type='passphrase' uuid='{secret.UUIDString()}'/>"
                           "</encryption>")
        document = ("<volume><name>{}</name><capacity unit='MiB'>1</capacity><target><format type='{}'/>{}</target>"
                    "</volume>").format
        made = encrypted(lambda: pool.createXML(document("first", "raw", words["one"])))
        encrypted(lambda: pool.createXML(document("inner.qcow2", "qcow2", words["one"])))
        encrypted(lambda: pool.createXMLFrom(document("second", "raw", words["two"]), made))
        pool.createXMLFrom(document("plain", "raw", ""), made)
        for name, value, option in (("first", "one", "driver=luks,key-secret"), ("second", "two", "driver=luks,key-secret"),
                                    ("inner.qcow2", "one", "driver=qcow2,encrypt.key-secret")):
            for data, status in ((f"{value} secret", 0), ("wrong", 1)):
                done = subprocess.run(
                    ["qemu-io", "--object", f"secret,id=s,data={data}", "--image-opts", "-c", "read 0 64k",
                     f"{option}=s,file.filename={self.folder}/{name}"], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, status, f"{name} {done.stdout}{done.stderr}")
        pool.refresh()
        first = etree.fromstring(pool.storageVolLookupByName("first").XMLDesc())
        self.assertEqual((first.findtext("capacity"), first.find("target/encryption").get("format")), ("1048576", "luks"))
        log = self.server.log
        self.assertNotIn("one secret", log.read_text(errors="replace") if log.exists() else "")

    def test_errors_have_libvirts_numbers(self):
        pool = self.pool()
        connection = self.connect()
        for code, call, arguments in (
                (libvirt.VIR_ERR_NO_STORAGE_VOL, pool.storageVolLookupByName, ["nope"]),
                (libvirt.VIR_ERR_NO_STORAGE_VOL, connection.storageVolLookupByKey, ["/nope"]),
                (libvirt.VIR_ERR_NO_STORAGE_POOL, connection.storagePoolLookupByName, ["nope"]),
                (libvirt.VIR_ERR_NO_STORAGE_POOL, connection.storagePoolLookupByTargetPath, ["/nope"]),
                (libvirt.VIR_ERR_INVALID_ARG, pool.createXML, ["<volume/>", 64]),
                (libvirt.VIR_ERR_XML_ERROR, pool.createXML, ["<volume/>", 0]),
                (libvirt.VIR_ERR_OPERATION_INVALID, pool.build, [0]),
                (libvirt.VIR_ERR_NO_SUPPORT, connection.findStoragePoolSources, ["dir", None, 0])):
            with self.subTest(call):
                self.assertLibvirtError(code, call, *arguments)

    def test_a_pool_is_found_by_its_folder_and_a_volume_by_its_path(self):
        self.virsh.ok("vol-create-as", self.name, "v", "1M")
        connection = self.connect()
        self.assertEqual(connection.storagePoolLookupByTargetPath(f"{self.folder}/").name(), self.name)
        volume = connection.storageVolLookupByPath(f"{self.folder}/v")
        self.assertEqual((volume.key(), volume.name()), (f"{self.folder}/v", "v"))
        self.assertEqual(volume.storagePoolLookupByVolume().name(), self.name)


@on_roostd
class Hostile(PoolCase):
    def test_nothing_but_files_and_folders_is_a_volume(self):
        os.mkfifo(self.folder / "fifo")
        os.mknod(self.folder / "null", 0o20666, os.makedev(1, 3))
        os.symlink("/nowhere", self.folder / "lost")
        os.symlink("self", self.folder / "self")
        os.symlink("/etc/hostname", self.folder / "others")
        os.lchown(self.folder / "others", 65534, 65534)
        (self.folder / "control\x01").write_text("x")
        pathlib.Path(os.fsdecode(bytes(self.folder) + b"/bad\xff")).write_text("x")
        (self.folder / "good").write_text("x")
        os.symlink("good", self.folder / "link")
        self.virsh.ok("pool-refresh", self.name)
        self.assertEqual(self.volumes(), ["good", "link"])

    def test_a_clone_never_reads_what_is_no_pools(self):
        for name, backing, form in (("secret", "/etc/shadow", "raw"), ("away", "nbd://127.0.0.1:1/x", "raw"),
                                    ("loop", "loop", "qcow2")):
            path = self.folder / name
            subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", path, "1M"], check=True)
            subprocess.run(["qemu-img", "rebase", "-u", "-f", "qcow2", "-b", backing, "-F", form, path], check=True)
        self.virsh.ok("pool-refresh", self.name)
        plain = self.file("plain.xml", "<volume><name>copy</name><capacity>5</capacity></volume>")
        for name in ("secret", "away"):
            for words in (["vol-clone", name, "copy", self.name],
                          ["vol-create-from", self.name, plain, name, "--inputpool", self.name]):
                self.assertNotEqual(self.virsh(*words).status, 0)
            self.assertIn("it is not opened", self.virsh(*words).errors)
        for words in (["vol-clone", "loop", "copy", self.name], ["vol-resize", "loop", "2M", self.name],
                      ["vol-create-as", self.name, "copy", "1M", "--format", "qcow2", "--backing-vol", "loop",
                       "--backing-vol-format", "qcow2"]):
            self.assertVirshFails(self.virsh(*words), "self-referential")
        self.assertEqual(self.volumes(), ["away", "loop", "secret"])
        self.assertNotIn("0640", self.virsh.ok("vol-dumpxml", "secret", self.name))


@on_roostd
class Sharing(PoolCase):
    def test_many_clones_of_one_volume_at_once(self):
        self.virsh.ok("vol-create-as", self.name, "one", "8M")
        clones = [self.virsh.start("vol-clone", "one", f"copy{number}", "--pool", self.name) for number in range(6)]
        for clone in clones:
            said, _ = clone.communicate(timeout=60)
            self.assertEqual(clone.returncode, 0, said)
        self.assertEqual(len(self.volumes()), 7)

    def test_names_that_lead_elsewhere_make_nothing_there(self):
        for name in ("../out", "..", ".", "a/b", "n" * 300):
            with self.subTest(name):
                self.assertRaises(libvirt.libvirtError, self.pool().createXML,
                                  f"<volume><name>{name}</name><capacity>1</capacity></volume>")
        os.symlink("/nonexistent/there", self.folder / "link")
        self.assertNotEqual(self.virsh("vol-create-as", self.name, "link", "1M").status, 0)
        self.assertEqual(os.listdir(self.folder), ["link"])


@on_roostd
class Many(PoolCase):
    def test_clients_at_once_leave_pools_and_folders_agreeing(self):
        failures = []

        def work(number):
            choose = random.Random(number)
            connection = libvirt.open(self.server.uri)
            pool = connection.storagePoolLookupByName(self.name)
            for _ in range(60):
                name = f"v{choose.randrange(6)}"
                try:
                    if choose.random() < 0.5:
                        pool.createXML(f"<volume><name>{name}</name><capacity>4096</capacity></volume>")
                    elif choose.random() < 0.7:
                        pool.storageVolLookupByName(name).delete()
                    else:
                        pool.refresh()
                except libvirt.libvirtError as error:
                    known = (libvirt.VIR_ERR_STORAGE_VOL_EXIST, libvirt.VIR_ERR_NO_STORAGE_VOL,
                             libvirt.VIR_ERR_OPERATION_INVALID)
                    if error.get_error_code() not in known:
                        failures.append(error)
            connection.close()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        here = sorted(path.name for path in self.folder.iterdir())
        self.assertEqual(self.volumes(), here)
        self.virsh.ok("pool-refresh", self.name)
        self.assertEqual(self.volumes(), here)
