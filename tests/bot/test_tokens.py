"""Conversation tokens, and the keys behind them."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from itsdangerous import TimestampSigner

from bot.errors import ConversationExpired, InvalidConversation
from bot.keys import Keys, open_keys
from bot.settings import SettingsError, load_settings
from bot.tokens import ConversationTokens


@pytest.fixture
def tokens() -> ConversationTokens:
    return ConversationTokens(Keys("a secret"), max_age=60)


def test_a_token_names_its_conversation(tokens: ConversationTokens) -> None:
    assert tokens.read(tokens.issue("c1")) == "c1"


def test_a_token_of_another_secret_is_forged(tokens: ConversationTokens) -> None:
    other = ConversationTokens(Keys("another secret"), max_age=60)

    with pytest.raises(InvalidConversation):
        tokens.read(other.issue("c1"))


def test_an_old_token_has_expired(tokens: ConversationTokens, monkeypatch: pytest.MonkeyPatch) -> None:
    token = tokens.issue("c1")
    now = TimestampSigner.get_timestamp(TimestampSigner("x"))
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now + 61)

    with pytest.raises(ConversationExpired):
        tokens.read(token)


def test_a_first_message_that_is_repeated_starts_one_conversation(tokens: ConversationTokens) -> None:
    one, two = "4f0c4bb2-6d14-4f0e-9a52-1f1d2e3c4b5a", "00000000-0000-4000-8000-000000000000"

    assert tokens.start(one) == tokens.start(one) != tokens.start(two)
    assert tokens.start(None) != tokens.start(None)
    assert tokens.read(tokens.issue(tokens.start(one))) == tokens.start(one)


def test_each_purpose_has_its_own_key() -> None:
    keys = Keys("a secret")

    assert keys.derive("session") == keys.derive("session") != keys.derive("conversation-token")
    assert keys.pseudonym("a", "bob") == keys.pseudonym("a", "bob") != keys.pseudonym("b", "bob")
    assert len(keys.pseudonym("a", "\ud800")) == 32


def test_an_unset_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    settings = load_settings({}, {"VAR_DIR": str(tmp_path)})
    first = open_keys(settings).derive("x")

    assert open_keys(settings).derive("x") == first
    file = tmp_path / "secret_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(file.read_text()) == 64
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_processes_that_start_together_agree_on_the_secret(tmp_path: Path) -> None:
    settings = load_settings({}, {"VAR_DIR": str(tmp_path)})
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(open_keys(settings).derive("x"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(keys) == 8 and len(set(keys)) == 1


def test_the_secret_of_the_environment_counts(tmp_path: Path) -> None:
    settings = load_settings({}, {"VAR_DIR": str(tmp_path), "SECRET_KEY": "a secret of the operator"})

    assert open_keys(settings).derive("x") == Keys("a secret of the operator").derive("x")
    assert list(tmp_path.iterdir()) == []


def test_a_secret_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "secret_key").mkdir()

    with pytest.raises(SettingsError, match="secret_key cannot be used for the secret key: Is a directory"):
        open_keys(load_settings({}, {"VAR_DIR": str(tmp_path)}))
