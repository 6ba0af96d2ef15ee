"""Makes documents: guests, parts put into them, and changes to the outcome. The same seed makes the same documents."""
import copy, pathlib, random
import xml.etree.ElementTree as ET
from changes import changes

HERE = pathlib.Path(__file__).parent


def guests():
    """Each machine's smallest guest, by the machine's name."""
    found = {}
    for guest in ET.parse(HERE / "guests.xml").getroot():
        guest.tail = None
        found[guest.attrib.pop("id")] = guest
    return found


def parts():
    """(whether it is a device, the part) of everything that is put into guests."""
    root = ET.parse(HERE / "parts.xml").getroot()
    return [(kind.tag == "devices", part) for kind in root for part in kind]


def with_part(guest, device, part):
    """A guest with one part more; what the machine's guest says of the same thing stays in it."""
    guest = copy.deepcopy(guest)
    if device:
        guest.find("devices").append(copy.deepcopy(part))
        return guest
    present = guest.find(part.tag)
    if present is None or part.tag in ("seclabel", "sysinfo"):
        guest.insert(3, copy.deepcopy(part))
    elif part.tag == "os":
        present.attrib.update(part.attrib)
        present.extend(copy.deepcopy(list(part)))
    else:
        guest[list(guest).index(present)] = copy.deepcopy(part)
    return guest


def documents(grammar, machines, seed, share, pairs, some=1):
    """(machine, what was done, document): of all single changes a `share`, and so many `pairs` a part; of `some` of the parts."""
    for name, guest in guests().items():
        if machines and name not in machines:
            continue
        chance = random.Random(f"{seed} {name}")
        every = parts()
        yield name, "alone", guest
        for device, part in every:
            if chance.random() >= some:
                continue
            whole = with_part(guest, device, part)
            yield name, part.tag, whole
            single = [c for c in changes(whole, grammar, chance) if inside(c, whole, device, part)]
            for change in single:
                if chance.random() < share:
                    yield name, f"{part.tag}: {change.what}", change.applied(whole)
            for _ in range(pairs):
                yield name, f"{part.tag}: two", pair(whole, single, every, chance)


def inside(change, guest, device, part):
    """Whether a change is one to the part that was put in: the rest is changed where it is the part."""
    place = guest
    for depth, index in enumerate(change.path):
        place = place[index]
        if depth == (1 if device else 0):
            return place.tag == part.tag
    return False


def pair(whole, single, every, chance):
    """Two changes at once, or two parts that meet."""
    if chance.random() < 0.5 and len(single) > 1:
        first, second = chance.sample(single, 2)
        changed = first.applied(whole)
        return changed is not None and second.applied(changed)
    return with_part(whole, *chance.choice(every))
