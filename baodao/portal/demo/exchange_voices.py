"""What residents of the demo community say of what units report as done (L18)."""

from datetime import timedelta

from baodao.acts.actor import link_holder
from baodao.exchange.agreements import voices
from baodao.exchange.models import Deed
from baodao.places.models import Place
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
        place = Place.objects.get(pk=deed.item.estate_id or deed.place_id)
        answers = ["seen"] * said[0] + ["not_seen"] * said[1]
        for n, answer in enumerate(answers):
            at = min(deed.created_at + timedelta(hours=2, minutes=7 * n), w.now)
            voices.say(
                actor=link_holder(place.pk), place=place, duty_id=deed.duty_id,
                said=answer, holder=f"demo-{n}", now=at,
                words=WORDS if n == len(answers) - 1 and answer == "not_seen" else "",
            )  # fmt: skip
