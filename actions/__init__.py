"""Rasa custom actions: one class per kind of question."""
