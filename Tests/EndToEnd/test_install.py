"""What `make install` puts into a system: enough to serve and to start a guest, found from where it stands."""

import pathlib
import re
import subprocess
import tempfile

from harness import paths, server
from harness.case import ServerCase, on_roostd
from harness.virsh import Virsh


class InstalledRoostd(server.Roostd):
    """The daemon that stands below a folder of installed files."""

    def __init__(self, installed):
        super().__init__()
        self.installed = installed

    def command(self):
        return [str(self.installed / "usr/sbin/roostd"), "--root", str(self.root)]


@on_roostd
class Install(ServerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.installed = pathlib.Path(tempfile.mkdtemp(prefix="roost-install-"))
        cls.addClassCleanup(subprocess.run, ["rm", "-rf", cls.installed], check=True)
        cls.make("install")

    @classmethod
    def make(cls, target):
        subprocess.run(["make", "-s", "-C", paths.PROJECT, target, f"DESTDIR={cls.installed}", "PREFIX=/usr",
                        f"PROGRAMS={paths.PROGRAMS}"], capture_output=True, text=True, check=True)

    def test_the_installed_daemon_starts_a_guest_and_the_installed_client_sees_it(self):
        own = InstalledRoostd(self.installed)
        self.addCleanup(own.stop)
        own.start()
        document = own.root / "guest.xml"
        document.write_text(self.document("installed").read_text())
        Virsh(own.uri).ok("create", document)
        done = subprocess.run([self.installed / "usr/bin/roost", "-c", own.uri, "domstate", "installed"],
                              capture_output=True, text=True, timeout=30, check=True)
        self.assertEqual(done.stdout.strip(), "running")

    def test_units_name_the_installed_daemon(self):
        units = {unit.name: unit.read_text() for unit in (self.installed / "usr/lib/systemd/system").iterdir()}
        self.assertEqual(set(units), {"roostd.service", "roostd.socket", "roostd-ro.socket"})
        self.assertIn("ExecStart=/usr/sbin/roostd ", units["roostd.service"])
        self.assertNotIn("@PREFIX@", "".join(units.values()))

    def test_the_manual_page_that_the_unit_names_is_there(self):
        unit = (self.installed / "usr/lib/systemd/system/roostd.service").read_text()
        self.assertIn("Documentation=man:roostd(8)", unit)
        page = self.installed / "usr/share/man/man8/roostd.8"
        options = subprocess.run([self.installed / "usr/sbin/roostd", "--help"], capture_output=True, text=True,
                                 timeout=10, check=True).stdout
        for option in re.findall(r"--([a-z-]+)", options):
            self.assertIn(f"-{option}", page.read_text())

    def test_uninstall_takes_all_of_it_away(self):
        self.make("uninstall")
        self.addCleanup(self.make, "install")
        self.assertEqual([found for found in self.installed.rglob("*") if not found.is_dir()], [])
