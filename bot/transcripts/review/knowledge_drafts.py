"""Writing an entry, proposing it, and deciding on it: the pages of one draft."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bot import clock
from bot.ids import is_id
from bot.knowledge_base.checking import Wrong, find_wrongs
from bot.knowledge_base.comparing import difference
from bot.knowledge_base.errors import KnowledgeRefused
from bot.knowledge_base.forms import Typed, free_label
from bot.knowledge_base.records import Content, Revision
from bot.knowledge_base.store import over
from bot.roles import needs
from bot.services import services
from bot.transcripts.records import Turn
from bot.transcripts.review.auditing import note
from bot.transcripts.review.knowledge import Line, all_lines, blueprint, content_of
from bot.words import visitor_words
from index.knowledge import Page

__all__ = ["blueprint"]

TOPIC = "faq"  # of an entry that fits no other
_MOST_TURNS = 200
_PLAIN_TOPICS = (
    TOPIC,
    "annual_testing",
    "audit_reports",
    "certification_reuse",
    "coverage_list",
    "provider_and_standard",
    "resources",
    "standard",
)
_EMPTY = Content(questions={"zh": (), "en": ()}, answer={"zh": "", "en": ""})


@blueprint.get("/new")
@needs("reviewer")
def new() -> ResponseReturnValue:
    """The editor for a new entry, or over an existing one, filled from stored turns where some are named."""
    turns = _turns(request.args.getlist("turn"))
    page = _page(request.args.get("page", ""))
    line = _line(page, request.args.get("label", ""))
    if line and line.draft:
        flash(visitor_words()("knowledge_refused_taken"), "warn")
        return redirect(url_for("knowledge.draft", draft_id=line.draft.id))
    content = _asked(content_of(line) if line else _EMPTY, turns)
    return _editor(page, line.label if line else "", Typed.of(content), turns)


@blueprint.post("/new")
@needs("reviewer")
def create() -> ResponseReturnValue:
    """Keep what was typed as a draft, and propose it if that was asked for."""
    form, words = request.form, visitor_words()
    turns = _turns(form.getlist("turn"))
    page = _page(form.get("page", ""))
    line = _line(page, form.get("label", ""))
    typed = Typed.sent(form)
    content, wrongs = typed.content()
    topic = form.get("topic", TOPIC)
    if wrongs or not any((*content.questions.values(), *content.answer.values())) or topic not in _PLAIN_TOPICS:
        empty = () if wrongs else find_wrongs(content, page, "", clock.utc_now().date())
        return _editor(page, line.label if line else "", typed, turns, (*wrongs, *empty)), 400
    taken = [each.label for each in all_lines() if each.page.id == page.id]
    label = line.label if line else free_label(topic, content, taken)
    written = over(line.entry if line else None, content, "both_agree" in form)
    try:
        draft = services().knowledge.begin(_name(), page.id, label, written, [turn.id for turn in turns])
    except KnowledgeRefused as refused:
        flash(words(f"knowledge_refused_{refused.key}"), "bad")
        return _editor(page, line.label if line else "", typed, turns), 409
    return _saved(draft)


@blueprint.get("/drafts/<int:draft_id>")
@needs("viewer")
def draft(draft_id: int) -> str:
    """What is proposed, beside what is said now, what approving it would change, and the decision."""
    found = _draft(draft_id)
    page = _page(found.page)
    line = _line(page, found.label)
    said = services().activation.knowledge.entry(found.page, found.label)
    return render_template(
        "staff/knowledge/draft.html",
        draft=found,
        page=page,
        line=line,
        difference=difference(Content.of(said) if said else None, found.content),
        said=said,
        wrongs=_wrongs(found, page),
        own=_name() in (found.author, *found.editors),
        turns=_turns(found.turns),
        **_effects(found),
    )


@blueprint.get("/drafts/<int:draft_id>/effects")
@needs("viewer")
def effects(draft_id: int) -> str:
    """What approving it would change, as far as that is known; a part of the draft's page."""
    found = _draft(draft_id)
    return render_template("staff/knowledge/effects.html", draft=found, **_effects(found))


@blueprint.get("/drafts/<int:draft_id>/edit")
@needs("reviewer")
def edit(draft_id: int) -> ResponseReturnValue:
    """The editor for a draft."""
    found = _draft(draft_id)
    page = _page(found.page)
    wrongs = _wrongs(found, page) if "check" in request.args else ()
    return _editor(page, found.label, Typed.of(found.content), _turns(found.turns), wrongs, found)


@blueprint.post("/drafts/<int:draft_id>/edit")
@needs("reviewer")
def save(draft_id: int) -> ResponseReturnValue:
    """Keep what was typed."""
    found, words = _draft(draft_id), visitor_words()
    page = _page(found.page)
    typed = Typed.sent(request.form)
    content, wrongs = typed.content()
    if wrongs:
        return _editor(page, found.label, typed, _turns(found.turns), wrongs, found), 400
    said = services().activation.knowledge.entry(found.page, found.label)
    written = over(said, content, "both_agree" in request.form)
    try:
        saved = services().knowledge.edit(_name(), draft_id, written, request.form.get("seen", ""))
    except KnowledgeRefused as refused:
        if refused.key == "unknown":
            abort(404)
        flash(words(f"knowledge_refused_{refused.key}"), "bad")
        # The form keeps what was typed, and now stands on what the other one wrote.
        return _editor(page, found.label, typed, _turns(found.turns), (), found, clash=found.content), 409
    return _saved(saved)


@blueprint.post("/drafts/<int:draft_id>/propose")
@needs("reviewer")
def propose(draft_id: int) -> ResponseReturnValue:
    """Put it up for approval."""
    found = _draft(draft_id)
    if _wrongs(found, _page(found.page)):
        flash(visitor_words()("knowledge_mend_first"), "bad")
        return redirect(url_for("knowledge.edit", draft_id=draft_id, check=1))
    return _decide(draft_id, "knowledge_proposed", lambda: _propose(draft_id))


@blueprint.post("/drafts/<int:draft_id>/withdraw")
@needs("reviewer")
def withdraw(draft_id: int) -> ResponseReturnValue:
    """Make it a draft again."""
    store = services().knowledge
    return _decide(draft_id, "knowledge_withdrawn", lambda: store.withdraw(_name(), draft_id))


@blueprint.post("/drafts/<int:draft_id>/reject")
@needs("admin")
def reject(draft_id: int) -> ResponseReturnValue:
    """Send it back with a note."""
    store, form = services().knowledge, request.form
    reason = form.get("note", "").strip()
    if not reason:
        flash(visitor_words()("knowledge_note_missing"), "bad")
        return redirect(url_for("knowledge.draft", draft_id=draft_id))
    return _decide(
        draft_id,
        "knowledge_rejected",
        lambda: store.reject(_name(), draft_id, reason, form.get("seen", "")),
    )


@blueprint.post("/drafts/<int:draft_id>/approve")
@needs("admin")
def approve(draft_id: int) -> ResponseReturnValue:
    """Let the assistant say it."""
    found = _draft(draft_id)
    store, seen = services().knowledge, request.form.get("seen", "")
    answer = _decide(draft_id, "knowledge_approved", lambda: store.approve(_name(), draft_id, seen))
    services().activation.poke()
    revision = store.revision(draft_id)
    if revision is None or revision.revision is None:
        return answer
    topic, _, key = found.label.partition("/")
    return redirect(url_for("knowledge.entry", page_id=found.page, topic=topic, key=key))


@blueprint.post("/drafts/<int:draft_id>/discard")
@needs("reviewer")
def discard(draft_id: int) -> ResponseReturnValue:
    """Throw it away."""
    words = visitor_words()
    try:
        services().knowledge.discard(_name(), draft_id)
        flash(words("knowledge_discarded"), "good")
    except KnowledgeRefused as refused:
        flash(words(f"knowledge_refused_{refused.key}"), "bad")
    return redirect(url_for("knowledge.entries"))


def _effects(draft: Revision) -> dict[str, object]:
    """The effects, with those of the questions that are still stored."""
    parts = services()
    found = parts.effects.board.find(draft, parts.knowledge.version())
    told = found.result.get("examples", ()) if found else ()
    examples = [(each, turn) for each in told if (turn := parts.store.turn(each["turn"]))]
    if examples:
        note("knowledge.effects_viewed", draft.label, turns=[turn.id for _, turn in examples])
    return {"effects": found, "examples": examples}


def _decide(draft_id: int, done: str, act: Callable[[], object]) -> ResponseReturnValue:
    words = visitor_words()
    try:
        act()
        flash(words(done), "good")
    except KnowledgeRefused as refused:
        if refused.key == "unknown":
            abort(404)
        flash(words(f"knowledge_refused_{refused.key}"), "bad")
    return redirect(url_for("knowledge.draft", draft_id=draft_id))


def _propose(draft_id: int) -> Revision:
    return services().knowledge.propose(_name(), draft_id, request.form.get("seen", ""))


def _saved(draft: Revision) -> ResponseReturnValue:
    """Where one goes after saving; proposing it too, if that was the button and nothing is wrong."""
    words = visitor_words()
    if request.form.get("then") != "propose":
        flash(words("knowledge_saved"), "good")
        return redirect(url_for("knowledge.draft", draft_id=draft.id))
    if _wrongs(draft, _page(draft.page)):
        flash(words("knowledge_mend_first"), "bad")
        return redirect(url_for("knowledge.edit", draft_id=draft.id, check=1))
    store = services().knowledge
    return _decide(draft.id, "knowledge_proposed", lambda: store.propose(_name(), draft.id, draft.content.digest))


def _editor(
    page: Page,
    label: str,
    typed: Typed,
    turns: Sequence[Turn],
    wrongs: Sequence[Wrong] = (),
    draft: Revision | None = None,
    clash: Content | None = None,
) -> str:
    others = [line for line in all_lines() if line.page.id == page.id and line.label != label]
    return render_template(
        "staff/knowledge/edit.html",
        page=page,
        pages=services().knowledge.files.pages,
        label=label,
        typed=typed,
        turns=turns,
        wrongs=wrongs,
        draft=draft,
        clash=clash,
        others=others,
        existing=[line for line in others if line.draft is None],
        topics=_PLAIN_TOPICS,
        topic=request.form.get("topic", TOPIC),
        agrees="both_agree" in request.form,
    )


def _wrongs(draft: Revision, page: Page) -> tuple[Wrong, ...]:
    """What is to be mended in it, beside the other entries as they are now."""
    entries = tuple(line.entry for line in all_lines() if line.page.id == page.id and not _only_drafted(line))
    return find_wrongs(draft.content, replace(page, entries=entries), draft.label, clock.utc_now().date())


def _only_drafted(line: Line) -> bool:
    return line.states in (("draft",), ("proposed",))


def _asked(content: Content, turns: Sequence[Turn]) -> Content:
    """With the questions of the turns, each in its language."""
    questions = {
        language: (*content.questions[language], *(each.text for each in turns if each.reply.language == language))
        for language in ("zh", "en")
    }
    return Content.from_json(
        {**content.to_json(), "questions": {k: list(dict.fromkeys(v)) for k, v in questions.items()}}
    )


def _turns(ids: Sequence[str]) -> tuple[Turn, ...]:
    """The stored turns of these ids; that somebody reads them stands in the audit log."""
    store = services().store
    found = tuple(turn for each in ids[:_MOST_TURNS] if is_id(each) and (turn := store.turn(each)))
    for conversation in dict.fromkeys(turn.conversation for turn in found):
        note("conversation.viewed", conversation)
    return found


def _draft(draft_id: int) -> Revision:
    """A draft or proposal; 404 if it is none any more."""
    found = services().knowledge.revision(draft_id)
    if found is None or found.revision is not None:
        abort(404)
    return found


def _page(page_id: str) -> Page:
    pages = services().knowledge.files.pages
    found = next((page for page in pages if page.id == page_id), None)
    if found is None and page_id:
        abort(404)
    return found or pages[0]


def _line(page: Page, label: str) -> Line | None:
    """The entry of a label; None for a new one."""
    if not label:
        return None
    found = next((line for line in all_lines() if (line.page.id, line.label) == (page.id, label)), None)
    if found is None:
        abort(404)
    return found


def _name() -> str:
    return str(current_user.user.name)
