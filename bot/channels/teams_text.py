"""The question inside a Teams message, whose text is HTML-escaped although it calls itself plain.

What a person typed has its `<` and `&` escaped; an unescaped tag is Teams' own: `<at>` around a mention, or around
the `<img>` of an emoji.
"""

from __future__ import annotations

import html
import re

from bot.channels.fields import LONGEST_TEXT
from bot.channels.teams_activity import Activity
from bot.channels.text import clean_text

# No pattern reaches over the next `<at`, so that a text full of them costs no more than it is long.
_INSIDE = r"(?:(?!</?at\b).)*?"
_AT = re.compile(rf"<at\b[^<>]*>({_INSIDE})</at>", re.IGNORECASE | re.DOTALL)
_LEADING_AT = re.compile(rf"^(?:\s|&nbsp;|&#160;)*<at\b[^<>]*>({_INSIDE})</at>", re.IGNORECASE | re.DOTALL)
_AT_TAG = re.compile(r"</?at\b[^<>]*>", re.IGNORECASE)
_IMAGE = re.compile(r"<img\b([^<>]*)>", re.IGNORECASE)
_EMOJI_ALONE = re.compile(r"<at\b[^<>]*>\s*(<img\b[^<>]*schema\.skype\.com/Emoji[^<>]*>)\s*</at>", re.IGNORECASE)
_ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_CUT = "\n…\n"


def question_of(activity: Activity) -> str:
    """What the person asked: without the mention of the bot; names of other people stay, as plain text.

    Of a text that is too long, the beginning and the end are kept.
    """
    text = _EMOJI_ALONE.sub(r"\1", activity.text)
    plain = _AT_TAG.sub("", _without_bot(text, activity))
    plain = html.unescape(_IMAGE.sub(_alternative, plain))
    return _shortened(clean_text(plain.replace("\xa0", " ")))


def _without_bot(text: str, activity: Activity) -> str:
    """The bot is known by its id where the recipient is named, otherwise by the mention that comes first.

    The mention's entity cannot be relied on: a webhook's may be missing or carry another name.
    """
    own = {mention.text for mention in activity.mentions if activity.recipient and mention.id == activity.recipient}
    for mention in own:
        if mention and mention in text:
            return text.replace(mention, " ")
    leading = _LEADING_AT.match(text)
    if leading is None:
        return text
    rest = text[leading.end() :]
    return _AT.sub(lambda other: "" if other[1] == leading[1] else other[0], rest)


def _alternative(image: re.Match[str]) -> str:
    found = _ALT.search(image[1])
    return (found[1] or found[2] or "") if found else ""


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    half = (LONGEST_TEXT - len(_CUT)) // 2
    return text[:half].rstrip() + _CUT + text[-half:].lstrip()
