"""Settings: defaults, the environment, and one clear line for what cannot be used."""

from __future__ import annotations

import dataclasses
import re

import pytest

from bot.settings import PROJECT, SETTINGS, Settings, SettingsError, load_settings

DESIGNED = {
    "HOST", "PORT", "DATABASE_URL", "REDIS_URL", "ASSISTANT_URL", "EMBEDDING_MODEL", "TEAMS_SECRET",
    "RATE_LIMIT", "ALLOWED_ORIGINS", "RETENTION_DAYS", "SECRET_KEY", "CONTACT_URL",
}  # fmt: skip


def test_the_table_and_the_values_name_the_same_settings() -> None:
    values = {field.name.upper() for field in dataclasses.fields(Settings)} - {"GIVEN"}

    assert {setting.name for setting in SETTINGS} == values
    assert DESIGNED <= values


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_each_setting_explains_itself(setting: object) -> None:
    assert re.fullmatch(r"[A-Z].{10,}\.", setting.help)  # type: ignore[attr-defined]


def test_without_an_environment_the_defaults_hold() -> None:
    settings = load_settings({})

    assert (settings.host, settings.port, settings.rate_limit) == ("127.0.0.1", 8000, "60/minute")
    assert settings.database == f"sqlite:///{PROJECT}/var/transcripts.db"
    assert settings.teams_secret == ()
    assert settings.given == frozenset()


def test_the_environment_wins_over_defaults_and_a_test_over_both() -> None:
    settings = load_settings({"PORT": "9000", "HOST": "0.0.0.0"}, {"PORT": "9001"})

    assert (settings.host, settings.port) == ("0.0.0.0", 9001)
    assert settings.given == {"HOST", "PORT"}


def test_an_empty_variable_counts_as_unset() -> None:
    assert load_settings({"PORT": " "}).port == 8000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"), ("PORT", "0"), ("PORT", "65536"), ("PORT", "８０００"), ("HOST", "a b"),
        ("PUBLIC_URL", "faq.example.com"), ("PUBLIC_URL", "ftp://example.com"), ("PUBLIC_URL", "http://["),
        ("DATABASE_URL", "mysql://h/db"), ("REDIS_URL", "http://h"), ("ASSISTANT_URL", "rasa:5005"),
        ("SECRET_KEY", "short"), ("TEAMS_SECRET", "not base64!"), ("TEAMS_SECRET", "é"),
        ("ALLOWED_ORIGINS", "example.com"), ("ALLOWED_ORIGINS", "https://a.example/path"),
        ("ALLOWED_ORIGINS", "*"),
        ("RATE_LIMIT", "lots"), ("RATE_LIMIT", "0/minute"), ("CONTACT_URL", "javascript:alert(1)"),
        ("ANSWER_TIMEOUT", "0"), ("ANSWER_TIMEOUT", "nan"), ("RETENTION_DAYS", "-1"), ("LOG_LEVEL", "loud"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_one_clear_line(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({name: value})

    line = str(caught.value)
    assert line.startswith(f"{name} has to be ")
    assert "\n" not in line


def test_secrets_are_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"TEAMS_SECRET": "hunter2!"})
    assert "hunter2" not in str(caught.value)

    shown = repr(load_settings({"SECRET_KEY": "hunter2" * 3, "DATABASE_URL": "postgresql://u:hunter2@h/d"}))
    assert "hunter2" not in shown


def test_a_name_that_is_no_setting_is_refused() -> None:
    with pytest.raises(SettingsError, match="PROT is not a setting"):
        load_settings({}, {"PROT": "1"})


def test_lists_are_separated_by_commas() -> None:
    settings = load_settings(
        {"TEAMS_SECRET": "b25l, dHdv,", "ALLOWED_ORIGINS": "https://A.example/, http://localhost:3000"}
    )

    assert settings.teams_secret == (b"one", b"two")
    assert settings.allowed_origins == ("https://a.example", "http://localhost:3000")


@pytest.mark.parametrize("url", ["postgres://u@h/d", "postgresql://u@h/d"])
def test_both_spellings_of_postgresql_are_understood(url: str) -> None:
    assert load_settings({"DATABASE_URL": url}).database == "postgresql://u@h/d"
