"""Settings inherited down the tree: every value a district may choose (section 1.4
of the requirements), with its default, its unit and where the default is from."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import product
from typing import Any, NamedTuple

from baodao.core.memory import asked_once
from baodao.places.models import Setting


class Key(NamedTuple):
    """`default` also fixes the type; `note` says what it does and who proposed it.
    Money (`unit` 元) is kept in fen, and typed and shown in yuan. `choices`: the value
    is a list of their keys."""

    title: str
    default: Any
    unit: str = ""
    note: str = ""
    choices: Mapping[str, str] = {}


FESTIVALS = {
    "new_year": "元旦",
    "spring_festival": "春节",
    "losar": "藏历新年",
    "qingming": "清明",
    "labour_day": "劳动节",
    "disabled_day": "助残日",
    "children_day": "儿童节",
    "dragon_boat": "端午",
    "party_day": "建党节",
    "shoton": "雪顿节",
    "mid_autumn": "中秋",
    "national_day": "国庆",
    "double_ninth": "重阳",
}


KEYS: dict[str, Key] = {
    "orders.verify_days": Key("核实时限", 2, "个工作日", "收到点单后几个工作日内核实"),
    "orders.publish_days": Key("发布或派单时限", 1, "个工作日"),
    "orders.unit_accept_days": Key(
        "单位接单时限", 2, "个工作日", "超过后报上级街道（乡镇）"
    ),
    "orders.assign_days": Key("单位派党员时限", 1, "个工作日"),
    "orders.member_accept_days": Key("党员接单时限", 1, "个工作日"),
    "orders.life_safety_hours": Key("紧急（危及安全）办理时限", 2, "小时"),
    "orders.urgent_hours": Key("加急办理时限", 24, "小时"),
    "orders.normal_days": Key("普通办理时限", 7, "天"),
    "orders.complex_days": Key("复杂办理时限", 15, "天"),
    "orders.confirm_days": Key(
        "居民确认期限", 7, "天", "过期由社区打电话回访，不会自动算满意"
    ),
    "orders.reopen_days": Key("可说“没办好”的期限", 15, "天"),
    "orders.rate_days": Key("评价期限", 15, "天", "过期记“未评”，不算好评"),
    "orders.mark_days": Key(
        "核对评价时限", 10, "个工作日", "核对期间这个分不算满意率，也不计分"
    ),
    "orders.expire_days": Key("公开认领期限", 60, "天", "到期先电话核对"),
    "orders.follow_days": Key(
        "转办后问结果", 5, "个工作日", "首接负责：转出去的也要有人问到底"
    ),
    "orders.calls": Key("按“联系不上”办结前至少打几次电话", 3, "次", "要分在两天打"),
    "orders.call_gap_hours": Key("两次电话至少隔多久", 3, "小时"),
    "orders.pause_days": Key(
        "一单一次最多暂停", 60, "天", "到日子自动续计，可以再暂停"
    ),
    "orders.max_open_claims": Key("每名党员同时认领", 3, "单"),
    "orders.goods_limit_fen": Key(
        "实物心愿金额上限", 20000, "元", "超过须社区书记核实"
    ),
    "orders.goods_wishes_per_quarter": Key("每户每季度实物心愿", 1, "个"),
    "orders.rate_threshold": Key("公布比率的最少件数", 10, "件"),
    "service.step_minutes": Key(
        "服务时长的最小单位", 30, "分钟", "不足的舍去，只记次数，不记时长"
    ),
    "service.day_cap_minutes": Key(
        "一人一天最多计的服务时长", 480, "分钟", "一天里的各次服务合在一起算"
    ),
    "service.emergency_cap_minutes": Key(
        "应急值守一人一天最多计的时长", 720, "分钟", "一班值守单独算，路上的时间不算"
    ),
    "reporting.accept_days": Key(
        "接收报到时限", 3, "个工作日", "超过后报上级，不会自动接收"
    ),
    "reporting.deadline_days": Key("报到期限", 30, "天"),
    "reporting.reconfirm_days": Key("再次确认间隔", 183, "天", "每半年一次"),
    "scoring.sample_percent": Key(
        "每月抽查确认的比例", 5, "%", "由乡镇（街道）核对；有确认的至少抽一件"
    ),
    "scoring.year_from_month": Key(
        "评价年度从几月开始",
        1,
        "月",
        "填1是自然年；填12是上年12月到当年11月，好赶上年度考核",
    ),
    "scoring.object_days": Key(
        "评价告知后可提异议", 10, "个工作日", "过了这几天才能开会决定等次"
    ),
    "scoring.receipt_days": Key(
        "反馈卡签收期限", 10, "个工作日", "过期没有签收的，组织部可以注明后备案"
    ),
    "scoring.excellent_share": Key(
        "优秀最多占一个单位的",
        0,
        "%",
        "0 是不设比例；设了的，超出时由会议取舍，不按分数自动划线",
    ),
    "scoring.unit_word_weight": Key(
        "单位对本单位党员的打分占", 0, "%", "0 是只作参考，不算进得分"
    ),
    "scoring.comment_days": Key(
        "积分规则征求意见", 7, "天", "可以更长，不能更短；意见收完才能公布"
    ),
    "scoring.answer_days": Key(
        "扣分告知后本人说明",
        5,
        "个工作日",
        "可以更长，不能更短；说明的日子过了才能决定",
    ),
    "scoring.decide_days": Key(
        "说明以后决定扣不扣", 10, "个工作日", "可以更短；超时报上级，不会自动扣"
    ),
    "scoring.appeal_days": Key(
        "对扣分和等次申诉", 15, "个工作日", "可以更长，不能更短；有正当原因的过后也可以"
    ),
    "scoring.admit_days": Key("申诉几天内受理", 3, "个工作日", "可以更短"),
    "scoring.review_days": Key("申诉一审", 10, "个工作日", "可以更短"),
    "scoring.second_days": Key(
        "不服一审的申请二审", 10, "个工作日", "可以更长，不能更短"
    ),
    "scoring.second_review_days": Key("申诉二审", 15, "个工作日", "可以更短"),
    "scoring.execute_days": Key("申诉成立以后改正", 5, "个工作日", "可以更短"),
    "scoring.exempt_months": Key(
        "全年免除应办几个月以上不定等次", 6, "个月", "不定等次不影响本人"
    ),
    "scoring.short_months": Key("报到不满几个月不定等次", 3, "个月"),
    "scoring.on_duty_months": Key("退休当年在职不满几个月不定等次", 6, "个月"),
    "scoring.active_halves": Key(
        "优秀要有几个半年有确认过的活动",
        2,
        "个半年",
        "2是上、下半年都要有，0是不要求；分数到了、这一条没到的，建议良好",
    ),
    "scoring.late_entry_days": Key(
        "记录几天以后才确认的标“补录”", 30, "天", "补录照样记分，只是标出来"
    ),
    "scoring.remind_gap_days": Key(
        "没有报到的，两次提醒隔几天", 7, "天", "第二次提醒再过这么多天，才提扣分建议"
    ),
    "scoring.agreement_month": Key(
        "共建协议几月底前要签", 3, "月", "年中分到联系点的，按下一项"
    ),
    "scoring.agreement_days": Key("分到联系点几天内要签共建协议", 60, "天"),
    "scoring.mediation_days": Key("纠纷调解好，几天没有反复才登记", 30, "天"),
    "scoring.post_days": Key("认岗满几天算满半年", 182, "天"),
    "pairings.confirmed_by": Key(
        "试算的结对由谁确认",
        ["community"],
        "",
        "县（区）试算以后，各社区看过再确认；勾了县（区），县（区）也可以一次确认没有看的",
        {"community": "各社区", "county": "县（区）"},
    ),
    "visits.festivals": Key(
        "节日走访",
        [
            "spring_festival",
            "national_day",
            "mid_autumn",
            "dragon_boat",
            "party_day",
            "children_day",
            "disabled_day",
            "double_ninth",
        ],
        "",
        "儿童节、助残日、重阳只走访相应的人群；西藏不用勾选也有藏历新年和雪顿节",
        FESTIVALS,
    ),
    "visits.festivals_per_year": Key("每户一年的节日走访最多", 5, "次"),
    "visits.first_contact_days": Key(
        "有事走访：几天内联系上", 3, "天", "住户或社区提出以后，按日历天数"
    ),
    "visits.urgent_hours": Key("有事走访：加急的几小时内", 24, "小时"),
    "visits.latest_hour": Key(
        "上门走访不晚于", 20, "点", "住户可以定得更早，不能更晚；最晚填21"
    ),
    "visits.normal_days": Key("走访几天内记下不用说明", 7, "天"),
    "visits.late_days": Key(
        "走访最晚几天内补记", 30, "天", "要写原因，由社区书记确认；再晚的标“补录”"
    ),
    "visits.quarter_closes_days": Key(
        "季度结束后几天封账", 10, "天", "封账以后记的走访标“补录”"
    ),
    "visits.year_closes_days": Key(
        "年度结束后几天封账", 31, "天", "封账以后不能再补记，只能走申诉"
    ),
    "visits.edit_hours": Key(
        "走访记下以后多久可以自己改", 24, "小时", "确认以前，由记的人改，要写原因"
    ),
    "visits.retry_days": Key("没人在家，过几天再去", 3, "天"),
    "visits.link_days": Key("走访确认链接有效", 10, "天", "过期由社区打电话核实"),
    "councils.meetings_per_year": Key(
        "联席会议每年几次", 4, "次", "每个有单位联系的社区；可填1、2、3、4、6、12"
    ),
    "councils.leader_visits_per_year": Key(
        "领导每年到联系点几次", 2, "次", "可填1、2、3、4、6、12"
    ),
    "exchange.lists_days": Key(
        "季度清单：季度开始几天内报", 30, "天", "过后要到下个季度再报；清单随时可以改"
    ),
    "exchange.filing_days": Key(
        "共建协议备案时限", 5, "个工作日", "双方签好后由乡镇（街道）备案"
    ),
    "shop.who": Key(
        "积分超市：谁可以兑换",
        ["in_service", "community", "retired", "floating"],
        "",
        "不能兑换的也有积分，可以转赠给心愿；在职公务员指机关单位的在职党员",
        {
            "civil_servant": "在职公务员",
            "in_service": "其他在职党员（事业单位、企业）",
            "community": "社区党员",
            "retired": "离退休党员",
            "floating": "流动党员",
        },
    ),
    "shop.expiry_years": Key(
        "积分到哪一年的年底", 1, "年", "0是当年年底，1是第二年年底，9是不过期"
    ),
    "shop.per_quarter": Key("每人每季度最多兑换", 1, "次"),
    "shop.prize_limit_fen": Key("一件奖品最多值多少", 5000, "元", "不能是现金、卡、券"),
    "shop.point_fen": Key("1积分值多少", 500, "元", "奖品按价值折算积分：等额兑换"),
    "shop.reserve_days": Key("备好的奖品留几天", 14, "天", "没来领的退回，积分也退回"),
    "shop.answer_days": Key("申请兑换后几天内备货", 2, "个工作日"),
    "retention.shop_days": Key(
        "兑换和转赠的经手人、说的话：了结后留多久",
        1096,
        "天",
        "到期只留哪天、哪一样、多少积分",
    ),
    "retention.pairing_days": Key(
        "结对的情况：结束后留多久",
        90,
        "天",
        "到期只留次数，不留内容（约定、理由、重点人群）",
    ),
    "retention.visit_days": Key(
        "走访的情况：留多久", 365, "天", "到期只留“某天走访过”"
    ),
    "retention.order_days": Key(
        "点单的原话和联系方式：办结后留多久", 365, "天", "到期只留对外文字和类别"
    ),
    "retention.survey_days": Key(
        "摸底里住户说的文字：结束后留多久", 365, "天", "到期只留选项和合计"
    ),
    "retention.consent_days": Key(
        "同意书：结束后留多久", 1096, "天", "作为征得同意的凭证"
    ),
    "retention.extract_days": Key(
        "评价结果的提取：留多久",
        1096,
        "天",
        "到期连内容一起删掉；那一年的积分卡删了的也删",
    ),
    "retention.score_days": Key(
        "积分卡、评价、扣分和申诉：年度结束后留多久",
        1096,
        "天",
        "到期连反馈卡、提取的结果一起删掉；还在申诉的先不删。不少于365天",
    ),
    "retention.complaint_days": Key(
        "差评：决定后留多久",
        730,
        "天",
        "到期连原话一起删掉，只留什么时候查过、什么结果",
    ),
    "retention.look_days": Key(
        "查看和导出的记录：留多久", 1096, "天", "谁看过、谁导出过；不少于180天"
    ),
    "calendar.hours": Key(
        "办公时间",
        [["09:00", "12:30"], ["15:00", "18:00"]],
        "",
        "工作日的起止时刻；最后一段的结束就是“到期当天”的时刻",
    ),
    "calendar.weekdays": Key("工作日", [0, 1, 2, 3, 4], "", "一周里哪几天上班"),
}


def titles() -> dict[str, str]:
    """What each key is called."""
    return {code: key.title for code, key in KEYS.items()}


def ancestors(path: str) -> list[str]:
    """The path and everything above it, the root "" first."""
    parts = path.split("/")[:-1]
    return ["", *("/".join(parts[: i + 1]) + "/" for i in range(len(parts)))]


def values(path: str, keys: Iterable[str] | None = None) -> dict[str, Any]:
    """Effective values at a place, one query. Raises KeyError for an unknown key."""
    wanted = list(keys) if keys is not None else list(KEYS)
    found = {key: KEYS[key].default for key in wanted}
    rows = Setting.objects.filter(
        path__in=ancestors(path), key__in=wanted, removed=False
    )
    return found | dict(rows.order_by("path").values_list("key", "value"))


def at_each(paths: Iterable[str], key: str) -> dict[str, Any]:
    """The effective value of one key at each of many places, one query."""
    rows = decided(key)
    return {path: nearest(rows, path, key) for path in paths}


def decided(key: str) -> dict[str, Any]:
    """Path → what was decided there about one key."""
    return {path: here[key] for path, here in _of_subject(key).items() if key in here}


def _of_subject(key: str) -> dict[str, dict[str, Any]]:
    """Path → key → what was decided there, of all keys of a subject (`scoring.…`): a
    page that needs one needs the next."""
    prefix = key.partition(".")[0] + "."

    def load() -> dict[str, dict[str, Any]]:
        rows: dict[str, dict[str, Any]] = defaultdict(dict)
        found = Setting.objects.filter(key__startswith=prefix, removed=False)
        for path, name, value in found.values_list("path", "key", "value"):
            rows[path][name] = value
        return dict(rows)

    return asked_once(("settings", prefix), load)


def nearest(rows: Mapping[str, Any], path: str, key: str) -> Any:
    """The effective value at a place, of what was `decided`."""
    here = [rows[above] for above in ancestors(path) if above in rows]
    return here[-1] if here else KEYS[key].default


def all_at_each(
    paths: Iterable[str], keys: Collection[str]
) -> dict[str, dict[str, Any]]:
    """The effective values of some keys at each of many places, a query for each
    subject."""
    one_of_each = {key.partition(".")[0]: key for key in keys}.values()
    subjects = [_of_subject(key) for key in one_of_each]
    found = {}
    for path in paths:
        found[path] = {key: KEYS[key].default for key in keys}
        for above, rows in product(ancestors(path), subjects):
            here = rows.get(above, {})
            found[path] |= {key: here[key] for key in keys if key in here}
    return found


def sources(path: str) -> dict[str, Setting]:
    """Which row (of which place) decides each key that is not at its default."""
    rows = Setting.objects.filter(path__in=ancestors(path), removed=False).order_by(
        "path"
    )
    return {row.key: row for row in rows}
