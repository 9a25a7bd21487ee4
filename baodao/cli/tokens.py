"""`baodao token create | list | revoke`: API tokens, from the machine itself."""

import argparse
import sys
from typing import Any


def arguments(parser: argparse.ArgumentParser) -> None:
    """The three sub-verbs."""
    kinds = parser.add_subparsers(
        metavar="create|list|revoke", required=True, dest="kind"
    )
    create = kinds.add_parser("create", help="新建一个令牌，只显示这一次")
    create.add_argument("account", help="账号名")
    create.add_argument("--role", default="", help="角色，账号有几个角色时要写明")
    create.add_argument("--name", default="命令行新建", help="给什么程序用")
    create.add_argument("--days", type=int, default=90, help="有效天数，默认 90")
    create.set_defaults(act=_create)
    listed = kinds.add_parser("list", help="列出令牌（看不到令牌本身）")
    listed.set_defaults(act=_list)
    revoke = kinds.add_parser("revoke", help="停用令牌")
    revoke.add_argument("hint", help="末四位")
    revoke.set_defaults(act=_revoke)


def run(options: argparse.Namespace) -> int:
    """Needs Django; the exit code."""
    from baodao.core.errors import BaodaoError

    try:
        code: int = options.act(options)
    except BaodaoError as error:
        print(error.message, file=sys.stderr)
        return 1
    return code


def _create(options: argparse.Namespace) -> int:
    from baodao.acts.actor import SYSTEM
    from baodao.people.middleware import actors_of, key_of
    from baodao.people.models import Account
    from baodao.tokens.services import make_token

    account = Account.objects.filter(username=options.account, is_active=True).first()
    if account is None:
        return _no(f"没有叫 {options.account} 的账号，或已停用。请核对账号名。")
    held = [a for a in actors_of(account) if options.role in ("", a.role)]
    if len(held) != 1:
        return _no(_which(actors_of(account)))
    _, token = make_token(
        actor=SYSTEM, account=account, role_key=key_of(held[0]), name=options.name,
        days=options.days,
    )  # fmt: skip
    print(token)
    print("令牌只显示这一次，请马上存好。", file=sys.stderr)
    return 0


def _which(held: list[Any]) -> str:
    from baodao.people.roles import title

    if not held:
        return "这个账号现在没有角色，不能建令牌。请先授予角色。"
    names = "、".join(f"{a.role}（{title(a.role)}）" for a in held)
    return f"请用 --role 写明角色。这个账号现在的角色：{names}。"


def _list(options: argparse.Namespace) -> int:
    from baodao.core.clock import local
    from baodao.tokens.models import ApiToken

    rows = ApiToken.objects.select_related("account").order_by("-created_at")
    for row in rows:
        state = "已停用" if row.revoked_at else f"到 {local(row.valid_to):%Y-%m-%d}"
        print(f"…{row.hint}  {row.account.username:16} {state}  {row.name}")
    return 0


def _revoke(options: argparse.Namespace) -> int:
    from baodao.acts.actor import SYSTEM
    from baodao.tokens.models import ApiToken
    from baodao.tokens.services import revoke_token

    rows = list(ApiToken.objects.filter(hint=options.hint, revoked_at=None)[:2])
    if len(rows) != 1:
        return _no("没有找到唯一的一个。请用 baodao token list 核对末四位。")
    revoke_token(actor=SYSTEM, token_id=rows[0].pk)
    print("已停用。")
    return 0


def _no(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
