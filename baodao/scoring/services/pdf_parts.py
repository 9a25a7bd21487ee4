"""Several PDFs as one. Only for files of our own compiler in version 1.4: every object
stands by itself in a table of offsets, object 1 is the tree of pages, and nothing is
encrypted. The trees become branches of a new one; no page is looked at."""

import re
from collections.abc import Sequence

_REF = re.compile(rb"(\d+) 0 R")
_PAGES = re.compile(rb"^<</Type/Pages/Count (\d+)")


def join(parts: Sequence[bytes]) -> bytes:
    """One PDF with the pages of all, in order. Raises ValueError for a file of another
    make."""
    if len(parts) == 1:
        return parts[0]
    out = [b"%PDF-1.4\n%\x80\x80\x80\x80\n"]
    offsets, at, number, branches, pages = [], len(out[0]), 2, [], 0
    for part in parts:
        bodies = objects(part)
        found = _PAGES.match(bodies[0])
        if not found:
            raise ValueError("object 1 is not the tree of pages")
        pages += int(found[1])
        branches.append(number + 1)
        bodies[0] = bodies[0].replace(b"<<", b"<</Parent 2 0 R", 1)
        for i, body in enumerate(bodies, 1):
            # The tree of a part hangs on ours, which is not one of its own objects.
            moved = _moved(body, number) if i > 1 else _moved_tree(body, number)
            written = b"%d 0 obj\n%s\nendobj\n" % (number + i, moved)
            offsets.append(at)
            at += len(written)
            out.append(written)
        number += len(bodies)
    kids = b" ".join(b"%d 0 R" % n for n in branches)
    head = [
        b"1 0 obj\n<</Type/Catalog/Pages 2 0 R/Lang(zh-CN)>>\nendobj\n",
        b"2 0 obj\n<</Type/Pages/Count %d/Kids[%s]>>\nendobj\n" % (pages, kids),
    ]
    out += reversed(head)
    second, first = at, at + len(head[1])
    return b"".join(out) + _table([first, second, *offsets], first + len(head[0]))


def objects(pdf: bytes) -> list[bytes]:
    """The bodies of all objects, by their number."""
    start = int(pdf[pdf.rindex(b"startxref") + 9 : pdf.rindex(b"%%EOF")])
    lines = pdf[start:].split(b"\n", 2)
    n = int(lines[1].split()[1])
    table = lines[2]
    found = []
    for i in range(1, n):
        at = int(table[i * 20 : i * 20 + 10])
        begin = pdf.index(b" obj\n", at) + 5
        found.append(pdf[begin : _end(pdf, begin)])
    return found


def _end(pdf: bytes, begin: int) -> int:
    """Where the body that begins here ends: a stream is as long as it says, whatever
    stands in it."""
    stop = pdf.index(b"endobj", begin)
    head = pdf.find(b"\nstream\n", begin, stop)
    if head < 0:
        return stop - 1
    length = re.search(rb"/Length (\d+)", pdf[begin:head])
    if not length:
        raise ValueError("a stream without a length")
    return pdf.index(b"endobj", head + 8 + int(length[1])) - 1


def _moved(body: bytes, by: int) -> bytes:
    """The body with all references to other objects moved on."""
    cut = body.find(b"\nstream\n")
    head, rest = (body, b"") if cut < 0 else (body[:cut], body[cut:])
    return _REF.sub(lambda m: b"%d 0 R" % (int(m[1]) + by), head) + rest


def _moved_tree(body: bytes, by: int) -> bytes:
    own = b"/Parent 2 0 R"
    return b"<<" + own + _moved(body.removeprefix(b"<<" + own), by)


def _table(offsets: Sequence[int], at: int) -> bytes:
    rows = b"".join(b"%010d 00000 n\r\n" % n for n in offsets)
    n = len(offsets) + 1
    return (
        b"xref\n0 %d\n0000000000 65535 f\r\n%strailer\n<</Size %d/Root 1 0 R>>\n"
        b"startxref\n%d\n%%%%EOF\n" % (n, rows, n, at)
    )
