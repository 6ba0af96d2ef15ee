"""The same invocations to `roost` and to virsh, word by word: the table in `words/`, and what may differ."""

import concurrent.futures
import difflib
import os
import pathlib
import re
import shlex
import subprocess

import libvirt

from . import paths

ORACLE = pathlib.Path(os.environ.get("ORACLE_ROOT", "/opt/libvirt-11.3"))
TABLE = pathlib.Path(__file__).resolve().parents[1] / "words"
DOMAIN = "<domain type='test'><name>{name}</name>{more}<memory unit='MiB'>64</memory><os><type>hvm</type></os>{devices}</domain>"
DEVICES = """<devices><disk type='file' device='disk'><source file='/x.img'/><target dev='vda' bus='virtio'/></disk>
<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/><target dev='vnet0'/></interface>
<graphics type='vnc' port='5900' listen='127.0.0.1'/></devices>"""
NETWORK = "<network><name>net</name><uuid>30000000-0000-4000-8000-000000000001</uuid><forward mode='nat'/>" \
    "<ip address='192.168.9.1' netmask='255.255.255.0'><dhcp><range start='192.168.9.2' end='192.168.9.90'/></dhcp></ip></network>"
VOLUME = "<volume><name>{}</name><capacity unit='MiB'>1</capacity></volume>"
FILES = {
    "one.xml": DOMAIN.format(name="one", devices=DEVICES, more="<uuid>10000000-0000-4000-8000-000000000001</uuid><vcpu>2</vcpu>"),
    "two.xml": DOMAIN.format(name="two", devices="", more="<uuid>10000000-0000-4000-8000-000000000002</uuid>"),
    "clash.xml": DOMAIN.format(name="other", devices="", more="<uuid>10000000-0000-4000-8000-000000000001</uuid>"),
    "nameless.xml": "<domain type='test'><memory>1</memory></domain>",
    "broken.xml": "<domain><name>x</domain>",
    "empty.xml": "",
    "network.xml": NETWORK,
    "cpu.xml": "<cpu><arch>i686</arch><model>qemu32</model></cpu>",
    "disk.xml": "<disk type='file' device='disk'><source file='/y.img'/><target dev='vdb' bus='virtio'/></disk>",
    "snapshot.xml": "<domainsnapshot><name>s1</name><description>first</description></domainsnapshot>",
    "checkpoint.xml": "<domaincheckpoint><name>c1</name></domaincheckpoint>",
    "interface.xml": "<interface type='ethernet' name='eth2'><start mode='none'/><mac address='aa:bb:cc:dd:ee:fe'/></interface>",
    "vhba.xml": "<device><parent>scsi_host1</parent><capability type='scsi_host'><capability type='fc_host'/></capability></device>",
    "pool.xml": "<pool type='dir'><name>pool</name><uuid>40000000-0000-4000-8000-000000000001</uuid><target><path>/p</path></target></pool>",
    "volume.xml": VOLUME.format("v7"), "volume2.xml": VOLUME.format("v8"),
}


def table(name):
    """The invocations of a part of the table, each as it is written."""
    lines = (TABLE / f"{name}.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


# Of a guest of QEMU's: what the tables say of the test host's domain, unless it ends the guest, needs other objects, or
# takes long.
GUEST = """<domain type='qemu'><name>g</name><uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid><memory unit='MiB'>128</memory>
<vcpu>2</vcpu><os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features><devices>
<disk type='file' device='cdrom'><target dev='hda' bus='ide'/></disk>
<interface type='user'><mac address='52:54:00:00:00:01'/></interface><serial type='pty'/><console type='pty'/></devices></domain>"""
FILES["g.xml"] = GUEST


def guest_table():
    """The invocations for a guest of QEMU's that runs."""
    lines = [re.sub(r"\btest\b(?!:)", "g", line) for part in ("domains", "life") for line in table(part)]
    elsewhere = re.compile(r"(one|two)\.xml|migrate|save.* {files}|three|screenshot|console|edit|^(destroy|undefine) g")
    return ["define {files}/g.xml", "start g"] + [line for line in lines if not elsewhere.search(line)]


def parts():
    return sorted(path.stem for path in TABLE.glob("*.txt"))


def oracle_virsh():
    """How virsh 11.3 is run where its root is installed, from outside of it; None where it isn't."""
    program, libraries = ORACLE / "usr/bin/virsh", ORACLE / "usr/lib/x86_64-linux-gnu"
    if not program.exists():
        return None
    loader = ORACLE / "lib64/ld-linux-x86-64.so.2"
    return [str(loader), "--library-path", str(libraries), "--argv0", "virsh", str(program)]


GOES_ON = "goes on\n"
# What virsh has done by a thread of its own: where that ends before virsh begins to listen to it, virsh waits for ever.
WATCHED = ("dump ", "save ", "managedsave ", "migrate ")


class Client:
    """A shell on one daemon's test host, which is kept alive meanwhile."""

    def __init__(self, program, uri, folder):
        self.program, self.uri, self.folder = program, uri, pathlib.Path(folder)
        self.environment = {**os.environ, "LC_ALL": "C.UTF-8", "VIRSH_HISTSIZE": "0", "TZ": "UTC", "VISUAL": "true"}
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, text in FILES.items():
            (self.folder / name).write_text(text)
        # The standard host is there for as long as somebody is connected.
        self.keeper = libvirt.open(uri)

    def close(self):
        self.keeper.close()

    def said(self, line):
        """What it answers to one invocation, as text that can be compared."""
        words = [word.replace("{files}", str(self.folder)) for word in shlex.split(line)]
        try:
            done = subprocess.run(
                [*self.program, "-c", self.uri, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=8,
                env=self.environment, check=False)
        except subprocess.TimeoutExpired:
            return GOES_ON
        output, errors = (text.decode(errors="replace") for text in (done.stdout, done.stderr))
        return self.normal(f"{output}--- errors\n{errors}--- status {done.returncode}\n")

    def is_stuck(self, line, answer):
        """Whether it waits where virsh may wait for ever."""
        return answer == GOES_ON and line.startswith(WATCHED) and "virsh" in str(self.program[-1])

    def normal(self, text):
        text = text.replace(str(self.folder), "FILES").replace(self.uri, "URI")
        for pattern, by, _ in NORMAL:
            text = re.sub(pattern, by, text)
        return text


# What is another one on each run, or is each program's own: pattern, replacement, reason.
NORMAL = [
    (r"(?m)^(\(?Time: |\()[\d.]+ ms\)$", r"\1N ms)", "how long it took"),
    (r"(CPU time: +)[\d.]+s", r"\1Ns", "counted by the clock"),
    (r"\b(rd_req|rd_bytes|wr_req|wr_bytes|errs|[rt]x_\w+|operations:|read:|written:|error count:) +\d+", r"\1 N",
     "counted by the clock"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "UUID", "made up"),
    (r"52:54:00:[0-9a-f:]{8}(?<!00:00:01)(?<!00:00:09)", "MAC", "made up"),
    (r"(?m)^(  cpu\.(?:time|user|system)=|  balloon\.rss=|rss |CPU: +)\d+$", r"\1N", "counted by the clock"),
    (r"(\b(?:cpu|user|system)_time) +[\d.]+ seconds", r"\1 N seconds", "counted by the clock"),
    (r"5001a4a[0-9a-f]{9}", "WWN", "made up"),
    (r"creationTime>\d+<|\b1[78]\d{8}\b", "TIME", "now"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d( \+0000|\.\d+\+0000)?", "TIME", "now"),
    (r" \(line \d+\)", "", "Roost says where a document is wrong"),
    (r"(?m)^( ?-{10,})$", "-----", "a rule is as long as the widest line"),
    (r"(?s)\n  DESCRIPTION\n.*?(?=\n  OPTIONS|\n--- errors)", "", "Roost describes its commands and options in its own words"),
    (r"(?m)^(    (?:\[--|--)\S+(?: <\w+>(?:\.\.\.)?)?)  +.*$", r"\1", "as above"),
    (r"(?m)^(  NAME\n    \S+ - ).*$", r"\1", "as above"),
    (r"(?m)^(    [a-z][a-z0-9-]+) {2,}\S.*$", r"\1", "as above"),
    (r"(?m)^ *(address|admin|explain|job|net-lan|roost|status|vol-tree)\n", "", "commands of Roost's own"),
    (r" \[--since <number>\] \[--reconnect\]|(?m:^    --(since <number>|reconnect)\n)", "", "options of Roost's own"),
    (r"(Virsh|Roost) itself \(help keyword '(virsh|roost)'\)", "The shell itself", "its name"),
    (r"(?m)^error: did you mean '.*'\?\n", "", "Roost has a guess"),
    (r"(?m)^(roost|virsh) (?=\[)", "", "its name"),
    (r"(XPath error : Invalid expression\n.*\n *\^\n)(?:error: Incorrect xpath .*\n)?--- status \d", r"\1",
     "to Roost, that a question is none is an error"),
]

# Invocations that are answered otherwise, and why.
OWN_WAYS = {
    "its own version": ["-v", "-V", "--version", "--version=long", "--version=short", "--version=nonsense"],
    "it looks for the daemons of both projects, and says so": ["connect ''"],
    "it says that nobody serves such a URI": ["connect nonsense:///x", "migrate test nonsense:///"],
    "an error is one to Roost, though virsh 11.3 ends with 0": [
        "net-port-dumpxml default nonsense", "net-port-dumpxml default 00000000-0000-0000-0000-000000000000",
        "net-port-delete default nonsense"],
    "virsh 11.3 refuses every mode": [
        "attach-interface test direct eth0 --print-xml --source-mode bridge",
        "attach-interface test bridge br0 --print-xml --source-mode bridge"],
    "virsh 11.3 ends with 1 though it has done it": ["iface-destroy eth2"],
    "virsh 11.3 says yes where it isn't told": ["nodedev-info computer"],
    "virsh 11.3 prints a broken document": ["snapshot-create-as test s3 --print-xml --diskspec ''"],
}


# What roostd's test host does otherwise than libvirt's, by the beginnings of the invocations, and why.
OTHER_HOST = {
    "a daemon touches no files for its clients": ["save ", "save-image-", "restore ", "dump "],
    "both documents may change at once": ["setmem test 512M --config --live"],
    "whether there are parameters is only said of what there is": ["domiftune test nonsense"],
    "it has no screen": ["screenshot test "],
    "what was made is listed": ["nodedev-list"],
    "it has the models of libvirt 9.0": ["cpu-models i686"],
    "each cell has its own sizes of pages": ["freepages --all"],
    "two pools may have one folder": ["pool-create-as p4", "pool-list --all", "pool-autostart p4", "pool-destroy p4"],
    "a domain that is defined starts without its host's help": ["dominfo two"],
}


def is_driven_otherwise(line):
    return any(line.startswith(start) for starts in OTHER_HOST.values() for start in starts)


def is_excused(line):
    return any(line in lines or line.replace(" g ", " test ", 1) in lines for lines in OWN_WAYS.values())


def commands(virsh):
    """The names of all commands that a virsh has."""
    return re.findall(r"(?m)^    ([a-z][a-z0-9-]+)$", virsh.said("help"))


def differences(ours, theirs, lines, names):
    """What two clients answer differently, a text an invocation. Both answer at once, each in the order of the lines."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(lambda client: [client.said(line) for line in lines], client) for client in (ours, theirs)]
        own, other = (answer.result() for answer in answers)
    return [(line, "".join(difflib.unified_diff(b.splitlines(True), a.splitlines(True), names[1], names[0], n=1)))
            for line, a, b in zip(lines, own, other)
            if a != b and not is_excused(line) and not ours.is_stuck(line, a) and not theirs.is_stuck(line, b)]
