"""Guests whose state is kept in a file: saved, restored, and started from what was saved."""

import struct
import subprocess
import threading
import unittest
import xml.etree.ElementTree as etree

import libvirt

from harness import server
from harness.case import ServerCase, on_each_server, on_roostd
from harness.terminal import Terminal
from harness.virsh import Virsh
from harness.watcher import Watcher

HEADER = 92
# Those that are quick.
FORMATS = {"raw": 0, "gzip": 1, "zstd": 5}


def header(path):
    """What a file with a guest's state begins with: sign, version, length of the data, runs, format, cookie."""
    with open(path, "rb") as file:
        start = file.read(HEADER)
    return start[:16], *struct.unpack("<5I", start[16:36])


class SaveCase(ServerCase):
    def setUp(self):
        self.connection = self.connect()

    def place(self, name="state"):
        """Where a state may be kept, gone after the test."""
        path = self.server.root / "files" / f"{self.fresh_name(name)}.save"
        path.parent.mkdir(exist_ok=True)
        self.addCleanup(lambda: path.exists() and path.unlink())
        return path

    def remove(self, *names):
        for name in names:
            self.virsh("destroy", name)
            self.virsh("undefine", name, "--nvram", "--managed-save")

    def ask(self, name, line, answer, virsh=None):
        """Types a line at a guest's console, and waits for the answer."""
        terminal = Terminal([*(virsh or self.virsh).base, "console", name])
        try:
            terminal.expect("Escape character is ^]")
            terminal.prompt("\r", "guest# ")
            terminal.type(line + "\r")
            terminal.expect(answer)
        finally:
            terminal.close()

    def mark(self, name, virsh=None):
        """Has a guest remember something in its memory alone."""
        self.ask(name, "echo it-$((40+2)) > /mark; cat /mark", "it-42", virsh)

    def marked(self, **options):
        """A running guest that is marked; its name."""
        name = self.running(linux=True, **options)
        self.mark(name)
        return name

    def assertMarked(self, name, virsh=None):
        self.ask(name, "cat /mark", "it-42", virsh)


@on_each_server
class SaveTests(SaveCase):
    def test_a_guest_goes_on_where_it_was(self):
        name, path = self.marked(), self.place()
        self.assertEqual(self.virsh.ok("save", name, path), f"Domain '{name}' saved to {path}")
        self.assertEqual(self.state(name), "shut off (saved)")
        self.assertEqual(header(path)[:2], (b"LibvirtQemudSave", 2))
        self.assertEqual(self.virsh.ok("restore", path), f"Domain restored from {path}")
        self.assertEqual(self.state(name), "running (restored)")
        self.assertMarked(name)
        self.assertTrue(path.exists())

    def test_the_file_is_laid_out_as_libvirt_does(self):
        name, path = self.running(), self.place()
        self.virsh.ok("save", name, path)
        sign, version, length, runs, format, cookie = header(path)
        self.assertEqual((sign, version, runs, format), (b"LibvirtQemudSave", 2, 1, 0))
        content = path.read_bytes()
        data, state = content[HEADER:HEADER + length], content[HEADER + length:]
        self.assertEqual(state[:4], b"QEVM")
        self.assertEqual(data.index(b"\0") + 1, cookie)
        self.assertEqual(etree.fromstring(data[:cookie - 1]).findtext("name"), name)
        words, rest = data[cookie:].split(b"\0", 1)
        self.assertEqual(etree.fromstring(words).tag, "cookie")
        self.assertEqual(rest, bytes(65536))
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)

    def test_whether_it_runs_is_kept_or_said(self):
        name, path = self.running(), self.place()
        self.virsh.ok("suspend", name)
        self.virsh.ok("save", name, path)
        self.assertEqual(header(path)[3], 0)
        self.virsh.ok("restore", path)
        self.assertEqual(self.virsh.ok("domstate", name), "paused")
        self.virsh.ok("save", name, path, "--running")
        self.assertEqual(header(path)[3], 1)
        self.virsh.ok("restore", path, "--paused")
        self.assertEqual(self.virsh.ok("domstate", name), "paused")
        self.virsh.ok("resume", name)
        self.assertVirshFails(self.virsh("save", name, path, "--running", "--paused"), "mutually exclusive")
        self.assertEqual(self.virsh.ok("domstate", name), "running")

    def test_a_transient_guest_is_back_as_one(self):
        name, path = self.fresh_name(), self.place()
        self.addCleanup(self.remove, name)
        self.virsh.ok("create", self.document(name))
        self.virsh.ok("save", name, path)
        self.assertNotIn(name, self.virsh.ok("list", "--all", "--name").split())
        self.virsh.ok("restore", path)
        self.assertEqual(self.connection.lookupByName(name).isPersistent(), 0)

    def test_what_is_no_file_of_a_guest_is_refused(self):
        name, path = self.running(), self.place()
        self.virsh.ok("save", name, path)
        content = bytearray(path.read_bytes())
        self.virsh.ok("restore", path)
        self.assertVirshFails(self.virsh("restore", path), f"domain '{name}' is already active")
        self.assertVirshFails(self.virsh("restore", "/nonexistent/file"), "Failed to open file '/nonexistent/file'")
        path.write_bytes(b"")
        self.assertVirshFails(self.virsh("restore", path), "failed to read qemu header")
        path.write_bytes(b"x" * 1000)
        self.assertVirshFails(self.virsh("save-image-dumpxml", path), "image magic is incorrect")
        path.write_bytes(content[:500])
        self.assertVirshFails(self.virsh("save-image-dumpxml", path), "failed to read domain XML")
        for place, value, words in ((12, b"Part", "save image is incomplete"),
                                    (16, b"\x09", "image version is not supported"),
                                    (20, bytes(4), "invalid header data length: 0")):
            spoiled = bytearray(content)
            spoiled[place:place + len(value)] = value
            path.write_bytes(spoiled)
            self.assertVirshFails(self.virsh("restore", path), words)
        self.assertVirshFails(self.virsh("save", name, "/nonexistent/file"),
                              "Failed to create file '/nonexistent/file'")
        self.assertEqual(self.virsh.ok("domstate", name), "running")

    def test_its_document_can_be_read_and_changed(self):
        name, path = self.running(), self.place()
        self.virsh.ok("save", name, path)
        text = self.virsh.ok("save-image-dumpxml", path)
        self.assertEqual(etree.fromstring(text).findtext("name"), name)
        changed = self.file("changed.xml", text.replace("offset='utc'", "offset='localtime'"))
        self.assertEqual(self.virsh.ok("save-image-define", path, changed, "--paused"), f"State file {path} updated.")
        self.assertIn("offset='localtime'", self.virsh.ok("save-image-dumpxml", path))
        self.assertEqual(header(path)[3], 0)
        other = self.file("other.xml", text.replace(f"<name>{name}", "<name>other"))
        self.assertVirshFails(self.virsh("save-image-define", path, other),
                              f"Target domain name 'other' does not match source '{name}'")
        more = self.file("more.xml", text.replace("<vcpu placement='static'>1<", "<vcpu placement='static'>2<"))
        self.assertVirshFails(self.virsh("restore", path, "--xml", more), "vCPU")
        self.virsh.ok("restore", path)
        self.assertEqual(self.virsh.ok("domstate", name), "paused")
        self.assertIn("offset='localtime'", self.virsh.ok("dumpxml", name))

    def test_those_who_listen_are_told(self):
        name, path = self.running(), self.place()
        watcher = Watcher(self.virsh, self.server.root / "files", "--loop", "--event", "lifecycle")
        self.addCleanup(watcher.close)
        self.virsh.ok("save", name, path)
        self.virsh.ok("restore", path)
        self.virsh.ok("suspend", name)
        self.virsh.ok("save", name, path)
        self.virsh.ok("restore", path)
        watcher.catch_up()
        # QEMU may or may not find the time to say that it ends.
        told = [words for words in watcher.of(name) if "Shutdown" not in words]
        self.assertEqual(told, [f"event 'lifecycle': {words}" for words in (
            "Suspended Paused", "Stopped Saved", "Started Restored", "Resumed Snapshot", "Suspended Paused",
            "Stopped Saved", "Started Restored", "Suspended Restored")])

    def test_what_was_counted_is_told_afterwards(self):
        name, path = self.running(), self.place()
        self.virsh.ok("save", name, path)
        domain = self.connection.lookupByName(name)
        stats = domain.jobStats(libvirt.VIR_DOMAIN_JOB_STATS_COMPLETED)
        self.assertEqual(stats["operation"], libvirt.VIR_DOMAIN_JOB_OPERATION_SAVE)
        self.assertEqual(stats["type"], libvirt.VIR_DOMAIN_JOB_COMPLETED)
        self.assertGreaterEqual(stats["memory_total"], 128 << 20)
        self.assertEqual(domain.jobStats(libvirt.VIR_DOMAIN_JOB_STATS_COMPLETED)["type"], 0)
        self.assertLibvirtError(libvirt.VIR_ERR_OPERATION_INVALID, domain.abortJob)
        self.virsh.ok("restore", path)
        self.assertEqual(domain.jobInfo()[0], libvirt.VIR_DOMAIN_JOB_NONE)
        self.assertLibvirtError(libvirt.VIR_ERR_OPERATION_INVALID, domain.abortJob)


@on_each_server
class ManagedSaveTests(SaveCase):
    def test_a_domain_starts_from_what_was_saved(self):
        name = self.marked()
        self.assertEqual(self.virsh.ok("managedsave", name), f"Domain '{name}' state saved by libvirt")
        self.assertEqual(self.state(name), "shut off (saved)")
        self.assertIn(name, self.virsh.ok("list", "--all", "--name", "--with-managed-save").split())
        self.assertVirshFails(self.virsh("undefine", name), "managed save image exists")
        self.virsh.ok("start", name)
        self.assertEqual(self.state(name), "running (restored)")
        self.assertMarked(name)
        self.assertNotIn(name, self.virsh.ok("list", "--all", "--name", "--with-managed-save").split())

    def test_it_can_be_left_out_and_removed(self):
        name = self.running()
        self.virsh.ok("managedsave", name, "--paused")
        self.virsh.ok("start", name, "--force-boot")
        self.assertEqual(self.state(name), "running (booted)")
        self.assertEqual(self.connection.lookupByName(name).hasManagedSaveImage(), 0)
        self.virsh.ok("managedsave", name, "--paused")
        self.virsh.ok("start", name)
        self.assertEqual(self.virsh.ok("domstate", name), "paused")
        self.virsh.ok("managedsave", name, "--running")
        self.assertEqual(self.virsh.ok("managedsave-remove", name), f"Removed managedsave image for domain '{name}'")
        self.virsh.ok("start", name)
        self.assertEqual(self.state(name), "running (booted)")
        self.assertVirshFails(self.virsh("managedsave-dumpxml", name), "domain does not have managed save image")

    def test_its_document_can_be_read_and_changed(self):
        name = self.running()
        self.virsh.ok("managedsave", name)
        text = self.virsh.ok("managedsave-dumpxml", name)
        changed = self.file("changed.xml", text.replace("offset='utc'", "offset='localtime'"))
        self.assertEqual(self.virsh.ok("managedsave-define", name, changed),
                         f"Managed save state file of domain '{name}' updated.")
        self.assertIn("offset='localtime'", self.virsh.ok("managedsave-dumpxml", name))
        self.assertVirshFails(self.virsh("domrename", name, name + "-new"),
                              "domain with a managed saved state can't be renamed")
        self.virsh.ok("undefine", name, "--managed-save")
        self.assertNotIn(name, self.virsh.ok("list", "--all", "--name").split())

    def test_a_daemon_that_starts_anew_knows_of_it(self):
        name = self.running()
        self.virsh.ok("managedsave", name)
        self.server.kill()
        self.server.restart()
        self.connection = self.connect()
        self.assertEqual(self.connection.lookupByName(name).hasManagedSaveImage(), 1)
        self.virsh.ok("start", name)
        self.assertEqual(self.state(name), "running (restored)")


@on_roostd
class InterruptedTests(SaveCase):
    """What is in the way of a save: the guest goes on, and no file looks whole."""

    def slow(self, name, path):
        """Begins a save that takes long; the thread, and what it threw."""
        failures = []

        def save():
            try:
                libvirt.open(self.server.uri).lookupByName(name).saveParams(
                    {"file": str(path), "image_format": "xz"}, 0)
            except libvirt.libvirtError as error:
                failures.append(error)

        thread = threading.Thread(target=save)
        thread.start()
        self.addCleanup(thread.join)
        self.wait_for_state(name, "paused (saving)")
        return thread, failures

    def assertNothingLeft(self, path):
        self.assertEqual([file.name for file in path.parent.iterdir()
                          if file.name.startswith(".roost-") or file == path], [])

    def test_a_save_that_is_aborted(self):
        name, path = self.marked(), self.place()
        thread, failures = self.slow(name, path)
        domain = self.connection.lookupByName(name)
        self.assertEqual(domain.jobInfo()[0], libvirt.VIR_DOMAIN_JOB_UNBOUNDED)
        self.assertEqual(domain.jobStats()["operation"], libvirt.VIR_DOMAIN_JOB_OPERATION_SAVE)
        self.assertEqual(domain.info()[0], libvirt.VIR_DOMAIN_PAUSED)
        domain.abortJob()
        thread.join()
        self.assertEqual(failures[0].get_error_code(), libvirt.VIR_ERR_OPERATION_ABORTED)
        self.assertEqual(failures[0].get_error_message(),
                         "operation aborted: job 'domain save' canceled by client")
        self.assertEqual(self.state(name), "running (save canceled)")
        self.assertNothingLeft(path)
        self.assertMarked(name)
        self.virsh.ok("save", name, path)

    def test_a_daemon_that_is_killed(self):
        name, path = self.marked(), self.place()
        thread, _ = self.slow(name, path)
        self.server.kill()
        thread.join()
        self.server.restart()
        self.wait_for_state(name, "running (save canceled)")
        self.assertNothingLeft(path)
        self.assertMarked(name)
        self.virsh.ok("save", name, path)
        self.virsh.ok("restore", path)
        self.assertMarked(name)

    def test_a_guest_that_is_destroyed(self):
        name, path = self.marked(), self.place()
        thread, failures = self.slow(name, path)
        self.virsh.ok("destroy", name)
        thread.join()
        self.assertEqual(len(failures), 1)
        self.assertEqual(self.state(name), "shut off (destroyed)")
        self.assertNothingLeft(path)

    def test_a_disk_that_is_full(self):
        name = self.marked()
        folder = self.server.root / "files/full"
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", str(folder)], check=True)
        for format in ("raw", "gzip"):
            with self.subTest(format), self.assertRaises(libvirt.libvirtError) as raised:
                self.connection.lookupByName(name).saveParams(
                    {"file": str(folder / "state"), "image_format": format}, 0)
            # It is QEMU that hears of it, or the daemon.
            self.assertIn(raised.exception.get_error_code(),
                          (libvirt.VIR_ERR_OPERATION_FAILED, libvirt.VIR_ERR_SYSTEM_ERROR))
            self.assertEqual(self.state(name), "running (save canceled)")
            self.assertEqual(list(folder.iterdir()), [])
        self.assertMarked(name)

    def test_what_was_there_before_stays_when_a_save_fails(self):
        name, path = self.marked(), self.place()
        path.write_text("precious")
        thread, _ = self.slow(name, path)
        self.assertEqual(path.read_text(), "precious")
        self.connection.lookupByName(name).abortJob()
        thread.join()
        self.assertEqual(path.read_text(), "precious")

    def test_many_clients_at_once(self):
        name, path = self.running(), self.place()

        def count(call):
            """How many of the calls that are made at once succeed."""
            succeeded = []

            def attempt():
                connection = libvirt.open(self.server.uri)
                try:
                    call(connection)
                    succeeded.append(True)
                except libvirt.libvirtError:
                    pass
                connection.close()

            threads = [threading.Thread(target=attempt) for _ in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return len(succeeded)

        for _ in range(3):
            self.assertEqual(count(lambda connection: connection.lookupByName(name).save(str(path))), 1)
            self.assertEqual(self.state(name), "shut off (saved)")
            self.assertEqual(count(lambda connection: connection.restore(str(path))), 1)
            self.assertEqual(self.state(name), "running (restored)")


@on_roostd
class FormatTests(SaveCase):
    """In each format, and from one daemon to the other."""

    def test_each_format_is_read_again(self):
        name, path = self.marked(), self.place()
        domain = self.connection.lookupByName(name)
        for format, number in FORMATS.items():
            with self.subTest(format):
                domain.saveParams({"file": str(path), "image_format": format}, 0)
                self.assertEqual(header(path)[4], number)
                self.virsh.ok("restore", path)
        self.assertMarked(name)

    def test_a_format_that_there_is_not(self):
        name, path = self.running(), self.place()
        domain = self.connection.lookupByName(name)
        error = self.assertLibvirtError(libvirt.VIR_ERR_OPERATION_FAILED, domain.saveParams,
                                        {"file": str(path), "image_format": "foo"}, 0)
        self.assertIn("Invalid image_format 'foo'", str(error))
        self.assertLibvirtError(libvirt.VIR_ERR_INVALID_ARG, domain.saveParams,
                                {"file": str(path), "parallel.channels": 2}, 0)
        self.assertLibvirtError(libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED, domain.saveParams, {"foo": "x"}, 0)
        self.assertLibvirtError(libvirt.VIR_ERR_INVALID_ARG, self.connection.restoreParams, {}, 0)

    def test_files_go_from_one_daemon_to_the_other(self):
        other = server.shared("libvirtd")
        theirs = Virsh(other.uri)
        for here, there in ((self.virsh, theirs), (theirs, self.virsh)):
            name, path = self.fresh_name(), self.place()
            self.addCleanup(there, "destroy", name)
            self.addCleanup(here, "destroy", name)
            here.ok("create", self.document(name, linux=True))
            self.mark(name, here)
            here.ok("save", name, path)
            path.chmod(0o644)
            self.assertEqual(there.ok("save-image-dumpxml", path, "--xpath", "//name"), f"<name>{name}</name>")
            there.ok("restore", path)
            self.assertEqual(there.ok("domstate", name, "--reason"), "running (restored)")
            self.assertMarked(name, there)
            there.ok("destroy", name)


if __name__ == "__main__":
    unittest.main()
