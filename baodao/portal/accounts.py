"""How allauth and axes behave here: no public sign-up, lock-out in Chinese."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from baodao.core.errors import TooMany


class Adapter(DefaultAccountAdapter):
    """Accounts are opened by people who know the person, never by a public form."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def locked_out(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
    """The answer after too many wrong passwords (axes)."""
    error = TooMany("密码连续输错 5 次，先停 15 分钟。也可以请单位或社区为您重设密码。")
    return render(request, "ui/error.html", {"error": error}, status=429)
