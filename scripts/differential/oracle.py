"""Asks libvirt and roostd, both in the oracle's root and with the same QEMU, what they make of a document."""
import json, os, pathlib, re, select, subprocess, time

from excused import excused

ROOT = pathlib.Path(os.environ.get("ORACLE_ROOT", "/opt/libvirt-11.3"))
PLACE = os.environ.get("ROOST_ORACLE_PLACE", "roost")
# What is another one on every run, or is each daemon's own place.
NORMAL = [
    (rf"/opt/{PLACE}/root/(var/lib|run|etc|var/cache)/", r"/\1/libvirt/"), (r"domain-(-?\d+)-", "domain-N-"), (r" ?\(line \d+\)", ""),
    (r"<uuid>[^<]*</uuid>", "<uuid/>"), (r"<mac address='[^']*'/>", "<mac/>"), (r'"mac":"[^"]*"', '"mac"'),
    (r"-uuid \S+", "-uuid U"), (r"/var/run/libvirt", "/run/libvirt"), (r"path=[^ ,]*monitor.sock", "path=MONITOR"),
    (r'"fd":"\d+"|fd=\d+', "FD"), (r"<genid>[^<]*</genid>", "<genid/>"),
    (r'"data":"[^"]*","keyid":"masterKey0","iv":"[^"]*"', '"data"'), (r"base=20[2-9]\d-[-\dT:]*", "base=NOW"),
    (r"(interface|instance)id='[^']*'", r"\1id"), (r"52:54:00(:[0-9a-f]{2}){3}", "MAC"), (r"XDG_\w+=\S+ |HOME=\S+ |LC_ALL=\S+ |PATH=\S+ ", ""),
]
INSIDE = pathlib.Path(__file__).with_name("ask.py").read_text


def normal(text):
    for pattern, replacement in NORMAL:
        text = re.sub(pattern, replacement, text)
    return text


def words(arguments):
    return "\n".join(re.sub(r" (-[a-z])", r"\n\1", normal(arguments)).split("\n"))


def inside(*command, **more):
    pid = (ROOT / "run/oracle/pid").read_text().strip()
    return subprocess.Popen(["nsenter", "-t", pid, "-m", "-n", "-p", "--", "chroot", str(ROOT), *command], **more)


class Oracle:
    """The two daemons. roostd is started, and ended by its own number."""

    def __init__(self, programs, kind):
        place = ROOT / "opt" / PLACE
        place.mkdir(parents=True, exist_ok=True)
        for program in ("roostd", "roost-launch"):
            subprocess.run(["cp", "--remove-destination", str(pathlib.Path(programs) / program), str(place / program)], check=True)
        subprocess.run(["rm", "-rf", str(place / "root")])
        log = open(place / "log", "w")
        self.daemon = inside(f"/opt/{PLACE}/roostd", "--root", f"/opt/{PLACE}/root", stdout=log, stderr=subprocess.STDOUT)
        for _ in range(100):
            if (place / "root/run/libvirt-sock").exists():
                break
            time.sleep(0.1)
        self.kind = kind
        self.join()

    def join(self):
        socket = f"/opt/{PLACE}/root/run/libvirt-sock"
        self.talk = inside("python3", "-c", INSIDE(), self.kind, "qemu:///system", f"qemu+unix:///system?socket={socket}",
                           stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, text):
        """Both answers, libvirt's first; nothing where one of the two gave none."""
        # Somebody else may be asking too, of a guest of the same name.
        text = text.replace("<name>g</name>", f"<name>g{os.getpid()}</name>")
        self.talk.stdin.write(json.dumps(["", text]) + "\n")
        self.talk.stdin.flush()
        ready, _, _ = select.select([self.talk.stdout], [], [], 60)
        line = self.talk.stdout.readline() if ready else ""
        if not line:
            self.talk.kill()
            self.join()
            return None
        answers = json.loads(line)[1:]
        return answers if answers[0] is not None else None

    def end(self):
        self.talk.kill()
        # What was started here waits for the daemon, which is its child.
        children = pathlib.Path(f"/proc/{self.daemon.pid}/task/{self.daemon.pid}/children").read_text().split()
        for child in children:
            os.kill(int(child), 15)
        self.daemon.wait()


def differences(ours, theirs, text):
    """Where two answers to a document differ, what may differ aside: (what, libvirt's, Roost's) for each of document, arguments,
    error."""
    return [one for one in compared(theirs, ours) if not excused(*one, text)]


def compared(a, b):
    if ("error" in a) != ("error" in b):
        return [("refused", a.get("error", "-"), b.get("error", "-"))]
    if "error" in a:
        return [] if normal(a["error"]) == normal(b["error"]) else [("error", normal(a["error"]), normal(b["error"]))]
    found = []
    if normal(a["xml"]) != normal(b["xml"]):
        found.append(("xml", normal(a["xml"]), normal(b["xml"])))
    if ("argv" in a) != ("argv" in b):
        found.append(("argv refused", a.get("argverror", "-"), b.get("argverror", "-")))
    elif "argv" in a and words(a["argv"]) != words(b["argv"]):
        found.append(("argv", words(a["argv"]), words(b["argv"])))
    elif "argverror" in a and normal(a["argverror"]) != normal(b["argverror"]):
        found.append(("argv error", normal(a["argverror"]), normal(b["argverror"])))
    return found
