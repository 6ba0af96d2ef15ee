"""The project's table of procedures, as far as a test needs it: numbers, names, and arguments of nothing."""

import dataclasses
import re

from . import paths

_sizes = {"i8": 4, "u8": 4, "u16": 4, "i32": 4, "u32": 4, "bool": 4, "i64": 8, "u64": 8, "double": 8,
          "uuid": 16, "string": 4, "string?": 4}


@dataclasses.dataclass(frozen=True)
class Procedure:
    """One line of the table; `nothing` is its arguments with every value zero, empty or absent."""

    number: int
    name: str
    is_event: bool
    nothing: bytes
    words: str


def _fields(text):
    """`name: type` parts, commas inside brackets aside."""
    return [part.split(":", 1)[1].strip() for part in re.split(r",\s*(?![^<\[]*[>\]])", text) if ":" in part]


def load(table="remote"):
    """Every procedure of a program, in order of number."""
    text = (paths.PROJECT / "Protocol" / f"{table}.rpc").read_text()
    structures = {name: _fields(fields)
                  for name, fields in re.findall(r"^(?:reference|struct) (\w+) \((.*)\)$", text, re.M)}

    def size(type):
        if type in _sizes:
            return _sizes[type]
        if type.endswith("?") or type.startswith(("bytes", "[")):
            return 4
        if match := re.fullmatch(r"chars\[(\d+)\]", type):
            return 4 * int(match[1])
        if type in structures:
            return sum(map(size, structures[type]))
        return 4  # an enumeration or a set of flags

    found = []
    for number, event, name, fields, words in re.findall(
            r"^ *(\d+)  (event )?(\S+)\s+\(([^()]*)\)(.*)$", text, re.M):
        nothing = bytes(sum(map(size, _fields(fields))))
        found.append(Procedure(int(number), name, bool(event), nothing, words))
    return sorted(found, key=lambda procedure: procedure.number)
