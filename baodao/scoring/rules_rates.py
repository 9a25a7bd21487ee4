"""Rates of a whole evaluation year (domain 7.2 U_ADD_MEETING, U_ADD_RATE, U_DED_RATE): per
mille of what there was. A good one is registered as a merit and leaves a record "rate", a
low one is proposed as a deduction and leaves a "breach": two kinds, so that a low rate
costs nothing that nobody has decided."""

RATES = {"meetings": "联席会议到会率", "reported": "党员报到率"}
COUNTS = {
    "meetings": "应到{whole}次，到会{part}次",
    "reported": "应报到{whole}人，报到{part}人",
}


def good(name: str) -> str:
    """What a rule for a good rate counts."""
    return f"rate:{name}"


def low(name: str) -> str:
    """What a rule for a low rate counts."""
    return f"breach:low_{name}"


LOW = {low(name): title for name, title in RATES.items()}


def per_mille(part: int, whole: int) -> int | None:
    """Rounded down; None of nothing."""
    return part * 1000 // whole if whole else None


def said(rate: int) -> str:
    """962 → 96.2%."""
    return f"{rate / 10:g}%"
