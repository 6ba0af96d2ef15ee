"""Making two servers' words comparable: what may differ is named here, with its reason."""

import dataclasses
import difflib
import re

from .virsh import Virsh

# What is another one on every machine or run.
NORMAL = [
    (r"/dev/pts/\d+", "/dev/pts/N"),
    (r"(<domain type='\w+' )id='\d+'", r"\1id='N'"),
    (r"(?m)^ \d+( +\S+ +(running|paused))", r" N\1"),
    (r"(?m)^Id: +\d+$", "Id: N"),
    (r"port='59\d\d'", "port='59NN'"),
    (r"127\.0\.0\.1:\d+|(?m:^:\d+$)", "DISPLAY"),
    (r"domain-\d+-", "domain-N-"),
    (r"CPU time: +[\d.]+s", "CPU time: Ns"),
    (r"(?m)^CPU: +\d+$", "CPU: N"),
    (r"seclabel type='dynamic' model='dac' relabel='yes'>\s*<label>[^<]*</label>\s*<imagelabel>[^<]*</imagelabel>",
     "seclabel DAC"),
    (r"Security label: +\S+ \(enforcing\)", "Security label: LABEL"),
    # The machine these tests run on may be given memory meanwhile.
    (r"Memory size: +\d+ KiB", "Memory size: N KiB"),
    # A firmware that was reset resets the machine once more, as far as it gets.
    (r"(event 'reboot' for domain '[^']*'\n)\1+", r"\1"),
    # A QEMU that is told to end may or may not still say so before it is gone, on either server.
    (r"event 'lifecycle' for domain '([^']*)': Shutdown Finished after host request\n"
     r"(?=event 'lifecycle' for domain '\1': Stopped Destroyed\n)", ""),
    # Roost says where a document is wrong.
    (r"(?m) \(line \d+\)$", ""),
    # A table's rule is as long as its widest line, and so as the root's path.
    (r"(?m)^ ?-{10,}$", "-----"),
    (r"(?m) +$", ""),
]


@dataclasses.dataclass
class Difference:
    """Something that rightly differs: in what either server says about a command that starts with `command`,
    `pattern` is taken out, or replaced by `by`."""

    command: str
    pattern: str
    reason: str
    by: str = ""


# Between libvirt 9.0, which Debian ships, and 11.3, which Roost follows.
DIFFERENCES = [
    Difference("version", r"(Using API: QEMU|Running against daemon:|Using library: libvirt) \d+\.\d+\.\d+",
               "each names its own version"),
    Difference("dumpxml", r"(?m)^ *<audio id='1' type='none'/>\n",
               "11.3 adds no sound backend where there is no sound card"),
    Difference("dumpxml q35", r"(?m)^ *<watchdog model='itco' action='reset'(/>\n|>\n *<alias name='watchdog0'/>\n *</watchdog>\n)",
               "11.3 names the watchdog that every q35 machine has"),
    Difference("dumpxml q35", r"( *<controller type='virtio-serial' index='0'>\n(?: {6}.*\n)+ {4}</controller>\n)"
               r"((?: *<controller type='pci' index='[1-9]' model='pcie-root-port'>\n(?: {6}.*\n)+ {4}</controller>\n)+)",
               "11.3 puts the root ports that it adds right behind the root", by=r"\2\1"),
    Difference("define", r"(?:\(domain_definition\):|at line )(\d+): ", "11.3 names the line alone", by=r"at line \1: "),
    Difference("dumpxml uefi", r"(?m)^ *<watchdog model='itco' action='reset'(/>\n|>\n *<alias name='watchdog0'/>\n *</watchdog>\n)",
               "11.3 names the watchdog that every q35 machine has"),
    Difference("dumpxml uefi", r" firmware='efi'|(?m:^ {4}<firmware>\n(?: {6}<feature .*\n)+ {4}</firmware>\n)",
               "11.3 says which firmware an explicit loader is, from the host's descriptors"),
    Difference("dumpxml uefi", r" (format|templateFormat)='raw'",
               "9.0 knows no formats of firmware's files"),
    Difference("dumpxml microvm",
               r"(?m)^ *<input type='\w+' bus='ps2'(/>\n|>\n *<alias name='input\d'/>\n *</input>\n)",
               "11.3 knows that a microvm has no PS/2 ports of its own"),
    Difference("dumpxml lines", r"(<console type='pty')(?: tty='/dev/pts/N')?(>\n(?: *<source .*\n)? *<target type='virtio' port=)'\d'",
               "11.3 counts a console behind the serial port that is the first, which alone has its terminal named",
               by=r"\1\2'N'"),
    Difference("ttyconsole lines", r"^(/dev/pts/N\n\nexit status 0|\nexit status 1)\n$", "as above"),
    Difference("vcpuinfo", r"(?m)^CPU time: Ns\n", "what has just been started may not have run yet"),
    Difference("domxml-to-native", r"-m (?:size=131072k|128) ", "11.3 gives memory in KiB"),
    Difference("dumpxml pc", r"path='ROOT/(?:var/lib/qemu/channel/target/domain-N|run/qemu/channel/\d+)-pc/",
               "11.3 keeps the sockets of channels below its run folder", by="path='CHANNELS/"),
]


def normal(text, root):
    """The text without what is another one on each run; `root` is the server's folder."""
    text = text.replace(str(root), "ROOT")
    # libvirtd knows its folders under their ordinary names.
    for theirs, ours in (("/var/lib/libvirt", "ROOT/var/lib"), ("/run/libvirt", "ROOT/run"),
                         ("/etc/libvirt", "ROOT/etc")):
        text = text.replace(theirs, ours)
    for pattern, by in NORMAL:
        text = re.sub(pattern, by, text)
    return text


def without_differences(command, text):
    """The text less what is expected to differ."""
    for difference in DIFFERENCES:
        if command.startswith(difference.command):
            text = re.sub(difference.pattern, difference.by, text)
    return text


def said(own, commands, root="{root}"):
    """What a server says to each of the commands, in which `root` stands for its folder."""
    texts = []
    for line in commands:
        result = Virsh(own.uri)(*line.replace(root, str(own.root)).split(" "))
        text = f"{result.output}{result.errors}exit status {result.status}\n"
        texts.append(without_differences(line, normal(text, own.root)))
    return texts


def difference(ours, theirs, name):
    """How two texts differ; empty where they don't."""
    if ours == theirs:
        return ""
    return "\n" + "".join(difflib.unified_diff(
        theirs.splitlines(True), ours.splitlines(True), "libvirtd", name, n=2))
