"""What an answer calls a service that is asked about: its name, with the other name that the asker knows it by."""

from __future__ import annotations

from dataclasses import replace

from index.knowledge import Localized
from index.name_table import key_of
from index.names import Name
from index.text import is_han


def called(name: Name, spelt: str, language: str) -> Name:
    """The same name, shown so that who asked for "Lync" or "Office 365 E3" finds that in the answer.

    A listed service is called as the page calls it.

    Args:
        name: of the catalog.
        spelt: as the catalog spells what was typed.
        language: of the answer, into which no Chinese words are put where it is English.
    """
    shown = name.display[language]
    mine, theirs = key_of(shown), key_of(spelt)
    if name.listed or name.renamed_from or theirs in mine or "(" in spelt or (is_han(spelt) and language == "en"):
        return name
    both = f"{shown}（{spelt}）" if language == "zh" else f"{shown} ({spelt})"
    wanted = spelt if mine in theirs else both
    return replace(name, display=Localized(wanted, wanted))
