"""The documents of the demo: those that the source names, with numbers and clauses made
up after what it says of them."""

from typing import NamedTuple


class Text(NamedTuple):
    """`clauses`: title, text, responsible body, person, role; `links`: clause → what
    rests on it; `no`: with {} for the issuer's word."""

    title: str
    kind: str
    no: str
    summary: str
    text: str
    clauses: tuple[tuple[str, str, str, str, str], ...]
    links: tuple[tuple[int, str, str], ...] = ()
    is_public: bool = True


_HEAD = "单位党组织书记"
_WHO = (
    "报到对象",
    "机关、国有企业和其他事业单位，以及驻在本地的上级直属单位、央企分支机构的全体在职党员参加。",
    "各单位党组织", _HEAD, "unit_secretary",
)  # fmt: skip
_WHERE = (
    "到哪里报到",
    "单位党组织到联系点报到，在职党员到单位联系点和居住地的村（社区）报到。调动、搬家的三十天内转接。",
    "各单位党组织、各村（社区）", f"{_HEAD}、社区党组织书记", "community_secretary",
)  # fmt: skip
_ASK = (
    "摸清需求",
    "以社区为单位拉网式摸底，广泛征集居民的微梦想、微心愿、微诉求，及时发布。",
    "各村（社区）党组织", "社区党组织书记", "community_secretary",
)  # fmt: skip
_SERVE = (
    "点单服务",
    "实行群众点单、组织派单、单位接单、党员接单，办得怎么样由居民确认。",
    "各单位党组织、新时代文明实践中心", _HEAD, "",
)  # fmt: skip
_OFTEN = (
    "常态开展",
    "结合每月主题党日、特殊月份和节日开展活动，单位渠道和居住地渠道分开统计。",
    "各单位党组织", _HEAD, "unit_secretary",
)  # fmt: skip
_LEAD = (
    "领导带头",
    "领导干部每年到联系点督促指导不少于两次，宣传政策，发现的问题有人跟到底。",
    "组织部门", "各级党员领导干部", "",
)  # fmt: skip
_WATCH = (
    "压实责任",
    "县（区）委组织部统一调度，乡镇（街道）统筹资金、资源、项目。情况不虚报，不搞排名。",
    "县（区）委组织部、乡镇（街道）党（工）委", "组织部部长、乡镇（街道）书记", "county_org",
)  # fmt: skip
NOTICE_OLD = Text(
    "关于组织开展好在职党员“双报到”工作的通知", "notice", "{}组发〔2025〕31号",
    "讲清谁来报到、怎么报到、报到以后做什么。",
    "为进一步密切党群干群关系，把关心做到群众家门口，现就有关事项通知如下。",
    (_WHO, _WHERE, _ASK, _SERVE, _OFTEN),
    ((2, "setting", "reporting.deadline_days"), (2, "duty", "reconfirm")),
)  # fmt: skip
NOTICE = NOTICE_OLD._replace(
    no="{}组发〔2026〕18号",
    summary="讲清谁来报到、怎么报到、报到以后做什么。这一版增加领导带头和压实责任两条。",
    clauses=(_WHO, _WHERE, _ASK, _SERVE, _OFTEN, _LEAD, _WATCH),
    links=(*NOTICE_OLD.links, (6, "setting", "councils.leader_visits_per_year"),
           (6, "duty", "leader_visit"), (7, "duty", "directive")),
)  # fmt: skip
PLAN = Text(
    "关于推进机关企事业单位党组织和在职党员“双报到双服务双包联双评价”工作实施方案", "plan",
    "{}组发〔2026〕9号",
    "规范报到方式，明确主体责任，做实日常服务：五个步骤、四共机制、一联一帮、两个卡片。",
    "为推动党组织和党员下沉一线、服务一线、融入一线，制定本方案。",
    (
        ("组织报到", "单位党组织负责人到驻地或包联社区对接报到，主动提供需求、资源，形成需求、资源、项目清单；在职党员到居住地社区报到，认领志愿岗位。",
         "各单位党组织", _HEAD, "unit_secretary"),
        ("双向包联", "每个单位包联一个重点小区，每名在职党员联系一户重点户，先征得住户同意。",
         "各单位党组织、各社区党组织", f"{_HEAD}、社区党组织书记", "community_secretary"),
        ("年度项目", "每个单位每年协商实施一个党建合作项目，认领解决一个重点难点问题。",
         "各单位党组织", _HEAD, "unit_secretary"),
        ("协商共治", "每季度至少开一次联席会议，议定的事列出责任单位和时限，下次会上对账。",
         "各社区党组织", "社区党组织书记", "community_secretary"),
        ("结对走访", "每月必访、重大节日必访、有需求必访，晚上八点以后不上门。",
         "各单位党组织", "结对党员", "member"),
        ("积分评价", "对照积分卡、反馈卡评价，只记事，不排名；有异议可以申诉。",
         "各社区党组织、各单位党组织", f"社区党组织书记、{_HEAD}", ""),
    ),
    ((1, "setting", "reporting.deadline_days"), (1, "duty", "reconfirm"),
     (3, "duty", "project_quota"), (3, "duty", "problem_quota"),
     (4, "setting", "councils.meetings_per_year"), (4, "duty", "joint_meeting"),
     (5, "setting", "visits.festivals"), (5, "setting", "visits.latest_hour"),
     (5, "duty", "visit_month"), (5, "duty", "visit_festival")),
)  # fmt: skip
WINTER = Text(
    "冬季走访和安全提醒工作说明", "guide", "{}组函〔2026〕22号",
    "入冬以后怎样走访独居老人、残疾人和困难家庭，看什么、怎么记。",
    "",
    (
        ("走访谁", "独居老人、残疾人、困难家庭每户都走到，住户不同意上门的打电话。",
         "各社区党组织", "社区党组织书记", "community_secretary"),
        ("看什么", "看取暖、用电、用气，能当场办的当场办，办不了的当天登记点单。",
         "结对党员、网格员", "结对党员、网格员", "grid_worker"),
        ("怎么记", "当天记走访，不拍照、不定位、不写隐私。",
         "结对党员", "结对党员", "member"),
    ),
    is_public=False,
)  # fmt: skip
OLD_RULE = Text(
    "在职党员报到登记表填写说明", "guide", "{}组函〔2025〕40号",
    "纸质登记表怎么填、交到哪里。",
    "",
    (("填表", "到社区领表，填好交社区，社区盖章后单位存一份。", "各社区党组织", "社区专干", ""),),
    is_public=False,
)  # fmt: skip
DRAFT = Text(
    "社区党员积分管理办法", "system", "",
    "服务得分、兑换和复核怎么办，正在征求意见。",
    "",
    (("记分", "由确认过的服务记录按规则记分，规则和版本公开。", "各社区党组织", "社区党组织书记", ""),
     ("兑换", "积分兑换等额奖品，兑换由本人签收。", "各社区党组织", "积分超市管理员", "")),
    is_public=False,
)  # fmt: skip
STREET = Text(
    "街道单位报到对接办法", "system", "{}〔2026〕3号",
    "驻街单位到社区对接报到的时间、材料和联系人。",
    "",
    (("对接时间", "每周三下午为集中对接时间，其他时间先打社区办公电话约。",
      "各社区党组织", "社区专干", "community_worker"),
     ("带什么", "带报到登记表和需求、资源清单，现场核对。",
      "驻街各单位", "单位联络员", "unit_liaison")),
)  # fmt: skip
