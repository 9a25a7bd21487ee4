"""The calendar by an address that can be closed: well formed, and of nobody else."""

from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from baodao.activities import feeds
from baodao.activities.tests.make import planned, published, signed, soon
from baodao.core.clock import now as clock_now
from baodao.core.errors import NotFound
from baodao.people.models import Account
from baodao.people.tests.make import World, world


@pytest.fixture
def w() -> World:
    return world()


@given(st.text(max_size=300))
def test_lines_are_folded_at_75_octets_and_read_back_whole(text: str) -> None:
    line = "SUMMARY:" + text.replace("\r", "").replace("\n", "")
    folded = feeds.folded(line)
    assert all(len(part.encode()) <= 75 for part in folded.split("\r\n"))
    assert folded.replace("\r\n ", "") == line


@pytest.mark.django_db
@pytest.mark.req("A18")
def test_a_member_subscribes_to_what_concerns_them_and_no_name_is_in_it(
    w: World,
) -> None:
    it = published(w, title="读书会; 第一章, 开头", about="带书\n带笔")
    planned(w, soon() + timedelta(days=1), title="还没发布的")
    signed(w, it, "neighbour")
    client = w.client("member")
    page = client.post(reverse("activities:feed")).content.decode()
    address = page.split('readonly value="')[1].split('"')[0]
    answer = w.client().get(address)
    assert answer["Content-Type"].startswith("text/calendar")
    text = answer.content.decode().replace("\r\n ", "")
    assert text.startswith("BEGIN:VCALENDAR\r\n") and text.endswith("END:VCALENDAR\r\n")
    assert "SUMMARY:读书会\\; 第一章\\, 开头\r\n" in text
    assert "带书\\n带笔" in text and f"UID:{it.pk}@baodao" in text
    assert "杨帆" not in text and "还没发布的" not in text and "户" not in text
    assert f"DTSTART:{it.start_at:%Y%m%dT%H%M%SZ}" in text
    # Shown once; another one closes it.
    assert address not in client.get(reverse("activities:feed")).content.decode()
    client.post(reverse("activities:feed"))
    assert w.client().get(address).status_code == 404


@pytest.mark.django_db
def test_a_closed_feed_or_account_opens_nothing(w: World) -> None:
    worker = w.actors["community_worker"]
    token = feeds.make(actor=worker)
    assert feeds.reader(token).path == w.places.community.path
    account = w.accounts["community_worker"].pk
    Account.objects.filter(pk=account).update(is_active=False)
    with pytest.raises(NotFound):
        feeds.reader(token)
    Account.objects.filter(pk=account).update(is_active=True)
    w.client("community_worker").post(reverse("activities:feed"), {"revoke": "1"})
    with pytest.raises(NotFound):
        feeds.reader(token)
    assert (
        w.client().get(reverse("activities:calendar", args=["x" * 200])).status_code
        == 404
    )
    assert w.client("system_admin").get(reverse("activities:feed")).status_code == 403
    assert w.client().get(reverse("activities:feed")).status_code == 404


@pytest.mark.django_db
def test_a_cancelled_activity_is_cancelled_in_the_calendar(w: World) -> None:
    from baodao.activities import services

    it = published(w)
    services.cancel(
        actor=w.actors["community_worker"], activity_id=it.pk, reason="大雪"
    )
    rows = feeds.rows(w.actors["community_worker"], clock_now())
    assert "STATUS:CANCELLED" in feeds.calendar(rows, clock_now())
