"""Members as a table (A09): the sheet. How its rows are judged: `member_rows`."""

from baodao.acts.access import visible
from baodao.acts.actor import Actor
from baodao.people.choices import AVAILABILITY, MEMBER_KINDS, SERVICE_CLASSES, SKILLS
from baodao.people.models import Unit
from baodao.people.sheets.member_rows import plan
from baodao.places import rules as levels
from baodao.places.sheets import refs as places
from baodao.sheets.cells import code, day, many_of, one_of, phone, text
from baodao.sheets.columns import Column, Sheet


def _unit_names(actor: Actor) -> list[str]:
    found = visible(Unit.objects.all(), actor, "units.view").filter(valid_to=None)
    return list(found.order_by("pinyin").values_list("name", flat=True)[:1_000])


MEMBERS = Sheet(
    code="members",
    title="党员",
    measure="名",
    columns=(
        Column("no", "志愿者编号", code(), also=("编号", "党员编号", "志愿服务编号"), width=15,
               note="更新已有的党员时填；新增的留空，由系统编。"),
        Column("name", "姓名", text, also=("党员姓名", "名字", "姓名（党员）"), required=True,
               examples=("卓玛", "李建国"), width=10),
        Column("phone", "手机号", phone,
               also=("电话", "联系电话", "手机", "手机号码", "联系方式", "联系电话（手机）", "移动电话", "本人电话"),
               examples=("13800000000", "0897-2821234"), private=True,
               note="没有手机的写固定电话，或留空。加密存放，不导出。"),
        Column("unit", "单位", text,
               also=("所在单位", "工作单位", "单位名称", "单位全称", "所属单位", "单位党组织", "派出单位"),
               examples=("阿里地区住房和城乡建设局", ""), width=26, options=_unit_names,
               note="在职党员必填。全称、简称或统一社会信用代码。"),
        Column("party_org", "党组织", text, also=("所在党组织", "所在党支部", "党支部", "党组织名称"), width=20,
               examples=("局机关党支部", ""), note="单位下面的党组织，要先登记好。"),
        Column("kind", "类别", one_of(MEMBER_KINDS, {"在职": "in_service", "在职党员（机关）": "in_service",
                                                  "退休": "retired", "离退休": "retired", "流动": "floating",
                                                  "社区": "community"}),
               also=("党员类别", "人员类别"), examples=("在职党员", "退休党员"),
               options=tuple(MEMBER_KINDS.values()), note="不写的算在职党员。"),
        Column("residence", "居住社区", text, also=("居住地", "居住地社区", "居住村社区", "居住社区（村）", "所在社区"),
               examples=("", "森格社区"), width=18,
               options=lambda actor: places.names_in(actor, levels.COMMUNITY),
               note="没有单位的党员必填。社区名称或12位代码，同名的在前面写乡镇。"),
        Column("skills", "特长", many_of(SKILLS, {"水电维修": "plumbing", "维修": "repair", "医疗": "medical",
                                                "法律": "law", "教学": "tutoring", "开车": "driving",
                                                "藏语翻译": "tibetan", "心理咨询": "counsel"}),
               also=("个人特长", "专长", "专业特长"), examples=("家电维修、水暖管道", "藏语"),
               options=tuple(SKILLS.values()), width=20),
        Column("service_classes", "服务类别", many_of(SERVICE_CLASSES), also=("意向服务", "服务意向", "愿意参加的服务"),
               examples=("家政维修", "助老、助残"), options=tuple(SERVICE_CLASSES.values()), width=20),
        Column("availability", "可服务时间", many_of(AVAILABILITY, {"周末": "weekend_day", "随时": "any"}),
               also=("服务时间", "空闲时间"), examples=("周末白天", "都可以"),
               options=tuple(AVAILABILITY.values()), width=20),
        Column("joined_on", "到本单位日期", day, also=("到单位日期", "到岗时间", "到岗日期", "到本单位时间", "入职时间", "调入时间", "来单位时间"),
               examples=("2019-07-01", "2026年2月4日")),
    ),
    keys=(("no",), ("name",)),
    actions=("members.add", "members.edit"),
    plan=plan,
    list_url="people:members",
    not_here={
        "状态": "在岗状态请在党员页面上改", "在岗状态": "在岗状态请在党员页面上改",
        "单位联系点": "由单位决定，随报到更新", "联系点": "由单位决定，随报到更新",
        "性别": "本系统不用", "职务": "本系统不用", "备注": "不导入",
    },
)  # fmt: skip
