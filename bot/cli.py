"""`python -m bot`: serve, train, index, ask, explain, evaluate, ingest, teams-try, staff, audit,
transcripts, knowledge.

Whatever goes wrong is one line on standard error; the status is 2 for a command or setting that cannot be
used, 1 for anything else.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from bot.settings import Settings, SettingsError, load_settings

# Imports of the commands stand inside them: `ask --help` need not wait for Rasa.


class CommandFailed(Exception):
    """A command cannot do what it was asked; the message is one line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the status of the process."""
    _calm_libraries()
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings()
        return _run(options.command, settings, options)
    except SettingsError as error:
        return _fail(str(error), 2)
    except KeyboardInterrupt:
        return _fail("stopped", 130)


def _calm_libraries() -> None:
    """What Rasa, transformers and TensorFlow read while they are imported; none has news for who runs a command."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("USE_TF", "0")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if not sys.warnoptions:
        warnings.simplefilter("ignore")


def _run(command: Command, settings: Settings, options: argparse.Namespace) -> int:
    from bot.logging_setup import configure_logging

    configure_logging(settings)
    try:
        return command(settings, options) or 0
    except _expected_errors() as error:
        return _fail(_one_line(error), 1)


def _expected_errors() -> tuple[type[Exception], ...]:
    from bot.assistant.protocol import AssistantUnavailable
    from bot.assistant.training import TrainingFailed
    from bot.errors import ServiceError
    from bot.transcripts.accounts import AccountError
    from bot.transcripts.migrate import DatabaseTooNew
    from index.errors import RetrievalError

    own = (CommandFailed, AccountError, DatabaseTooNew, ServiceError, AssistantUnavailable, TrainingFailed)
    return (*own, RetrievalError, OSError)


def _one_line(error: Exception) -> str:
    from bot.errors import StorageUnavailable

    if isinstance(error, StorageUnavailable) and error.__cause__ is not None:
        reason = str(getattr(error.__cause__, "orig", error.__cause__)).strip()
        return "the database does not answer: " + " ".join(reason.split())
    return str(error)


def _fail(message: str, status: int) -> int:
    print(f"bot: {message}", file=sys.stderr)
    return status


Command = Callable[[Settings, argparse.Namespace], "int | None"]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _serve(settings: Settings, options: argparse.Namespace) -> None:
    from bot.server import CannotListen, serve

    try:
        serve(settings)
    except CannotListen as error:
        raise CommandFailed(str(error)) from error


def _train(settings: Settings, options: argparse.Namespace) -> None:
    from bot.assistant.training import train

    train(settings, force=options.force)


def _index(settings: Settings, options: argparse.Namespace) -> None:
    from bot.assistant.training import build_index

    build_index(settings, force=options.force)


def _ask(settings: Settings, options: argparse.Namespace) -> None:
    from bot.assistant.factory import make_assistant
    from bot.assistant.protocol import Utterance
    from bot.evaluation.quiet import quiet
    from bot.terminal import reply_lines

    with quiet(), contextlib.closing(make_assistant(settings)) as assistant:
        utterance = Utterance(options.question, "terminal", channel="cli", language=options.language)
        reply = assistant.respond(utterance, settings.answer_timeout)
    print("\n".join(reply_lines(reply, settings)))


def _explain(settings: Settings, options: argparse.Namespace) -> None:
    from bot.explanation import explain

    explain(settings, options.question, context=options.after, language=options.language)


def _evaluate(settings: Settings, options: argparse.Namespace) -> int:
    from bot.evaluation import EvaluationFailed, UnusableRun, run

    try:
        return run(settings, options.file, options.out, options.compare, options.split, options.url)
    except (EvaluationFailed, UnusableRun) as error:
        raise CommandFailed(str(error)) from error


def _ingest(settings: Settings, options: argparse.Namespace) -> None:
    from index.pages import ingest

    where = {"other": options.other, "date": options.date, "replace": options.replace}
    print(f"written: {ingest(options.page, settings.knowledge_dir, **where)}")


def _knowledge_import(settings: Settings, options: argparse.Namespace) -> None:
    from bot.knowledge_base.importing.command import ImportFailed, import_entries
    from bot.staff_commands import open_staff_side, operator
    from bot.terminal import open_knowledge

    if not options.dry_run and options.author is None:
        raise CommandFailed("--as NAME says whose drafts they become; --dry-run only checks the file")
    try:
        with open_staff_side(settings) as side, open_knowledge(settings) as store:
            author = None if options.dry_run else side.accounts.get(options.author)
            for line in import_entries(settings, store, options.file, author, not options.no_compare):
                print(line)
            if author is not None:
                side.audit.record(operator(), "knowledge.imported", author.name, {"file": "command line"})
    except ImportFailed as error:
        raise CommandFailed(str(error)) from None


def _teams_try(settings: Settings, options: argparse.Namespace) -> None:
    from bot.teams_try import TeamsTryFailed, teams_try

    try:
        print(teams_try(settings, options.question, options.language, options.url, options.json))
    except TeamsTryFailed as error:
        raise CommandFailed(str(error)) from None


def _staff(name: str) -> Command:
    """The function of that name in `bot.staff_commands`."""

    def command(settings: Settings, options: argparse.Namespace) -> int | None:
        from bot import staff_commands

        status: int | None = getattr(staff_commands, name)(settings, options)
        return status

    return command


def _knowledge_list(settings: Settings, options: argparse.Namespace) -> None:
    from bot.knowledge_commands import show

    show(settings, options)


def _knowledge_export(settings: Settings, options: argparse.Namespace) -> None:
    from bot.knowledge_base.exporting import ExportFailed
    from bot.knowledge_commands import export_files

    try:
        export_files(settings, options)
    except ExportFailed as error:
        raise CommandFailed(str(error)) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot", description="A bilingual assistant for compliance questions."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _command(commands, "serve", _serve, "serve the chat, the API and the staff pages")
    _add_building(commands)
    _add_asking(commands)
    _add_evaluate(commands)
    _add_ingest(commands)
    added = _command(commands, "teams-try", _teams_try, "ask a running service as Teams would")
    added.add_argument("question")
    added.add_argument("--language", choices=("zh", "en"), help="what the asker's Teams is set to")
    added.add_argument("--url", help="where the service runs, if not where HOST and PORT say")
    added.add_argument("--json", action="store_true", help="print the message that Teams would get as it is")
    _add_staff(commands)
    _add_audit(commands)
    _add_transcripts(commands)
    _add_knowledge(commands)
    return parser


def _add_building(commands: Commands) -> None:
    for name, command, text in (
        ("train", _train, "train the Rasa model if its data has changed"),
        ("index", _index, "build the retrieval index if the knowledge has changed"),
    ):
        added = _command(commands, name, command, text)
        added.add_argument("--force", action="store_true", help="even if nothing has changed")


def _add_asking(commands: Commands) -> None:
    ask = _command(commands, "ask", _ask, "answer a question on the terminal")
    explain = _command(commands, "explain", _explain, "show why a question gets its answer")
    for added in (ask, explain):
        added.add_argument("question")
        added.add_argument("--language", choices=("zh", "en"), help="where the question does not tell")
    explain.add_argument(
        "--after", action="append", default=[], metavar="TEXT", help="an earlier message; may be given again"
    )


def _add_evaluate(commands: Commands) -> None:
    added = _command(commands, "evaluate", _evaluate, "run a question set and write a report")
    added.add_argument("file", type=Path, metavar="FILE")
    added.add_argument("--out", type=Path, metavar="FOLDER", help="where the report goes; default: in VAR_DIR")
    added.add_argument("--compare", type=Path, metavar="REPORT", help="report.json of an earlier run")
    added.add_argument("--split", choices=("calibration", "test"), help="only this half of the questions")
    added.add_argument("--url", help="a running service to ask instead")


def _add_ingest(commands: Commands) -> None:
    added = _command(commands, "ingest", _ingest, "turn a published page into a knowledge file")
    added.add_argument("page", type=Path, metavar="PAGE")
    added.add_argument("--other", type=Path, metavar="PAGE", help="the page in its other language")
    added.add_argument("--date", type=datetime.date.fromisoformat, metavar="YYYY-MM-DD", help="if the page has none")
    added.add_argument("--replace", action="store_true", help="even if its knowledge file is there")


def _add_staff(commands: Commands) -> None:
    from bot.roles import ROLES

    staff = commands.add_parser("staff", help="accounts for /staff/")
    actions = staff.add_subparsers(required=True, metavar="ACTION")
    made = _command(actions, "add", _staff("add"), "make an account; asks for its password, or reads a line")
    made.add_argument("name")
    made.add_argument("--role", choices=ROLES, default=ROLES[0], help="default: %(default)s")
    _command(actions, "list", _staff("show_accounts"), "list the accounts")
    for name, function, text in (
        ("passwd", "change_password", "change a password, and end the open sessions"),
        ("disable", "disable", "close an account, and end its sessions"),
        ("enable", "enable", "open a closed account again"),
        ("unlock", "unlock", "let an account try again after too many wrong passwords"),
    ):
        _command(actions, name, _staff(function), text).add_argument("name")
    changed = _command(actions, "role", _staff("change_role"), "change the role of an account")
    changed.add_argument("name")
    changed.add_argument("role", choices=ROLES)


def _transcripts(name: str) -> Command:
    """The function of that name in `bot.transcript_commands`."""

    def run(settings: Settings, options: argparse.Namespace) -> None:
        from bot import transcript_commands

        try:
            getattr(transcript_commands, name)(settings, options)
        except transcript_commands.NobodyFound as error:
            raise CommandFailed(str(error)) from None

    return run


def _add_transcripts(commands: Commands) -> None:
    from bot.transcripts.filters import NAMES

    transcripts = commands.add_parser("transcripts", help="what was asked: exported, or deleted for one person")
    actions = transcripts.add_subparsers(required=True, metavar="ACTION")
    text = "write turns as CSV or JSON lines, all of them or those of a filter"
    added = _command(actions, "export", _transcripts("export_turns"), text)
    added.add_argument("--format", choices=("csv", "jsonl"), default="jsonl", help="default: %(default)s")
    added.add_argument("--out", type=Path, metavar="FILE", help="default: standard output")
    added.add_argument("--token", help="only one person's: a conversation's token or id, a sender")
    filters = added.add_argument_group("filter", "as in the addresses of /staff/")
    for name in NAMES:
        filters.add_argument(f"--{name}", default="", metavar="VALUE")
    text = "delete one person's turns and all that hangs on them"
    added = _command(actions, "delete", _transcripts("delete_person"), text)
    added.add_argument("--token", required=True, help="a conversation's token or id, or a sender")
    added.add_argument("--yes", action="store_true", help="without asking")


def _add_audit(commands: Commands) -> None:
    audit = commands.add_parser("audit", help="the log of who saw, changed, exported or deleted what")
    actions = audit.add_subparsers(required=True, metavar="ACTION")
    verify = _command(actions, "verify", _staff("verify_audit"), "check that the audit log is as it was written")
    verify.add_argument("--noted", default="", metavar="NUMBER:HASH", help="a row noted earlier, to be there still")
    _command(actions, "export", _staff("export_audit"), "print the audit log as JSON lines, oldest first")


def _add_knowledge(commands: Commands) -> None:
    knowledge = commands.add_parser("knowledge", help="what staff wrote and approved")
    actions = knowledge.add_subparsers(required=True, metavar="ACTION")
    added = _command(actions, "import", _knowledge_import, "make drafts of the entries in a CSV, XLSX or YAML file")
    added.add_argument("file", type=Path, metavar="FILE")
    added.add_argument("--dry-run", action="store_true", help="check the file; store nothing")
    added.add_argument("--as", dest="author", metavar="NAME", help="the account whose drafts they become")
    added.add_argument("--no-compare", action="store_true", help="do not look for questions that would compete")
    listed = _command(actions, "list", _knowledge_list, "list what was written here, and what is to be renewed")
    listed.add_argument("--all", action="store_true", help="the entries that are as in their files, too")
    exported = _command(actions, "export", _knowledge_export, "write what was approved into the knowledge files")
    exported.add_argument("--out", type=Path, metavar="FOLDER", help="write the files there instead of in place")


def _command(commands: Commands, name: str, command: Command, text: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(command=command)
    return parser
