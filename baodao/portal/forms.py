"""Forms of sign-in, password and first run."""

from typing import Any

from django import forms

from baodao.ui.forms import Form


def _password(label: str, autocomplete: str, **kwargs: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, widget=widget, strip=False, **kwargs)


class Repeated(Form):
    """A new password typed twice."""

    def clean_again(self) -> str:
        again = str(self.cleaned_data["again"])
        if again != self.cleaned_data.get("new", again):
            raise forms.ValidationError("两次输的不一样。请再输一次。")
        return again


class PasswordForm(Repeated):
    """修改密码."""

    old = _password("现在的密码", "current-password")
    new = _password("新密码", "new-password", help_text="至少10个字符，不能全是数字。")
    again = _password("再输一次新密码", "new-password")


class SetupForm(Repeated):
    """The first system administrator."""

    token = forms.CharField(label="一次性口令", required=False)
    name = forms.CharField(label="姓名", max_length=30)
    username = forms.CharField(
        label="账号", max_length=32, help_text="小写字母和数字，以字母开头。",
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )  # fmt: skip
    new = _password("密码", "new-password", help_text="至少10个字符，不能全是数字。")
    again = _password("再输一次密码", "new-password")
