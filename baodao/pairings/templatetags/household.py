"""Both scripts on the household's pages."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from baodao.pairings.tibetan import tibetan

register = template.Library()


@register.filter
def both(text: str, lang: str) -> str | SafeString:
    """The label; for a reader of Tibetan with its Tibetan before it."""
    found = tibetan(text) if lang == "bo" else ""
    if not found:
        return text
    return format_html(
        '<span><span lang="bo" class="bo">{}</span> {}</span>', found, text
    )
