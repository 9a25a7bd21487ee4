"""How long before a step of a case the step before it was, and from that the instant
of each."""

import random
from collections.abc import Sequence
from datetime import datetime

from baodao.portal.demo.timeline import Gap, WorkClock

WORK, MINUTES, DAYS = "work", "minutes", "days"
# How long before a step the step before it was.
GAPS = {
    "verify": Gap(WORK, 20, 420), "reject": Gap(WORK, 20, 500), "merge": Gap(WORK, 10, 300),
    "publish": Gap(WORK, 8, 240), "dispatch": Gap(WORK, 8, 300),
    "transfer": Gap(WORK, 8, 300), "unit_accept": Gap(WORK, 25, 600),
    "return": Gap(WORK, 60, 600), "assign": Gap(WORK, 10, 330),
    "accept": Gap(WORK, 10, 330), "decline": Gap(WORK, 20, 330),
    "hand_back": Gap(DAYS, 0.3, 2), "claim": Gap(DAYS, 0.3, 9),
    "unit_claim": Gap(DAYS, 0.3, 6), "release": Gap(DAYS, 0.3, 2.5),
    "start": Gap(DAYS, 0.2, 3.2), "report_done": Gap(MINUTES, 40, 190),
    "finish": Gap(DAYS, 0.5, 5), "cannot_do": Gap(DAYS, 0.5, 3),
    "confirm": Gap(DAYS, 0.05, 4.5), "reopen": Gap(DAYS, 0.2, 4),
    "withdraw": Gap(DAYS, 0.2, 2.5), "call": Gap(WORK, 240, 600),
    "unreachable": Gap(DAYS, 6.5, 9), "transfer_news": Gap(WORK, 500, 1500),
    "answer_cannot": Gap(WORK, 500, 1900), "hand_over": Gap(WORK, 60, 300),
    "rate": Gap(MINUTES, 1, 25),
    "expire": Gap(DAYS, 60, 60.006), "republish": Gap(WORK, 60, 300),
    "ask_extension": Gap(DAYS, 0.8, 2.5), "extend": Gap(WORK, 20, 240),
    "pause": Gap(DAYS, 0.3, 2), "ask_call": Gap(DAYS, 0.2, 2),
}  # fmt: skip
LATE = {"unit_accept": Gap(WORK, 820, 1500), "start": Gap(DAYS, 7.4, 10)}
URGENT = {
    name: Gap(MINUTES, 4, 45)
    for name in (
        "verify",
        "dispatch",
        "publish",
        "unit_accept",
        "assign",
        "accept",
        "return",
    )
} | {"start": Gap(MINUTES, 20, 110), "claim": Gap(MINUTES, 20, 200)}
# Acts of people at their desks, in office hours; "finish" is a second report_done.
AT_DESK = ("verify", "reject", "merge", "publish", "dispatch", "transfer", "unit_accept",
           "assign", "return", "extend", "call", "unreachable", "republish", "pause",
           "transfer_news", "answer_cannot", "hand_over")  # fmt: skip
KEEPS_CLOCK = ("start", "call", "ask_extension", "extend", "pause", "ask_call")
EVENT = {"finish": "report_done"}


def instants(
    clock: WorkClock, rng: random.Random, steps: Sequence[str], last: datetime, *,
    urgency: str, late: str = "",
) -> list[datetime]:  # fmt: skip
    """When each step happened, given the last; staff's acts fall in office hours
    unless the matter is urgent."""
    urgent = urgency in ("urgent", "life_safety")
    gaps = {**GAPS, **(URGENT if urgent else {})}
    if late:
        gaps[late] = LATE[late]
    if urgency == "complex":
        gaps["start"] = Gap(DAYS, 1, 9)
    times = [last]
    for i in range(len(steps) - 1, -1, -1):
        step = steps[i]
        if step in AT_DESK and not urgent:
            times[0] = clock.add(times[0], 0)
        if i:
            times.insert(0, gaps[step].before(rng, clock, times[0]))
    return times
