"""Disks of running guests, beside jobs: sizes, counters, limits, thresholds."""

import subprocess

import libvirt

from harness.case import ServerCase, on_each_server, on_roostd
from harness.domains import disk
from harness.waiting import eventually
from harness.watcher import Watcher

MiB = 1 << 20


class DiskCase(ServerCase):
    """A guest with a chain of three images, a raw one, and an empty drive."""

    def image(self, name, size="16M", format="qcow2", below=None):
        path = self.file(name, "")
        words = ["-b", str(below), "-F", "qcow2"] if below else []
        subprocess.run(["qemu-img", "create", "-q", "-f", format, *words, path, size], check=True)
        path.chmod(0o666)
        return path

    def write(self, path, *commands, format="qcow2"):
        words = [word for command in commands for word in ("-c", command)]
        subprocess.run(["qemu-io", "-f", format, *words, path], check=True, stdout=subprocess.DEVNULL)

    def chain(self):
        """Three images, each with something of its own; the lowest first."""
        stem = self.fresh_name("chain")
        base = self.image(f"{stem}-base.qcow2")
        self.write(base, "write -P 1 0 4M")
        middle = self.image(f"{stem}-mid.qcow2", below=base)
        self.write(middle, "write -P 2 2M 4M")
        top = self.image(f"{stem}-top.qcow2", below=middle)
        self.write(top, "write -P 3 5M 3M")
        return base, middle, top

    def guest(self, **options):
        self.images = self.chain()
        self.raw = self.image(f"{self.fresh_name('raw')}.img", "8M", "raw")
        devices = (disk(self.images[2], "vda", "virtio") + disk(self.raw, "vdb", "virtio", format="raw")
                   + "<disk type='file' device='cdrom'><target dev='hdc' bus='ide'/><readonly/></disk>")
        return self.running(devices=devices, **options)

    def monitor(self, name, *words):
        return self.virsh.ok("qemu-monitor-command", name, *words)

    def guest_writes(self, name, target, where):
        """Has QEMU write to a disk as its guest would."""
        number = {"vda": 0, "vdb": 1}[target]
        device = f"/machine/peripheral/virtio-disk{number}/virtio-backend"
        self.monitor(name, "--hmp", f'qemu-io -d {device} "{where}"')


@on_each_server
class Blocks(DiskCase):
    def sizes(self, name, target):
        lines = self.virsh.ok("domblkinfo", name, target).splitlines()
        return {line.split(":")[0]: int(line.split(":")[1]) for line in lines}

    def test_sizes_of_a_running_guests_disks_and_of_none(self):
        name = self.guest()
        running = self.sizes(name, "vda")
        self.assertEqual(running["Capacity"], 16 * MiB)
        self.assertEqual(running["Physical"], self.images[2].stat().st_size)
        self.assertEqual(self.sizes(name, str(self.raw))["Capacity"], 8 * MiB)
        self.assertVirshFails(self.virsh("domblkinfo", name, "vdx"), "invalid path vdx not assigned to domain")
        self.assertVirshFails(self.virsh("domblkinfo", name, "hdc"),
                              "disk 'hdc' does not currently have a source assigned")
        rows = self.virsh.ok("domblkinfo", name, "--all").splitlines()
        self.assertEqual([row.split()[0] for row in rows[2:]], ["vda", "vdb", "hdc"])
        self.virsh.ok("destroy", name)
        stopped = self.sizes(name, "vda")
        self.assertEqual((stopped["Capacity"], stopped["Physical"]), (16 * MiB, self.images[2].stat().st_size))
        self.assertEqual(stopped["Allocation"], self.images[2].stat().st_blocks * 512)
        self.raw.unlink()
        self.assertVirshFails(self.virsh("domblkinfo", name, "vdb"), "No such file or directory")

    def test_a_disk_grows_while_its_guest_runs(self):
        name = self.guest()
        self.assertEqual(self.virsh.ok("blockresize", name, "vda", "20M"), "Block device 'vda' is resized")
        self.virsh.ok("blockresize", name, "vdb", f"{9 * MiB}B")
        self.assertEqual(self.sizes(name, "vda")["Capacity"], 20 * MiB)
        self.assertEqual(self.raw.stat().st_size, 9 * MiB)
        result = self.virsh("blockresize", name, "vdx", "1M")
        self.assertVirshFails(result, "disk 'vdx' was not found in the domain config")
        self.assertVirshFails(self.virsh("blockresize", name, "hdc", "1M"),
                              "can't resize empty or readonly disk 'hdc'")
        domain = self.connect().lookupByName(name)
        self.assertLibvirtError(82, domain.blockResize, "vda", 1 << 60, 0)
        self.virsh.ok("destroy", name)
        self.assertVirshFails(self.virsh("blockresize", name, "vda", "30M"), "domain is not running")

    def test_what_a_disk_has_done_is_counted(self):
        name = self.guest()
        domain = self.connect().lookupByName(name)
        before = domain.blockStatsFlags("vdb")
        # What the monitor writes isn't counted as the guest's; that it reads its disks in starting is.
        eventually(lambda: domain.blockStats("vda")[0] > 0, "the firmware to read its disk")
        self.assertEqual(set(before), {"wr_bytes", "wr_operations", "rd_bytes", "rd_operations", "flush_operations",
                                       "wr_total_times", "rd_total_times", "flush_total_times"})
        self.assertEqual(domain.blockStats(str(self.images[2]))[4], -1)
        whole = domain.blockStats("")
        self.assertGreaterEqual(whole[1], domain.blockStats("vda")[1])
        self.assertEqual(str(self.assertLibvirtError(8, domain.blockStats, "vdx")), "invalid argument: invalid path: vdx")
        self.assertEqual(self.virsh.ok("domblkerror", name), "No errors found")
        self.virsh.ok("destroy", name)
        self.assertLibvirtError(55, domain.blockStats, "vda")
        self.assertVirshFails(self.virsh("domblkerror", name), "domain is not running")

    def test_a_raw_disk_can_be_looked_at(self):
        name = self.guest()
        domain = self.connect().lookupByName(name)
        self.guest_writes(name, "vdb", "write -P 7 1M 64k")
        self.guest_writes(name, "vdb", "flush")
        self.assertEqual(domain.blockPeek("vdb", MiB, 4), b"\7\7\7\7")
        self.assertEqual(domain.blockPeek(str(self.raw), 0, 2), b"\0\0")
        self.assertLibvirtError(8, domain.blockPeek, "vdb", 8 * MiB - 8, 16)
        self.assertLibvirtError(84, domain.blockPeek, "vda", 0, 16)
        self.assertLibvirtError(8, domain.blockPeek, "vdx", 0, 16)

    def test_the_memory_is_told_of(self):
        name = self.guest()
        domain = self.connect().lookupByName(name)
        stats = domain.memoryStats()
        self.assertEqual(stats["actual"], 128 << 10)
        self.assertGreater(stats["rss"], 0)
        self.virsh.ok("destroy", name)
        self.assertLibvirtError(55, domain.memoryStats)

    def test_limits_of_a_disk(self):
        name = self.guest()
        domain = self.connect().lookupByName(name)
        watcher = Watcher(self.virsh, self.server.root / "files", "--all", "--loop")
        self.addCleanup(watcher.close)
        wanted = {"read_bytes_sec": 10000, "read_bytes_sec_max": 20000, "read_bytes_sec_max_length": 5,
                  "write_iops_sec": 100, "group_name": "g1"}
        for impact in (libvirt.VIR_DOMAIN_AFFECT_LIVE, libvirt.VIR_DOMAIN_AFFECT_CONFIG):
            domain.setBlockIoTune("vda", wanted, impact)
        told = {key: value for key, value in domain.blockIoTune("vda").items() if value}
        self.assertEqual(told, wanted)
        kept = domain.blockIoTune("vda", libvirt.VIR_DOMAIN_AFFECT_CONFIG)
        self.assertEqual({key: value for key, value in kept.items() if value}, told)
        watcher.catch_up()
        self.assertIn("\tblkdeviotune.group_name: g1", watcher.lines)
        for wanted, code in (({"total_bytes_sec": 1, "read_bytes_sec": 1}, 8),
                             ({"read_bytes_sec_max": 5}, 67), ({"write_bytes_sec_max": 5}, 67),
                             ({"total_bytes_sec": 1 << 60}, 74)):
            self.assertLibvirtError(code, domain.setBlockIoTune, "vda", wanted, 0)
        self.assertEqual({key: value for key, value in domain.blockIoTune("vda").items() if value}, told)
        self.assertLibvirtError(8, domain.blockIoTune, "vdx")
        # A definition's limits are those of the next guest.
        self.virsh.ok("destroy", name)
        self.virsh.ok("start", name)
        self.assertEqual({key: value for key, value in domain.blockIoTune("vda").items() if value}, told)

    def test_a_disk_that_comes_beside_a_chain_has_limits_at_once(self):
        name = self.guest()
        image = self.image(f"{self.fresh_name('raw')}.img", "8M", "raw")
        limited = disk(image, "vdc", "virtio", format="raw",
                       extra="<iotune><total_iops_sec>40</total_iops_sec></iotune>")
        self.virsh.ok("attach-device", name, self.file(f"{self.fresh_name('disk')}.xml", limited))
        domain = self.connect().lookupByName(name)
        self.assertEqual(domain.blockIoTune("vdc")["total_iops_sec"], 40)

    def test_disks_of_one_group_share_its_limits(self):
        name = self.guest()
        domain = self.connect().lookupByName(name)
        domain.setBlockIoTune("vda", {"total_iops_sec": 50, "group_name": "both"}, 0)
        domain.setBlockIoTune("vdb", {"total_iops_sec": 70, "group_name": "both"}, 0)
        self.assertEqual(domain.blockIoTune("vda")["total_iops_sec"], 70)
        domain.setBlockIoTune("vda", {"total_iops_sec": 0}, 0)
        self.assertEqual(domain.blockIoTune("vda")["total_iops_sec"], 0)

    def thresholds(self, watcher, name):
        return [line for line in watcher.of(name) if "block-threshold" in line]

    def test_a_threshold_is_told_once(self):
        name = self.guest()
        watcher = Watcher(self.virsh, self.server.root / "files", "--all", "--loop")
        self.addCleanup(watcher.close)
        self.virsh.ok("domblkthreshold", name, "vdb", "1M")
        self.guest_writes(name, "vdb", "write 3M 64k")
        self.guest_writes(name, "vdb", "write 4M 64k")
        eventually(lambda: self.thresholds(watcher, name), "the threshold to be told of")
        watcher.catch_up()
        index = self.virsh.ok("dumpxml", name).split(str(self.raw))[1].split("index='")[1].split("'")[0]
        path = str(self.raw)
        told = self.thresholds(watcher, name)
        self.assertEqual(told[0], f"event 'block-threshold': dev: vdb({path}) 1048576 2162688")
        self.assertLessEqual(len(told), 2)
        self.virsh.ok("domblkthreshold", name, f"vdb[{index}]", "2M")
        self.guest_writes(name, "vdb", "write 3M 64k")
        watcher.catch_up()
        self.assertEqual(self.thresholds(watcher, name)[-1], f"event 'block-threshold': dev: vdb[{index}]({path}) 2097152 1114112")
        self.assertVirshFails(self.virsh("domblkthreshold", name, "vda[99]", "5"), "failed to find disk 'vda[99]'")
        self.assertVirshFails(self.virsh("domblkthreshold", name, "vda[x]", "5"), "failed to parse block device 'vda[x]'")

    def test_statistics_of_all_domains_have_disks_and_memory(self):
        name = self.guest()
        connection = self.connect()
        domain = connection.lookupByName(name)
        kinds = libvirt.VIR_DOMAIN_STATS_BLOCK | libvirt.VIR_DOMAIN_STATS_BALLOON
        backing = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING
        (_, plain), = connection.domainListGetStats([domain], kinds)
        self.assertEqual((plain["block.count"], plain["block.0.name"]), (3, "vda"))
        self.assertEqual(plain["block.1.capacity"], 8 * MiB)
        self.assertGreater(plain["balloon.rss"], 0)
        for field in ("rd.reqs", "rd.bytes", "rd.times", "wr.reqs", "fl.times", "allocation", "physical"):
            self.assertIn(f"block.0.{field}", plain)
        self.assertNotIn("block.2.capacity", plain)
        domain.setBlockThreshold("vdb", 5 * MiB)
        (_, whole), = connection.domainListGetStats([domain], kinds, backing)
        self.assertEqual([whole[f"block.{n}.name"] for n in range(5)], ["vda", "vda", "vda", "vdb", "hdc"])
        self.assertEqual([whole[f"block.{n}.path"] for n in range(3)], [str(path) for path in reversed(self.images)])
        self.assertEqual(whole["block.3.threshold"], 5 * MiB)
        self.assertNotIn("block.1.rd.reqs", whole)
        self.virsh.ok("destroy", name)
        (_, none), = connection.domainListGetStats([domain], kinds)
        self.assertEqual(none["block.0.capacity"], 16 * MiB)
        self.assertNotIn("block.0.rd.reqs", none)


@on_roostd
class ThrottleGroups(DiskCase):
    """Groups of limits, which Debian 12's libvirt doesn't know."""

    def setUp(self):
        from harness.virsh import Roost
        self.roost = Roost(self.server.uri)

    def test_a_group_comes_changes_and_goes(self):
        name = self.guest()
        said = self.roost.ok("domthrottlegroupset", name, "g1", "--total-bytes-sec", "1M", "--live", "--config")
        self.assertEqual(said, "Throttle group set successfully")
        self.roost.ok("domthrottlegroupset", name, "g1", "--read-iops-sec", "5")
        self.assertEqual(self.roost.ok("domthrottlegroupinfo", name, "g1").splitlines(),
                         ["total_bytes_sec: 1048576", "read_iops_sec  : 5"])
        self.assertEqual(self.roost.ok("domthrottlegroupinfo", name, "g1", "--inactive"), "total_bytes_sec: 1048576")
        limits = self.monitor(name, '{"execute":"qom-get","arguments":{"path":"/objects/throttle-g1","property":"limits"}}')
        self.assertIn('"iops-read":5', limits.replace(" ", ""))
        self.assertEqual(self.roost.ok("domthrottlegrouplist", name).split()[2:], ["g1"])
        self.roost.ok("domthrottlegroupdel", name, "g1")
        self.assertVirshFails(self.roost("domthrottlegroupdel", name, "g1"), "object 'throttle-g1' not found")
        self.assertEqual(self.roost.ok("domthrottlegroupinfo", name, "g1"), "")

    def test_a_group_that_a_disk_passes_through_stays(self):
        image = self.image(f"{self.fresh_name('raw')}.img", "8M", "raw")
        through = disk(image, "vda", "virtio", format="raw",
                       extra="<throttlefilters><throttlefilter group='tg'/></throttlefilters>")
        name = self.running(devices=through, extra="<throttlegroups><throttlegroup><total_bytes_sec>100000"
                            "</total_bytes_sec><group_name>tg</group_name></throttlegroup></throttlegroups>")
        self.assertVirshFails(self.roost("domthrottlegroupdel", name, "tg"),
                              "throttle group 'tg' is still being used by disk vda")
        self.assertVirshFails(self.roost("blkdeviotune", name, "vda", "--total-iops-sec", "8"),
                              "block 'iotune' can't be used together with 'throttlefilters' for disk 'vda'")
        self.assertEqual(self.roost.ok("domthrottlegroupset", name, "tg", "--total-bytes-sec", "7000"),
                         "Throttle group set successfully")

    def test_words_of_the_commands(self):
        name = self.guest()
        result = self.roost("blkdeviotune", name, "vda", "--total-bytes-sec", "x")
        self.assertEqual(result.errors.splitlines(), [
            "error: Scaled numeric value 'x' for <total-bytes-sec> option is malformed or out of range",
            "error: Unable to parse integer parameter"])
        self.roost.ok("blkdeviotune", name, "vda", "--total_bytes_sec", "5K", "--group-name", "g")
        shown = self.roost.ok("blkdeviotune", name, "vda").splitlines()
        self.assertEqual((shown[0], shown[13]), ("total_bytes_sec: 5120", "group_name     : g"))
        self.assertEqual(self.roost.ok("blockresize", name, "vdb", "9M"), "Block device 'vdb' is resized")
        self.assertVirshFails(self.roost("blockresize", name, "vdb"), "Either --size or --capacity must be provided")
        self.roost.ok("domblkthreshold", name, "vdb", "1M")
        self.assertIn("actual 131072", self.roost.ok("dommemstat", name))
