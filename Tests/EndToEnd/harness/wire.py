"""The protocol by hand: XDR, framing, and a client that sends whatever it is told to."""

import dataclasses
import socket
import struct

REMOTE, KEEPALIVE = 0x20008086, 0x6B656570
CALL, REPLY, MESSAGE, STREAM = 0, 1, 2, 3
OK, ERROR, CONTINUE = 0, 1, 2
HEADER = struct.Struct(">IIiIII")


class Closed(Exception):
    """The server ended the connection."""


@dataclasses.dataclass
class Packet:
    """One message, taken apart as far as its header."""

    program: int
    version: int
    procedure: int
    kind: int
    serial: int
    status: int
    payload: bytes

    @classmethod
    def parse(cls, body):
        return cls(*HEADER.unpack_from(body), body[HEADER.size:])

    @property
    def bytes(self):
        body = HEADER.pack(self.program, self.version, self.procedure, self.kind, self.serial, self.status)
        return struct.pack(">I", len(body) + len(self.payload) + 4) + body + self.payload

    @property
    def error(self):
        """An error reply's code and message."""
        reader = Reader(self.payload)
        code, _ = reader.int(), reader.int()
        return code, reader.optional_string()


def string(text):
    """A string or bytes, as XDR has it: length, then padded to four."""
    data = text if isinstance(text, bytes) else text.encode()
    return struct.pack(">I", len(data)) + data + bytes(-len(data) % 4)


class Reader:
    """Takes values from a payload."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        part = self.data[self.at:self.at + count]
        self.at += count
        return part

    def int(self):
        return struct.unpack(">i", self.take(4))[0]

    def string(self):
        length = self.int()
        return self.take(length + -length % 4)[:length].decode()

    def optional_string(self):
        return self.string() if self.int() else None


class Client:
    """A connection that knows packets and no procedure."""

    def __init__(self, path, seconds=20):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds)
        self.socket.connect(str(path))
        self.serial = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        """The next packet; raises `Closed` at the connection's end."""
        length = struct.unpack(">I", self._exactly(4))[0]
        return Packet.parse(self._exactly(length - 4))

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            try:
                part = self.socket.recv(count - len(data))
            except ConnectionResetError:
                part = b""
            if not part:
                raise Closed
            data += part
        return data

    def call(self, procedure, payload=b"", program=REMOTE):
        """Calls and waits for the reply, letting events and keepalive pass."""
        self.serial += 1
        self.send(Packet(program, 1, procedure, CALL, self.serial, OK, payload).bytes)
        while True:
            packet = self.receive()
            if packet.kind == REPLY and packet.serial == self.serial:
                return packet

    def open(self, uri="qemu:///system", flags=0):
        """What every client says first."""
        self.call(66)
        reply = self.call(1, struct.pack(">I", 1) + string(uri) + struct.pack(">I", flags))
        assert reply.status == OK, reply.error
        return self
