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
    "A04": ("政策文件：版本、生效日期、范围、签收，规则写明依据哪一条", "policies:list policies:detail policies:link portal:policies policies:public"),
    "A05": ("报到对象和覆盖面，隶属另记", "reporting:coverage people:units sheets:run"),
    "A06": ("拉网式摸底：写问题、入户登记、完成率、再摸一轮对照", "surveys:new surveys:questions surveys:left surveys:fill surveys:detail surveys:results surveys:changes surveys:paper"),
    "A07": ("按职能、驻地、人口、需求分配联系点", "allocation:plan allocation:override"),
    "A08": ("联系点：社区、村或网格", "places:detail people:tie_add allocation:index allocation:commit sheets:run"),
    "A09": ("党员到两处报到", "reporting:new reporting:on_behalf reporting:list sheets:runs sheets:run"),
    "A10": ("摸清需求", "orders:new orders:similar surveys:fill surveys:needs"),
    "A11": ("微梦想、微心愿、微诉求", "orders:wish orders:new"),
    "A12": ("及时发布需求", "portal:wishes orders:detail orders:pool"),
    "A13": ("点单、派单、单位接单、党员接单", "orders:detail orders:unit_order orders:my_order"),
    "A14": ("文明实践中心：派单、场地和开放时间", "orders:list activities:venues"),
    "A15": ("按单位优势和党员特长匹配", "orders:detail orders:unit_order pairings:suggest pairings:propose activities:invite activities:post_invite"),
    "A16": ("精准服务，留下服务记录", "orders:my_order orders:detail activities:attendance activities:detail activities:post"),
    "A17": ("解决急难愁盼，由居民确认", "orders:follow portal:board portal:figures"),
    "A18": ("每月主题党日、特殊月份、节日常态化开展", "activities:month activities:party_days activities:owed activities:feed"),
    "A19": ("单位渠道的场次、人次、心愿", "portal:board portal:figures stats:activities"),
    "A20": ("积分超市：奖品、库存、开门、经手和在场、盘点", "shop:shops shop:shop_new shop:prizes shop:prize shop:desk shop:redemption shop:count_sheet"),
    "A21": ("全体社区党员得积分、等额兑换、转赠、更正和核销", "shop:mine shop:entries shop:prize_mine shop:my_redemption shop:give shop:request_new shop:wallet shop:wall shop:rule"),
    "A22": ("积分体检、抽查确认", "scoring:checkups scoring:checkup scoring:my_checkup scoring:samples scoring:sample scoring:draws scoring:patterns"),
    "A23": ("参与率：分母按那一天，看趋势", "stats:participation"),
    "A24": ("居住地渠道单独计", "orders:pool portal:member stats:activities"),
    "A25": ("积分的成效：前后的参与率，开业前后的参与和每小时服务的成本", "stats:participation shop:effect"),
    "A26": ("领导干部的联系点", "councils:leaders councils:leader_new"),
    "A27": ("领导到联系点：宣传政策、发现问题、后续", "councils:leader councils:visit_new councils:visits"),
    "A28": ("一线指挥：工作要求、时限、签收、完成、退回", "oversight:directives oversight:directive_new oversight:directive oversight:items oversight:item"),
    "A31": ("评价结果用于晋职晋级、年度考核、民主评议、表彰奖励", "scoring:extracts scoring:extract_new scoring:extract"),
    "A32": ("乡镇统筹资金、资源、项目", "exchange:pool_list exchange:pool_new exchange:pool"),
    "A33": ("支持和保障：答应、到位、核实", "exchange:pool"),
    "A34": ("每一级都看得到还缺什么", "progress:gaps progress:list oversight:item_pass_on oversight:directive"),
    "A35": ("双报到布局图：一张表", "allocation:layout"),
    "L01": ("四双：报到、服务、包联、评价，单位和党员各有", "progress:list progress:unit progress:member progress:mine"),
    "L02": ("五个步骤里走到哪一步、接下来做什么", "progress:mine progress:unit"),
    "L03": ("实施方案：一条一条写责任单位、责任人，发布、签收、提醒、出新版、废止", "policies:new policies:clause_new policies:detail policies:print"),
    "L04": ("单位负责人到社区报到", "reporting:new_unit reporting:print"),
    "L05": ("报到时提供需求和资源，收进清单", "reporting:new_unit reporting:detail exchange:take_over"),
    "L06": ("党员常态化报到、认领岗位", "reporting:my reporting:list sheets:run activities:my_posts activities:posts"),
    "L07": ("每个单位包联一个重点小区", "pairings:list pairings:suggest pairings:pair_estate"),
    "L08": ("每名党员联系一户重点户，先征得同意", "pairings:suggest pairings:plan pairings:run pairings:list pairings:detail pairings:mine pairings:home"),
    "L09": ("年度党建合作项目：协商、节点、验收", "exchange:coproject_new exchange:coproject exchange:coproject_list"),
    "L10": ("重点难点问题：认领、解决、回访、销号", "exchange:problem_new exchange:problem exchange:problem_list"),
    "L11": ("协商议事：提出、答复、请人、意见、到会、结果、在办", "councils:deliberations councils:deliberation_new councils:deliberation councils:deliberation_hold councils:deliberation_conclude councils:invitations councils:public portal:talks"),
    "L12": ("积分明细通知、督促，有回执和回复；扣分先告知、听说明、再由人决定", "scoring:quarters scoring:letters scoring:letter scoring:idle scoring:letters_print scoring:deductions scoring:deduction scoring:my_deductions scoring:deduction_new scoring:deduction_print"),
    "L13": ("评价结果用于年度目标责任考核和抓党建述职评议", "scoring:extract_new scoring:extract"),
    "L14": ("评价结果用于民主评议、干部考核、评优评先", "scoring:extract_new scoring:extract"),
    "L15": ("共建协议：签署、备案、续签、打印、扫描件", "exchange:agreement_list exchange:agreement_new exchange:agreement exchange:agreement_print"),
    "L16": ("全区在职党员都报到：规模和名单", "reporting:coverage people:members"),
    "L17": ("报到常态化：半年再确认", "reporting:my reporting:coverage"),
    "L18": ("协议事项列为应办，居民说看到没看到，社区确认", "exchange:duty exchange:deed exchange:deed_list exchange:seen exchange:notices"),
    "L19": ("四共：标签和均衡", "exchange:balance exchange:agreement_list"),
    "L20": ("兼职委员和党建联合体", "councils:part_times councils:part_time_new councils:federation"),
    "L21": ("联席会议：议题、到会、议定事项、下次会上看", "councils:meeting councils:meeting_hold councils:resolution councils:seat"),
    "L22": ("小区的四种职务、任期和空缺", "councils:estates councils:appoint"),
    "L23": ("小区组织生活和指导记录", "councils:estate councils:notes"),
    "L24": ("双向需求清单，每季度报一次、定稿一次，提前一月告诉单位", "exchange:need_list exchange:ahead exchange:hand_in exchange:editions"),
    "L25": ("资源清单：种类、条件、预约", "exchange:resource_list exchange:resource exchange:book"),
    "L26": ("需求和资源对接成项目，写明理由，等久了看得见", "exchange:match exchange:listproject exchange:need_list"),
    "L27": ("五联和中心工作：标签，年度计划和做了的", "activities:plan activities:plan_edit activities:plan_parts activities:priorities activities:new activities:list stats:activities exchange:balance exchange:coproject_list"),
    "L28": ("定岗、组团、领办、承诺；单位组团报名", "activities:posts activities:post activities:group"),
    "L29": ("网格树，时限可整片暂停", "places:browse places:pauses sheets:run"),
    "L34": ("按辖区资源、小区特点、单位职能建议包联小区", "pairings:suggest pairings:pair_estate pairings:run"),
    "L35": ("载体：三会一课、主题党日、本地品牌", "activities:carriers activities:new stats:activities"),
    "L36": ("矛盾纠纷、环境、小区治理的单和难点问题", "orders:new orders:list exchange:problem_new councils:deliberation_new"),
    "L37": ("未成年人、老年人、残疾人等困难户一对一", "pairings:plan pairings:detail"),
    "L38": ("八小时外：可服务时间", "portal:profile orders:unit_order pairings:my_visit_new"),
    "L39": ("每月必访、重大节日必访、有需求必访", "duties:list duties:duty pairings:my_visits pairings:visit_amend pairings:visits pairings:visits_missing pairings:visit_tap pairings:visit_home"),
    "L40": ("走访谈什么，发现的事当场转成一单", "orders:new pairings:my_visit_new"),
    "L41": ("结对党员打电话、上门；见面另有提示", "pairings:visit_contact pairings:my_visit_new"),
    "L45": ("季度汇总、好评张榜；差评提醒只告诉本人，有期限、有回音", "scoring:quarter scoring:report scoring:praise scoring:praise_poster portal:praise scoring:letter scoring:deduction scoring:deduction_print scoring:my_deductions scoring:complain scoring:complaint_look scoring:complaints scoring:complaint scoring:complaint_new"),
    "L42": ("社区的评价和单位的话并列，送到单位", "scoring:evaluation scoring:received"),
    "L46": ("年度综合评价，四个等次，会议决定", "scoring:evaluations scoring:evaluation scoring:meeting scoring:my_evaluations scoring:grades"),
    "L47": ("反馈卡：送达、签收、备案、验真、更正", "scoring:feedback scoring:feedback_pdf scoring:received scoring:sent scoring:filing scoring:check"),
    "L48": ("评价结果用于领导班子和领导干部考核", "scoring:extract_new scoring:extract"),
    "L49": ("评价结果用于党员考核、评优、选任，限期留存", "scoring:extract_new scoring:extract"),
    "L50": ("不会用手机的居民", "orders:new orders:slip orders:wish pairings:visit_new pairings:visit_sheet"),
    "L43": ("积分卡：单位和党员各有，规则按年公布、先征求意见", "scoring:cards scoring:card scoring:mine scoring:rules scoring:rule_set scoring:what_if scoring:merits scoring:merit_new"),
    "L44": ("基准分加优秀表现减差评表现，每一分有依据，什么时候再算都一样", "scoring:card scoring:card_print scoring:rule_set scoring:deductions scoring:deduction scoring:appeals scoring:appeal scoring:appeal_new scoring:appeal_print scoring:complaint"),
    "L51": ("老旧小区的情况", "places:estate pairings:list"),
    "L52": ("还没有人联系的户和小区，摸底没问到的住户", "pairings:list pairings:coverage progress:gaps surveys:left"),
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
