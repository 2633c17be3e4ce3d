"""What the views need, opened once for each app."""

from __future__ import annotations

import datetime
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import redis
from flask import current_app

from bot.assistant.protocol import Assistant
from bot.audit import AuditLog
from bot.conversation import Conversations
from bot.keys import Keys, open_keys
from bot.knowledge_base.activation import Activation, Answer
from bot.knowledge_base.effects import EffectsWorker, TryOut
from bot.knowledge_base.effects_board import EffectsBoard
from bot.knowledge_base.files import KnowledgeFiles
from bot.knowledge_base.in_force import Knowledge
from bot.knowledge_base.replicas import ReplicaBoard
from bot.knowledge_base.store import KnowledgeStore
from bot.locks import ConversationLocks, LocalLocks, RedisLocks
from bot.settings import Settings, SettingsError
from bot.tokens import ConversationTokens
from bot.transcripts.accounts import StaffAccounts
from bot.transcripts.database import Database
from bot.transcripts.guesses import Guesses
from bot.transcripts.judging import Judging
from bot.transcripts.migrate import migrate
from bot.transcripts.question_groups import QuestionGroups
from bot.transcripts.reading import Reading
from bot.transcripts.saved_filters import SavedFilters
from bot.transcripts.staff_sessions import StaffSessions
from bot.transcripts.store import TranscriptStore
from bot.workers.locks import WorkerLocks

if TYPE_CHECKING:
    from bot.sign_on import SignOn

_DAY = 86_400.0
_EXTENSION = "compliance-faq"


@dataclass(frozen=True)
class Services:
    """The parts of the service; `close` releases what they hold.

    Attributes:
        sign_on: the provider that vouches for staff, if there is one.
        on_close: what channels hold open beside, released first.
    """

    settings: Settings
    keys: Keys
    tokens: ConversationTokens
    database: Database
    store: TranscriptStore
    assistant: Assistant
    conversations: Conversations
    accounts: StaffAccounts
    sessions: StaffSessions
    guesses: Guesses
    audit: AuditLog
    knowledge: KnowledgeStore
    activation: Activation
    effects: EffectsWorker
    sign_on: SignOn | None
    reading: Reading
    judging: Judging
    saved_filters: SavedFilters
    groups: QuestionGroups
    on_close: ExitStack = field(default_factory=ExitStack)

    def close(self) -> None:
        """Release the assistant's threads and the database's connections."""
        self.on_close.close()
        self.effects.close()
        self.activation.close()
        self.assistant.close()
        self.database.close()


def services() -> Services:
    """The parts that belong to the current app."""
    return cast(Services, current_app.extensions[_EXTENSION])


def open_services(settings: Settings, assistant: Assistant) -> Services:
    """Open everything.

    Raises:
        SettingsError: VAR_DIR or the secret key cannot be used.
        DatabaseTooNew, StorageUnavailable: the database cannot be used.
    """
    prepare_folder(settings)
    keys = open_keys(settings)
    database = Database(settings.database)
    migrate(database)
    store = TranscriptStore(database)
    audit = open_audit(database, settings, keys)
    closing = ExitStack()
    knowledge = KnowledgeStore(database, audit, KnowledgeFiles(settings.knowledge_dir))
    activation = Activation(knowledge, ReplicaBoard(database), _answer(settings))
    try_out = TryOut(assistant, settings.answer_timeout, settings.trial_index)
    return Services(
        settings=settings,
        keys=keys,
        tokens=open_tokens(keys, settings),
        database=database,
        store=store,
        assistant=assistant,
        conversations=Conversations(assistant, store, _locks(settings, closing), settings.contact_url),
        accounts=StaffAccounts(database, audit),
        sessions=StaffSessions(
            database,
            idle=datetime.timedelta(minutes=settings.staff_idle_minutes),
            longest=datetime.timedelta(hours=settings.staff_session_hours),
        ),
        guesses=Guesses(database, keys),
        audit=audit,
        knowledge=knowledge,
        activation=activation,
        effects=EffectsWorker(knowledge, EffectsBoard(database), activation, database, try_out),
        sign_on=_open_sign_on(settings),
        reading=Reading(database),
        judging=Judging(database),
        saved_filters=SavedFilters(database),
        groups=QuestionGroups(database),
        on_close=closing,
    )


def open_tokens(keys: Keys, settings: Settings) -> ConversationTokens:
    """The tokens of conversations."""
    return ConversationTokens(keys, settings.conversation_days * _DAY)


def open_audit(database: Database, settings: Settings, keys: Keys) -> AuditLog:
    """The audit log, sealed with AUDIT_KEY where there is one."""
    return AuditLog(database, Keys(settings.audit_key) if settings.audit_key else keys)


def _answer(settings: Settings) -> Answer | None:
    """What makes this process answer from what was approved; a separate `rasa run` has only the files."""
    if settings.assistant_url:
        return None

    def answer(knowledge: Knowledge) -> bool:
        # Only here: it brings the retrieval library, which an app with another assistant does not need.
        from bot.knowledge_base.answering import answer_from

        return answer_from(knowledge, settings.approved_index)

    return answer


def prepare_folder(settings: Settings) -> None:
    """Make VAR_DIR, readable by this account alone since it holds what people asked.

    Raises:
        SettingsError: it cannot be made, or not be written.
    """
    folder = settings.var_dir
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Without a name, so that processes that start at once do not take each other's away.
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = f"{folder} cannot be written ({error.strerror}); VAR_DIR names another folder"
        raise SettingsError(reason) from error


def _open_sign_on(settings: Settings) -> SignOn | None:
    if not settings.oidc_issuer:
        return None
    from bot.sign_on import SignOn  # only here: few services have a provider, and it brings much

    return SignOn(settings)


def _locks(settings: Settings, closing: ExitStack) -> ConversationLocks:
    if settings.workers_share_files:
        locks = WorkerLocks(settings.workers_locks)
        closing.callback(locks.close)
        return locks
    if not settings.redis_url:
        return LocalLocks()
    client = redis.Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2)
    return RedisLocks(client, lease=settings.answer_timeout + 10)
