"""Several PDFs as one, without a database."""

import re

import pytest

from baodao.scoring.services import printing
from baodao.scoring.services.pdf_parts import join, objects

CARD = {
    "issuer": "森格社区党组织", "title": "反馈卡", "title_bo": "བྱང་བུ།", "period": "2025年度",
    "number": "反2025-1", "edition": "1", "code": "AAAA BBBB CCCC", "name_label": "member",
    "org_label": "org", "subject_label": "subject", "name": "张伟", "org": "党支部",
    "reported": "", "facts": [["走访", "1 次"]], "base": "80", "adds": "0", "deducts": "0",
    "score": "80", "lines": "", "grades": [["良好", True]], "decided": "", "words": "",
    "opinion": "", "subject": "", "signer": "本人", "recipients": [], "foot": "",
    "link": "https://example.cn/?n=1", "printed": "",
}  # fmt: skip


@pytest.mark.req("L47")
def test_parts_are_one_document_whose_references_all_lead_to_an_object() -> None:
    parts = [
        printing.pdf_of([CARD] * n, two=False, site="example.cn", tags=False)
        for n in (1, 2)
    ]
    whole = join(parts)
    found = objects(whole)
    assert re.search(rb"/Count 3/Kids\[3 0 R", found[1])
    assert sum(b"/Type/Page/" in body for body in found) == 3
    for body in found:
        head = body.partition(b"\nstream\n")[0]
        assert all(0 < int(n) <= len(found) for n in re.findall(rb"(\d+) 0 R", head))
    assert join(parts[:1]) == parts[0]


def test_a_qr_code_is_square_and_says_the_same_each_time() -> None:
    side, path = printing.qr("https://example.cn/scores/check/?n=2025-1&c=AAAABBBBCCCC")
    assert int(side) >= 21 and path.startswith("M0 0.5h7")
