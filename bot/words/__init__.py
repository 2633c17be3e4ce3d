"""The words of the pages that the service renders, in both languages, and which language a visitor reads.

The widget has its own; so has the assistant.
"""

from __future__ import annotations

from flask import request, session

from bot.words import pages, staff_access, staff_figures, staff_importing, staff_knowledge, staff_reading

LANGUAGES = ("zh", "en")
_PARTS = (pages, staff_access, staff_reading, staff_knowledge, staff_importing, staff_figures)
_WORDS = {
    language: {key: text for part in _PARTS for key, text in part.WORDS[language].items()} for language in LANGUAGES
}


class Words:
    """The words of one language: `words("sign_in")`, `words("as_of", date=...)`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.other = "en" if language == "zh" else "zh"
        self.tag = "zh-CN" if language == "zh" else "en"
        self._words = _WORDS[language]

    def get(self, key: str) -> str:
        """The words for `key`; "" where there are none."""
        return self._words.get(key, "")

    def starting(self, prefix: str) -> dict[str, str]:
        """The words whose keys start so, by the rest of their keys."""
        return {key.removeprefix(prefix): text for key, text in self._words.items() if key.startswith(prefix)}

    def __call__(self, key: str, **values: object) -> str:
        """The words for `key`; a key without words, such as a topic, is shown as it is."""
        return self._words.get(key, key).format(**values) if values else self._words.get(key, key)


def visitor_words() -> Words:
    """The words for the present request: of `?lang=`, of an earlier choice, or of the browser."""
    wanted = request.args.get("lang") or session.get("language")
    if wanted in LANGUAGES:
        return Words(wanted)
    return Words(request.accept_languages.best_match(LANGUAGES, "en"))
