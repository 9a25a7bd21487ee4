"""The console command."""

import pytest

from baodao.cli import main
from baodao.platform.database import client_environment


def test_help_is_chinese_and_names_every_verb(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert "用法：baodao" in said
    assert all(
        verb in said
        for verb in ("serve", "demo", "import", "check", "verify", "manage", "db")
    )


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["db"],
        ["fly"],
        ["serve", "--preset", "mars"],
        ["import"],
        ["import", "x"],
    ],
)
def test_wrong_arguments_end_with_code_two(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2
    assert "参数不对" in capsys.readouterr().err


def test_an_import_is_given_to_the_command_of_its_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[list[str]] = []

    def manage(args: list[str]) -> int:
        given.append(args)
        return 0

    monkeypatch.setattr("baodao.cli.verbs.manage", manage)
    assert main(["import", "places", "a.csv", "b.csv"]) == 0
    assert given == [["import_table", "places", "a.csv", "b.csv"]]


def test_a_program_of_the_database_gets_its_address() -> None:
    url = "postgresql://app:p%40ss@db.example:5433/baodao?sslmode=require"
    assert client_environment(url) == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "app",
        "PGPASSWORD": "p@ss",
        "PGDATABASE": "baodao",
        "PGSSLMODE": "require",
    }
    socket = "postgresql://app:x@/baodao?host=%2Frun%2Fpg"
    assert client_environment(socket)["PGHOST"] == "/run/pg"
