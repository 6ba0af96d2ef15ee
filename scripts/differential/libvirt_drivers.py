"""Asks libvirt's drivers in the oracle's root, and its test driver, what they make of documents that aren't domains."""
import json, pathlib, re, subprocess
from oracle import inside

HERE = pathlib.Path(__file__).parent
# What is made up anew each time, or is the place of the driver that was asked.
NORMAL = [
    (r"\n  <uuid>[^<]*</uuid>", ""), (r"\n  <mac address='52:54:00[^']*'/>", ""), (r" \(line \d+\)", ""),
    (r"\n  <(capacity|allocation|available|physical)[^\n]*", ""), (r"\n  <key>[^\n]*", ""),
    (r"\n    <path>[^\n]*(?=(.|\n)*</volume>)", ""),
]


class Libvirt:
    """libvirt's drivers, or those of the daemon behind a socket, asked one document at a time."""

    def __init__(self, *socket):
        self.socket = socket
        self.begin()

    def begin(self):
        program = (HERE / "others_ask.py").read_text()
        self.talk = inside("python3", "-c", program, *self.socket, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, text=True)

    def ask(self, kind, text):
        """nothing where it gave no answer."""
        self.talk.stdin.write(json.dumps([kind, text]) + "\n")
        self.talk.stdin.flush()
        line = self.talk.stdout.readline()
        if not line:
            self.begin()
            return None
        return json.loads(line)


def normal(text):
    for pattern, replacement in NORMAL:
        text = re.sub(pattern, replacement, text)
    return text.strip()
