"""The domain documents in `guests/`, made whole, and what of the host they need."""

import array
import copy
import os
import pathlib
import re
import shutil
import socket
import subprocess
import threading
import uuid
import xml.etree.ElementTree as etree

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "guests"
FORMATS = ("raw", "qcow2", "vmdk", "vdi", "vpc", "qed")


class GuestHost:
    """Files, folders and servers that the documents name, below one folder."""

    def __init__(self, folder, guest):
        self.folder = folder
        self.guest = guest
        self.closers = []
        self.disks = 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def prepare(self):
        for name in ("files", "folder", "server"):
            path = self.folder / name
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(0o777)
        for format in FORMATS:
            self.image(format, self.path("DISK." + format))
        self.image("qcow2", self.path("DISK.over"), "-F", "qcow2", "-b", self.path("DISK.qcow2"))
        with open(self.path("NVDIMM"), "wb") as file:
            file.truncate(128 << 20)
        os.mkfifo(self.folder / "files/pipe")
        for path in self.folder.rglob("*"):
            path.chmod(0o777)
        return self

    def path(self, word):
        """What a capitalised word in a document stands for."""
        names = {"FILES": "files", "FOLDER": "folder", "SERVER": "server", "NVDIMM": "nvdimm"}
        if word == "GUEST":
            return str(self.guest)
        if word == "PORT":
            return str(self.port)
        return str(self.folder / names.get(word, word.lower()))

    def image(self, format, path, *options):
        subprocess.run(["qemu-img", "create", "-q", "-f", format, *options, path,
                        *([] if options else ["16M"])], check=True)

    def disk(self, format):
        """An image that no other guest and no other disk has."""
        self.disks += 1
        path = self.folder / f"disk{self.disks}.{format}"
        shutil.copy(self.path("DISK." + format), path)
        path.chmod(0o666)
        return str(path)

    # Servers.

    def serve(self):
        """Starts what guests connect to: disks by NBD and vhost-user, randomness, shared memory, a TPM."""
        nbd, block, tpm = (self.folder / "server" / name for name in ("nbd.sock", "blk.sock", "tpm.sock"))
        self.start("qemu-storage-daemon",
                   "--blockdev", f"file,node-name=file,filename={self.disk('raw')}",
                   "--blockdev", f"file,node-name=other,filename={self.disk('raw')}",
                   "--nbd-server", f"addr.type=unix,addr.path={nbd}",
                   "--export", "nbd,id=disk,node-name=file,name=disk,writable=on",
                   "--export", f"vhost-user-blk,id=blk,node-name=other,writable=on,addr.type=unix,addr.path={block}")
        state = self.folder / "tpm-state"
        state.mkdir()
        self.start("swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state}", "--ctrl",
                   f"type=unixio,path={tpm},mode=0666")
        self.listen("egd.sock", lambda connection: None)
        self.listen("ivshmem.sock", self.share_memory)
        for path in (nbd, block, tpm):
            from .waiting import eventually
            eventually(path.exists, f"{path} to be there")
            path.chmod(0o777)

    def start(self, *words):
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL)
        self.closers += [process.wait, process.kill]

    def listen(self, name, greet):
        """A socket that says `greet` to everybody, and nothing more."""
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(self.folder / "server" / name))
        (self.folder / "server" / name).chmod(0o777)
        server.listen()
        connections = []

        def accept():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connections.append(connection)
                greet(connection)

        threading.Thread(target=accept, daemon=True).start()
        self.closers.append(lambda: (server.shutdown(socket.SHUT_RDWR), server.close()))

    def share_memory(self, connection):
        """What a server of ivshmem tells a newcomer: the protocol, its number, the memory, its own interrupts."""
        def say(number, *descriptors):
            ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
            connection.sendmsg([number.to_bytes(8, "little", signed=True)], ancillary)

        memory = os.memfd_create("ivshmem")
        os.ftruncate(memory, 4 << 20)
        say(0)
        say(0)
        say(-1, memory)
        for _ in range(4):
            say(0, os.eventfd(0))

    def close(self):
        for close in reversed(self.closers):
            close()


def documents(host):
    """Every domain document, whole, by the domain's name."""
    found = {}
    for path in sorted(FOLDER.glob("*.xml")):
        text = path.read_text()
        for word in ("FILES", "FOLDER", "SERVER", "NVDIMM", "GUEST", "PORT"):
            text = text.replace(word, host.path(word))
        text = re.sub(r"DISK\.(\w+)", lambda match: host.disk(match[1]), text)
        for domain in etree.fromstring(text):
            found[domain.get("name")] = whole(domain)
    return found


def whole(short):
    """A document with all that one needs: what the short one leaves out is the same for all."""
    domain = copy.deepcopy(short)
    name, machine = domain.attrib.pop("name"), domain.attrib.pop("machine")
    domain.set("type", domain.get("type", "qemu"))
    os_element = domain.find("os")
    if os_element is None:
        os_element = etree.SubElement(domain, "os")
    kind = etree.Element("type", arch="x86_64", machine=machine)
    kind.text = "hvm"
    os_element.insert(0, kind)
    identity = uuid.uuid5(uuid.NAMESPACE_DNS, name)
    for tag, text in (("name", name), ("uuid", str(identity)), ("memory", "65536"), ("vcpu", "1")):
        if domain.find(tag) is None:
            etree.SubElement(domain, tag).text = text
    if domain.find("features") is None:
        etree.SubElement(etree.SubElement(domain, "features"), "acpi")
    if domain.find("devices") is None:
        etree.SubElement(domain, "devices")
    return etree.tostring(domain, encoding="unicode")
