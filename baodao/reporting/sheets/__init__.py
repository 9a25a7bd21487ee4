"""Report-ins as tables: paper lists and other systems' rosters come in, every list goes
out."""

from collections.abc import Sequence

from baodao.acts.access import visible
from baodao.acts.actor import Actor
from baodao.people.choices import AVAILABILITY, SERVICE_CLASSES, SKILLS
from baodao.people.models import Unit
from baodao.places import rules as levels
from baodao.places.sheets.refs import names_in
from baodao.reporting import rules
from baodao.reporting.sheets.rows import plan
from baodao.sheets.cells import code, day, many_of, one_of, phone, text, yes
from baodao.sheets.columns import Column, Sheet


def _units(actor: Actor) -> Sequence[str]:
    found = visible(Unit.objects.all(), actor, "units.view").filter(valid_to=None)
    return list(found.order_by("pinyin").values_list("name", flat=True)[:1_000])


REPORT_INS = Sheet(
    code="report_ins",
    title="报到",
    measure="条报到",
    columns=(
        Column("no", "志愿者编号", code(), also=("编号", "党员编号", "志愿服务编号"), width=15,
               note="有编号最准；没有的写姓名加手机号，或姓名加单位。"),
        Column("name", "姓名", text, also=("党员姓名", "名字", "报到人"), examples=("卓玛", "李建国"), width=10),
        Column("phone", "手机号", phone, also=("电话", "联系电话", "手机", "手机号码", "联系方式"),
               examples=("13800000000", ""), private=True, note="只用来找人，不改党员的电话。"),
        Column("unit", "单位", text, also=("所在单位", "工作单位", "单位名称", "单位全称"),
               examples=("阿里地区住房和城乡建设局", ""), width=26, options=_units),
        Column("channel", "渠道", one_of(rules.CHANNELS, {"单位": "unit", "联系点": "unit", "单位报到": "unit",
                                                        "居住": "residence", "居住地报到": "residence",
                                                        "居住社区": "residence", "社区": "residence"}),
               also=("报到渠道", "报到类型", "报到方式"), required=True, examples=("居住地", "单位联系点"),
               options=tuple(rules.CHANNELS.values())),
        Column("place", "报到地", text, also=("报到社区", "报到地点", "报到的社区", "社区", "居住社区", "村（社区）"),
               examples=("狮泉河镇 森格社区", ""), width=22,
               options=lambda actor: names_in(actor, levels.COMMUNITY),
               note="社区、村或网格的名称或代码。单位渠道可以留空：单位只有一个联系点时就是那里。"),
        Column("reported_on", "报到日期", day, also=("日期", "报到时间"), examples=("2026-03-01", "2026年2月4日"),
               note="留空算今天。"),
        Column("accept", "社区已接收", yes, also=("已接收", "接收"), examples=("是", ""), options=("是", "否"),
               note="由社区填。写“是”的，写入时就接收，党员的报到地随着更新。"),
        Column("skills", "特长", many_of(SKILLS), also=("个人特长", "专长"), options=tuple(SKILLS.values()), width=18),
        Column("posts", "意向岗位", many_of(rules.POSTS), also=("岗位", "志愿岗位", "认领岗位"),
               examples=("助老助残岗", ""), options=tuple(rules.POSTS.values()), width=18),
        Column("service_classes", "服务类别", many_of(SERVICE_CLASSES), also=("意向服务", "服务意向"),
               options=tuple(SERVICE_CLASSES.values()), width=18),
        Column("availability", "可服务时间", many_of(AVAILABILITY), also=("服务时间", "空闲时间"),
               examples=("周末白天", ""), options=tuple(AVAILABILITY.values()), width=18),
    ),
    keys=(("no", "channel"), ("name", "channel")),
    actions=("reporting.submit",),
    plan=plan,
    list_url="reporting:list",
    note="党员要先登记好；没登记的，先用党员表导入。",
    not_here={
        "状态": "由系统得出", "报到编号": "由系统编", "方式": "都算表格导入", "报到人单位": "由党员登记得出",
        "接收日期": "由系统记", "下次确认": "由系统算", "备注": "不导入",
    },
)  # fmt: skip

__all__ = ["REPORT_INS"]
