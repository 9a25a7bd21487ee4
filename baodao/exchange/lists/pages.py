"""How needs, resources, bookings and projects of the lists are shown."""

from django.db.models import Q

from baodao.exchange.forms import note
from baodao.exchange.lists import projects, queries, rules, services
from baodao.exchange.lists.forms import ResultForm
from baodao.exchange.models import Booking, ListProject, Need, Resource
from baodao.exchange.rules import JOINT_TYPES
from baodao.exchange.subjects import FOLLOWS, Ask, Chip, Subject

_TYPE = Chip("type", "五联", JOINT_TYPES, lambda v: Q(joint_type=v))

NEED = Subject(
    code="need", title="需求清单", noun="需求", measure="条", flow=rules.NEED_FLOW,
    rows=lambda: Need.objects.select_related("place", "unit"),
    tabs={
        "open": ("等对接", ("published",)),
        "new": ("待核实、公布", ("draft", "confirmed")),
        "doing": ("在办", ("matched", "in_progress", "met")),
        "done": ("已满足", ("closed",)),
        "off": ("不在清单", ("expired", "withdrawn")),
    },
    asks={
        "confirm": Ask(
            "核实", ("已核实", "公布以后单位看得到。"), "社区核实", services.confirm_need,
            text="情况属实，就核实。", look="due", icon="check",
        ),
        "publish": Ask(
            "公布", ("已公布", "列进需求清单，等着对接。"), "公布到清单",
            services.publish_need, look="due", icon="send",
            text="公布后联系本社区的单位都看得到，半年没有对接会退出清单。",
        ),
        "renew": Ask(
            "再公布", ("又公布了", "再等半年。"), "再次公布", services.renew_need,
            look="due", icon="refresh",
        ),
        "withdraw": Ask(
            "撤回", ("已撤回", ""), "撤回", services.withdraw_need, look="late",
            form=note("为什么", required=False), icon="arrow-back-up",
        ),
    },
    words=queries.need_words, facts=queries.need_facts, search=queries.named,
    told={
        "propose": "单位提出", "add": "社区登记", "match": "对接成项目",
        "unmatch": "对接取消，回到清单", "start": "开始办", "meet": "办成，待验收",
        "redo": "接着办", "close": "验收，已满足", "expire": "半年没有对接，退出清单",
        **FOLLOWS,
    },
    heads=("编号", "类别", "数量或内容", "时间、条件", "公布日期"),
    line=lambda n, w: [n.number, n.get_joint_type_display(), n.quantity, n.conditions, n.published_on],
    intro="社区的和单位的都在这里，双向对接。公布后等对接，等得久的看“等了多久”。",
    empty=("这一栏没有需求", "可以登记一条，或从单位的报到单收进来。"),
    chips=(_TYPE, Chip("age", "等了多久", rules.AGES, queries.older_than)),
    panels="exchange/_need.html", more=queries.need_more, new="exchange:need_new",
    new_label="登记需求", may_new=("needs.add", "needs.propose"), links=queries.need_links, order=("published_on", "created_at", "id"),
)  # fmt: skip

RESOURCE = Subject(
    code="resource", title="资源清单", noun="资源", measure="项", flow=rules.RESOURCE_FLOW,
    rows=lambda: Resource.objects.select_related("place", "unit"),
    tabs={
        "open": ("可以用", ("available",)),
        "new": ("待收进清单", ("offered",)),
        "off": ("不再提供", ("retired",)),
    },
    asks={
        "accept": Ask(
            "收进清单", ("已收进清单", "可以对接和预约了。"), "社区收进清单",
            services.accept_resource, look="due", icon="check",
        ),
        "reopen": Ask(
            "重新提供", ("又可以用了", ""), "重新提供", services.reopen_resource,
            icon="refresh",
        ),
        "retire": Ask(
            "不再提供", ("已退出清单", "约好的还算数。"), "不再提供",
            services.retire_resource, look="late", form=note("为什么", required=False),
            icon="x",
        ),
    },
    words=queries.resource_words, facts=queries.resource_facts, search=queries.named,
    told={"offer": "单位提供", "add": "社区登记", **FOLLOWS},
    heads=("编号", "种类", "类别", "数量或内容", "时间、条件"),
    line=lambda r, w: [r.number, r.get_kind_display(), r.get_joint_type_display(), r.quantity, r.conditions],
    intro="单位能提供的场地、人才、设备和服务。社区可以预约，时间不会重。",
    empty=("这一栏没有资源", "单位提供，或从报到单收进来。"),
    chips=(Chip("kind", "种类", rules.RESOURCE_KINDS, lambda v: Q(kind=v)), _TYPE),
    panels="exchange/_resource.html", more=queries.resource_more,
    new="exchange:resource_new", new_label="登记资源", may_new=("resources.add", "resources.offer"),
    order=("unit__pinyin", "number", "id"),
)  # fmt: skip

BOOKING = Subject(
    code="booking", title="资源预约", measure="次", flow=rules.BOOKING_FLOW,
    rows=lambda: Booking.objects.select_related("resource__place", "resource__unit"),
    tabs={
        "asked": ("待单位答复", ("asked",)),
        "kept": ("已留好", ("reserved",)),
        "used": ("已用", ("used",)),
        "off": ("取消了", ("cancelled",)),
    },
    asks={
        "reserve": Ask(
            "给他们留着", ("留好了", "社区到时来用。"), "单位留好", services.reserve,
            look="due", icon="calendar",
        ),
        "use": Ask(
            "用过了", ("已记下", "记入单位的服务记录。"), "已用", services.use,
            text="用过以后记一下，记入单位的服务记录。", look="due", icon="check", tone="ok",
        ),
        "cancel": Ask(
            "取消预约", ("已取消", "已告诉对方。"), "取消", services.cancel_booking,
            look="late", form=note("为什么", "对方看得到。"), icon="x",
        ),
    },
    words=queries.booking_words, facts=queries.booking_facts,
    search=lambda q: Q(purpose__icontains=q) | Q(resource__title__icontains=q),
    told={"ask": "预约", **FOLLOWS},
    heads=("从", "到", "用来做什么"),
    line=lambda b, w: [b.start_at, b.end_at, b.purpose],
    intro="同一项资源的时间不会重。用过以后记一下，才算单位提供过。",
    empty=("这一栏没有预约", "在资源的页面上点“预约”。"),
    order=("start_at", "id"),
)  # fmt: skip

PROJECT = Subject(
    code="listproject", title="项目清单", noun="清单项目", measure="个", flow=rules.PROJECT_FLOW,
    rows=lambda: ListProject.objects.select_related("place"),
    tabs={
        "open": ("在办", ("planned", "in_progress")),
        "check": ("待验收", ("finished",)),
        "done": ("已办成", ("closed",)),
        "off": ("没有办成", ("cancelled",)),
    },
    asks={
        "start": Ask("开始", ("开始了", "办完以后记一下。"), "开始办", projects.start,
                     look="due", icon="clock"),
        "finish": Ask(
            "办完了", ("记好了", "轮到社区验收。"), "办完", projects.finish, look="due",
            form=ResultForm, icon="check",
        ),
        "accept": Ask(
            "验收", ("已验收", "需求已满足，记入单位的服务记录。"), "社区验收",
            projects.accept, look="due", form=note("想说的话", required=False),
            icon="circle-check", tone="ok",
        ),
        "send_back": Ask(
            "没办好，接着办", ("已退回", "轮到单位接着办。"), "社区退回", projects.send_back,
            look="late", form=note("还差什么", "单位看得到。"), icon="arrow-back-up",
            tone="soon",
        ),
        "cancel": Ask(
            "取消对接", ("已取消", "需求回到清单里。"), "取消对接", projects.cancel,
            look="late", form=note("为什么", "需求会回到清单里。"), icon="x", tone="late",
        ),
    },
    words=queries.project_words, facts=queries.project_facts,
    search=queries.project_named, told={"match": "对接成项目", **FOLLOWS},
    heads=("编号", "类别", "预期成效", "完成时限", "完成情况"),
    line=lambda p, w: [p.number, p.get_joint_type_display(), p.effect, p.due_on, p.result],
    intro="一条以上需求和一项以上资源对成一个项目，写明为什么对得上。",
    empty=("这一栏没有项目", "在需求的页面上点“找资源对接”。"), chips=(_TYPE,),
    panels="exchange/_listproject.html", more=queries.project_more,
    order=("due_on", "id"),
)  # fmt: skip
