"""What a place has decided, where a page says so."""

from typing import Any

from django import template

from baodao.places.settings import at_each

register = template.Library()


@register.simple_tag
def setting_at(path: str, key: str) -> Any:
    """The effective value of a setting at a place: days that people are told must be
    those they really have."""
    return at_each([path], key)[path]
