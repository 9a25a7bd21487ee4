"""Health checks, self-check, migrations and static files."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from baodao.platform import checks, prepare, presets

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    },
}


def worker_seen(ago: timedelta) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - make_interval(secs => %s))",
            [ago.total_seconds()],
        )


def test_healthz_asks_no_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]


def test_health_pages_refuse_other_methods(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405


@pytest.mark.django_db
def test_readyz_is_ready_with_tables_and_a_worker(client: Client) -> None:
    worker_seen(timedelta(seconds=5))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert set(answer.json()["checks"].values()) == {"ok"}


@pytest.mark.django_db
def test_readyz_names_a_silent_worker(client: Client) -> None:
    assert client.get("/readyz").status_code == 503
    worker_seen(timedelta(minutes=3))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["worker"] == "no worker for 180 seconds"


@pytest.mark.django_db
def test_the_self_check_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert checks.report() == 1
    said = capsys.readouterr().out
    assert "✗ 后台任务" in said
    assert "处理：baodao serve" in said
    worker_seen(timedelta(seconds=5))
    assert checks.report() == 0


@pytest.mark.django_db
def test_secrets_that_others_can_read_are_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secrets.json"
    file.write_text("{}")
    file.chmod(0o644)
    monkeypatch.setenv("BAODAO_SECRETS", str(file))
    finding, *_ = checks.secret_file()
    assert (finding.state, finding.fix) == ("failure", f"chmod 600 {file}")


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_static_file_finds_what_it_refers_to(
    settings: Settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = STORAGES
    call_command("collectstatic", interactive=False, verbosity=0)
    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert {"vendor/tabler.min.css", "vendor/htmx.min.js"} <= set(names)


def test_static_files_are_collected_only_when_they_changed(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VAR, settings.PLAIN_STATIC = tmp_path, False
    calls: list[str] = []
    monkeypatch.setattr(prepare, "call_command", lambda name, **_: calls.append(name))
    prepare.collect()
    prepare.collect()
    assert calls == ["collectstatic"]


@pytest.mark.django_db
def test_an_empty_preset_loads_nothing() -> None:
    assert prepare.fill("empty") is False
    assert presets.remembered(settings.VAR, "postgresql://a:b@/x?host=/run") is None


def test_demo_mode_is_remembered_for_one_database_only(tmp_path: Path) -> None:
    url = "postgresql://app:secret@db.example/baodao"
    presets.remember(tmp_path, url, "ali")
    assert presets.remembered(tmp_path, url.replace("secret", "new")) == "ali"
    assert presets.remembered(tmp_path, url.replace("/baodao", "/real")) is None
    assert "secret" not in (tmp_path / "presets.json").read_text()
