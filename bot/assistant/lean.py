"""Imports of Rasa that a served turn does not need, put off until somebody does need them.

`import rasa.core.processor` brings in everything that Rasa could ever be asked to do: fourteen messengers,
TensorFlow for training neural policies, schedulers, plots. That is most of the time and memory of a start. A
module named here is found, but its code runs only when one of its names is asked for, so nothing is cut off: a
pipeline of another kind loads what it uses. Training needs a process of its own, as `python -m bot train` is: Rasa
checks that its validator is one of its components, which the stand-in for it is not.

Call `put_off_imports()` before the first import of `rasa.core`.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

# Module -> what others take from it while they are imported: each becomes a class that stands for the real thing.
PUT_OFF: dict[str, tuple[str, ...]] = {
    "rasa.core.channels": (),  # Slack, Telegram, Facebook, Twilio, Webex, ...
    "rasa.core.jobs": (),  # apscheduler
    "rasa.core.test": (),  # matplotlib
    "rasa.graph_components.validators.default_recipe_validator": ("DefaultV1RecipeValidator",),  # all components
    "rasa.utils.train_utils": (),  # TensorFlow
    "rasa.utils.tensorflow.model_data_utils": (),
    "sklearn": (),  # wanted by rasa.utils.tensorflow.model_data
    "sklearn.model_selection": ("train_test_split",),
    "boto3": (),  # wanted, as pymongo, by rasa.core.tracker_store
    "boto3.dynamodb": (),
    "boto3.dynamodb.conditions": ("Key",),
    "pymongo": (),
    "pymongo.collection": ("Collection",),
}
_CHANNEL_NAMES = ("InputChannel", "OutputChannel", "UserMessage", "CollectingOutputChannel")


def put_off_imports() -> None:
    """Make the modules of PUT_OFF lazy; those already imported stay as they are."""
    if any(isinstance(finder, _LazyFinder) for finder in sys.meta_path):
        return
    sys.meta_path.insert(0, _LazyFinder())
    # Rasa takes these from the package, which would run it; all come from one module of it.
    package, channel = map(importlib.import_module, ("rasa.core.channels", "rasa.core.channels.channel"))
    for name in _CHANNEL_NAMES:
        setattr(package, name, getattr(channel, name))


class _LazyModule(ModuleType):
    """A module that runs its code when a name is asked of it that it does not have yet."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        _run(self)
        return getattr(self, name)


class _LazyLoader(importlib.abc.Loader):
    """Makes the module and leaves its code for later."""

    def __init__(self, real: importlib.abc.Loader) -> None:
        self.real = real

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """See `importlib.abc.Loader.create_module`."""
        return _LazyModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Give the names that others take at once; each stands for the real one until it is called."""
        for name in PUT_OFF[module.__name__]:
            setattr(module, name, _later(module, name))


class _LazyFinder(importlib.abc.MetaPathFinder):
    """Finds the modules of PUT_OFF where they are, and gives them a lazy loader."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder.find_spec`."""
        if fullname not in PUT_OFF:
            return _after_its_package(fullname)
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _LazyLoader(spec.loader)
        return spec


class _LoadedLoader(importlib.abc.Loader):
    """Gives a module that is already there."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """See `importlib.abc.Loader.create_module`."""
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        """Give it back the spec that the import system has just overwritten."""
        module.__spec__ = self._spec


def _after_its_package(fullname: str) -> importlib.machinery.ModuleSpec | None:
    """Run a lazy package before another module of it is imported, which may itself have been imported by that.

    Rasa's packages are spared: their modules do not lean on the package's own code.
    """
    package = sys.modules.get(fullname.rpartition(".")[0])
    if not isinstance(package, _LazyModule) or fullname.startswith("rasa."):
        return None
    _run(package)
    loaded = sys.modules.get(fullname)
    return importlib.machinery.ModuleSpec(fullname, _LoadedLoader(loaded)) if loaded else None


def _run(module: ModuleType) -> None:
    """Run the code of a lazy module, after that of its package."""
    package = module.__name__.rpartition(".")[0]
    if package and package in sys.modules:
        _run(sys.modules[package])
    if not isinstance(module, _LazyModule) or module.__spec__ is None:
        return
    loader = module.__spec__.loader
    assert isinstance(loader, _LazyLoader)
    module.__spec__.loader = loader.real
    module.__class__ = ModuleType  # type: ignore[assignment]
    loader.real.exec_module(module)


def _later(module: ModuleType, name: str) -> type:
    """A class whose call calls what the module really has under that name."""

    def call(cls: type, *arguments: Any, **named: Any) -> Any:
        _run(module)
        return getattr(module, name)(*arguments, **named)

    return type(name, (), {"__new__": call})
