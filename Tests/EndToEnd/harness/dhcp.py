"""A guest's part of DHCP on a link, in a network namespace: asks for an address and says which it was given.

usage: dhcp.py LINK [HOSTNAME]      prints the address, or ends with 1 after ten seconds

It reads packets as they are on the link: what a virtual link leaves out, such as checksums, doesn't matter to it.
"""
import os
import socket
import struct
import sys
import time

COOKIE = b"\x63\x82\x53\x63"


def packet(mac, transaction, kind, options):
    body = struct.pack("!BBBBIHHIIII16s64s128s", 1, 1, 6, 0, transaction, 0, 0x8000, 0, 0, 0, 0, mac, b"", b"")
    body += COOKIE + bytes([53, 1, kind]) + b"".join(bytes([o, len(v)]) + v for o, v in options) + b"\xff"
    udp = struct.pack("!HHHH", 68, 67, 8 + len(body), 0) + body
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, bytes(4), b"\xff" * 4)
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    head = head[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + head[12:]
    return b"\xff" * 6 + mac + b"\x08\x00" + head + udp


def answer(link, transaction, until):
    """The next answer: its kind, the address that it gives, and who gives it."""
    while (left := until - time.monotonic()) > 0:
        link.settimeout(left)
        try:
            frame = link.recv(4096)
        except TimeoutError:
            return None
        body = frame[42:]
        if frame[12:14] != b"\x08\x00" or len(body) < 240 or struct.unpack("!I", body[4:8])[0] != transaction:
            continue
        kind = server = None
        options = body[240:]
        while options and options[0] != 255:
            if options[0] == 53:
                kind = options[2]
            if options[0] == 54:
                server = options[2:6]
            options = options[2 + options[1]:] if options[0] else options[1:]
        if body[0] == 2 and kind:
            return kind, body[16:20], server
    return None


def main(name, hostname="guest"):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as link:
        link.bind((name, 0))
        mac = link.getsockname()[4]
        end, transaction = time.monotonic() + 10, struct.unpack("!I", os.urandom(4))[0]
        named = [(12, hostname.encode())]
        while time.monotonic() < end:
            link.send(packet(mac, transaction, 1, named))
            # A bridge's port passes nothing on at first.
            offer = answer(link, transaction, min(end, time.monotonic() + 1))
            if not offer or offer[0] != 2:
                continue
            link.send(packet(mac, transaction, 3, [(50, offer[1]), (54, offer[2])] + named))
            given = answer(link, transaction, end)
            if given and given[0] == 5:
                print(socket.inet_ntoa(given[1]))
                return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
