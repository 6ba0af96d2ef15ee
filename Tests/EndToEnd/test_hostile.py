"""Packets that no good client sends: the connection may end, the daemon may not, and nobody else notices."""

import os
import random
import struct
import threading
import time

import libvirt

from harness import paths, procedures, server, wire
from harness.case import ServerCase, on_each_server
from harness.virsh import Virsh

PACKETS = int(os.environ.get("ROOST_PACKETS", "10000"))
VECTORS = paths.PROJECT / "Tests/RemoteProtocolTests/Vectors/libvirt-9.0.0.txt"


def recorded():
    """What a real client sent, whole messages."""
    return [bytes.fromhex(line.split()[-1]) for line in VECTORS.read_text().splitlines() if line.startswith(">")]


class Mutator:
    """Makes bad packets of good ones."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.seeds = recorded() + [
            wire.Packet(wire.REMOTE, 1, p.number, wire.CALL, 1, wire.OK, p.nothing).bytes
            for p in procedures.load()]
        self.ways = [self.bits, self.cut, self.grown, self.length, self.word, self.noise, self.spliced]

    def packet(self):
        return self.random.choice(self.ways)(bytearray(self.random.choice(self.seeds)))

    def framed(self, data):
        """With a length word that is true, so that what is inside gets looked at."""
        data[0:4] = struct.pack(">I", len(data))
        return bytes(data)

    def bits(self, data):
        for _ in range(self.random.randint(1, 8)):
            data[self.random.randrange(4, len(data))] ^= 1 << self.random.randrange(8)
        return bytes(data)

    def cut(self, data):
        return self.framed(data[:self.random.randrange(4, len(data))])

    def grown(self, data):
        return self.framed(data + self.random.randbytes(self.random.randrange(1, 64)))

    def length(self, data):
        data[0:4] = struct.pack(">I", self.random.choice(
            [0, 1, 3, 4, 27, 28, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 33554436, 33554437,
             self.random.getrandbits(32)]))
        return bytes(data)

    def word(self, data):
        at = 4 * self.random.randrange(1, len(data) // 4)
        data[at:at + 4] = struct.pack(">I", self.random.choice(
            [0, 1, 2, 3, 6, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFC, 16384, 16385, 4194304, 4194305]))
        return bytes(data)

    def noise(self, data):
        return self.random.randbytes(self.random.randrange(1, 512))

    def spliced(self, data):
        other = self.random.choice(self.seeds)
        return self.framed(data[:self.random.randrange(28, len(data) + 1)]
                           + other[self.random.randrange(4, len(other)):])


class Attacker:
    """Sends bad packets, each connection until it is closed or has had enough."""

    def __init__(self, path, seed, readonly):
        self.path, self.mutator, self.readonly = path, Mutator(seed), readonly
        self.sent = 0

    def attack(self, count):
        while self.sent < count:
            with wire.Client(self.path) as client:
                try:
                    # Half of them show their best side first: what they send then reaches further.
                    if self.mutator.random.random() < 0.5:
                        client.open(flags=int(self.readonly))
                    self.burst(client, min(25, count - self.sent))
                except (wire.Closed, OSError):
                    pass

    def burst(self, client, count):
        client.socket.settimeout(2)
        for _ in range(count):
            self.sent += 1
            client.send(self.mutator.packet())
        client.socket.setblocking(False)
        try:
            while client.socket.recv(65536):
                pass
        except BlockingIOError:
            pass


@on_each_server
class Hostile(ServerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = server.KINDS[cls.server_name]().start()
        cls.addClassCleanup(cls.own.stop)

    def bystander(self, stop, failures):
        """A client that means well, all the while."""
        connection = libvirt.open(self.own.uri)
        while not stop.is_set():
            began = time.monotonic()
            try:
                connection.getVersion()
                connection.listAllDomains()
            except libvirt.libvirtError as error:
                failures.append(error)
                return
            if time.monotonic() - began > 10:
                failures.append("a call took more than 10 s")
        connection.close()

    def withstands(self, path, readonly, count, seed):
        stop, failures = threading.Event(), []
        bystander = threading.Thread(target=self.bystander, args=(stop, failures))
        bystander.start()
        try:
            Attacker(path, seed, readonly).attack(count)
        except ConnectionRefusedError:
            self.own.process.wait(10)
        finally:
            stop.set()
            bystander.join(30)
        self.assertIsNone(self.own.process.poll(), f"the daemon died; {self.own.log.read_text()[-3000:]}")
        self.assertEqual(failures, [])
        Virsh(self.own.uri).ok("list", "--all")

    def test_the_readonly_socket_withstands(self):
        # The reference only shows that the attack works: its own faults are not looked for.
        count = PACKETS // 2 if self.server_name == "roostd" else 200
        self.withstands(self.own.readonly_socket, True, count, seed=1)

    def test_the_socket_withstands(self):
        if self.server_name != "roostd":
            self.skipTest("a packet that is not refused would act on this machine")
        self.withstands(self.own.socket, False, PACKETS // 2, seed=2)

    def test_a_packet_that_never_ends_costs_nothing(self):
        with wire.Client(self.own.readonly_socket) as slow:
            slow.send(struct.pack(">I", 33554432))
            slow.send(b"x" * 1000)
            Virsh(self.own.uri).ok("version")

    def test_a_length_beyond_the_limit_ends_the_connection(self):
        with wire.Client(self.own.readonly_socket) as client:
            client.send(struct.pack(">I", 33554437) + bytes(28))
            with self.assertRaises(wire.Closed):
                client.receive()
