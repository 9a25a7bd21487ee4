"""Write docs/roles.md from the access table: `python scripts/roles_table.py`."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def table() -> str:
    """The access table as Markdown: one row per action, one section per subject."""
    from baodao.acts.access import ACTIONS
    from baodao.people.roles import title

    words = {
        "all": "全部", "place": "本地方及以下", "unit": "本单位", "own": "本人",
        "made": "自己登记的",
    }  # fmt: skip
    lines = [
        "# Roles",
        "",
        "Made from the access table by `scripts/roles_table.py`; a test compares.",
        "",
    ]
    subject = ""
    for name, action in sorted(ACTIONS.items()):
        prefix = name.split(".")[0]
        if prefix != subject:
            subject = prefix
            lines += [
                "",
                f"## {subject}",
                "",
                "| action | 做什么 | 谁，范围 |",
                "|---|---|---|",
            ]
        grants: dict[str, list[str]] = {}
        for role, scope in action.grants.items():
            grants.setdefault(words[scope], []).append(title(role))
        who = "；".join(
            f"{scope}：{'、'.join(roles)}" for scope, roles in grants.items()
        )
        lines.append(f"| `{name}` | {action.title} | {who} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baodao.config.settings")
    import django

    django.setup()
    Path(__file__).resolve().parent.parent.joinpath("docs/roles.md").write_text(table())
