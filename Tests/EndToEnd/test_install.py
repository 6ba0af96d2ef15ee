"""What `make install` puts into a system: enough to serve and to start a guest, found from where it stands."""

import os
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
        self.assertEqual(set(units), {"roostd.service", "roostd.socket", "roostd-ro.socket", "roostd-admin.socket"})
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

    def test_the_manual_pages_are_without_fault(self):
        for page in ("man1/roost.1", "man5/roostd.conf.5", "man8/roostd.8"):
            done = subprocess.run(["man", "--warnings", "-l", self.installed / "usr/share/man" / page], capture_output=True,
                                  text=True, timeout=60, check=True, env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "160"})
            self.assertEqual(done.stderr, "", page)
            if page.startswith("man1"):
                for command in ("start", "dominfo", "net-define", "vol-create"):
                    self.assertTrue(re.search(rf"(?m)^ +{command} ", done.stdout), command)

    def test_the_settings_say_every_key_with_what_counts_without_it(self):
        settings = (self.installed / "etc/roost/roostd.conf").read_text()
        named = set(re.findall(r"(?m)^#([a-z_]+) = ", settings))
        known = set()
        for source in ("Daemon/Server/Configuration.swift", "QEMUDriver/Host/QEMUConfiguration+File.swift"):
            known |= set(re.findall(r'case "([a-z_]+)":', (paths.PROJECT / "Sources" / source).read_text()))
        self.assertEqual(named, known)
        # Each line is one that the daemon takes.
        own = server.Roostd()
        self.addCleanup(own.stop)
        (own.root / "etc").mkdir()
        taken = re.sub(r"(?m)^#([a-z_]+ = )", r"\1", settings)
        # No host must have these.
        taken = re.sub(r"(?m)^(unix_sock_group|user) = .*\n", "", taken)
        (own.root / "etc/roostd.conf").write_text(taken)
        own.start()
        Virsh(own.uri).ok("version")

    def test_bash_completes_commands_and_names(self):
        domains = self.virsh.ok("list", "--all", "--name").split()
        name = self.defined()
        script = self.installed / "usr/share/bash-completion/completions/roost"

        def completed(*words):
            """What bash offers for the last word."""
            line = " ".join(map(str, words))
            text = f'''
                . {script}
                COMP_WORDS=({line!s}) COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
                [ -n "{words[-1]}" ] || {{ COMP_WORDS+=(""); COMP_CWORD=$((COMP_CWORD + 1)); }}
                _roost {paths.PROGRAMS}/roost; printf "%s\\n" "${{COMPREPLY[@]}}"'''
            done = subprocess.run(["bash", "-c", text], capture_output=True, text=True, timeout=20, check=True)
            return sorted(done.stdout.split())
        uri = f"'{self.server.uri}'"
        self.assertEqual(completed("roost", "domifs"), ["domifstat"])
        self.assertIn(name, completed("roost", "-c", uri, "start", name[:2]))
        self.assertEqual(completed("roost", "-c", uri, "dominfo", name[:-1]), sorted(
            found for found in [*domains, name] if found.startswith(name[:-1])))
        self.assertEqual(completed("roost", "start", "--con"), ["--console"])

    def test_uninstall_takes_all_of_it_away(self):
        self.make("uninstall")
        self.addCleanup(self.make, "install")
        self.assertEqual([found for found in self.installed.rglob("*") if not found.is_dir()], [])
