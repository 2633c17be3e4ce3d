"""The documentation says what is: its commands, settings, addresses, attributes, files and links exist as written."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from flask import Flask
from markdown_it import MarkdownIt
from markdown_it.token import Token
from prometheus_client import REGISTRY
from werkzeug.exceptions import HTTPException

from bot.app import create_app
from bot.channels.body import LARGEST_BODY
from bot.channels.feedback import LONGEST_COMMENT
from bot.channels.fields import LONGEST_TEXT
from bot.cli import _parser
from bot.errors import ServiceError
from bot.server import _GRACE
from bot.settings import SETTINGS, SettingsError, load_settings
from index.knowledge import parse_page
from tests.fakes.assistant import FakeAssistant

ROOT = Path(__file__).resolve().parent.parent
PROSE = ("README.md", "README.zh-CN.md", "CHANGELOG.md", "deploy/README.md", "bot/static/widget/README.md")
DOCUMENTS = [ROOT / name for name in PROSE] + sorted((ROOT / "docs").glob("*.md"))
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
WIDGET = ROOT / "bot" / "static" / "widget"

# Made by set-up or by a run, so not there in a fresh clone.
GENERATED = ("var/", "models/", "bench-output/", ".venv/")
OTHER_NAMES = {"ARGS", "RASA_TELEMETRY_ENABLED", "FAQ"}

documents = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
readmes = pytest.mark.parametrize("path", [ENGLISH, CHINESE], ids=["en", "zh"])


def tokens(path: Path) -> Iterator[Token]:
    """Every token of a Markdown file, those inside of lines too."""
    for token in MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8")):
        yield token
        yield from token.children or ()


def code(path: Path) -> list[str]:
    """What stands as code: each line of a block, each piece inside a line."""
    kinds = ("fence", "code_block", "code_inline")
    return [line for token in tokens(path) if token.type in kinds for line in token.content.splitlines()]


def everywhere(pattern: str) -> set[str]:
    """What a pattern finds in the code of all documents."""
    return {found for path in DOCUMENTS for line in code(path) for found in re.findall(pattern, line)}


def table(path: Path, heading: str) -> list[list[str]]:
    """The rows of the tables whose first heading is this one, as written."""
    rows: list[list[str]] = []
    inside = False
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        inside = bool(cells) and (inside or cells[0] == heading)
        if inside and cells[0] != heading and set(cells[0]) != {"-"}:
            rows.append(cells)
    return rows


def tracked() -> list[Path]:
    """The files that are committed, or about to be."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    paths = [ROOT / name for name in listed.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


# --- commands --------------------------------------------------------------------------------------------


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@documents
def test_every_make_target_that_is_documented_exists(path: Path) -> None:
    named = {target for line in code(path) for target in re.findall(r"(?:^|[\s;&])make ([a-z][a-z-]*)", line)}
    assert named <= make_targets()


def test_every_make_target_is_documented() -> None:
    assert make_targets() - {"help"} <= everywhere(r"\bmake ([a-z]+)")


def commands(path: Path) -> list[list[str]]:
    """The arguments of each `python -m bot` in a document, up to whatever the shell makes of the rest."""
    found = []
    for line in code(path):
        for typed in re.findall(r"python -m bot\b(.*)", line):
            words = shlex.split(typed, comments=True)
            ends = [place for place, word in enumerate(words) if word in ("|", ">", "&&", "&")]
            found.append(words[: min(ends, default=len(words))])
    return [words for words in found if words]


@documents
def test_every_command_that_is_documented_is_understood(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = _parser()
    for words in commands(path):
        try:
            parser.parse_args(words)
        except SystemExit:
            pytest.fail(f"python -m bot {shlex.join(words)}: {capsys.readouterr().err}")


def test_every_command_is_documented() -> None:
    help_text = _parser().format_help()
    known = set(re.findall(r"^ {4}([a-z][a-z-]+)\b", help_text, re.MULTILINE))
    assert len(known) > 5
    assert known == {words[0] for path in DOCUMENTS for words in commands(path)}


@documents
def test_every_module_that_is_run_exists(path: Path) -> None:
    for module in {name for line in code(path) for name in re.findall(r"python -m (tests[\w.]+)", line)}:
        place = ROOT / module.replace(".", "/")
        assert place.with_suffix(".py").is_file() or (place / "__main__.py").is_file(), module


# --- settings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "heading", "unset"), [(ENGLISH, "Setting", "unset"), (CHINESE, "设置", "未设置")], ids=["en", "zh"]
)
def test_every_setting_is_documented_once_with_its_default(path: Path, heading: str, unset: str) -> None:
    rows = [(name, default) for name, default, _ in table(path, heading)]
    assert rows == [(f"`{row.name}`", f"`{row.default}`" if row.default else unset) for row in SETTINGS]


def test_the_settings_are_explained_in_their_own_words() -> None:
    assert {row[0]: row[2] for row in table(ENGLISH, "Setting")} == {f"`{row.name}`": row.help for row in SETTINGS}


def test_the_settings_are_explained_in_chinese() -> None:
    explained = [row[2] for row in table(CHINESE, "设置")]
    assert [text for text in explained if not re.fullmatch(r".*[\u4e00-\u9fff].*[。]", text)] == []


@documents
def test_every_setting_that_is_named_exists(path: Path) -> None:
    alone = {line for line in code(path) if re.fullmatch(r"[A-Z][A-Z_]*[A-Z]", line)}
    assigned = {name for line in code(path) for name in re.findall(r"(?:^|[\s`])([A-Z][A-Z_]*[A-Z])=", line)}
    assert (alone | assigned) - OTHER_NAMES <= {setting.name for setting in SETTINGS}


# --- addresses -------------------------------------------------------------------------------------------


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The service with every door open."""
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    settings = {"TEAMS_APP_ID": "01234567-89ab-cdef-0123-456789abcdef", "TEAMS_APP_PASSWORD": "secret"}
    app = create_app({"VAR_DIR": str(tmp_path / "var"), **settings}, FakeAssistant())
    yield app
    app.extensions["compliance-faq"].close()


def addresses() -> dict[tuple[str, str], Path]:
    """(method, address) -> a document that names it."""
    # Addresses of files on the machine that serves look the same; the service has none of these folders.
    found = {}
    for path in DOCUMENTS:
        for line in code(path):
            match = re.fullmatch(r"(?:(GET|POST) )?(/(?!etc/|srv/|tmp|var/)[^\s`]*)", line)
            if match:
                found[(match[1] or "", match[2])] = path
    return found


def test_every_address_that_is_documented_exists(app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    for (method, address), path in addresses().items():
        plain = re.sub(r"<\w+>", "x", re.split(r"[?#]", address)[0])
        if plain.endswith("/") and plain not in ("/", "/staff/", "/webhooks/rest/"):
            continue  # what addresses begin with, such as /api/
        assert _exists(adapter, plain, method), f"{path.name}: {method} {address}"


def _exists(adapter: object, address: str, method: str) -> bool:
    for tried in [method] if method else ["GET", "POST"]:
        try:
            adapter.match(address, tried)  # type: ignore[attr-defined]
        except HTTPException:
            continue
        return True
    return False


def test_every_address_is_documented(app: Flask) -> None:
    named = {(method, address) for method, address in addresses() if method}
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) & {"GET", "POST"}:
            plain = re.sub(r"<\w+:", "<", rule.rule)  # the pages for staff explain themselves
            assert (method, plain) in named or plain.startswith(("/static/", "/staff/")), f"{method} {plain}"


def test_the_fields_of_a_reply_are_documented(app: Flask) -> None:
    reply = app.test_client().post("/api/messages", json={"text": "Is Intune covered?"}).get_json()
    asked, replied = _parts("docs/api.md", "Field")

    assert replied == list(reply)
    wrong = app.test_client().post("/api/messages", json=dict.fromkeys(asked, 7)).get_json()
    assert {error["field"] for error in wrong["errors"]} == set(asked)


def _parts(name: str, heading: str) -> list[list[str]]:
    """The first cells of each table with that heading."""
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.findall(rf"^\| {heading} \|.*\n\|[-| ]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [re.findall(r"^\| `(\w+)`", block, re.MULTILINE) for block in blocks]


def kinds(parent: type[ServiceError] = ServiceError) -> Iterator[type[ServiceError]]:
    for kind in parent.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_kind_of_problem_is_documented() -> None:
    documented = {(row[0], row[1].strip("`")) for row in table(ROOT / "docs" / "api.md", "Status")}
    assert {(str(kind.status), kind.name) for kind in kinds()} == {row for row in documented if row[1] != "about:blank"}


def test_the_metrics_are_documented() -> None:
    ours = [family for family in REGISTRY.collect() if family.name.startswith("faq_")]
    names = {family.name + ("_total" if family.type == "counter" else "") for family in ours}
    assert names == everywhere(r"\bfaq_\w+")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("docs/api.md", f"at most {LARGEST_BODY // 1024} kB", id="body"),
        pytest.param("docs/api.md", f"1 to {LONGEST_TEXT} characters", id="text"),
        pytest.param("docs/api.md", f"up to {LONGEST_COMMENT} characters", id="comment"),
        pytest.param("docs/operating.md", f"for up to {_GRACE} seconds", id="grace"),
    ],
)
def test_the_limits_are_the_true_ones(name: str, words: str) -> None:
    text = " ".join((ROOT / name).read_text(encoding="utf-8").split())
    assert words in text


# --- the chat on a page ----------------------------------------------------------------------------------


def widget_attributes() -> tuple[set[str], set[str]]:
    """The attributes that the widget reads, and those of them that exist for one language too."""
    settings = (WIDGET / "settings.js").read_text(encoding="utf-8")
    listed = {
        name: set(re.findall(r'"(\w+)"', re.findall(rf"const {name} = \[(.*?)\]", settings, re.DOTALL)[0]))
        for name in ("ATTRIBUTES", "SPOKEN")
    }
    of_script = re.findall(r"SCRIPT\.dataset\.(\w+)", (WIDGET / "start.js").read_text(encoding="utf-8"))
    spoken = {f"data-{name}-{language}" for name in listed["SPOKEN"] for language in ("zh", "en")}
    return {f"data-{name}" for name in listed["ATTRIBUTES"] | set(of_script)}, spoken


def test_the_attributes_of_the_widget_are_documented_and_no_others() -> None:
    plain, spoken = widget_attributes()
    named = everywhere(r"\bdata-[a-z-]+\b")
    assert {name for name in named if name not in spoken} == plain
    assert named & spoken


def test_the_custom_properties_of_the_widget_are_documented_and_no_others() -> None:
    used = set(re.findall(r"var\(\s*(--compliance-chat-[\w-]+)", (WIDGET / "widget.css").read_text(encoding="utf-8")))
    assert len(used) > 5
    assert everywhere(r"--compliance-chat-[a-z-]+") == used


# --- files and links -------------------------------------------------------------------------------------


@documents
def test_every_file_that_is_named_exists(path: Path) -> None:
    folders = {each.relative_to(ROOT).parts[0] for each in tracked()} - {"README.md"}
    pattern = rf"(?<![\w./-])(?:{'|'.join(map(re.escape, sorted(folders)))})/[\w.@*/-]*[\w*/]"
    for line in code(path):
        for name in re.findall(pattern, line):
            assert name.startswith(GENERATED) or list(ROOT.glob(name.rstrip("/"))), name


@documents
def test_every_file_that_is_named_without_its_folder_exists(path: Path) -> None:
    names = {each.name for each in tracked()} | {"report.json"}
    written = {line for line in code(path) if re.fullmatch(r"[\w.-]+\.(md|yml|toml|py|js|css|txt|in|json|jsonl)", line)}
    assert {name for name in written if not name.isupper() and not name.startswith("PAGE")} <= names


def slugs(path: Path) -> set[str]:
    """The anchors that a rendered Markdown file has, as GitHub makes them."""
    listed = list(tokens(path))
    titles = [after.content for at, after in zip(listed, listed[1:], strict=False) if at.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@documents
def test_every_link_leads_somewhere(path: Path) -> None:
    targets = [str(token.attrs["href"]) for token in tokens(path) if token.type == "link_open"]
    targets += [str(token.attrs["src"]) for token in tokens(path) if token.type == "image"]
    for target in targets:
        if re.match(r"[a-z]+:", target):
            assert target.startswith("https://"), target
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        assert file.is_file(), target
        assert not anchor or anchor in slugs(file), target


def test_nothing_committed_names_a_registry_or_a_place_on_some_machine() -> None:
    hosts = [r"pypi\.org", r"pythonhosted\.org", r"npmjs\.(?:org|com)", r"download\.pytorch", r"anaconda\.org"]
    places = [rf"(?<![\w.~>}}-])/{folder}/\w" for folder in ("root", "home", "Users", "work")]
    pattern = re.compile("|".join([*hosts, *places]))
    offences = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in tracked()
        if path != Path(__file__) and (found := pattern.search(path.read_text(encoding="utf-8", errors="ignore")))
    ]
    assert offences == []


# --- samples ---------------------------------------------------------------------------------------------


def test_the_knowledge_file_that_is_shown_is_a_right_one() -> None:
    path = ROOT / "docs" / "knowledge.md"
    shown = next(token.content for token in tokens(path) if token.type == "fence" and token.info == "yaml")
    page = parse_page(yaml.safe_load(shown), path.name)
    assert page.entries[0].topic == "audit_reports"


def test_the_changelog_keeps_its_form() -> None:
    titles = re.findall(r"^(#+) (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    versions = [title for level, title in titles if level == "##"]
    sections = {title for level, title in titles if level == "###"}

    assert titles[0] == ("#", "Changelog")
    assert versions[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", version) for version in versions[1:])
    assert sections <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert sections


# --- deployment ------------------------------------------------------------------------------------------


def shared_settings() -> dict[str, str]:
    lines = (ROOT / "deploy" / "service.env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_example_settings_serve_once_the_secret_is_filled_in() -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        load_settings({}, shared_settings())

    assert load_settings({}, {**shared_settings(), "SECRET_KEY": "0" * 64}).given == set(shared_settings())


def test_the_unit_runs_a_command_that_exists_and_lets_it_finish() -> None:
    unit = (ROOT / "deploy" / "compliance-faq@.service").read_text(encoding="utf-8")
    names = {
        name for line in re.findall(r"^Environment=(.*)", unit, re.MULTILINE) for name in re.findall(r"(\w+)=", line)
    }
    (command,) = re.findall(r"^ExecStart=\S+/python -m bot (\S+)$", unit, re.MULTILINE)
    (patience,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)

    assert _parser().parse_args([command])
    assert names - {"PYTHONUTF8", "HOME"} <= {setting.name for setting in SETTINGS}
    assert int(patience) > _GRACE


def test_the_proxy_waits_longer_than_an_answer_may_take() -> None:
    proxy = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    (patience,) = re.findall(r"proxy_read_timeout (\d+)s;", proxy)
    assert int(patience) > load_settings({}).answer_timeout
