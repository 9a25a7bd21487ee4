"""What may be done about a grade after its card went out: by hand only what is no worse
for the subject and no better than the points propose; all else by evaluating anew, with
notice, answer and meeting (domain 8.18, 9.6.8)."""

from dataclasses import dataclass

from baodao.scoring import rules_counting as counting
from baodao.scoring.rules_evaluation import better

ANEW = "请重新评价：告知本人、听取意见、开会定。"


@dataclass(frozen=True)
class Stands:
    """What was decided on, or what a draft of today says."""

    score: int
    proposed: str


def lower(was: Stands, now: Stands) -> bool:
    """Whether today's draft is worse for the subject than what the meeting had."""
    none = now.proposed == "none" != was.proposed
    return now.score < was.score or none or better(now.proposed, was.proposed)


def why_not_by_hand(before: str, after: str, was: Stands, now: Stands) -> str:
    """Why one person may not give this grade without a meeting; "" when they may. The
    same grade as before is a new edition with the points as they are now."""
    if lower(was, now):
        return f"积分或建议的等次比原来差。{ANEW}"
    if after == before:
        return ""
    if not better(before, after):
        return f"这里只能改好。要改差的，{ANEW}"
    if after == "excellent":
        return f"优秀由会议研究决定。{ANEW}"
    if now.proposed == "none" or better(now.proposed, after):
        title = counting.GRADES.get(now.proposed, "")
        return f"按现在的积分建议{title}，不能高过建议。要再高的，{ANEW}"
    return ""


def by_hand(before: str, was: Stands, now: Stands) -> list[str]:
    """The grades that one person may give, the best first."""
    return [
        g for g in counting.GRADES if g and not why_not_by_hand(before, g, was, now)
    ]
