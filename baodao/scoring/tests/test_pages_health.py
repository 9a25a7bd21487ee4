"""Pages of summaries, letters, checks, praise and samples: work, refuse, hide."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from baodao.people.tests.make import World, world
from baodao.scoring import queries_health, queries_quarter
from baodao.scoring.models import Card, Letter, Quarter, Sample
from baodao.scoring.queries_scored import cards_of, scored
from baodao.scoring.tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def text(
    client: Client, name: str, *args: object, query: str = "", code: int = 200
) -> str:
    answer = client.get(reverse(f"scoring:{name}", args=args) + query)
    assert answer.status_code == code, answer.content.decode()[:2000]
    return str(answer.content.decode())


@pytest.mark.req("A22")
def test_the_list_of_checks_and_one_of_them(w: World) -> None:
    card = make.checked(w)
    worker = w.client("community_worker")
    page = text(worker, "checkups", query="?tab=all")
    assert str(w.members.member) in page and "不排名" in page
    one = text(worker, "checkup", card.pk)
    assert "最近 12 个月" not in one and "参与" in one and "<svg" in one
    assert "看成表格" in one
    assert text(worker, "checkups", query="?tab=all&q=没有这个人").count("没有找到")
    mine = text(w.client("member"), "my_checkup")
    assert "不跟别人比" in mine and w.places.community.name in mine
    for key, code in (("unit_secretary", 200), ("outsider", 404), ("county_org", 403)):
        text(w.client(key), "checkup", card.pk, code=code)
    assert worker.post(reverse("scoring:checkups")).status_code == 405


@pytest.mark.req("L12", "L45")
def test_the_secretary_closes_a_quarter_and_the_member_answers(w: World) -> None:
    card = make.card(w, date(2026, 2, 3))
    boss, me = w.client("community_secretary"), w.client("member")
    page = text(boss, "quarter", make.OVER)
    assert "结账并发通知" in page and str(w.members.member) in page
    assert "结账并发通知" not in text(
        w.client("community_worker"), "quarter", make.OVER
    )
    url = reverse("scoring:quarter_close", args=[make.OVER])
    assert w.client("community_worker").post(url).status_code == 403
    given = {"shown": [card.pk], "remind": [card.pk]}
    assert boss.post(url, given).status_code == 302
    assert Quarter.objects.get().key == make.OVER
    reminder = Letter.objects.get(kind="remind", member=w.members.member)
    assert "封还没看" in text(me, "letters")
    letter = text(me, "letter", reminder.pk)
    assert "这不是扣分" in letter and "有异议" in letter and "建议" in letter
    act = reverse("scoring:letter_act", args=[reminder.pk, "reply"])
    assert me.post(act, {"text": ""}).status_code == 422
    assert me.post(act, {"text": "年底前补上。"}).status_code == 302
    assert "年底前补上。" in text(boss, "letter", reminder.pk)
    text(w.client("unit_secretary"), "letter", reminder.pk, code=404)
    statement = Letter.objects.get(kind="statement", member=w.members.member)
    assert "＝ 81" in text(me, "letter", statement.pk)
    assert "回执" in text(boss, "letters_print", query="?kind=statement")
    assert "已结账" in text(boss, "quarters")
    # Kept as JSON the bands have lost their order: 81 points are in the second.
    frozen = "".join(text(boss, "quarter", make.OVER).split())
    assert (
        '<tdclass="rnum">0</td><tdclass="rnum">1</td><tdclass="rnum">0</td>' in frozen
    )
    county = text(w.client("county_org"), "report", query=f"?quarter={make.OVER}")
    assert "&lt;5" in county and str(w.members.member) not in county
    text(w.client("county_org"), "report", query="?print=1")


@pytest.mark.req("L45")
def test_praise_on_the_desk_on_the_wall_and_in_public(w: World) -> None:
    w.members.member.__class__.objects.filter(pk=w.members.member.pk).update(
        praise_public=True
    )
    make.served(w, date(2026, 10, 5), kind="rating", quantity=5, source_class="first")
    worker, name = w.client("community_worker"), str(w.members.member)
    query = "?month=2026-10"
    assert name in text(worker, "praise", query=query)
    assert name in text(worker, "praise_poster", query=query + "&size=a3")
    here = f"{query}&place={w.places.community.code}"
    public = w.client().get(reverse("portal:praise") + here).content.decode()
    assert name in public and "不排名" in public and "5 分" not in public
    text(w.client(), "praise", code=404)
    text(w.client("member"), "praise", code=403)


@pytest.mark.req("L45")
def test_the_community_takes_somebody_off_the_board_who_asks(w: World) -> None:
    member = w.members.member
    type(member).objects.filter(pk=member.pk).update(praise_public=True)
    make.served(w, date(2026, 10, 5), kind="rating", quantity=5, source_class="first")
    query = "?month=2026-10"
    url = reverse("scoring:praise_withdraw", args=[member.pk])
    for key in ("township_party", "county_org"):
        assert "本人要求撤下" not in text(w.client(key), "praise", query=query)
        assert w.client(key).post(url).status_code == 403
    assert w.client("other_community_worker").post(url).status_code == 404
    worker = w.client("community_worker")
    assert "本人要求撤下" in text(worker, "praise", query=query)
    assert worker.get(url).status_code == 405
    assert worker.post(url + query).status_code == 302
    assert str(member) not in text(worker, "praise", query=query)
    assert str(member) not in text(worker, "praise_poster", query=query)


@pytest.mark.req("A22")
def test_the_township_looks_at_what_was_drawn(w: World) -> None:
    sample = make.drawn(w)
    town = w.client("township_party")
    assert "有 1 件确认等着核对" in text(town, "samples")
    page = text(town, "sample", sample.pk)
    assert sample.draw.seed in page and "结果一样" in page
    url = reverse("scoring:sample", args=[sample.pk])
    assert town.post(url, {"outcome": "differs"}).status_code == 422
    assert town.post(url, {"outcome": "true"}).status_code == 302
    assert Sample.objects.get().outcome == "true"
    assert "核对 1 件" in text(w.client("county_org"), "draws")
    text(town, "patterns")
    for key in ("community_secretary", "county_org", "member"):
        text(w.client(key), "samples", code=404)


@pytest.mark.req("L12")
def test_who_did_nothing_this_quarter_is_urged_from_the_list(w: World) -> None:
    make.card(w, date(2026, 2, 3))
    worker = w.client("community_worker")
    text(worker, "idle")
    assert worker.post(reverse("scoring:urge"), {}).status_code == 422
    text(w.client("township_party"), "idle", code=404)


@pytest.mark.req("A22", "L12", "L45")
def test_who_served_at_another_community_has_served(w: World) -> None:
    """Of units the reminder says where it has looked."""
    make.card(w, date(2026, 2, 3))
    far = w.places.other_community
    make.served(w, date(2026, 8, 20), place_id=far.pk, path=far.path)
    place = w.places.community
    found = scored(cards_of(place, make.OVER), make.OVER)
    due = queries_quarter.to_remind(place, make.OVER, found)
    assert {d.scored.card.subject: d.facts for d in due} == {
        "unit": ["2026年三季度在本社区没有确认过的服务记录。"]
    }
    card = Card.objects.get(subject="member", place=place)
    deeds = queries_health.facts_of([card], date(2026, 9, 30))[card.pk].deeds
    assert sorted(d.on for d in deeds) == [date(2026, 2, 3), date(2026, 8, 20)]
