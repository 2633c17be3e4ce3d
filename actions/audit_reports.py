"""Where the audit report, the certificate and the statement of applicability are, and for which services."""

from __future__ import annotations

from actions.answer import Answer
from actions.base import AnswerAction
from actions.coverage import with_unlisted
from actions.entries import answer_from_entry
from actions.turn import Turn


class ActionAnswerAuditReports(AnswerAction):
    """Answers where the documents are; a service named with the question gets its own word first."""

    topics = ("audit_reports", "view_compliance")

    def name(self) -> str:
        """See AnswerAction."""
        return "action_answer_audit_reports"

    def answer(self, turn: Turn, label: str) -> Answer:
        """See AnswerAction."""
        return with_unlisted(turn, answer_from_entry(turn, label))
