"""Where the audit report, the certificate and the statement of applicability are, and for which services."""

from __future__ import annotations

from dataclasses import replace

from actions.answer import Answer
from actions.base import AnswerAction
from actions.coverage import answer_services
from actions.faq import answer_from_entry
from actions.turn import Turn


class ActionAnswerAuditReports(AnswerAction):
    """Answers where the documents are; a service named with the question gets its own word first."""

    topics = ("audit_reports", "view_compliance")

    def name(self) -> str:
        """See AnswerAction."""
        return "action_answer_audit_reports"

    def answer(self, turn: Turn, label: str) -> Answer:
        """See AnswerAction."""
        documents = answer_from_entry(turn, label)
        unlisted = [service for service in turn.services() if not turn.library.is_listed(turn.page, service)]
        if not unlisted:
            return documents
        coverage = answer_services(turn, tuple(unlisted))
        return replace(documents, text=f"{coverage.text}\n\n{documents.text}", services=coverage.services)
