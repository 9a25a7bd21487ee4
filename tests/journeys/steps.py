"""What one person does in an own window, found by the words on the page."""

import re

from playwright.sync_api import Page, expect

UNIT = "地区住建局"
MEMBER = "张伟"


def verify(desk: Page) -> None:
    """On an order's page: the worker rang, all is as told, the wording read aloud."""
    panel = desk.get_by_role("group", name="居民看过对外文字吗")
    panel.get_by_role("radio", name="在电话里听过").check()
    desk.get_by_role("button", name="核实属实").click()


def dispatch(desk: Page, unit: str = UNIT) -> None:
    """One of the suggested units; the button repeats the choice."""
    desk.get_by_role("radio", name=unit).check()
    desk.get_by_role("button", name=f"派给{unit}").click()
    expect(desk.get_by_text(f"已派给{unit}", exact=True)).to_be_visible()


def open_menu(page: Page, entry: str, behind: str = "") -> None:
    """An entry of the main menu, and the page behind it; the number beside a name, if
    any, is not part of it."""
    menu = page.get_by_role("navigation", name="主菜单")
    menu.get_by_role("link", name=re.compile(rf"^{entry}\s*\d*$")).click()
    if behind:
        tabs = page.get_by_role("navigation", name=entry, exact=True)
        tabs.get_by_role("link", name=behind, exact=True).click()


def open_order(desk: Page, title: str) -> None:
    """From anywhere on the staff's pages: the menu, the title in the own list."""
    open_menu(desk, "点单")
    desk.get_by_role("link", name=title).click()


def accept_and_assign(unit: Page, title: str, member: str = MEMBER) -> None:
    """The unit's desk: take it, give it to one of the suggested members."""
    unit.get_by_role("link", name=title).click()
    unit.get_by_role("button", name="接单", exact=True).click()
    unit.get_by_role("radio", name=member).check()
    unit.get_by_role("button", name=f"派给{member}").click()
    expect(unit.get_by_text(f"等 {member} 答复")).to_be_visible()


def accept_and_start(member: Page) -> None:
    """The member's home: one big button after the other, a receipt after each."""
    member.get_by_role("button", name="接单", exact=True).click()
    expect(member.get_by_role("heading", name="接好了")).to_be_visible()
    member.get_by_role("link", name="返回今天").click()
    member.get_by_role("button", name="开始服务").click()
    member.get_by_role("link", name="返回今天").click()


def report_done(member: Page, note: str) -> None:
    """The times are filled in beforehand; only what was done is to be written."""
    member.get_by_role("link", name="办完了").click()
    member.get_by_label("办了什么").fill(note)
    member.get_by_role("button", name="办完了").click()
    expect(member.get_by_role("heading", name="这一笔记到了哪里")).to_be_visible()
