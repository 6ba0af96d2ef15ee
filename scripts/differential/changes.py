"""Changes to a document, one at a time: what stands there left out, empty, twice, out of range or of any other value
that the schema allows; what could stand there put in."""
import copy

WRONG = ["", "zz", "-1", "99999999999"]


class Change:
    """One change: `make` does it to the element at `path` of a document."""

    def __init__(self, path, what, make):
        self.path, self.what, self.make = path, what, make

    def applied(self, root):
        """The document with the change in it, or nothing where the place is gone by another change."""
        root = copy.deepcopy(root)
        element = parent = root
        for index in self.path:
            if index >= len(element):
                return None
            parent, element = element, element[index]
        self.make(element, parent)
        return root


def put(name, value):
    return lambda element, _: element.set(name, value)


def taken(name):
    return lambda element, _: element.attrib.pop(name, None)


def worded(text):
    def make(element, _):
        element.text = text
    return make


def doubled(element, parent):
    parent.insert(list(parent).index(element) + 1, copy.deepcopy(element))


def dropped(element, parent):
    parent.remove(element)


def given(child, first):
    def make(element, _):
        element.insert(0, child) if first else element.append(child)
    return make


def changes(root, grammar, random):
    """All single changes to a document."""
    def walk(element, patterns, path):
        known = grammar.attributes(patterns)
        for name in element.attrib:
            yield Change(path, f"no {name}", taken(name))
            for value in WRONG:
                yield Change(path, f"{name}={value}", put(name, value))
        for name, values in known.items():
            for value in values:
                if element.get(name) != value:
                    yield Change(path, f"{name}={value}", put(name, value))
            if name not in element.attrib:
                yield Change(path, f"{name}=zz", put(name, "zz"))
        if not len(element) and (element.text or "").strip():
            words = [value for pattern in patterns for value in grammar.values(pattern)]
            for text in dict.fromkeys(WRONG + words):
                yield Change(path, f"text {text}", worded(text))
        if path:
            yield Change(path, "twice", doubled)
            yield Change(path, "dropped", dropped)
        for child in grammar.children(patterns):
            if not any(c.tag == child.get("name") for c in element) or element.tag == "devices":
                yield Change(path, f"with {child.get('name')}", given(grammar.sample(child, random), False))
        for index, child in enumerate(element):
            yield from walk(child, grammar.children(patterns, child.tag), path + [index])

    yield from walk(root, grammar.children([grammar.start], root.tag), [])
