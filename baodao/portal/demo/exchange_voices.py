"""What residents of the demo community say of what units report as done (L18)."""

from datetime import datetime, timedelta

from baodao.acts.actor import link_holder
from baodao.exchange.agreements.voices import phone_hash
from baodao.exchange.models import Deed, Voice
from baodao.portal.demo.world import World

# (看到了, 没看到) per deed in turn, and words of the last who did not see it.
SAID = ((9, 0), (4, 1), (0, 0), (6, 0), (2, 2))
WORDS = "那天下午没看见有人来。"


def build(w: World) -> None:
    """By the code of the notice, in the hours after the unit has reported."""
    waiting = Deed.objects.filter(path=w.places[w.preset.main].path, state="reported")
    for deed, said in zip(
        waiting.select_related("item").order_by("created_at", "id"), SAID, strict=False
    ):
        answers = ["seen"] * said[0] + ["not_seen"] * said[1]
        for n, answer in enumerate(answers):
            at = min(deed.created_at + timedelta(hours=2, minutes=7 * n), w.now)
            last = n == len(answers) - 1 and answer == "not_seen"
            _say(w, deed, answer, f"demo-{n}", WORDS if last else "", at)


def _say(
    w: World, deed: Deed, said: str, phone: str, words: str, at: datetime
) -> None:  # fmt: skip
    where = deed.item.estate_id or deed.place_id
    voice = Voice(
        item=deed.item, duty_id=deed.duty_id, nth=deed.nth, where_id=where,
        path=deed.path, said=said, how="scan", words=words,
        holder=phone_hash(phone, deed.duty_id), created_at=at,
    )  # fmt: skip
    w.create("voices.say", voice, actor=link_holder(where), at=at)
