"""Why something about the knowledge cannot be done."""

from __future__ import annotations


class KnowledgeRefused(Exception):
    """It cannot be done; the message is one line.

    Attributes:
        key: which of the reasons it is, for the words of a page:
            "unknown"    there is no such revision, entry or page
            "taken"      somebody is writing at this entry already
            "changed"    it is not what was looked at: somebody changed it meanwhile
            "outdated"   the entry that it was written over has been replaced meanwhile
            "state"      it is not in a state in which this can be done
            "own_words"  whoever wrote it may not approve it
            "invalid"    its content breaks a rule of knowledge files
            "not_newest" only the newest revision of an entry can be undone
    """

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key
