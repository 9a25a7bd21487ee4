"""A run from file to rows: nothing before somebody says so, then all of it or nothing;
the file is gone afterwards. The sheet of members stands for all."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections

from baodao.acts import copying
from baodao.acts.models import Event
from baodao.core.clock import now
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.models import Progress
from baodao.core.progress import telling
from baodao.people.models import Member, Person, RoleTie
from baodao.people.services import add_member, edit_person
from baodao.people.tests.make import World, world
from baodao.sheets import jobs, queries, services
from baodao.sheets.fixes import SKIP, Fix
from baodao.sheets.models import ImportRun
from baodao.sheets.tests.files import book
from baodao.sheets.tests.runs import checked, fixed, found, fresh, outcome, written

HEADS = ["姓名", "手机号", "单位", "特长"]
TWO: list[list[Any]] = [
    HEADS,
    ["王小明", "13811110001", "地区住建局", "家电维修"],
    ["李红", 13811110002.0, "地区住建局", ""],
]


@pytest.fixture
def w(db: None) -> World:
    return world()


def state_of_everything() -> list[Any]:
    """What an import could have touched."""
    return [
        list(Person.objects.order_by("pk").values_list("pk", "version", "name")),
        list(Member.objects.order_by("pk").values_list("pk", "version")),
        Event.objects.exclude(kind="sheets.importrun").count(),
    ]


@pytest.mark.req("A09")
def test_a_check_writes_nothing_and_a_load_writes_all_of_it(w: World) -> None:
    secretary = w.actors["unit_secretary"]
    before = state_of_everything()
    run = checked(secretary, "members", TWO)
    assert run.state == "checked" and outcome(run) == (2, 0, 0, 0)
    assert state_of_everything() == before
    run = written(secretary, run)
    assert run.state == "loaded"
    member = Member.objects.get(person__name="李红")
    assert member.person.phone == "13811110002" and member.unit == w.units.unit
    assert member.volunteer_no.startswith("5425-")
    event = Event.objects.get(object_id=member.pk)
    assert (event.action, event.actor_name) == ("members.add", "王建国")
    assert event.data == {"import": str(run.pk)}


def test_the_file_and_what_was_found_are_sealed_and_gone_when_written(w: World) -> None:
    secretary = w.actors["unit_secretary"]
    rows: list[list[Any]] = [HEADS, *TWO[1:], ["王小明", "1381111", "地区住建局", ""]]
    run = checked(secretary, "members", rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body, findings FROM sheets_importrun")
        body, findings = (bytes(column) for column in cursor.fetchone())
    assert b"PK" not in body[:40] and b"1381111" not in findings
    run = written(secretary, run, partly=True)
    assert (run.body, run.findings, run.fixes) == (None, "", "")


def test_the_same_file_again_changes_nothing(w: World) -> None:
    secretary = w.actors["unit_secretary"]
    written(secretary, checked(secretary, "members", TWO))
    before = state_of_everything()
    run = checked(secretary, "members", TWO)
    assert outcome(run) == (0, 0, 2, 0)
    with pytest.raises(Invalid, match="没有要写入的行"):
        written(secretary, run)
    assert state_of_everything() == before


def test_rows_with_a_problem_hold_back_all_the_others_unless_left_out(w: World) -> None:
    secretary = w.actors["unit_secretary"]
    rows: list[list[Any]] = [*TWO, ["张三", "1381", "地区住建局", ""]]
    run = checked(secretary, "members", rows)
    assert outcome(run) == (2, 0, 0, 1)
    with pytest.raises(Invalid, match="还有1行要改"):
        services.start_load(actor=secretary, run_id=run.pk, version=run.version)
    run = written(secretary, run, partly=True)
    assert run.state == "loaded" and not Person.objects.filter(name="张三").exists()
    assert Person.objects.filter(name="王小明").count() == 1


def test_mended_once_for_all_equal_cells(w: World) -> None:
    secretary = w.actors["unit_secretary"]
    rows: list[list[Any]] = [
        HEADS,
        *([f"新人{i}", f"1381111000{i}", "住建委", ""] for i in range(4)),
    ]
    run = checked(secretary, "members", rows)
    (finding,) = found(run, "unit")
    assert (finding.n, finding.rows, outcome(run)) == (4, "2-5", (0, 0, 0, 4))
    run = fixed(secretary, run, finding.fix(text="地区住建局"))
    assert outcome(run) == (4, 0, 0, 0)
    assert written(secretary, run).state == "loaded"


def test_rows_left_out_on_the_page_are_not_written(w: World) -> None:
    secretary = w.actors["unit_secretary"]
    run = checked(secretary, "members", [*TWO, ["张三", "1381", "地区住建局", ""]])
    run = fixed(secretary, run, Fix(SKIP, "4"))
    assert outcome(run) == (2, 0, 0, 0) and run.counts["skip"] == 1
    assert written(secretary, run).state == "loaded"


def test_what_somebody_changed_meanwhile_is_shown_before_anything_is_written(
    w: World,
) -> None:
    secretary = w.actors["unit_secretary"]
    run = checked(secretary, "members", TWO)
    add_member(
        actor=secretary, name="王小明", phone="13811110001", unit_id=w.units.unit.id,
        skills=["repair"],
    )  # fmt: skip
    before = state_of_everything()
    run = written(secretary, run)
    assert run.state == "checked" and "系统里的内容有变化" in run.message
    assert state_of_everything() == before and outcome(run) == (1, 0, 1, 0)
    assert written(secretary, run).state == "loaded"
    assert Person.objects.filter(name="王小明").count() == 1


def test_an_update_shown_is_the_update_written(w: World) -> None:
    secretary, member = w.actors["unit_secretary"], w.members.newcomer
    rows: list[list[Any]] = [["志愿者编号", "特长"], [member.volunteer_no, "法律咨询"]]
    run = checked(secretary, "members", rows)
    assert outcome(run) == (0, 1, 0, 0)
    edit_person(actor=secretary, person_id=member.person_id, name="陈静静")
    run = written(secretary, run)
    # Another field changed: what would be written is still what was shown.
    assert run.state == "loaded"
    member.refresh_from_db()
    assert member.skills == ["law"]


def test_a_failure_in_the_middle_leaves_nothing_half_written(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretary = w.actors["unit_secretary"]
    run = checked(secretary, "members", TWO)
    before = state_of_everything()

    def broken(*args: Any) -> None:
        if args[0] is Event:
            raise OSError("disk full")
        real(*args)

    real = copying.copy_columns
    monkeypatch.setattr("baodao.acts.bulk.copy_columns", broken)
    with pytest.raises(OSError, match="disk full"):
        written(secretary, run)
    run = fresh(run)
    assert run.state == "checked" and "一行也没有写入" in run.message
    assert state_of_everything() == before


def test_a_run_is_written_once_however_often_its_job_runs(w: World) -> None:
    secretary = w.actors["unit_secretary"]
    run = written(secretary, checked(secretary, "members", TWO))
    assert services.load_run(run.pk) == "loaded" == services.check_run(run.pk)
    assert Person.objects.filter(name="李红").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_one_run_write_it_once() -> None:
    w = world()
    secretary = w.actors["unit_secretary"]
    run = checked(secretary, "members", TWO)
    services.start_load(actor=secretary, run_id=run.pk, version=run.version, job=False)
    states: list[str] = []

    def work() -> None:
        states.append(services.load_run(run.pk))
        connections["default"].close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert states == ["loaded"] * 3
    assert Person.objects.filter(name__in=("王小明", "李红")).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_files_of_the_same_people_at_one_time_add_each_person_once() -> None:
    w = world()
    secretary = w.actors["unit_secretary"]
    runs = [checked(secretary, "members", TWO) for _ in range(2)]
    for run in runs:
        services.start_load(
            actor=secretary, run_id=run.pk, version=run.version, job=False
        )

    def work(run: ImportRun) -> None:
        services.load_run(run.pk)
        connections["default"].close()

    threads = [threading.Thread(target=work, args=(run,)) for run in runs]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(fresh(run).state for run in runs) == ["checked", "loaded"]
    assert Person.objects.filter(name__in=("王小明", "李红")).count() == 2


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_while_the_load_is_still_open() -> None:
    w = world()
    secretary = w.actors["unit_secretary"]
    run = checked(secretary, "members", TWO)
    services.start_load(actor=secretary, run_id=run.pk, version=run.version, job=False)
    seen: list[tuple[str, bool]] = []
    key = f"import:{run.pk}"
    with telling(key) as tell:

        def watch(phase: str, done: int, total: int) -> None:
            tell(phase, done, total)
            other = connections.create_connection("default")
            with other.cursor() as cursor:
                cursor.execute("SELECT phase FROM core_progress WHERE key = %s", [key])
                phase_there = cursor.fetchone()[0]
                cursor.execute("SELECT count(*) FROM people_person WHERE name = '李红'")
                seen.append((phase_there, bool(cursor.fetchone()[0])))
            other.close()

        assert services.load_run(run.pk, tell=watch) == "loaded"
    # Reported, and nothing of the load itself to be seen from outside.
    assert {phase for phase, _ in seen} == {"读表格", "核对", "写入"}
    assert not any(rows for _, rows in seen)
    assert not Progress.objects.filter(key=key).exists()


@pytest.mark.django_db(transaction=True)
def test_the_jobs_check_and_write_and_take_their_progress_away() -> None:
    w = world()
    secretary = w.actors["unit_secretary"]
    run = services.start_import(
        actor=secretary, sheet="members", file_name="a.xlsx", data=book(TWO)
    )
    assert queries.busy(run) == queries.Busy("等后台接手", 0, 0, 0, True)
    assert jobs.check(str(run.pk)) == "checked"
    run = fresh(run)
    services.start_load(actor=secretary, run_id=run.pk, version=run.version)
    assert jobs.load(str(run.pk)) == "loaded" and not Progress.objects.exists()
    connection.cursor().execute("DELETE FROM procrastinate_jobs")


def test_a_file_that_is_no_table_is_refused_with_a_reason(w: World) -> None:
    run = checked(w.actors["unit_secretary"], "members", [["甲", "乙"], [1, 2]])
    assert run.state == "refused" and "没有找到表头" in run.message
    with pytest.raises(Conflict):
        written(w.actors["unit_secretary"], run)


def test_a_run_is_its_owners_alone(w: World) -> None:
    run = checked(w.actors["unit_secretary"], "members", TWO)
    for other in ("unit_liaison", "county_org", "other_unit_secretary"):
        with pytest.raises(NotFound):
            queries.run(w.actors[other], run.pk)
        with pytest.raises(NotFound):
            services.drop_run(actor=w.actors[other], run_id=run.pk)
    with pytest.raises((Forbidden, NotFound)):
        services.start_import(
            actor=w.actors["member"],
            sheet="members",
            file_name="a.xlsx",
            data=book(TWO),
        )


def test_a_role_that_has_ended_writes_nothing_any_more(w: World) -> None:
    secretary = w.actors["unit_secretary"]
    run = checked(secretary, "members", TWO)
    yesterday = now().date() - timedelta(days=1)
    RoleTie.objects.filter(person__name="王建国").update(valid_to=yesterday)
    run = written(secretary, run)
    assert run.state == "checked" and "不是上传时的角色" in run.message
    assert not Person.objects.filter(name="李红").exists()


def test_what_was_seen_in_another_check_cannot_be_mended(w: World) -> None:
    secretary = w.actors["unit_secretary"]
    run = checked(secretary, "members", [*TWO, ["张三", "1381", "地区住建局", ""]])
    fixed(secretary, run, Fix(SKIP, "4"))
    with pytest.raises(Conflict):
        services.fix_run(
            actor=secretary, run_id=run.pk, fixes=[Fix(SKIP, "2")], version=run.version
        )


def test_files_left_lying_are_dropped_after_two_weeks(w: World) -> None:
    old = checked(w.actors["unit_secretary"], "members", TWO)
    done = written(
        w.actors["unit_secretary"], checked(w.actors["unit_secretary"], "members", TWO)
    )
    later = now() + timedelta(days=13)
    assert services.drop_forgotten(now=later) == 0
    assert services.drop_forgotten(now=later + timedelta(days=2)) == 1
    assert fresh(old).state == "dropped" and fresh(old).body is None
    assert fresh(done).state == "loaded"
