"""What people write: the public wording, which says nothing private, and the resident's
own words."""

from baodao.core.errors import Invalid
from baodao.core.text import private_numbers
from baodao.orders.models import Category


def clean_public(text: str, field: str = "title") -> str:
    """Public wording without private numbers. Raises Invalid."""
    text = " ".join(text.split())
    if not text:
        raise Invalid(fields={field: "请写对外文字，几个字就行。"})
    if len(text) > 40:
        raise Invalid(fields={field: "对外文字最多 40 个字，请写短一点。"})
    found = private_numbers(text)
    if found:
        raise Invalid(fields={field: f"对外文字里有{'、'.join(found)}，请去掉。"})
    return text


def public_wording(category: Category) -> str:
    """What stands on the board until a worker has found better words: general,
    without age, illness, name or door (domain 9.4)."""
    return f"一位居民有一件“{category.title}”方面的事要办"


def check_detail(detail: str, confirmed: bool) -> str:
    """The resident's own words; ID, phone and bank numbers are asked about once."""
    detail = detail.strip()
    if not detail:
        raise Invalid(fields={"detail": "请写一句话，说说是什么事。"})
    if len(detail) > 2000:
        raise Invalid(fields={"detail": "写得太长了，请留最要紧的 2000 字。"})
    found = private_numbers(detail)
    if "身份证号" in found or "银行卡号" in found:
        raise Invalid(
            fields={"detail": f"里面有{'、'.join(found)}，办事用不着，请去掉再交。"}
        )
    if found and not confirmed:
        raise Invalid(
            fields={
                "detail": "里面有手机号。联系电话请填在下面一格；一定要留在这里，请再点一次提交。"
            },
            code="private_number",
        )
    return detail
