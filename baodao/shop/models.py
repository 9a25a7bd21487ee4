import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.clock import today
from baodao.core.fields import CText, TransactionId
from baodao.core.ids import uuid7
from baodao.core.memory import changed
from baodao.orders.models import Order
from baodao.people.models import Member, period
from baodao.places.models import Place
from baodao.shop import rules

APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete
# What proves the stock is never changed; words are only ever blanked.
PROVING = changed(
    "id", "prize_id", "kind", "n", "counted", "at", "source", "redemption_id", "xid"
)
WORDS = ("giver", "by_name", "second_name", "note")
_OTHER = " OR ".join(
    f"NEW.{w} IS DISTINCT FROM OLD.{w} AND NEW.{w} NOT IN ('', '{rules.BLANK}')"
    for w in WORDS
)


class Shop(Acted):
    """A points shop 积分超市 of a township or community (A20). `earns_from`: the first
    day whose service brings points."""

    ACCESS = Columns(path=("path",))
    FLOW = rules.SHOP_FLOW

    name = models.TextField("名称")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    state = models.TextField("状态", default="open")
    where = models.TextField("在哪里")
    weekdays = ArrayField(models.SmallIntegerField(), verbose_name="哪几天开门")
    opens = models.TextField("开门")
    closes = models.TextField("关门")
    opened_on = models.DateField("开业", default=today)
    earns_from = models.DateField("哪天起的服务计积分", default=today)
    closed_on = models.DateField("停业", null=True)
    # [closed, reopened) of each time it was closed: service then brings nothing.
    pauses = ArrayField(ArrayField(models.DateField(), size=2), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place"], condition=~Q(state="merged"), name="shop_once_a_place"
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(rules.SHOP_STATES)), name="shop_state_known"
            ),
        ]
        indexes = [models.Index(fields=["path"], name="shop_by_place")]

    def __str__(self) -> str:
        return self.name


class EarnRule(Acted):
    """What a confirmed record brings, in force at a place and below (A21). A rule of a
    place closer by replaces that of the same code; a change makes a new row, and what
    was earned keeps the old one."""

    ACCESS = Columns(path=("path",))

    place = models.ForeignKey(
        Place, models.PROTECT, null=True, related_name="+", db_index=False
    )
    path = CText(default="")
    code = models.TextField()
    title = models.TextField("什么")
    measure = models.TextField("怎么算", choices=list(rules.MEASURES.items()))
    # Of which records: their kinds, and their classes where these are named.
    kinds = ArrayField(models.TextField(), default=list)
    classes = ArrayField(models.TextField(), default=list)
    tenths = models.IntegerField("积分")
    per_minutes = models.IntegerField("每多少分钟", default=60)
    reason = models.TextField("依据", default="", blank=True)
    valid_from = models.DateField("起", default=today)
    valid_to = models.DateField("止", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(tenths__gte=0, per_minutes__gt=0), name="earn_rule_numbers"
            ),
            ExclusionConstraint(
                name="earn_rule_no_overlap",
                expressions=[
                    ("path", RangeOperators.EQUAL), ("code", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class Wallet(Acted):
    """A member's points (A21), apart from the score card: a deduction there takes
    nothing here. The columns are the sums of the entries; `path` is where the member
    lives. Below zero: at most what was redeemed (domain 8.17)."""

    ACCESS = Columns(path=("path",), own={"member_id": "member_id"})

    member = models.OneToOneField(Member, models.PROTECT, related_name="wallet")
    path = CText()
    tenths = models.IntegerField("积分", default=0)
    reserved = models.IntegerField("留着等领", default=0)
    redeemed = models.IntegerField("已兑换", default=0)
    expired = models.IntegerField("已到期", default=0)
    donated = models.IntegerField("已转赠", default=0)
    issued = models.IntegerField("得到的", default=0)
    written_off = models.IntegerField("核销", default=0)
    asked_at = models.DateTimeField(null=True)
    asked_tenths = models.IntegerField(default=0)
    asked_by = models.UUIDField(null=True)
    asked_name = models.TextField(default="", blank=True)
    ask_reason = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(tenths__gte=-F("redeemed")), name="wallet_not_too_low"
            ),
            models.CheckConstraint(
                condition=Q(
                    reserved__gte=0, redeemed__gte=0, expired__gte=0, donated__gte=0,
                    issued__gte=0, written_off__gte=0,
                ),
                name="wallet_accounts",
            ),
            models.CheckConstraint(
                condition=Q(
                    tenths=F("issued") + F("written_off") - F("reserved")
                    - F("redeemed") - F("expired") - F("donated")
                ),
                name="wallet_in_balance",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["path"], name="wallet_by_place")]

    @property
    def is_asked(self) -> bool:
        """It waits for the township, and is still as far below zero as it was then."""
        return self.asked_at is not None and 0 < self.asked_tenths == -self.tenths

    @property
    def purse(self) -> rules.Purse:
        names = rules.Purse.__dataclass_fields__
        return rules.Purse(**{name: getattr(self, name) for name in names})


class Prize(Acted):
    """Something to redeem (A20): worth at most what is set, never money. `held`: pieces
    set aside for open requests; `stock` is the sum of its moves."""

    ACCESS = Columns(path=("path",))
    FLOW = rules.PRIZE_FLOW

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="prizes")
    path = CText()
    name = models.TextField("名称")
    note = models.TextField("说明", default="", blank=True)
    state = models.TextField("状态", default="offered")
    tenths = models.IntegerField("积分")
    fen = models.IntegerField("价值")
    stock = models.IntegerField("库存", default=0)
    held = models.IntegerField("留着的", default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(held__gte=0, stock__gte=F("held")), name="prize_in_stock"
            ),
            models.CheckConstraint(
                condition=Q(tenths__gt=0, fen__gt=0), name="prize_worth_something"
            ),
            models.UniqueConstraint(
                fields=["shop", "name"], condition=Q(state="offered"),
                name="prize_once_a_shop",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["path", "state"], name="prize_by_place")]

    def __str__(self) -> str:
        return self.name

    @property
    def left(self) -> int:
        return self.stock - self.held


class Redemption(Acted):
    """One member's redemption 兑换 of one piece (A21). `tenths` and `fen` are those of
    the day of the request; `home_path` is where the member lives, whose community sees
    it too."""

    ACCESS = Columns(path=("path", "home_path"), own={"member_id": "member_id"})
    FLOW = rules.FLOW

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="redemptions")
    prize = models.ForeignKey(Prize, models.PROTECT, related_name="redemptions")
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="redemptions")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", db_index=False)
    person_id = models.UUIDField()
    path = CText()
    home_path = CText()
    state = models.TextField("状态", default="requested")
    tenths = models.IntegerField("积分")
    fen = models.IntegerField("价值")
    requested_at = models.DateTimeField("申请")
    requested_by = models.TextField("代办人", default="", blank=True)
    due_at = models.DateTimeField("备货时限")
    reserved_at = models.DateTimeField("备好", null=True)
    hold_until = models.DateField("留到", null=True)
    second_by = models.UUIDField(null=True)
    second_name = models.TextField("第二人", default="", blank=True)
    second_at = models.DateTimeField(null=True)
    handed_at = models.DateTimeField("领走", null=True)
    handed_by = models.UUIDField(null=True)
    handed_name = models.TextField("经手人", default="", blank=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField("原因", default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.STATES)), name="redemption_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["reserved", "handed_over", "closed", "expired"])
                | Q(hold_until__isnull=False),
                name="redemption_held_until",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=list(rules.GIVEN))
                | (Q(handed_at__isnull=False) & ~Q(handed_name="")),
                name="redemption_handed_by",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="redemption_by_shop"),
            models.Index(fields=["home_path", "state"], name="redemption_by_home"),
            models.Index(
                fields=["member", "requested_at"], name="redemption_by_member"
            ),
        ]


class Donation(Acted):
    """Points a member gave to a published wish (domain 7.6). The community sees it and
    says thanks; nothing more is owed for it."""

    ACCESS = Columns(path=("path",), own={"member_id": "member_id"})
    FLOW = rules.DONATION_FLOW

    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="donations")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    path = CText()
    state = models.TextField("状态", default="given")
    tenths = models.IntegerField("积分")
    given_at = models.DateTimeField("转赠")
    thanks = models.TextField("社区的话", default="", blank=True)
    thanked_at = models.DateTimeField(null=True)
    thanked_name = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(tenths__gt=0), name="donation_of_something"
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="donation_by_place"),
            models.Index(fields=["member", "given_at"], name="donation_by_member"),
        ]


class WalletEntry(models.Model):
    """`tenths` from one account of a wallet to another (double entry). Never changed: a
    mistake is another entry. `on`: the day of the service, or of the act. One record
    brings points once by each rule's code."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    wallet = models.ForeignKey(
        Wallet, models.PROTECT, related_name="entries", db_index=False
    )
    kind = models.TextField(choices=list(rules.ENTRY_KINDS.items()))
    source = models.TextField(choices=list(rules.ACCOUNTS.items()))
    target = models.TextField(choices=list(rules.ACCOUNTS.items()))
    tenths = models.IntegerField()
    on = models.DateField()
    at = models.DateTimeField()
    record_id = models.UUIDField(null=True)
    rule = models.ForeignKey(EarnRule, models.PROTECT, null=True, db_index=False)
    rule_code = models.TextField(default="")
    redemption = models.ForeignKey(
        Redemption, models.PROTECT, null=True, db_index=False
    )
    donation = models.ForeignKey(Donation, models.PROTECT, null=True, db_index=False)
    reversal_of = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="reversals", db_index=False
    )
    xid = TransactionId(db_default=Func(function="pg_current_xact_id"), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(tenths__gt=0)
                & ~Q(source=F("target"))
                & Q(source__in=list(rules.ACCOUNTS), target__in=list(rules.ACCOUNTS)),
                name="wallet_entry_moves_points",
            ),
            models.CheckConstraint(
                condition=~Q(kind="earn") | Q(record_id__isnull=False, rule__isnull=False),
                name="wallet_entry_of_a_record",
            ),
            models.UniqueConstraint(
                fields=["record_id", "rule_code"], condition=Q(kind="earn"),
                name="wallet_entry_once_a_record",
            ),
            models.UniqueConstraint(
                fields=["reversal_of", "source"], name="wallet_entry_reversed_once"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["wallet", "at"], name="wallet_entries"),
            models.Index(fields=["xid", "id"], name="wallet_entry_in_commit_order"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=APPEND_ONLY)]


class StockMove(models.Model):
    """Pieces that came or went; `n` is signed, a count's is the difference. Never
    changed, but names and words have their time and are blanked then (domain 9.3). A
    count and a hand-over name two people."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    prize = models.ForeignKey(
        Prize, models.PROTECT, related_name="moves", db_index=False
    )
    kind = models.TextField("种类", choices=list(rules.MOVE_KINDS.items()))
    n = models.IntegerField("数量")
    counted = models.IntegerField("盘点数", null=True)
    at = models.DateTimeField("时间")
    source = models.TextField(
        "来源", choices=list(rules.SOURCES.items()), default="", blank=True
    )
    giver = models.TextField("谁给的", default="", blank=True)
    by_name = models.TextField("经手人", default="")
    second_name = models.TextField("第二人", default="", blank=True)
    note = models.TextField("说明", default="", blank=True)
    redemption = models.ForeignKey(
        Redemption, models.PROTECT, null=True, db_index=False
    )
    xid = TransactionId(db_default=Func(function="pg_current_xact_id"), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="in", n__gt=0) & ~Q(source="") & ~Q(giver="")
                | Q(kind__in=["out", "loss"], n__lt=0)
                | Q(kind="count", counted__isnull=False) & ~Q(second_name=""),
                name="stock_move_makes_sense",
            ),
            models.UniqueConstraint(
                fields=["redemption"], name="stock_move_once_a_redemption"
            ),
        ]
        indexes = [
            models.Index(fields=["prize", "at"], name="stock_moves"),
            models.Index(fields=["xid", "id"], name="stock_move_in_commit_order"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Delete | PROVING),
            pgtrigger.Protect(
                name="only_blanked",
                operation=changed(*WORDS),
                condition=pgtrigger.Condition(f"({_OTHER})"),
            ),
        ]
