"""/teams/<link>: the small pages behind the buttons of an answer in Teams.

Following a link changes nothing, since mail scanners and previews follow links too: the page asks, and its form
does it. The link itself is the permission, so the pages know no session, and are neither kept nor passed on.
"""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import clock
from bot.assistant.protocol import Reply, Source
from bot.channels.fields import Fields
from bot.channels.teams_links import Link, TeamsLinks
from bot.channels.teams_words import PAGE, PERSON_ANSWER, PERSON_ANSWER_CONTACT, PERSON_ASKED
from bot.errors import LinkExpired
from bot.ids import new_id
from bot.metrics import count_turn
from bot.services import services
from bot.transcripts.records import Turn
from bot.transcripts.store import DuplicateMessage
from bot.words import LANGUAGES, Words

blueprint = Blueprint("teams_pages", __name__)

LONGEST_NOTE = 2000
_DONE = "1"


@blueprint.get("/teams/<token>")
def show(token: str) -> str:
    """Ask for confirmation, or say what was done."""
    link, turn = _open(token)
    if link.action == "person":
        asked = _person_turn(turn)
        return _page("person", link, turn, token, asked=asked, contact=services().settings.contact_url)
    done = request.args.get("done") == _DONE and turn.feedback is not None
    return _page("thanks" if done else "rate", link, turn, token)


@blueprint.post("/teams/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """Do what the page asked about; doing it twice is like doing it once."""
    link, turn = _open(token)
    fields = Fields(request.form)
    if link.action == "person":
        note = fields.optional_text("note", LONGEST_NOTE)
        fields.check()
        _ask_person(turn, note)
    else:
        value = fields.choice("value", ("up", "down"), required=True)
        comment = fields.optional_text("comment", LONGEST_NOTE)
        fields.check()
        services().store.give_feedback(turn.id, str(value), comment)
    return redirect(url_for(".show", token=token, lang=request.args.get("lang"), done=_DONE), 303)


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """The address is a permission: nobody keeps the page, lists it, or learns the address from a link on it."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _open(token: str) -> tuple[Link, Turn]:
    """Raises: NotFound (404), LinkExpired (410)."""
    parts = services()
    link = TeamsLinks(parts.keys, parts.settings.conversation_days).read(token)
    turn = parts.store.turn(link.turn_id)
    if turn is None:
        raise LinkExpired("The answer that this link belongs to was deleted.")
    return link, turn


def _page(name: str, link: Link, turn: Turn, token: str, **values: object) -> str:
    wanted = request.args.get("lang", "")
    language = wanted if wanted in LANGUAGES else turn.reply.language
    return render_template(
        f"teams/{name}.html", words=Words(language), say=PAGE[language], link=link, turn=turn, token=token, **values
    )


def _person_turn(turn: Turn) -> Turn | None:
    return services().store.find_message(turn.conversation, _person_key(turn))


def _person_key(turn: Turn) -> str:
    return f"person-{turn.id}"


def _ask_person(turn: Turn, note: str) -> None:
    """Store the wish as a turn of the conversation, so that staff find it where they look."""
    language = turn.reply.language
    parts = services()
    contact = parts.settings.contact_url
    asked = PERSON_ASKED[language] + (f"\n{note}" if note else "")
    wish = Turn(
        id=new_id(),
        conversation=turn.conversation,
        text=asked,
        reply=_person_reply(language, contact, turn),
        channel=turn.channel,
        latency_ms=0.0,  # nobody had to look anything up
        created=clock.utc_now(),
        message_id=_person_key(turn),
    )
    try:
        parts.store.record(wish)
    except DuplicateMessage:
        return  # somebody confirmed it before
    count_turn(wish)


def _person_reply(language: str, contact: str, turn: Turn) -> Reply:
    return Reply(
        text=(PERSON_ANSWER_CONTACT if contact else PERSON_ANSWER)[language],
        language=language,
        answered=True,
        topic="human_handoff",
        confidence=1.0,
        sources=(Source(PAGE[language]["contact"], contact),) if contact else (),
        outcome="handoff",
        evidence={"asked_through": "link under an answer", "answer": turn.id},
    )
