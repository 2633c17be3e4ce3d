"""Measures the assistant on labelled questions, over the way that a user's question takes."""

from bot.evaluation.command import EvaluationFailed, run
from bot.evaluation.document import UnusableRun

__all__ = ["EvaluationFailed", "UnusableRun", "run"]
