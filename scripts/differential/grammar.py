"""libvirt's RNG schemas as far as a generator needs them: which attributes, values and children an element knows."""
import pathlib
import xml.etree.ElementTree as ET

RNG = "{http://relaxng.org/ns/structure/1.0}"
GROUPS = {"group", "choice", "optional", "interleave", "zeroOrMore", "oneOrMore", "mixed", "list", "start", "define"}
# What a value of a named kind looks like; other patterns get a number or a word.
SAMPLES = {
    "UUID": "8f4b4d4e-1f35-4c5e-9c6a-0a1b2c3d4e5f", "uniMacAddr": "52:54:00:aa:bb:cc", "macAddr": "52:54:00:aa:bb:cc",
    "absFilePath": "/var/lib/libvirt/images/x.img", "filePath": "/var/lib/libvirt/images/x.img", "absDirPath": "/srv/x",
    "dirPath": "/srv/x", "ipAddr": "192.0.2.7", "ipv4Addr": "192.0.2.7", "ipv6Addr": "2001:db8::7", "dnsName": "x.example",
    "deviceName": "eth7", "cpuset": "0-1", "diskTargetName": "vdq", "diskTarget": "vdq", "wwn": "5000c50015ea71ad",
    "usbId": "0x1234", "usbAddr": "1", "usbPort": "1", "pciDomain": "0x0000", "pciBus": "0x00", "pciSlot": "0x07",
    "pciFunc": "0x0", "timeDelta": "1000", "duration": "1000", "iobase": "0x505", "irq": "0x5",
}


class Grammar:
    """The patterns of one schema, with what it includes."""

    def __init__(self, folder, name):
        self.folder, self.defines, self.start = pathlib.Path(folder), {}, None
        self.kept = {}
        self.read(name)

    def read(self, name):
        root = ET.parse(self.folder / name).getroot()
        for part in root.iter():
            if part.tag == RNG + "include":
                self.read(part.get("href"))
        for part in root.iter(RNG + "define"):
            self.defines.setdefault(part.get("name"), []).append(part)
        for part in root.findall(RNG + "start"):
            self.start = part

    def parts(self, node, wanted, through=()):
        """The attributes or elements (`wanted`) that stand directly in a pattern."""
        key = (id(node), wanted)
        if key in self.kept:
            return self.kept[key]
        found = []
        for part in node:
            kind = part.tag.removeprefix(RNG)
            if kind == wanted:
                found.append(part)
            elif kind == "ref" and part.get("name") not in through:
                for define in self.defines.get(part.get("name"), []):
                    found += self.parts(define, wanted, through + (part.get("name"),))
            elif kind in GROUPS:
                found += self.parts(part, wanted, through)
        if not through:
            self.kept[key] = found
        return found

    def children(self, patterns, name=None):
        """The patterns of children that elements of these patterns can have."""
        found = {id(c): c for p in patterns for c in self.parts(p, "element")}
        return [c for c in found.values() if c.get("name") and name in (None, c.get("name"))]

    def attributes(self, patterns):
        """The attributes that elements of these patterns know, each with values worth a try."""
        known = {}
        for pattern in patterns:
            for attribute in self.parts(pattern, "attribute"):
                if attribute.get("name"):
                    known.setdefault(attribute.get("name"), {}).update(dict.fromkeys(self.values(attribute)))
        return {name: list(values) for name, values in known.items()}

    def values(self, node, depth=0):
        """Each value that a pattern enumerates, and a sample of what it doesn't."""
        found = []
        for part in node:
            kind = part.tag.removeprefix(RNG)
            if kind == "value":
                found.append((part.text or "").strip())
            elif kind == "ref" and part.get("name") in SAMPLES:
                found.append(SAMPLES[part.get("name")])
            elif kind == "ref" and depth < 6:
                for define in self.defines.get(part.get("name"), []):
                    found += self.values(define, depth + 1)
            elif kind == "data":
                number = part.get("type", "") not in ("string", "NCName", "token", "anyURI", "dateTime")
                found.append("1" if number else "a1")
            elif kind == "text":
                found.append("text")
            elif kind in GROUPS:
                found += self.values(part, depth)
        return found

    def sample(self, pattern, random, depth=0):
        """An element that the pattern allows."""
        element = ET.Element(pattern.get("name"))
        self.fill(element, pattern, random, depth)
        return element

    def fill(self, element, node, random, depth, through=()):
        for part in node:
            kind = part.tag.removeprefix(RNG)
            if kind == "attribute" and part.get("name"):
                element.set(part.get("name"), random.choice(self.values(part) or ["a1"]))
            elif kind == "element" and part.get("name") and depth < 5:
                element.append(self.sample(part, random, depth + 1))
            elif kind in ("value", "data", "text"):
                holder = ET.Element("x")
                holder.append(part)
                element.text = random.choice(self.values(holder) or ["a1"])
            elif kind == "ref" and part.get("name") in SAMPLES:
                element.text = SAMPLES[part.get("name")]
            elif kind == "ref" and part.get("name") not in through:
                for define in self.defines.get(part.get("name"), []):
                    self.fill(element, define, random, depth, through + (part.get("name"),))
            elif kind == "choice" and len(part):
                holder = ET.Element("x")
                holder.append(random.choice(list(part)))
                self.fill(element, holder, random, depth, through)
            elif kind in ("optional", "zeroOrMore"):
                if random.random() < 0.35:
                    self.fill(element, part, random, depth, through)
            elif kind in GROUPS:
                self.fill(element, part, random, depth, through)
