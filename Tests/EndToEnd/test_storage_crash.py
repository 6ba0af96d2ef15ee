"""Daemons are killed while pools and volumes are made and changed."""

import os
import pathlib
import random
import subprocess

from harness import server
from harness.case import on_roostd
from harness.virsh import Virsh
from harness.waiting import eventually
from test_storage import PoolCase

SIZE = 16 << 20


@on_roostd
class Crash(PoolCase):
    def setUp(self):
        self.server = server.KINDS["roostd"]().start()
        self.addCleanup(self.server.stop)
        self.virsh = Virsh(self.server.uri)
        super().setUp()
        self.content = os.urandom(SIZE)
        for name in ("source.raw", "victim.raw"):
            (self.folder / name).write_bytes(self.content)
        subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", self.folder / "source.raw",
                        self.folder / "source.qcow2"], check=True)
        self.virsh.ok("pool-refresh", self.name)
        self.before = ["source.qcow2", "source.raw", "victim.raw"]

    # What is done; each returns the words, and what must be so whether or not it was finished.

    def clone(self, choose, round):
        form = choose.choice(["raw", "qcow2"])
        name = f"copy{round}.{form}"
        return ["vol-clone", f"source.{form}", name, "--pool", self.name], lambda: self.made(name, self.same)

    def create(self, choose, round):
        form = choose.choice(["raw", "qcow2"])
        name = f"new{round}.{form}"
        words = ["vol-create-as", self.name, name, "64M", "--format", form]
        return words, lambda: self.made(name, lambda path: self.assertIn(
            f"virtual size: {64 << 20} bytes", self.said("qemu-img", "info", "--output", "human", path).replace(
                "64 MiB (67108864", "67108864").replace(")", "")))

    def resize(self, choose, round):
        length = (self.folder / "victim.raw").stat().st_size
        larger = length + (1 << 20)
        return (["vol-resize", "victim.raw", larger, self.name],
                lambda: self.assertIn((self.folder / "victim.raw").stat().st_size, (length, larger)))

    def upload(self, choose, round):
        length = (self.folder / "victim.raw").stat().st_size
        return (["vol-upload", "victim.raw", self.folder / "source.raw", self.name],
                lambda: self.assertEqual((self.folder / "victim.raw").stat().st_size, length))

    def wipe(self, choose, round):
        length = (self.folder / "victim.raw").stat().st_size
        return (["vol-wipe", "victim.raw", self.name],
                lambda: self.assertEqual((self.folder / "victim.raw").stat().st_size, length))

    def refresh(self, choose, round):
        return ["pool-refresh", self.name], lambda: None

    def build(self, choose, round):
        name = f"built{round}"
        self.virsh.ok("pool-define-as", name, "dir", "--target", self.folder.parent / f"{self.folder.name}-{name}")

        def check():
            self.virsh.ok("pool-start", name, "--build")
            self.virsh.ok("pool-destroy", name)
            self.virsh.ok("pool-delete", name)
            self.virsh.ok("pool-undefine", name)
        return ["pool-build", name], check

    # What must be so.

    def said(self, *words):
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout

    def same(self, path):
        self.said("qemu-img", "compare", "-q", self.folder / f"source{path.suffix}", path)

    def made(self, name, check):
        """A volume is whole where it is there; it is removed then."""
        if name in self.volumes():
            check(self.folder / name)
            self.virsh.ok("vol-delete", name, self.name)

    def test_whatever_is_cut_short_nothing_half_made_looks_whole_and_nothing_is_lost(self):
        seed = int(os.environ.get("ROOST_SEED", "1"))
        choose = random.Random(seed)
        changes = [self.clone, self.clone, self.create, self.resize, self.upload, self.wipe, self.refresh, self.build]
        for round in range(int(os.environ.get("ROOST_STORAGE_KILLS", "5"))):
            words, check = choose.choice(changes)(choose, round)
            with self.subTest(seed=seed, round=round, words=words):
                change = self.virsh.start(*words)
                try:
                    change.wait(choose.random() * 0.3)
                except subprocess.TimeoutExpired:
                    pass
                self.server.kill()
                change.communicate()
                self.server.start()
                self.assertEqual([path.name for path in self.folder.iterdir() if path.name.endswith(".part")], [])
                self.assertEqual(list((self.server.root / "var/lib/storage/parts").iterdir()), [])
                check()
                self.assertEqual(self.volumes(), self.before)
                self.assertEqual(sorted(os.listdir(self.folder)), self.before)
                self.assertEqual((self.folder / "source.raw").read_bytes(), self.content)

    def test_pools_run_on_and_definitions_stay(self):
        self.virsh.ok("pool-define-as", "kept", "dir", "--target", f"{self.folder}/kept")
        self.virsh.ok("pool-build", "kept")
        self.virsh.ok("pool-autostart", "kept")
        self.server.kill()
        self.server.start()
        self.assertEqual(self.volumes(), ["kept", *self.before])
        self.assertIn("Autostart:      yes", self.virsh.ok("pool-info", "kept"))
        eventually(lambda: "running" in self.virsh.ok("pool-info", "kept"), "it to be started with the host")
