"""Which differences are of one rule: those whose words are the same once names and numbers are taken out."""
import difflib, re


def lines(theirs, ours):
    """What only one of two answers says."""
    whole = difflib.unified_diff(theirs.split("\n"), ours.split("\n"), lineterm="", n=0)
    return [line for line in whole if not line.startswith(("---", "+++", "@@"))]


def first_line(kind, theirs, ours):
    """A difference in a line."""
    return f"{kind}: " + " | ".join(line.strip() for line in lines(theirs, ours)[:2])[:300]


def rule(kind, theirs, ours):
    """A difference's words, without what differs from document to document."""
    if kind in ("refused", "error", "argv refused", "argv error"):
        words = f"{theirs} | {ours}"
    else:
        words = " | ".join(lines(theirs, ours)[:2])
    words = re.sub(r"'[^']*'|\"[^\"]*\"$", "''", words) if kind not in ("argv",) else words
    return f"{kind} " + re.sub(r"0x[0-9a-f]+|\d+", "0", words)[:160]
