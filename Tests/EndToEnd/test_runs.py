"""One run of a guest: how it begins, how it ends, and what follows when the guest itself goes down or gives up."""

import subprocess
import threading

import libvirt

from harness import domains
from harness.case import ServerCase, on_each_server, on_roostd
from harness.watcher import Watcher
from harness.waiting import eventually

QEMU = "/usr/bin/qemu-system-x86_64"
MONITOR = "socket,id=charmonitor,fd=3,server=on,wait=off"
# A QEMU that needs long until it greets: as long as a file is missing.
SLOW = f"""#!/bin/sh
case "$*" in *{MONITOR}*) touch @DIR@/begun; while [ ! -e @DIR@/go ]; do sleep 0.05; done;; esac
exec {QEMU} "$@"
"""
# A QEMU between whose monitor and the daemon somebody stands who talks nonsense once a file is there, and else passes on
# what is said. A second time QEMU doesn't negotiate, so that is done in its place.
NONSENSE = f"""#!/usr/bin/python3
import json, os, socket, subprocess, sys, threading, time
words = sys.argv[1:]
if "{MONITOR}" not in words:
    os.execv("{QEMU}", ["qemu-system-x86_64", *words])
outside = socket.socket(fileno=3)
outside.setblocking(True)
own, theirs = socket.socketpair()
words[words.index("{MONITOR}")] = f"socket,id=charmonitor,fd={{theirs.fileno()}}"
qemu = subprocess.Popen(["{QEMU}", *words], pass_fds=[theirs.fileno()])
threading.Thread(target=lambda: os._exit(qemu.wait() & 127), daemon=True).start()
theirs.close()
said = own.makefile("rb")
greeting = said.readline()
listener = None
def answers():
    for line in said: listener.sendall(line)
def babble():
    while not os.path.exists("@DIR@/babble"): time.sleep(0.05)
    listener.sendall(b"this is no JSON\\n")
for round in range(100):
    listener, _ = outside.accept()
    listener.sendall(greeting)
    if round == 0:
        for work in (answers, babble): threading.Thread(target=work, daemon=True).start()
    for line in listener.makefile("rb"):
        if round and b"qmp_capabilities" in line:
            listener.sendall(json.dumps({{"return": {{}}, "id": json.loads(line)["id"]}}).encode() + b"\\n")
            continue
        own.sendall(line)
"""


class RunCase(ServerCase):
    def heard(self):
        """All events from now on."""
        watcher = Watcher(self.virsh, self.server.root / "files", "--all", "--loop", "--timeout", "120")
        self.addCleanup(watcher.close)
        return watcher


@on_roostd
class Begin(RunCase):
    def emulator(self, text):
        path = self.file(f"{self.fresh_name('qemu')}", text.replace("@DIR@", str(self.folder())))
        path.chmod(0o755)
        return f"<emulator>{path}</emulator>"

    def folder(self):
        path = self.server.root / "slow"
        path.mkdir(exist_ok=True)
        path.chmod(0o777)
        return path

    def test_a_start_can_be_destroyed_however_long_qemu_takes(self):
        name = self.defined(devices=self.emulator(SLOW))
        folder = self.folder()
        failures = []

        def start():
            try:
                self.connect().lookupByName(name).create()
            except libvirt.libvirtError as error:
                failures.append(str(error))

        starting = threading.Thread(target=start)
        starting.start()
        eventually((folder / "begun").exists, "QEMU to be started")
        self.assertEqual(self.state(name), "paused (starting up)")
        self.virsh.ok("destroy", name)
        starting.join(30)
        self.assertFalse(starting.is_alive())
        self.assertIn("was destroyed while it was started", failures[0])
        self.assertEqual(self.state(name), "shut off (destroyed)")
        self.assertEqual(subprocess.run(["pgrep", "-f", f"guest={name},"], check=False).returncode, 1)
        (folder / "go").touch()
        self.virsh.ok("start", name)
        self.assertEqual(self.state(name), "running (booted)")

    def test_a_monitor_that_talks_nonsense_ends_no_guest_and_is_joined_again(self):
        name = self.defined(devices=self.emulator(NONSENSE))
        connection = self.connect()
        connection.lookupByName(name).create()
        domain = connection.lookupByName(name)
        process = subprocess.check_output(["pgrep", "-f", f"^{QEMU} .*guest={name},"])
        watcher = self.heard()
        (self.folder() / "babble").touch()
        eventually(lambda: "event 'control-error'" in watcher.of(name), "the monitor to be given up")
        self.assertEqual(domain.isActive(), 1)
        eventually(lambda: domain.controlInfo()[0] == libvirt.VIR_DOMAIN_CONTROL_OK, "the monitor to be joined again")
        self.assertEqual(self.state(name), "running (booted)")
        domain.suspend()
        self.assertEqual(self.state(name), "paused (user)")
        self.assertEqual(subprocess.check_output(["pgrep", "-f", f"^{QEMU} .*guest={name},"]), process)


@on_each_server
class Consequences(RunCase):
    """What a document says of a guest that starts over or gives up."""

    # It writes to the port of the device that tells of a panic.
    PANIC = bytes.fromhex("ba0505 b001 ee f4 ebfd".replace(" ", ""))

    def crashing(self, action):
        image = self.file(f"{self.fresh_name('boot')}.raw", "")
        image.write_bytes(self.PANIC.ljust(510, b"\0") + b"\x55\xaa" + bytes((1 << 20) - 512))
        image.chmod(0o666)
        disk = domains.disk(image, "hda", "ide", format="raw")
        return self.defined(devices=f"{disk}<panic model='isa'/>", extra=f"<on_crash>{action}</on_crash>")

    def test_a_guest_that_crashes_is_destroyed(self):
        name = self.crashing("destroy")
        watcher = self.heard()
        self.virsh.ok("start", name)
        eventually(lambda: self.state(name) == "shut off (crashed)", "the guest's end", 60)
        watcher.catch_up()
        lines = watcher.of(name)
        self.assertTrue(any("Crashed" in line for line in lines), lines)
        self.assertTrue(any("Stopped" in line for line in lines), lines)

    def test_a_guest_that_crashes_is_kept(self):
        name = self.crashing("preserve")
        self.virsh.ok("start", name)
        eventually(lambda: self.state(name) == "crashed (panicked)", "the guest to crash", 60)
        self.virsh.ok("destroy", name)

    def test_a_guest_that_crashes_starts_over(self):
        name = self.crashing("restart")
        watcher = self.heard()
        self.virsh.ok("start", name)
        number = self.virsh.ok("domid", name)
        eventually(lambda: sum("Crashed" in line for line in watcher.of(name)) > 1, "the guest to crash twice", 60)
        self.assertEqual(self.virsh.ok("domid", name), number)

    def test_a_guest_that_reboots_is_destroyed_where_its_document_says_so(self):
        # The firmware finds nothing to boot, and starts over by itself.
        name = self.defined(os_extra="<bios rebootTimeout='200'/>", extra="<on_reboot>destroy</on_reboot>")
        watcher = self.heard()
        self.virsh.ok("start", name)
        eventually(lambda: self.state(name).startswith("shut off"), "the guest's end", 60)
        watcher.catch_up()
        self.assertEqual(self.state(name), "shut off (shutdown)")
        self.assertEqual(watcher.of(name)[-2:], ["event 'lifecycle': Shutdown Finished after guest request",
                                                 "event 'lifecycle': Stopped Shutdown"])
        self.assertNotIn("event 'reboot'", watcher.of(name))

    def test_a_guest_that_reboots_goes_on_otherwise(self):
        name = self.defined(os_extra="<bios rebootTimeout='200'/>")
        watcher = self.heard()
        self.virsh.ok("start", name)
        eventually(lambda: sum("reboot" in line for line in watcher.of(name)) > 1, "the guest to reboot twice", 60)
        self.assertEqual(self.state(name), "running (booted)")
