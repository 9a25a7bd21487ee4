"""Every component renders, escapes what people typed, and needs no style=."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from baodao.ui.clock import Clock
from baodao.ui.forms import Form
from baodao.ui.shapes import Entry, Line, Part, Reason, Step, Suggestion

EVIL = "<script>x</script>"
rf = RequestFactory()


def draw(source: str, **context: Any) -> str:
    context.setdefault("request", rf.get("/list/?grid=03&page=2"))
    load = "{% load ui %}"
    html = Template(load + source).render(Context(context))
    assert EVIL not in html
    assert "style=" not in html
    return html


class Sample(Form):
    kind = forms.ChoiceField(
        label=EVIL, choices=[("a", "甲"), ("b", EVIL)], widget=forms.RadioSelect
    )
    note = forms.CharField(label="说明", help_text=EVIL, widget=forms.Textarea)
    day = forms.DateField(label="哪天", required=False)
    agreed = forms.BooleanField(label="同意")


@pytest.mark.parametrize("state", ["go", "soon", "late", "pause", "ok"])
def test_clock_words_carry_the_meaning(state: Any) -> None:
    c = Clock(state, 0.5, "剩 2 天", EVIL, EVIL)
    html = draw("{% clock c %}{% clock_tag c %}{% clock c big=True %}", c=c)
    assert html.count("剩 2 天") == 3
    assert 'aria-hidden="true"' in html


def test_no_clock_draws_nothing() -> None:
    assert draw("{% clock c %}{% clock_tag c %}", c=None).strip() == ""


def test_a_status_is_never_colour_alone() -> None:
    assert "<svg" in draw("{% status 'late' w %}", w=EVIL)


def test_timeline_escapes_quotes_and_notes() -> None:
    entry = Entry(EVIL, datetime.now(UTC), EVIL, text=EVIL, quote=EVIL, now=True)
    note = Entry("登记", private_note=EVIL)
    html = draw("{% timeline e %}", e=[entry, note])
    assert "现在" in html
    assert html.count("<li") == 2


def test_who_waited_has_a_full_text_label() -> None:
    parts = [Part("unit", 60, 30, label=EVIL), Part("pause", 60)]
    html = draw("{% who_waited p %}{% who_waited_line p %}", p=parts)
    assert 'role="img"' in html
    assert "单位 1 小时（超时 30 分）" in html


def test_steps_mark_the_current_one() -> None:
    steps = [Step(EVIL, "done"), Step("派单", "now"), Step("服务")]
    assert 'aria-current="step"' in draw("{% steps s %}", s=steps)
    assert "<i>2</i>" in draw("{% steps s numbered=True %}", s=steps)


def test_receipt_and_suggestions_escape() -> None:
    draw("{% receipt x %}", x=[Line(EVIL, EVIL), Line("等", state="wait")])
    item = Suggestion(EVIL, EVIL, EVIL, EVIL, [Reason(EVIL, "warn")])
    html = draw("{% suggestions 'unit' x chosen=EVIL %}", x=[item], EVIL=EVIL)
    assert "checked" in html


def test_fields_tie_errors_and_help_to_the_control() -> None:
    form = Sample({"kind": "", "note": ""})
    html = draw(
        "{% form_errors f %}{% for x in f %}{% field x notes=n %}{% endfor %}",
        f=form,
        n={"a": EVIL},
    )
    assert 'aria-describedby="id_note_helptext id_note_error"' in html
    assert 'id="id_note_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'href="#id_note"' in html
    assert "有 3 处要改一下" in html
    assert "选填" in html
    assert "这里还没有填。请填写。" in html


def test_a_single_error_has_no_summary() -> None:
    form = Sample({"kind": "a", "note": "x"})
    assert "处要改" not in draw("{% form_errors f %}", f=form)


def test_chips_are_real_inputs() -> None:
    html = draw("{% field f look='chips' %}", f=Sample()["kind"])
    assert html.count('type="radio"') == 2
    assert "<fieldset" in html


def test_paging_and_query_keep_the_filters() -> None:
    page = Paginator(range(28), 8).page(2)
    html = draw("{% paging p %}{% query_with grid=None %}", p=page)
    assert "9–16，共 28" in html
    assert "/list/?grid=03&amp;page=3" in html
    assert html.strip().endswith("/list/")


def test_a_filter_chip_adds_and_removes() -> None:
    html = draw(
        "{% filter_chip '网格' 'grid' c many=True %}", c=[("03", EVIL), ("04", "04")]
    )
    assert "/list/?grid=03&amp;grid=04" in html
    assert 'aria-label="去掉这个条件：网格"' in html


def test_a_query_cannot_break_out_of_the_address() -> None:
    request = rf.get("/list/", {"grid": '"><script>x</script>'})
    draw("{% filter_chip 'x' 'cat' c %}", c=[("a", "a")], request=request)


def test_blocks_wrap_their_content() -> None:
    html = draw("{% filters export_url=u %}{{ e }}{% endfilters %}", u="/x", e=EVIL)
    assert "复制这个视图的链接" in html
    html = draw("{% bulk unit='单' note=e %}<b>按</b>{% endbulk %}", e=EVIL)
    assert "<b>按</b>" in html


def test_empty_bar_and_toasts() -> None:
    draw("{% empty_state t t '/x' t %}{% bar 4 8 5 %}{% bar 0 0 %}", t=EVIL)
    error = SimpleNamespace(message="没派成。请另选一家。")
    html = draw("{% include 'ui/_toast.html' %}", error=error)
    assert "<hx-partial" in html
    assert 'role="alert"' in html
    assert "<b>没派成</b>" in html


def test_includes_escape() -> None:
    for name in ("_confirm", "_reveal", "_done", "_form"):
        draw(
            "{% include name with id='a' title=e text=e action=e submit=e cancel=e"
            " masked=e label=e purposes=p form=f %}",
            name=f"ui/{name}.html",
            e=EVIL,
            p=[(EVIL, EVIL)],
            f=Sample(),
        )


def test_filters_tolerate_nothing() -> None:
    html = draw("{{ n|cdate }}{{ n|cdatetime }}{{ n|deadline }}", n=None)
    assert html == ""
