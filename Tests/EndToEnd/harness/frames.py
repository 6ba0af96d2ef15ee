"""Frames of Ethernet as guests send them, and a bridge of two cards to send them through."""

import fcntl
import os
import socket
import struct
import subprocess

GUEST, PEER, OTHER = "52:54:00:00:00:01", "52:54:00:00:00:02", "52:54:00:00:00:03"
EVERYBODY, SPANNING = "ff:ff:ff:ff:ff:ff", "01:80:c2:00:00:00"


def mac(text):
    return bytes(int(part, 16) for part in text.split(":"))


def ether(source, target, kind, body=b""):
    return (mac(target) + mac(source) + struct.pack("!H", kind) + body).ljust(60, b"\0")


def vlan(source, target, number, kind, body=b""):
    return ether(source, target, 0x8100, struct.pack("!HH", number, kind) + body)


def address(text):
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


def arp(source, target, operation, sender, sender_ip, asked, asked_ip, kind=0x806, hardware=1, protocol=0x800):
    return ether(source, target, kind, struct.pack("!HHBBH", hardware, protocol, 6, 4, operation) + mac(sender)
                 + address(sender_ip) + mac(asked) + address(asked_ip))


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data[:len(data) // 2 * 2])) + (data[-1] << 8 if len(data) % 2 else 0)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip4(source, target, sender, receiver, protocol, body=b"", tos=0, number=7):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, tos, 20 + len(body), number, 0, 64, protocol, 0, address(sender), address(receiver))
    return ether(source, target, 0x800, head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body)


def ip6(source, target, sender, receiver, protocol, body=b"", traffic=0):
    head = struct.pack("!IHBB", 6 << 28 | traffic << 20, len(body), protocol, 64) + address(sender) + address(receiver)
    return ether(source, target, 0x86DD, head + body)


def with_sum(sender, receiver, protocol, body, place):
    """What is carried by IP, with its checksum at a place: without it the kernel takes it for no part of a connection."""
    head = address(sender) + address(receiver)
    head += struct.pack("!BBH", 0, protocol, len(body)) if len(head) == 8 else struct.pack("!IHBB", len(body), 0, 0, protocol)
    return body[:place] + struct.pack("!H", checksum(head + body) or 0xFFFF) + body[place + 2:]


def udp(sender, receiver, source, target, data=b""):
    return with_sum(sender, receiver, 17, struct.pack("!HHHH", source, target, 8 + len(data), 0) + data, 6)


def tcp(sender, receiver, source, target, flags=2, sequence=1, acknowledged=0, options=b""):
    body = struct.pack("!HHIIBBHHH", source, target, sequence, acknowledged, (20 + len(options)) // 4 << 4, flags, 1000, 0, 0)
    return with_sum(sender, receiver, 6, body + options, 16)


def icmp(kind, code=0, number=1):
    body = struct.pack("!BBHHH", kind, code, 0, number, 1) + b"payload!"
    return body[:2] + struct.pack("!H", checksum(body)) + body[4:]


def icmp6(sender, receiver, kind, code=0):
    return with_sum(sender, receiver, 58, struct.pack("!BBHHH", kind, code, 0, 1, 1) + b"payload!", 2)


def dhcp(source, target, sender, receiver, kind, card, used="0.0.0.0", given="0.0.0.0", lease=3600):
    """A message of DHCP: an answer of a server's where it gives an address."""
    answers = given != "0.0.0.0"
    body = struct.pack("!BBBBIHH", 2 if answers else 1, 1, 6, 0, 9, 0, 0) + address(used) + address(given) + bytes(8)
    body += mac(card).ljust(16, b"\0") + bytes(192) + b"\x63\x82\x53\x63" + bytes([53, 1, kind])
    body += (b"\x33\x04" + struct.pack("!I", lease) if answers else b"") + b"\xff"
    ports = (67, 68) if answers else (68, 67)
    return ip4(source, target, sender, receiver, 17, udp(sender, receiver, *ports, body))


def spanning(source, kind=0, flags=0, priority=0x8000):
    body = b"\x42\x42\x03" + struct.pack("!HBBB", 0, 0, kind, flags)
    body += struct.pack("!H", priority) + mac(source) + struct.pack("!IH", 4, 0x8000) + mac(source) + struct.pack("!HHHHH", 1, 0, 20, 2, 15)
    return mac(SPANNING) + mac(source) + struct.pack("!H", len(body)) + body


class Bridge:
    """A bridge with the card of a guest and one of a peer, each read and written here as QEMU does."""

    def __init__(self, guest="nwfg0", peer="nwfp0", bridge="nwfbr0"):
        self.names = {"guest": guest, "peer": peer}
        self.bridge = bridge
        self.ip("link", "add", bridge, "type", "bridge")
        pathless = ("/proc/sys/net/ipv6/conf/{}/disable_ipv6",)
        self.cards = {side: self.open(name) for side, name in self.names.items()}
        for name in (bridge, guest, peer):
            for path in pathless:
                with open(path.format(name), "w") as file:
                    file.write("1")
        for name in (guest, peer):
            self.ip("link", "set", name, "master", bridge, "up")
        self.ip("link", "set", bridge, "up")

    @staticmethod
    def ip(*words):
        subprocess.run(["ip", *words], check=True)

    @staticmethod
    def open(name):
        card = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(card, 0x400454CA, struct.pack("16sH22x", name.encode(), 0x1002))
        return card

    def received(self, side):
        found = []
        while True:
            try:
                found.append(os.read(self.cards[side], 65536))
            except BlockingIOError:
                return found

    def passes(self, side, frame):
        """Whether a frame that one side sends comes to the other: the kernel has carried it by the time that it is written."""
        other = "peer" if side == "guest" else "guest"
        self.received(other)
        os.write(self.cards[side], frame)
        # Behind a packet of IP nothing is left of what fills the frame up.
        return any(len(found) > 14 and frame.startswith(found) for found in self.received(other))

    def close(self):
        for card in self.cards.values():
            os.close(card)
        self.ip("link", "del", self.bridge)
