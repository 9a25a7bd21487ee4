"""Forms of a unit's acts. Shape of input only; the services decide."""

from typing import Any

from django import forms

from baodao.orders import rules
from baodao.orders.forms_member import ActForm, ReasonForm, words


class ReturnForm(ReasonForm):
    """Why the unit cannot take it, and whom it would ask instead."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(rules.RETURN_REASONS, *args, must_say=True, **kwargs)
        self.fields["reason"].label = "理由"
        self.fields["note"].label = "为什么接不了，建议找谁"
        self.fields["note"].help_text = "社区和接着办的单位看得到，居民看不到。"


class AssignForm(ActForm):
    """One of the unit's own members; drawn as suggestion cards."""

    member = forms.UUIDField(
        error_messages={"required": "请选一位党员。", "invalid": "请选一位党员。"}
    )
    note = words("给党员的话", required=False)
