"""What a served process imports, seen from a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.settings import PROJECT

pytestmark = pytest.mark.slow

PREPARED = "import sys, warnings; warnings.simplefilter('ignore'); from bot.assistant.lean import put_off_imports; "
HEAVY = ("tensorflow", "keras", "torch", "transformers", "matplotlib", "sklearn.utils", "slack_sdk", "apscheduler")


def run(code: str) -> str:
    """What a new Python prints when it runs `code` after lean imports were asked for."""
    done = subprocess.run(
        [sys.executable, "-c", PREPARED + "put_off_imports(); " + code],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_answering_brings_in_nothing_that_only_training_or_other_channels_need(model) -> None:
    asked = (
        "import asyncio; from pathlib import Path; from bot.assistant.turns import RasaTurns; "
        "from bot.assistant.protocol import FIRST_QUESTION; "
        f"reply = asyncio.run(RasaTurns(Path({str(model)!r})).answer(FIRST_QUESTION)); "
        f"print(reply.topic, [name for name in {HEAVY} if name in sys.modules])"
    )
    assert run(asked).splitlines()[-1] == "coverage_list []"


def test_the_service_brings_in_sign_on_and_bots_only_where_they_are_set_up() -> None:
    code = (
        "import bot.server; print([name for name in ('authlib', 'joserfc', 'httpx', 'plotly') if name in sys.modules])"
    )
    assert run(code).splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        pytest.param(
            "import rasa.core.processor; from rasa.core.channels import BUILTIN_CHANNELS; print(len(BUILTIN_CHANNELS))",
            "15",
            id="all-channels",
        ),
        pytest.param(
            "from rasa.utils.tensorflow.model_data import train_test_split as cut; print(len(cut([1, 2, 3, 4])))",
            "2",
            id="a-function-taken-early",
        ),
        pytest.param(
            "import sklearn.metrics; print(sklearn.metrics.__spec__.name)", "sklearn.metrics", id="another-part"
        ),
        pytest.param(
            "from rasa.nlu.extractors.extractor import rasa; print(callable(rasa.utils.train_utils.rank_and_mask))",
            "True",
            id="tensorflow-after-all",
        ),
        pytest.param(
            "from rasa.nlu.classifiers.diet_classifier import DIETClassifier; print(DIETClassifier.__name__)",
            "DIETClassifier",
            id="another-pipeline",
        ),
    ],
)
def test_what_was_put_off_is_there_when_somebody_needs_it(code: str, printed: str) -> None:
    assert run(code).splitlines()[-1] == printed


def test_a_module_that_does_not_exist_is_missed_as_ever() -> None:
    code = "import importlib; import rasa.core.jobs as jobs; print(hasattr(jobs, 'no_such_name'))"
    assert run(code).splitlines()[-1] == "False"
