"""Which assistant answers: the one in this process, or the one behind ASSISTANT_URL."""

from __future__ import annotations

from bot.assistant.protocol import Assistant, AssistantUnavailable
from bot.assistant.remote import RemoteAssistant
from bot.settings import Settings


def make_assistant(settings: Settings) -> Assistant:
    """Open the assistant that the settings name.

    Raises:
        AssistantUnavailable: no model has been trained, or it cannot be loaded.
    """
    if settings.assistant_url:
        return RemoteAssistant(settings.assistant_url)
    from bot.assistant.embedded import EmbeddedAssistant
    from bot.assistant.training import trained_model
    from bot.knowledge_base.starting import start_with_approved

    model = trained_model()
    if model is None:
        raise AssistantUnavailable("There is no trained model. Run: python -m bot train")
    assistant = EmbeddedAssistant(model)
    start_with_approved(settings)
    assistant.warm_up()
    return assistant
