"""What a resident fills in. Shape only: what is true, allowed and how often is for
`services` and `residents`."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django import forms

from baodao.orders.models import Category
from baodao.ui.forms import Form, PhoneInput

KIND_WORDS = {
    "wish": "一个心愿",
    "appeal": "反映一件事",
    "problem": "遇到急难了",
    "dream": "一个小小的梦想",
}
WORDS_MAX = 2000


class Big(NamedTuple):
    """One large choice of the elder pages."""

    label: str
    category: str
    icon: str


# At most five (design 4); what is not among them is said in words.
BIG_CHOICES: dict[str, Big] = {
    "repair": Big("修家里的东西", "repair", "tool"),
    "health": Big("看病配药", "health", "stethoscope"),
    "out": Big("出门办事", "elder", "walk"),
    "phone": Big("学用手机", "elder", "device-mobile"),
    "other": Big("别的事", "other", "dots"),
}


def new_client_id() -> str:
    """Sent along with a form, so that a second tap does not place a second order."""
    return secrets.token_urlsafe(12)


class WishForm(Form):
    """您有什么事要办？"""

    detail = forms.CharField(
        label="您有什么事要办？",
        max_length=WORDS_MAX,
        widget=forms.Textarea(
            attrs={"data-pii": "", "rows": "4", "placeholder": "比如：想配一副老花镜"}
        ),
        error_messages={
            "required": "请写一句话，说说是什么事。",
            "max_length": "写得太长了，请留最要紧的 2000 字。",
        },
    )
    category = forms.ChoiceField(
        label="是哪方面的事？", widget=forms.RadioSelect, required=False
    )
    urgency = forms.ChoiceField(
        label="急不急？", widget=forms.RadioSelect, initial="normal",
        choices=[("normal", "不急"), ("urgent", "这两天就要")],
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="这是", widget=forms.RadioSelect, required=False, initial="wish",
        choices=list(KIND_WORDS.items()),
    )  # fmt: skip
    phone = forms.CharField(
        label="怎么联系您？", max_length=30,
        widget=PhoneInput(attrs={"placeholder": "电话号码"}),
        help_text="只有社区和上门的人看得到，每次查看都有记录。",
        error_messages={
            "required": "请留一个电话，社区好回您。不方便留，可以直接打社区电话。"
        },
    )  # fmt: skip
    call_name = forms.CharField(
        label="怎么称呼您？", max_length=20, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name", "placeholder": "比如：赵阿姨"}),
    )  # fmt: skip
    address = forms.CharField(
        label="要上门的话，住在哪里？", max_length=80, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )  # fmt: skip

    def __init__(
        self, *args: Any, categories: Iterable[Category] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [(c.code, c.resident_word or c.title) for c in categories]
        self.fields["category"].choices = choices  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"]).strip()
        digits = sum(c.isdigit() for c in phone)
        if not 7 <= digits <= 15:
            raise forms.ValidationError("电话号码好像少了或多了数字。请再看一遍。")
        return phone

    @property
    def chosen(self) -> dict[str, str]:
        """What was filled in, with the answers that are taken for granted."""
        found = {k: str(v).strip() for k, v in self.cleaned_data.items()}
        found["category"] = found["category"] or "other"
        found["kind"] = found["kind"] or "wish"
        return found


def carry(data: Mapping[str, Any]) -> dict[str, str]:
    """The answers as hidden fields of the next page."""
    names = [*WishForm.base_fields, "client_id", "keep_numbers", "what"]
    return {n: str(data[n]) for n in names if data.get(n)}
