"""Processors and I/O threads of running guests: what virsh says about them on roostd and on Debian's libvirtd."""

import os
import pathlib
import re
import unittest

from harness import comparison, domains, server
from harness.virsh import Virsh
from harness.watcher import Watcher

NAME = os.environ.get("ROOST_COMPARE", "roostd" if "roostd" in server.chosen() else "libvirtd")
TOPOLOGY = "<cpu mode='custom'><model>qemu64</model><topology sockets='3' cores='2' threads='1'/></cpu>"
IDENTITY = "10000000-0000-4000-8000-{0:012d}"
# Of these, the second two can go, and the last comes before the third.
ONE_BY_ONE = """<vcpu current='4'>6</vcpu><vcpus>
    <vcpu id='0' enabled='yes' hotpluggable='no' order='1'/><vcpu id='1' enabled='yes' hotpluggable='no' order='2'/>
    <vcpu id='3' enabled='yes' hotpluggable='yes' order='4'/><vcpu id='5' enabled='yes' hotpluggable='yes' order='3'/>
    </vcpus>"""
PINNED = """<vcpu current='3' cpuset='0-1'>6</vcpu><iothreads>2</iothreads><cputune><vcpupin vcpu='0' cpuset='1'/>
    <vcpupin vcpu='4' cpuset='0'/><emulatorpin cpuset='0'/><iothreadpin iothread='2' cpuset='1'/></cputune>"""
USED = """<vcpu cpuset='1' current='2'>6</vcpu><iothreads>2</iothreads>"""
USERS = """<controller type='scsi' model='virtio-scsi'><driver iothread='2'/></controller>
    <disk type='file' device='disk'><driver name='qemu' type='raw' iothread='1'/><source file='{root}/files/d.img'/>
    <target dev='vda' bus='virtio'/></disk>"""
FIRST = "<vcpu id='0' enabled='yes' hotpluggable='no' order='1'/>"
# Descriptions of single processors that can't be, and two that can.
SINGLE = [
    FIRST.replace("'no'", "'yes'"),
    "<vcpu id='0' enabled='no' hotpluggable='yes'/><vcpu id='1' enabled='yes' hotpluggable='no'/>",
    "<vcpu id='0' enabled='yes' order='2'/><vcpu id='1' enabled='yes' order='1'/>",
    "<vcpu id='0' enabled='yes' hotpluggable='no'/><vcpu id='1' enabled='no' hotpluggable='no'/>",
    FIRST + "<vcpu id='1' enabled='yes' hotpluggable='yes'/>",
    FIRST + "<vcpu id='7' enabled='yes' hotpluggable='yes'/>",
    FIRST + "<vcpu id='1' enabled='yes' hotpluggable='yes' order='2'/>"
            "<vcpu id='2' enabled='yes' hotpluggable='no' order='3'/>",
    FIRST + "<vcpu id='1' enabled='yes' hotpluggable='yes' order='5'/>",
    "<vcpu id='0' enabled='yes'/><vcpu id='1' enabled='yes'/><vcpu id='2' enabled='no'/>",
]
SCRIPT = """
define {root}/files/plain.xml
setvcpus plain 3 --config
dumpxml plain --xpath /domain/vcpu|/domain/vcpus
setvcpus plain 5 --config --hotpluggable
dumpxml plain --xpath /domain/vcpu|/domain/vcpus
setvcpus plain 4 --config
setvcpu plain 5 --config --enable
dumpxml plain --xpath /domain/vcpu|/domain/vcpus
setvcpus plain 6 --config
setvcpus plain 2 --config
dumpxml plain --xpath /domain/vcpu|/domain/vcpus
setvcpus plain 3 --config
setvcpu plain 1 --config --disable
setvcpu plain 0 --config --disable
setvcpu plain 9 --config --enable
setvcpu plain 1 --live --enable
setvcpus plain 8 --config --maximum
setvcpus plain 7 --config
vcpucount plain
vcpuinfo plain
vcpupin plain
vcpupin plain --live
vcpupin plain 1 0 --live
iothreadinfo plain --live
iothreadadd plain 4 --live
setvcpus plain 2 --config
start plain
vcpucount plain
vcpuinfo plain --pretty
vcpupin plain
emulatorpin plain
iothreadinfo plain
setvcpus plain 3 --live
dumpxml plain --xpath /domain/vcpu|/domain/vcpus
setvcpu plain 5 --live --enable
dumpxml plain --xpath /domain/vcpu|/domain/vcpus
setvcpu plain 5 --live --enable
setvcpu plain 2,5 --live --disable
setvcpu plain 0 --live --disable
setvcpu plain 17 --live --enable
setvcpu plain 4-5 --live --enable
setvcpu plain 3-4 --live --enable
setvcpus plain 1
setvcpus plain 7
setvcpus plain 6 --hotpluggable --live --config
dumpxml plain --xpath /domain/vcpu|/domain/vcpus
dumpxml plain --inactive --xpath /domain/vcpu|/domain/vcpus
vcpucount plain
destroy plain
define {root}/files/one-by-one.xml
dumpxml one-by-one --xpath /domain/vcpu|/domain/vcpus
start one-by-one
dumpxml one-by-one --xpath /domain/vcpu|/domain/vcpus
vcpuinfo one-by-one
setvcpus one-by-one 3 --config
dumpxml one-by-one --inactive --xpath /domain/vcpu|/domain/vcpus
destroy one-by-one
define {root}/files/pinned.xml
start pinned
vcpuinfo pinned --pretty
vcpupin pinned
emulatorpin pinned
iothreadinfo pinned
vcpupin pinned 1 0
vcpupin pinned 9 0
vcpupin pinned 9 0 --config
vcpupin pinned 4 1 --live
vcpupin pinned 1 r
vcpupin pinned 5 0 --config
vcpupin pinned --config
emulatorpin pinned 1 --live --config
emulatorpin pinned r --config
emulatorpin pinned --config
iothreadpin pinned 1 1
iothreadpin pinned 3 1
iothreadpin pinned 1 1 --config
iothreadinfo pinned --config
dumpxml pinned --xpath /domain/cputune
dumpxml pinned --inactive --xpath /domain/cputune
iothreadadd pinned 7
iothreadadd pinned 7
iothreadadd pinned 0
iothreadadd pinned 9 --config
iothreaddel pinned 2
iothreaddel pinned 5
iothreaddel pinned 1 --config
iothreadinfo pinned
iothreadinfo pinned --config
iothreadset pinned 7 --thread-pool-max 4
iothreadset pinned 7 --thread-pool-min 10
iothreadset pinned 7 --thread-pool-min 2
iothreadset pinned 8 --poll-max-ns 1
iothreadset pinned 1 --thread-pool-max -1
iothreadset pinned 1 --poll-max-ns 99999999999999
iothreadset pinned 9 --thread-pool-max 3 --config
dumpxml pinned --xpath /domain/iothreads|/domain/iothreadids|/domain/cputune
dumpxml pinned --inactive --xpath /domain/iothreads|/domain/iothreadids|/domain/cputune
destroy pinned
define {root}/files/used.xml
start used
iothreaddel used 1
iothreaddel used 2
iothreaddel used 1 --config
iothreadset used 1 --thread-pool-max 4 --thread-pool-min 1 --live
iothreadset used 1 --thread-pool-max 4 --thread-pool-min 6 --live
iothreadset used 1 --thread-pool-max 4 --thread-pool-min 2 --config
iothreadset used 1 --thread-pool-min -1 --config
dumpxml used --xpath /domain/iothreadids
dumpxml used --inactive --xpath /domain/iothreadids
emulatorpin used
vcpupin used
iothreadinfo used
destroy used
"""
COMMANDS = SCRIPT.strip().splitlines()
for _number in range(len(SINGLE)):
    COMMANDS += [f"define {{root}}/files/single{_number}.xml",
                 f"dumpxml single{_number} --xpath /domain/vcpu|/domain/vcpus"]


def places(own):
    """Where the threads of the running guest may run, by their names."""
    found = []
    for pid in own.guest_pids():
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            name = (task / "comm").read_text().strip()
            # Workers come and go, and are where the thread is that has started them.
            if name.startswith(("CPU", "IO iothread")):
                found.append((name, re.search(r"Cpus_allowed_list:\s*(\S+)", (task / "status").read_text())[1]))
        emulator = re.search(r"Cpus_allowed_list:\s*(\S+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]
        found.append(("emulator", emulator))
    return sorted(found)


# The guests' threads are pinned to the first two.
TWO_PROCESSORS = unittest.skipUnless({0, 1} <= os.sched_getaffinity(0), "the host has only one processor")


@TWO_PROCESSORS
@unittest.skipUnless(NAME in server.KINDS, "nothing to compare")
class Processors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.texts, cls.places, cls.events = [], [], []
        for name in (NAME, "libvirtd"):
            own = server.KINDS[name]()
            cls.addClassCleanup(own.stop)
            own.start()
            cls.documents(own)
            watcher = Watcher(Virsh(own.uri), own.root / "files", "--all", "--loop")
            texts, threads = [], []
            for line in COMMANDS:
                texts += comparison.said(own, [line])
                if line.split(" ")[0] in ("start", "vcpupin", "emulatorpin", "iothreadpin", "setvcpus", "iothreadadd"):
                    threads.append((line, places(own)))
            watcher.catch_up()
            watcher.close()
            cls.texts.append(texts)
            cls.places.append(threads)
            cls.events.append([line for line in watcher.lines if "tun" in line])
            own.stop()

    @staticmethod
    def documents(own):
        folder = own.root / "files"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
        (folder / "d.img").write_bytes(bytes(1 << 20))
        (folder / "d.img").chmod(0o666)
        guests = {"plain": ("<vcpu current='2'>6</vcpu>", ""), "one-by-one": (ONE_BY_ONE, ""),
                  "pinned": (PINNED, ""), "used": (USED, USERS.replace("{root}", str(own.root)))}
        guests |= {f"single{number}": (f"<vcpu>6</vcpu><vcpus>{text}</vcpus>", "")
                   for number, text in enumerate(SINGLE)}
        for number, (name, (processors, devices)) in enumerate(guests.items(), start=1):
            text = domains.domain(
                name, id=IDENTITY.format(number), serial=False, devices=devices, memory=64)
            text = text.replace("<vcpu>1</vcpu>", processors).replace("<devices>", TOPOLOGY + "<devices>")
            (folder / f"{name}.xml").write_text(text)

    def test_every_command_says_the_same(self):
        for line, ours, theirs in zip(COMMANDS, *self.texts):
            with self.subTest(line):
                difference = comparison.difference(ours, theirs, NAME)
                if difference:
                    self.fail(difference)

    def test_threads_run_where_they_should(self):
        for ours, theirs in zip(*self.places):
            with self.subTest(theirs[0]):
                self.assertEqual(ours, theirs)

    def test_the_same_is_told_of_pins(self):
        self.assertEqual(*self.events)


@TWO_PROCESSORS
@unittest.skipUnless("roostd" in server.chosen(), "it is about roostd")
class TakenUp(unittest.TestCase):
    def test_a_guest_that_is_taken_up_has_its_processors_and_threads(self):
        own = server.Roostd()
        self.addCleanup(own.stop)
        own.start()
        Processors.documents(own)
        virsh = Virsh(own.uri)
        virsh.ok("create", own.root / "files/pinned.xml")
        virsh.ok("setvcpu", "pinned", "5", "--enable", "--live")
        commands = ["vcpuinfo pinned --pretty", "vcpupin pinned", "iothreadinfo pinned", "dumpxml pinned"]
        before = comparison.said(own, commands)
        own.kill()
        own.restart()
        self.assertEqual(comparison.said(own, commands), before)
        virsh.ok("vcpupin", "pinned", "5", "0")
        virsh.ok("iothreadpin", "pinned", "1", "0")
        virsh.ok("emulatorpin", "pinned", "1")
        self.assertEqual(places(own), [
            ("CPU 0/TCG", "1"), ("CPU 1/TCG", "0-1"), ("CPU 2/TCG", "0-1"), ("CPU 5/TCG", "0"),
            ("IO iothread1", "0"), ("IO iothread2", "1"), ("emulator", "1")])
