"""Each board with each device, feature, processor and firmware, one at a time: what depends on the board is found so."""
import pathlib
import xml.etree.ElementTree as ET

FILE = pathlib.Path(__file__).parent / "boards.xml"


def guest(board):
    root = ET.Element("domain", type="qemu")
    for name, text in (("name", "g"), ("memory", board.get("memory", "262144")), ("vcpu", board.get("vcpu"))):
        ET.SubElement(root, name).text = text
    kind = ET.SubElement(ET.SubElement(root, "os"), "type", arch=board.get("arch"))
    kind.text = "hvm"
    if board.get("machine"):
        kind.set("machine", board.get("machine"))
    ET.SubElement(root, "devices")
    return root


def boards(names):
    """A board's name, what it is asked with, and the document; of the named boards alone, if any are named."""
    asked = ET.parse(FILE).getroot()
    for board in asked.iter("board"):
        name = f"{board.get('arch')}-{board.get('machine', 'usual')}"
        if names and name not in names:
            continue
        for piece in asked:
            if piece.tag == "board":
                continue
            root = guest(board)
            if piece.tag == "firmware":
                root.find("os").set("firmware", piece.text)
            else:
                (root if piece.tag == "domain" else root.find(piece.tag)).extend(piece)
            said = " ".join(ET.tostring(part, encoding="unicode").strip() for part in piece) or piece.text
            yield name, f"{piece.tag}: {said}", root
