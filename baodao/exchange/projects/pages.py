"""How cooperation projects and key problems are shown."""

from django.db.models import Q

from baodao.exchange.forms import note
from baodao.exchange.models import CoProject, KeyProblem
from baodao.exchange.projects import queries, rules, services
from baodao.exchange.projects.forms import (
    AskForm,
    CompleteForm,
    FollowForm,
    NegotiateForm,
    ReachForm,
)
from baodao.exchange.rules import JOINT_TYPES, MECHANISMS
from baodao.exchange.subjects import FOLLOWS, Ask, Chip, Subject

_WHY = note("为什么", "对方看得到。")

PROJECT = Subject(
    code="coproject", title="年度项目", measure="个", flow=rules.PROJECT_FLOW,
    rows=lambda: CoProject.objects.select_related("place"),
    tabs={
        "talk": ("协商中", ("proposed", "negotiated")),
        "doing": ("在办", ("approved", "in_progress")),
        "check": ("待验收", ("completed",)),
        "done": ("已验收", ("accepted",)),
        "off": ("没有办成", ("rejected", "terminated")),
    },
    asks={
        "negotiate": Ask(
            "记下协商结果", ("协商记录已存好", "轮到社区书记确定。"), "双方协商",
            services.negotiate, head="双方协商", form=NegotiateForm, look="due",
            icon="users",
        ),
        "approve": Ask(
            "确定为年度项目", ("已确定", "轮到单位开始办。"), "确定为年度项目",
            services.approve, look="due", icon="check",
        ),
        "start": Ask("开始", ("开始了", "做到一个节点记一次。"), "开始办",
                     services.start, look="due", icon="clock"),
        "complete": Ask(
            "办完了", ("已报办完", "轮到社区书记验收。"), "单位报办完", services.complete,
            form=CompleteForm, look="due", icon="check",
        ),
        "accept": Ask(
            "验收", ("已验收", "计入单位今年的年度项目。"), "社区验收", services.accept,
            text="验收后计入单位今年的年度项目；几家合办的，有分工的都算。",
            form=note("想说的话", required=False), look="due", icon="circle-check",
            tone="ok",
        ),
        "reach": Ask("记进度", ("进度记好了", ""), "到了一个节点", services.reach,
                     form=ReachForm, icon="flag"),
        "send_back": Ask(
            "退回接着办", ("已退回", "轮到单位接着办。"), "社区退回", services.send_back,
            form=note("还差什么", "单位看得到。"), look="late", icon="arrow-back-up",
            tone="soon",
        ),
        "reject": Ask("不采纳", ("没有采纳", "已告诉对方。"), "没有采纳",
                      services.reject, form=_WHY, look="late", icon="x"),
        "terminate": Ask("中止", ("已中止", "已告诉对方。"), "中止",
                         services.terminate, form=_WHY, look="late", icon="x",
                         tone="late"),
    },
    words=queries.project_words, facts=queries.project_facts,
    search=queries.project_search, told={"propose": "提出", **FOLLOWS},
    heads=("编号", "年度", "五联", "四共", "中心工作", "验收日期"),
    line=lambda p, w: [
        p.number, p.year, p.get_joint_type_display(), p.get_mechanism_display(),
        p.priority, p.accepted_on,
    ],
    intro="每家单位每年至少一个，和社区协商定下来，社区书记验收才算。",
    empty=("这一栏没有项目", "单位书记或社区书记都可以提。"),
    chips=(
        Chip("type", "五联", JOINT_TYPES, lambda v: Q(joint_type=v)),
        Chip("mech", "四共", MECHANISMS, lambda v: Q(mechanism=v)),
    ),
    panels="exchange/_coproject.html", more=queries.project_more,
    hides=lambda p, actor, event: event == "reach"
    and all(m.get("done") for m in p.milestones),
    new="exchange:coproject_new", new_label="提一个项目", may_new=("coprojects.propose",),
    order=("due_at", "id"),
)  # fmt: skip

PROBLEM = Subject(
    code="problem", title="难点问题", measure="个", flow=rules.PROBLEM_FLOW,
    rows=lambda: KeyProblem.objects.select_related("place", "estate", "unit"),
    tabs={
        "new": ("待认领", ("registered",)),
        "doing": ("在办", ("claimed", "in_progress")),
        "check": ("待核实、回访", ("resolved_reported", "community_confirmed", "followed_up")),
        "done": ("已销号", ("closed",)),
    },
    asks={
        "claim": Ask("认领", ("已认领", "开始办请点“开始”。"), "单位认领", services.claim,
                     text="认领后由本单位负责解决，计入今年的难点问题。", look="due",
                     icon="hand-stop"),
        "start": Ask("开始", ("开始了", "解决以后报一下。"), "开始办", services.begin,
                     look="due", icon="clock"),
        "report": Ask(
            "解决了", ("已报解决", "轮到社区书记核实。"), "单位报已解决", services.report,
            form=note("怎么解决的", "社区书记看了好核实。", name="result"), look="due",
            icon="check",
        ),
        "confirm": Ask(
            "核实，确实解决了", ("已核实", "接着回访居民。"), "社区核实", services.confirm,
            form=note("想说的话", required=False), look="due", icon="check",
        ),
        "follow_up": Ask(
            "记下回访", ("回访记好了", "轮到社区书记销号。"), "回访居民",
            services.follow_up, head="回访居民", form=FollowForm, look="due",
            text="30 天以内问几位居民：问题是不是真的解决了。", icon="phone",
        ),
        "close": Ask(
            "销号", ("已销号", "计入单位今年的难点问题。"), "销号", services.close,
            look="due", icon="circle-check", tone="ok",
        ),
        "ask": Ask("请单位认领", ("已请单位认领", "轮到单位书记。"), "请单位认领",
                   services.ask, form=AskForm, icon="send"),
        "release": Ask("退回", ("已退回", "社区另找单位。"), "单位退回", services.release,
                       form=note("为什么", "社区看得到。"), look="late",
                       icon="arrow-back-up", tone="soon"),
        "send_back": Ask(
            "没解决，接着办", ("已退回", "轮到单位接着办。"), "社区退回",
            services.problem_back, form=note("还差什么", "单位看得到。"), look="late",
            icon="arrow-back-up", tone="soon",
        ),
        "reopen": Ask(
            "又出现了，重新办", ("重新办", "原来计的收回，轮到单位。"), "重新办",
            services.reopen, form=note("又出了什么情况", "单位看得到。"), look="late",
            text="销号 90 天以内又出现，就重新办；今年计过的收回。", icon="refresh",
            tone="late",
        ),
    },
    words=queries.problem_words, facts=queries.problem_facts,
    search=queries.problem_search, told={"register": "社区登记", **FOLLOWS},
    heads=("编号", "类别", "小区", "怎么解决的", "销号日期"),
    line=lambda p, w: [
        p.number, p.get_kind_display(), p.estate.name if p.estate else "", p.result,
        p.closed_on,
    ],
    intro="每家单位每年至少帮社区解决一个。社区核实、问过居民才销号，90 天内又出现要重新办。",
    empty=("这一栏没有问题", "社区登记以后列在这里，请单位认领。"),
    chips=(Chip("kind", "类别", rules.PROBLEM_KINDS, lambda v: Q(kind=v)),),
    new="exchange:problem_new", new_label="登记问题", may_new=("problems.register",),
    order=("due_at", "id"),
)  # fmt: skip
