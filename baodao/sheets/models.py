from django.db import models
from django.db.models import Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.fields import CText, SealedBytes, SealedText
from baodao.sheets import rules


class ImportRun(Acted):
    """One file on its way in. The file, what was found in it and what the person
    mended are sealed, and gone when the run is written or dropped. `digest` is what
    the check would write: the load writes that or nothing."""

    ACCESS = Columns(own={"account_id": "account_id"})
    FLOW = rules.FLOW

    account_id = models.UUIDField(null=True)
    tie_id = models.UUIDField(null=True)
    role = models.TextField(default="")
    who = models.TextField("谁", default="")
    sheet = models.TextField("哪张表")
    file_name = models.TextField("文件")
    size = models.IntegerField("字节")
    state = models.TextField("状态", default="checking")
    body = SealedBytes("文件内容")
    findings = SealedText("核对结果")
    fixes = SealedText("页面上的改动")
    counts = models.JSONField("行数", default=dict)
    digest = models.TextField(default="")
    # The person chose to write the rows without a problem and leave the others out.
    partly = models.BooleanField(default=False)
    message = models.TextField("说明", default="")
    millis = models.IntegerField("用时（毫秒）", default=0)
    changed_at = models.DateTimeField("最近")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.STATES)), name="import_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("loaded", "dropped"))
                | Q(body=None, findings=None, fixes=None),
                name="import_done_keeps_nothing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account_id", "-created_at"], name="import_by_account"
            ),
            models.Index(
                fields=["changed_at"],
                name="import_open",
                condition=~Q(state__in=("loaded", "dropped")),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class Export(Acted):
    """A list that left the house (domain 9.3): who took what, by which conditions,
    how many rows. Never the rows themselves."""

    ACCESS = Columns(path=("path",), own={"account_id": "account_id"})

    account_id = models.UUIDField(null=True)
    who = models.TextField("谁")
    role = models.TextField("角色")
    path = CText(default="")
    listing = models.TextField("列表")
    title = models.TextField("名称")
    filters = models.TextField("条件", default="")
    kind = models.TextField("格式")
    rows = models.IntegerField("行数")
    at = models.DateTimeField("时间")

    class Meta:
        indexes = [models.Index(fields=["path", "-at"], name="export_by_place")]

    def __str__(self) -> str:
        return self.title
