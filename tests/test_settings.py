"""Settings: where they come from, which of them wins, and what is said of one that can't be used."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import structlog
from typer.testing import CliRunner

from bancheng import settings
from bancheng.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A home of its own, no secrets, and no traces."""
    monkeypatch.setenv("BANCHENG_HOME", str(tmp_path))
    monkeypatch.setattr(settings, "SECRETS", tmp_path / "secrets")
    yield
    structlog.reset_defaults()


def refused(*words: str) -> str:
    """What a command says that leaves with exit code 2."""
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 2
    assert result.stdout == ""
    return result.stderr


def test_the_environment_wins_over_secrets_and_these_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One setting in three places: the environment's counts, then the secret's, then the file's."""
    (tmp_path / "bancheng.toml").write_text('kafka = "file:1"\ndatabase = "file"\nlang = "en"\n', encoding="utf-8")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "bancheng_database").write_text("secret", encoding="utf-8")
    (tmp_path / "secrets" / "bancheng_kafka").write_text("secret:1", encoding="utf-8")
    monkeypatch.setenv("BANCHENG_KAFKA", "environment:1")
    found = settings.load()
    assert found.kafka == "environment:1"
    assert found.database is not None
    assert found.database.get_secret_value() == "secret"
    assert found.lang == "en"


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """`config show` has every setting but no password, neither for people nor as data."""
    monkeypatch.setenv("BANCHENG_KAFKA", "broker:9092")
    monkeypatch.setenv("BANCHENG_KAFKA_PASSWORD", "first-canary")
    monkeypatch.setenv("BANCHENG_DATABASE", "postgresql+psycopg://u:second-canary@h/d")
    for words in (["config", "show"], ["config", "show", "--json"]):
        shown = CliRunner().invoke(app, words)
        assert shown.exit_code == 0
        assert "broker:9092" in shown.stdout
        assert "canary" not in shown.output
    assert json.loads(shown.stdout)["kafka_password"] == "**********"  # noqa: S105


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("BANCHENG_LOG_LEVEL", "loud", "BANCHENG_LOG_LEVEL"),
        ("BANCHENG_KAFKA_TLS", "perhaps", "BANCHENG_KAFKA_TLS"),
        ("BANCHENG_KAFKA", "host:1", "要么都设，要么都不设"),
    ],
)
def test_a_setting_that_is_wrong(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    """A value that can't be is named by its variable; half an outside deployment is none."""
    monkeypatch.setenv(name, value)
    told = refused("cases", "list")
    assert said in told
    assert told.count("\n") == 1


@pytest.mark.parametrize("text", ["kafkaa = 1\n", "not toml at all"])
def test_a_file_that_is_wrong(tmp_path: Path, text: str) -> None:
    """A misspelt name or a file that is no TOML is one sentence that names the file."""
    (tmp_path / "bancheng.toml").write_text(text, encoding="utf-8")
    told = refused("config", "show")
    assert "bancheng.toml" in told
    assert "Traceback" not in told


def test_up_is_for_the_embedded_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """With outside servers `up` says which commands to run instead."""
    monkeypatch.setenv("BANCHENG_KAFKA", "127.0.0.1:1")
    monkeypatch.setenv("BANCHENG_DATABASE", "postgresql+psycopg://h/d")
    assert "bancheng route" in refused("up")


def test_where_to_be_watched_is_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """`bancheng watch` asks for an address; one that is none, given or set, is refused with the setting's name."""
    monkeypatch.setenv("BANCHENG_LANG", "en")
    assert "--watch 127.0.0.1:9400" in refused("watch")
    for wrong in ("9400", "127.0.0.1:", ":9400", "[::1]:9400", "127.0.0.1:65536"):
        said = refused("watch", "--watch", wrong)
        assert "BANCHENG_WATCH" in said
        assert "127.0.0.1:9400" in said
    monkeypatch.setenv("BANCHENG_WATCH", "10.0.0.1:0")
    assert settings.load().watch_at == ("10.0.0.1", 0)
    assert settings.load(watch="localhost:9400").watch_at == ("localhost", 9400)
