"""Write docs/requirements.md: for each requirement that works, the page where a person
does it and the tests that carry its id. `python scripts/requirements_map.py`."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MARK = re.compile(
    r"@pytest\.mark\.req\(([^)]*)\)(?:\s*@[^\n]*(?:\n    [^\n]*)*?)*\s*def (test_\w+)"
)
# id → (what, routes of its pages)
PAGES: dict[str, tuple[str, str]] = {
    "A02": ("谁来报到、怎么报、报到后做什么", "reporting:my portal:member orders:unit"),
    "A03": ("三种关怀：思想、生活、精神", "orders:new orders:list"),
    "A05": ("报到对象和覆盖面，隶属另记", "reporting:coverage people:units sheets:run"),
    "A07": ("按职能、驻地、人口、需求分配联系点", "allocation:plan allocation:override"),
    "A08": (
        "联系点：社区、村或网格",
        "places:detail people:tie_add allocation:index allocation:commit sheets:run",
    ),
    "A09": (
        "党员到两处报到",
        "reporting:new reporting:on_behalf reporting:list sheets:runs sheets:run",
    ),
    "A10": ("摸清需求", "orders:new orders:similar"),
    "A11": ("微梦想、微心愿、微诉求", "orders:wish orders:new"),
    "A12": ("及时发布需求", "portal:wishes orders:detail orders:pool"),
    "A13": ("点单、派单、单位接单、党员接单", "orders:detail orders:unit_order orders:my_order"),
    "A14": ("依托文明实践中心派单", "orders:list"),
    "A15": ("按单位优势和党员特长匹配", "orders:detail orders:unit_order"),
    "A16": ("精准服务，留下服务记录", "orders:my_order orders:detail"),
    "A17": ("解决急难愁盼，由居民确认", "orders:follow portal:board portal:figures"),
    "A19": ("单位渠道的场次、人次、心愿", "portal:board portal:figures"),
    "A24": ("居住地渠道单独计", "orders:pool portal:member"),
    "A32": ("乡镇统筹资金、资源、项目", "exchange:pool_list exchange:pool_new exchange:pool"),
    "A33": ("支持和保障：答应、到位、核实", "exchange:pool"),
    "A35": ("双报到布局图：一张表", "allocation:layout"),
    "L04": ("单位负责人到社区报到", "reporting:new_unit reporting:print"),
    "L05": (
        "报到时提供需求和资源，收进清单",
        "reporting:new_unit reporting:detail exchange:take_over",
    ),
    "L06": ("党员常态化报到、认领", "reporting:my reporting:list sheets:run"),
    "L09": (
        "年度党建合作项目：协商、节点、验收",
        "exchange:coproject_new exchange:coproject exchange:coproject_list",
    ),
    "L10": (
        "重点难点问题：认领、解决、回访、销号",
        "exchange:problem_new exchange:problem exchange:problem_list",
    ),
    "L15": (
        "共建协议：签署、备案、续签、打印、扫描件",
        "exchange:agreement_list exchange:agreement_new exchange:agreement exchange:agreement_print",
    ),
    "L17": ("报到常态化：半年再确认", "reporting:my reporting:coverage"),
    "L18": (
        "协议事项列为应办，做了由社区确认",
        "exchange:duty exchange:deed exchange:deed_list",
    ),
    "L19": ("四共：标签和均衡", "exchange:balance exchange:agreement_list"),
    "L24": (
        "双向需求清单，每季度报一次、定稿一次，提前一月告诉单位",
        "exchange:need_list exchange:ahead exchange:hand_in exchange:editions",
    ),
    "L25": (
        "资源清单：种类、条件、预约",
        "exchange:resource_list exchange:resource exchange:book",
    ),
    "L26": (
        "需求和资源对接成项目，写明理由，等久了看得见",
        "exchange:match exchange:listproject exchange:need_list",
    ),
    "L27": ("五联：标签，今年该做和做了的", "exchange:balance exchange:coproject_list"),
    "L29": ("网格树，时限可整片暂停", "places:browse places:pauses sheets:run"),
    "L36": (
        "矛盾纠纷、环境、小区治理的单和难点问题",
        "orders:new orders:list exchange:problem_new",
    ),
    "L38": ("八小时外：可服务时间", "portal:profile orders:unit_order"),
    "L39": ("每月必访、重大节日必访、有需求必访", "duties:list duties:duty"),
    "L40": ("走访发现的事当场登记", "orders:new"),
    "L50": ("不会用手机的居民", "orders:new orders:slip orders:wish"),
    "L51": ("老旧小区的情况", "places:estate"),
}  # fmt: skip
HEAD = """# Requirements

Made by `scripts/requirements_map.py` from the marks on the tests; a test compares. A
row is here only when a person can do it in the product and a test would fail if not.
The capability itself is described in the requirements' own list under the same id.

| id | what | pages | tests |
|---|---|---|---|
"""


def marked() -> dict[str, list[str]]:
    """Requirement id → names of the tests that carry it, in order."""
    found: dict[str, set[str]] = {}
    for folder in ("baodao", "tests"):
        for path in sorted((ROOT / folder).rglob("test_*.py")):
            for ids, name in MARK.findall(path.read_text()):
                for requirement in re.findall(r"[AL]\d\d", ids):
                    found.setdefault(requirement, set()).add(name)
    return {requirement: sorted(names) for requirement, names in sorted(found.items())}


def text() -> str:
    """The document. Raises KeyError for a marked id without a page."""
    rows = []
    for requirement, names in marked().items():
        what, routes = PAGES[requirement]
        pages = " ".join(f"`{route}`" for route in routes.split())
        rows.append(f"| {requirement} | {what} | {pages} | {'<br>'.join(names)} |\n")
    return HEAD + "".join(rows)


if __name__ == "__main__":
    ROOT.joinpath("docs/requirements.md").write_text(text())
