"""Administration of a running daemon: Debian's virt-admin, and `roost admin` in its place."""

import os
import re
import subprocess
import sys

import libvirt

from harness import domains, server
from harness.case import ServerCase, on_each_server, on_roostd
from harness.virsh import Roost, Virsh
from harness.waiting import eventually

COMMANDS = """
uri
server-list
server-list extra
server-clients-info libvirtd
server-clients-info admin
server-clients-info nobody
server-clients-info
client-list libvirtd
client-list nobody
client-info libvirtd 4711
client-info libvirtd zz
client-disconnect libvirtd 4711
client-disconnect libvirtd zz
server-threadpool-info nobody
server-threadpool-set libvirtd
server-threadpool-set libvirtd --min-workers
server-clients-set libvirtd
server-clients-set libvirtd --max-clients 0
server-clients-set libvirtd --max-clients 4000 --max-unauth-clients 5000
server-clients-set libvirtd --max-clients 4000 --max-unauth-clients 30
server-clients-info libvirtd
server-clients-set libvirtd --max-clients 5000 --max-unauth-clients 20
server-update-tls libvirtd
daemon-log-filters 1:qemu 3:remote
daemon-log-filters
daemon-log-filters 9:zz
daemon-log-filters x:qemu
daemon-log-filters 1
daemon-log-filters 1:
daemon-log-filters --filters=
daemon-log-filters
daemon-log-outputs 9:stderr
daemon-log-outputs zz
daemon-log-outputs 2:zz
daemon-log-outputs 2:
daemon-log-outputs 2:file
daemon-log-outputs 2:stderr:x
daemon-log-outputs 2:syslog
daemon-log-outputs 2:journald:x
daemon-log-outputs 1:file:{root}/other.log 3:stderr
daemon-log-outputs
daemon-log-outputs --outputs=
""".strip().splitlines()


class VirtAdmin(Virsh):
    program = "virt-admin"


class RoostAdmin(Roost):
    """`roost -c URI admin …`."""

    def __init__(self, uri):
        super().__init__(uri)
        self.base.append("admin")


def admin_uri(own):
    return f"libvirtd+unix:///system?socket={own.root}/run/libvirt-admin-sock"


@on_each_server
class Words(ServerCase):
    def test_roost_says_what_virt_admin_says(self):
        """Of the same daemon, whoever's it is."""
        theirs, ours = VirtAdmin(admin_uri(self.server)), RoostAdmin(admin_uri(self.server))
        for line in COMMANDS:
            words = line.replace("{root}", str(self.server.root)).split(" ", 1)
            # A list of filters is one word.
            words = words[:1] + (words[1:] if "log" in words[0] else words[1].split() if len(words) > 1 else [])
            with self.subTest(line):
                self.assertEqual(ours(*words), theirs(*words))

    def test_what_there_is(self):
        admin = VirtAdmin(admin_uri(self.server))
        self.assertEqual(set(admin.ok("server-list").split()[3:]), {"0", "libvirtd", "1", "admin"})
        names = re.findall(r"(?m)^(\w+) *: \d+$", admin.ok("server-threadpool-info", "libvirtd"))
        self.assertEqual(
            names, ["minWorkers", "maxWorkers", "nWorkers", "freeWorkers", "prioWorkers", "jobQueueDepth"])

    def test_who_is_there(self):
        admin = VirtAdmin(admin_uri(self.server))
        known = set(re.findall(r"(?m)^ (\d+) +unix", admin.ok("client-list", "libvirtd")))
        connection = libvirt.openReadOnly(self.server.readonly_uri)
        new, = set(re.findall(r"(?m)^ (\d+) +unix", admin.ok("client-list", "libvirtd"))) - known
        for admin in (admin, RoostAdmin(admin_uri(self.server))):
            info = dict(re.findall(r"(?m)^(\w+) *: (.*)$", admin.ok("client-info", "libvirtd", new)))
            self.assertEqual(
                {key: info[key] for key in ("id", "transport", "readonly", "unix_user_name", "unix_process_id")},
                {"id": new, "transport": "unix", "readonly": "yes", "unix_user_name": "root",
                 "unix_process_id": str(os.getpid())})
        admin.ok("client-disconnect", "libvirtd", new)
        with self.assertRaises(libvirt.libvirtError):
            connection.listAllDomains()
        self.assertIn("No client with matching ID", admin("client-info", "libvirtd", new).errors)


@on_roostd
class Own(ServerCase):
    """A daemon of the test's own, which is ended."""

    def setUp(self):
        self.own = server.KINDS[self.server_name]()
        self.addCleanup(self.own.stop)
        self.own.start()
        self.admin = VirtAdmin(admin_uri(self.own))

    def test_others_may_not(self):
        """The socket is its user's alone; the ordinary one doesn't serve such calls."""
        path = self.own.root / "run/libvirt-admin-sock"
        self.assertEqual(path.stat().st_mode & 0o777, 0o700)
        refused = VirtAdmin(f"libvirtd+unix:///system?socket={self.own.socket}")("server-list")
        self.assertEqual(refused.status, 1)
        self.assertIn("Cannot find program 110102160", refused.errors)
        path.chmod(0o777)
        nobody = subprocess.run(
            ["setpriv", "--reuid=65534", "--clear-groups", *self.admin.base, "server-list"], capture_output=True,
            text=True, timeout=60, check=False)
        self.assertNotEqual(nobody.returncode, 0)
        self.assertNotIn("libvirtd", nobody.stdout)

    def test_an_end_that_leaves_guests(self):
        connection = libvirt.open(self.own.uri)
        connection.createXML(domains.domain("goes-on", memory=16))
        connection.close()
        # Debian 12's virt-admin hasn't this command.
        RoostAdmin(admin_uri(self.own)).ok("daemon-shutdown")
        self.assertEqual(self.own.process.wait(20), 0)
        self.own.restart()
        self.assertIn("goes-on", Virsh(self.own.uri).ok("list"))

    def test_an_end_for_want_of_clients(self):
        """It stays while a guest runs."""
        admin = RoostAdmin(admin_uri(self.own))
        admin.ok("daemon-log-outputs", f"1:file:{self.own.log}")
        admin.ok("daemon-log-filters", "1:roostd")
        connection = libvirt.open(self.own.uri)
        connection.createXML(domains.domain("busy", memory=16))
        admin.ok("daemon-timeout", "1")
        connection.close()
        eventually(lambda: "the daemon stays" in self.own.log.read_text(), "the daemon to have thought of its end")
        connection = libvirt.open(self.own.uri)
        connection.lookupByName("busy").destroy()
        connection.close()
        self.assertEqual(self.own.process.wait(20), 0)

    def test_limits_count(self):
        self.admin.ok("server-clients-set", "libvirtd", "--max-clients", "1", "--max-unauth-clients", "1")
        first = libvirt.open(self.own.uri)
        waiting = subprocess.Popen(
            [sys.executable, "-c", f"import libvirt; libvirt.open('{self.own.uri}'); print('there')"],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(waiting.kill)
        self.assertIn("nclients            : 1\n", self.admin("server-clients-info", "libvirtd").output)
        first.close()
        self.assertEqual(waiting.communicate(timeout=30)[0], "there\n")

    def test_a_log_goes_elsewhere(self):
        other = self.own.root / "elsewhere.log"
        self.admin.ok("daemon-log-outputs", f"1:file:{other}")
        self.admin.ok("daemon-log-filters", "4:qemu 1:roostd")
        Virsh(self.own.uri).ok("version")
        eventually(lambda: "connected read-write" in other.read_text(), "the client to be logged")
        self.assertIn("debug: roostd: ", other.read_text())
        size = self.own.log.stat().st_size
        Virsh(self.own.uri).ok("version")
        self.assertEqual(self.own.log.stat().st_size, size)
