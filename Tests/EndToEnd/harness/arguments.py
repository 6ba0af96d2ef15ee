"""QEMU's command lines as options that can be compared, and what may differ between libvirt 9.0 and 11.3."""

import dataclasses
import json
import re
import shlex


@dataclasses.dataclass
class Difference:
    """Where `pattern` matches an option of `side`'s, `by` stands for it; an option of which nothing is left
    is none. `guest` names the one guest that it is about, or a pattern for several."""

    side: str
    pattern: str
    by: str
    reason: str
    guest: str = ""


DIFFERENCES = [
    # What is another one on every run.
    Difference("both", r'"fd": "\d+"', '"fd": "N"', "a descriptor's number"),
    Difference("both", r"^-rtc base=20\d\d-[^,]*", "-rtc base=NOW", "the time of day", "clocks"),
    # Between 9.0, which Debian ships, and 11.3, which Roost follows.
    Difference("libvirtd", r"^-m (\d+)$", r"-m size=\g<1>M", "11.3 gives memory as a size"),
    Difference("roostd", r"^-m size=(\d+)k$", lambda m: f"-m size={int(m[1]) // 1024}M",
               "11.3 gives memory as a size"),
    Difference("roostd", r"^-global ICH9-LPC.noreboot=off$|^-watchdog-action reset$", "",
               "11.3 lets the watchdog act that every q35 board has"),
    Difference("roostd", r",clusters=1\b", "", "11.3 knows clusters of cores"),
    Difference("libvirtd", r"^-soundhw pcspk$", "", "9.0 uses an option that QEMU 7.1 has removed", "sound-pcspk"),
    Difference("roostd", r",pcspk-audiodev=audio1", "", "9.0 uses an option that QEMU 7.1 has removed",
               "sound-pcspk"),
    Difference("roostd", r'^-(object|device) .*objcrypto0.*', "", "Debian's 9.0 passes over crypto devices", "crypto"),
]


def parsed(words):
    """Options with their values, a text each, keys in order."""
    options, words = [], list(words)
    while words:
        option = words.pop(0)
        if words and option.startswith("-") and not re.match(r"-[a-zA-Z]", words[0]):
            option += " " + value(words.pop(0))
        options.append(option)
    return options


def value(text):
    if text.startswith("{"):
        return json.dumps(json.loads(text), sort_keys=True)
    first, *rest = re.split(r"(?<!,)(?:,,)*,(?!,)", text)
    return ",".join([first, *sorted(rest)])


def of_native(text):
    """The options that `domxml-to-native` has said, and the environment before them."""
    words = shlex.split(text)
    environment = {}
    while "=" in words[0]:
        name, _, environment[name] = words.pop(0).partition("=")
    # Either daemon hands its own search path on.
    environment.pop("PATH", None)
    return environment, words[0], parsed(words[1:])


def of_log(text):
    """The options of the last start that a guest's log tells of."""
    start = text[text.rindex("-name guest="):]
    end = re.search(r"-msg timestamp=on ?\\?\n?", start).end()
    return parsed(shlex.split(start[:end].replace("\\\n", " ")))


def settled(options, guest, side, root):
    """The options without what may differ; `root` is the server's folder, which libvirtd knows by another name."""
    found = []
    for option in options:
        for ours, theirs in (("/var/lib", "/var/lib/libvirt"), ("/run", "/run/libvirt")):
            option = option.replace(str(root) + ours, theirs)
        for difference in DIFFERENCES:
            if difference.side in (side, "both") and re.search(difference.guest, guest):
                option = re.sub(difference.pattern, difference.by, option)
        if option:
            found.append(option)
    return found
