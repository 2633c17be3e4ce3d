"""The environment of a process that is measured: the settings that the benchmark gives it, and no others."""

from __future__ import annotations

import os
from collections.abc import Mapping

from bot.settings import SETTINGS

_QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "USE_TF": "0", "PYTHONUTF8": "1"}


def with_settings(settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with these settings in place of its own."""
    names = {setting.name for setting in SETTINGS}
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return {**kept, **_QUIET, **settings}
