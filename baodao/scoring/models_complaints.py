"""Complaints, their check and their outcome."""

from django.db import models
from django.db.models import Q

from baodao.acts.access import Columns
from baodao.core.clock import now
from baodao.core.fields import SealedText
from baodao.core.ids import link_token, lookup_code
from baodao.scoring import rules_complaints as rules
from baodao.scoring.models_deductions import Concerns


class Complaint(Concerns):
    """A complaint of a resident. `about_words`: whom they mean, in their words; `subject`
    is empty until the check has found who it is, and stays so about staff. `author` and
    `phone` are sealed and shown to the desk only, each time with a purpose. `facts` is
    all that whom it is about ever reads, and `author` while the resident agrees
    (`names_author`); `answer` all that the resident reads."""

    ACCESS = Columns(path=("path",))
    FLOW = rules.FLOW

    no = models.TextField("编号", default="", blank=True)
    code = models.TextField("查询码", default=lookup_code)
    token = models.TextField("链接", default=link_token)
    state = models.TextField("状态", default="received")
    about = models.TextField("关于谁", choices=list(rules.ABOUT.items()))
    about_words = models.TextField("说的是谁", default="", blank=True)
    desk = models.TextField("谁来查", choices=list(rules.DESKS.items()))
    source = models.TextField("怎么来的", choices=list(rules.SOURCES.items()))
    words = models.TextField("怎么说的")
    occurred_on = models.DateField("哪天的事")
    author = SealedText("称呼")
    phone = SealedText("电话")
    agreed_at = models.DateTimeField("同意告诉对方", null=True)
    agreed_noted = models.TextField("谁记的", default="", blank=True)
    withdrawn_at = models.DateTimeField("撤回同意", null=True)
    withdrawn_noted = models.TextField("谁记的撤回", default="", blank=True)
    filed_by = models.UUIDField(null=True)
    filer = models.TextField("登记", default="居民")
    received_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField("查完的时限")
    late_at = models.DateTimeField(null=True)
    heard = models.TextField("对方怎么说", default="", blank=True)
    facts = models.TextField("查实的事实", default="", blank=True)
    decided_by = models.UUIDField(null=True)
    decider = models.TextField("决定", default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField("理由", default="", blank=True)
    answer = models.TextField("给居民的答复", default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.STATES)), name="complaint_state_known"
            ),
            models.CheckConstraint(
                condition=Q(subject="", member=None, unit=None)
                | Q(subject="unit", member=None, unit__isnull=False)
                | Q(subject="member", member__isnull=False, unit=None),
                name="complaint_has_its_subject",
            ),
            models.CheckConstraint(
                condition=Q(state__in=rules.OPEN)
                | Q(decided_at__isnull=False) & ~Q(reason=""),
                name="complaint_decided_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state="upheld", about="service")
                | ~Q(subject="") & ~Q(heard=""),
                name="complaint_upheld_was_heard",
            ),
            models.CheckConstraint(
                condition=Q(agreed_at=None, agreed_noted="")
                | Q(agreed_at__isnull=False) & ~Q(agreed_noted=""),
                name="complaint_agreed_is_noted",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_noted="")
                | Q(agreed_at__isnull=False, withdrawn_at__isnull=False)
                & ~Q(withdrawn_noted=""),
                name="complaint_withdrawn_was_agreed",
            ),
            models.UniqueConstraint(fields=["token"], name="complaint_token_once"),
            models.UniqueConstraint(fields=["code"], name="complaint_code_once"),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="complaint_by_place"),
            models.Index(fields=["member"], name="complaint_by_member"),
            models.Index(fields=["unit"], name="complaint_by_unit"),
            models.Index(
                fields=["due_at"],
                name="complaint_open_by_day",
                condition=Q(state__in=rules.OPEN),
            ),
        ]

    def __str__(self) -> str:
        return f"差评 {self.no}"

    @property
    def open(self) -> bool:
        return self.state in rules.OPEN

    @property
    def names_author(self) -> bool:
        """Whether whom it is about may be told who complained: never, unless agreed."""
        return self.agreed_at is not None and self.withdrawn_at is None

    @property
    def whose(self) -> str:
        return str(self.member or self.unit or "")


__all__ = ["Complaint"]
