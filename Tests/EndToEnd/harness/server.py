"""The daemons that the tests talk to: Roost's, and Debian's libvirtd as the reference."""

import atexit
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile

from . import paths
from .waiting import TooLate, eventually


# What daemons have asked QEMU for in vain.
misused = set()


class Server:
    """A daemon on a private root, which is removed when it stops."""

    name = "server"

    def __init__(self, root=None):
        self.root = pathlib.Path(root or tempfile.mkdtemp(prefix=f"roost-test-{self.name}-"))
        self.root.mkdir(exist_ok=True)
        self.root.chmod(0o755)
        self.process = None
        self.guest = self.root / "guest"
        # A folder with programs that it runs in place of the system's.
        self.programs = None
        atexit.register(self.stop)

    # Where it is.

    @property
    def socket(self):
        return self.root / "run/libvirt-sock"

    @property
    def readonly_socket(self):
        return self.root / "run/libvirt-sock-ro"

    @property
    def uri(self):
        return f"qemu+unix:///system?socket={self.socket}"

    @property
    def readonly_uri(self):
        return f"qemu+unix:///system?socket={self.readonly_socket}"

    @property
    def log(self):
        return self.root / "daemon.log"

    def command(self):
        """The daemon's command line, in the foreground."""
        raise NotImplementedError

    def environment(self):
        if not self.programs:
            return None
        return {**os.environ, "PATH": f"{self.programs}:{os.environ['PATH']}"}

    # Starting and stopping.

    def start(self, patience=30):
        """Starts the daemon and returns when it answers."""
        for part in ("vmlinuz", "initrd", "cmdline"):
            self.guest.mkdir(exist_ok=True)
            if not (self.guest / part).exists():
                shutil.copy(paths.GUEST / part, self.guest / part)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env=self.environment())
        try:
            eventually(self.answers, f"{self.name} to answer on {self.socket}", patience)
        except TooLate as error:
            raise TooLate(f"{error}; it said:\n{self.log.read_text()[-3000:]}") from None
        return self

    def answers(self):
        if self.process.poll() is not None:
            raise TooLate(f"{self.name} exited with {self.process.returncode}")
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(self.socket))
        except OSError:
            return False
        done = subprocess.run(
            ["virsh", "-q", "-c", self.uri, "version"], capture_output=True, timeout=60, check=False)
        return done.returncode == 0

    @property
    def pid(self):
        return self.process.pid

    def kill(self, number=signal.SIGKILL):
        """Ends the daemon by a signal; its guests go on."""
        self.process.send_signal(number)
        self.process.wait(timeout=20)

    def restart(self):
        """Starts the daemon again on the same root."""
        return self.start()

    def guest_pids(self):
        """Process ids of the QEMUs that belong to this root."""
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if re.search(rb"qemu-system", words) and self.owns(entry, words):
                found.append(int(entry.name))
        return found

    def helpers(self):
        """Process ids of the programs that serve guests of this root beside QEMU, by their home; with the command line."""
        found = {}
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
                home = re.search(rb"(?:^|\0)HOME=([^\0]*)", (entry / "environ").read_bytes())
            except OSError:
                continue
            if home and words and home[1].startswith(str(self.root).encode()) and "qemu-system" not in words[0]:
                found[int(entry.name)] = words
        return found

    def owns(self, entry, words):
        """Whether a process works below this root; a daemon may see the root under another name."""
        return str(self.root).encode() in words

    def note_misuse(self):
        """Notes what the daemon has asked QEMU for that QEMU has no word for: where it passes over a refusal, nothing else
        would show that."""
        if self.log.exists():
            misused.update(re.findall(r"unable to execute QEMU command .*(?:is unexpected|has not been found|is missing)\b.*",
                                      self.log.read_text(errors="replace")))

    def stop(self):
        """Ends the daemon and every guest, and removes the root."""
        atexit.unregister(self.stop)
        self.note_misuse()
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.kill()
        for pid in [*self.guest_pids(), *self.helpers()]:
            end(pid)
        self.stop_companions()
        if os.environ.get("ROOST_KEEP"):
            print(f"kept {self.root}")
        else:
            shutil.rmtree(self.root, ignore_errors=True)

    def stop_companions(self):
        """Ends what the daemon needs beside it."""


def end(pid):
    """Ends one process and waits until it is gone."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        os.kill(pid, signal.SIGKILL)
        import select
        poller = select.poll()
        poller.register(descriptor, select.POLLIN)
        poller.poll(5000)
    except ProcessLookupError:
        pass
    finally:
        os.close(descriptor)


class Roostd(Server):
    """The project's own daemon."""

    name = "roostd"

    def command(self):
        return [str(paths.PROGRAMS / "roostd"), "--root", str(self.root), "--verbose"]


class Libvirtd(Server):
    """Debian's libvirtd with its virtlogd, in a mount namespace of their own."""

    name = "libvirtd"

    def command(self):
        return [str(pathlib.Path(__file__).parent / "libvirtd-in-namespace"), str(self.root)]

    def start(self, patience=30):
        # What it finds out about QEMU, in seconds, is kept for the next one.
        cache = paths.BUILD / "libvirtd-cache"
        if cache.exists() and not (self.root / "var/cache").exists():
            shutil.copytree(cache, self.root / "var/cache")
        super().start(patience)
        if not cache.exists():
            shutil.copytree(self.root / "var/cache", cache)
        return self

    def owns(self, entry, words):
        # It sees its folders at /var/lib/libvirt and so on: they tell nothing, its mounts do.
        try:
            return str(self.root).encode() in (entry / "mountinfo").read_bytes()
        except OSError:
            return False

    def stop_companions(self):
        try:
            end(int((self.root / "run/virtlogd.pid").read_text()))
        except (OSError, ValueError):
            pass


KINDS = {"roostd": Roostd, "libvirtd": Libvirtd}
_running = {}


def misuse():
    """What has been asked of QEMU so far that it has no word for."""
    for server in _running.values():
        server.note_misuse()
    return sorted(misused)


def shared(name):
    """The running server of that name that all tests use; started at first use."""
    if name not in _running:
        _running[name] = KINDS[name]().start()
    return _running[name]


def chosen():
    """Names of the servers to test, from ROOST_SERVERS."""
    return os.environ.get("ROOST_SERVERS", "roostd").replace(",", " ").split()
