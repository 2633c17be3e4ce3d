"""Where the audit report, the certificate and the statement of applicability are, and for which services."""

from __future__ import annotations

from dataclasses import replace

from actions.answer import Answer
from actions.base import AnswerAction
from actions.coverage import SERVICE, answer_services
from actions.decision import Named
from actions.faq import answer_from_entry
from actions.standing import standing_of
from actions.turn import Turn
from index.names import Name


class ActionAnswerAuditReports(AnswerAction):
    """Answers where the documents are; a service named with the question gets its own word first."""

    topics = ("audit_reports", "view_compliance")

    def name(self) -> str:
        """See AnswerAction."""
        return "action_answer_audit_reports"

    def answer(self, turn: Turn, label: str) -> Answer:
        """See AnswerAction."""
        documents = answer_from_entry(turn, label)
        unlisted = [] if SERVICE in turn.decision.labels else _unlisted(turn)
        if not unlisted:
            return documents
        coverage = answer_services(turn, unlisted)
        return replace(documents, text=f"{coverage.text}\n\n{documents.text}", services=coverage.services)


def _unlisted(turn: Turn) -> list[Name | Named]:
    """The services named with the question that the page does not list."""
    standings = [(name, standing_of(turn.page, name, turn.language)) for name in turn.services()]
    return [name for name, standing in standings if standing.relation == "unlisted"]
