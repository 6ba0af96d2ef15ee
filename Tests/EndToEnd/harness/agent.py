"""A guest's agent that a test plays: the guest passes all that it is sent on to a channel that the test holds."""

import json
import socket
import threading

from .waiting import eventually

AGENT, OTHER = "org.qemu.guest_agent.0", "org.roost.test"

# Joins the agent's port to the other one, by the ports' names.
BRIDGE = """\
for p in /sys/class/virtio-ports/*; do case $(cat $p/name) in org.qemu*) a=/dev/${p##*/};; org.roost*) b=/dev/${p##*/};; esac; done; \
(exec 3<>$a 4<>$b; (while :; do cat <&3 >&4; usleep 50000; done) & while :; do cat <&4 >&3; usleep 50000; done) >/dev/null 2>&1 & \
echo bridge-$((6*7))
"""

ANSWERS = {
    "guest-ping": {},
    "guest-get-time": 1700000000123456789,
    "guest-set-time": {},
    "guest-get-host-name": {"host-name": "played"},
    "guest-fsfreeze-freeze": 2,
    "guest-fsfreeze-freeze-list": 1,
    "guest-fsfreeze-thaw": 2,
    "guest-fstrim": {"paths": []},
    "guest-get-fsinfo": [
        {"name": "vda1", "mountpoint": "/", "type": "ext4", "used-bytes": 100, "total-bytes": 200, "disk": [
            {"bus-type": "virtio", "bus": 0, "unit": 0, "target": 0, "serial": "s1", "dev": "/dev/vda1",
             "pci-controller": {"bus": 0, "slot": 9, "domain": 0, "function": 0}}]},
        {"name": "tmpfs", "mountpoint": "/run", "type": "tmpfs", "disk": []}],
    "guest-get-vcpus": [{"online": True, "can-offline": False, "logical-id": 0},
                        {"online": True, "can-offline": True, "logical-id": 1}],
    "guest-set-vcpus": 1,
    "guest-get-users": [{"user": "root", "domain": "", "login-time": 1700000000.5},
                        {"user": "joe", "login-time": 1700000001.25}],
    "guest-get-osinfo": {"id": "debian", "name": "Debian GNU/Linux", "version": "12", "machine": "x86_64"},
    "guest-get-timezone": {"zone": "UTC", "offset": 3600},
    "guest-get-disks": [
        {"name": "/dev/vda", "partition": False, "alias": "al", "dependencies": [], "address": {
            "bus-type": "virtio", "bus": 0, "unit": 0, "target": 0, "dev": "/dev/vda", "serial": "ser",
            "pci-controller": {"bus": 0, "slot": 9, "domain": 0, "function": 0}}},
        {"name": "/dev/vda1", "partition": True, "dependencies": ["/dev/vda"]}],
    "guest-network-get-interfaces": [
        {"name": "lo", "hardware-address": "00:00:00:00:00:00", "ip-addresses": [
            {"ip-address": "127.0.0.1", "ip-address-type": "ipv4", "prefix": 8},
            {"ip-address": "::1", "ip-address-type": "ipv6", "prefix": 128}]},
        {"name": "eth0", "hardware-address": "52:54:00:aa:bb:cc", "ip-addresses": [
            {"ip-address": "10.0.2.15", "ip-address-type": "ipv4", "prefix": 24}]},
        {"name": "eth0:1", "hardware-address": "52:54:00:aa:bb:cc", "ip-addresses": [
            {"ip-address": "10.0.2.16", "ip-address-type": "ipv4", "prefix": 24}]},
        {"name": "eth1"}],
    "guest-set-user-password": {},
    "guest-ssh-get-authorized-keys": {"keys": ["ssh-rsa AAA a"]},
    "guest-ssh-add-authorized-keys": {},
    "guest-ssh-remove-authorized-keys": {},
    "guest-suspend-ram": {},
}


class Agent:
    """Answers what `answers` has an answer for; a string there is sent as it is, nothing at all where it is None."""

    def __init__(self, path):
        self.answers = dict(ANSWERS)
        self.asked = []
        self.changed = threading.Lock()
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        text = b""
        while True:
            try:
                data = self.socket.recv(65536)
                if not data:
                    return
                text += data
                while b"\n" in text:
                    line, text = text.split(b"\n", 1)
                    self.socket.sendall(self.answer(line.lstrip(b"\xff")))
            except OSError:
                return

    def answer(self, line):
        try:
            request = json.loads(line)
        except ValueError:
            return b""
        name = request.get("execute", "")
        if name.startswith("guest-sync"):
            start = b"\xff" if name.endswith("delimited") else b""
            return start + self.line({"return": request["arguments"]["id"]})
        self.asked.append((name, request.get("arguments")))
        if name not in self.answers:
            return self.line({"error": {"class": "CommandNotFound", "desc": f"The command {name} has not been found"}})
        answer = self.answers[name]
        if answer is None:
            return b""
        if isinstance(answer, bytes):
            return answer
        return self.line(answer if isinstance(answer, dict) and "error" in answer else {"return": answer})

    @staticmethod
    def line(document):
        return json.dumps(document).encode() + b"\n"

    def close(self):
        self.socket.close()


def devices(path):
    return (f"<channel type='unix'><target type='virtio' name='{AGENT}'/></channel>"
            f"<channel type='unix'><source mode='bind' path='{path}'/><target type='virtio' name='{OTHER}'/></channel>")


def played(case, name, path):
    """The agent of a running guest, when the server knows that it is there."""
    agent = Agent(path)
    case.addCleanup(agent.close)
    console = case.console(name)
    console.type(BRIDGE)
    console.expect("bridge-42")
    eventually(lambda: "state='connected'" in agent_target(case.virsh.ok("dumpxml", name)), "the agent to be there")
    return agent


def agent_target(document):
    return next(line for line in document.splitlines() if AGENT in line and "<target" in line)
