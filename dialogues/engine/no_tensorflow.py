"""Rasa without TensorFlow: import this before anything of Rasa.

Rasa 3.6 imports TensorFlow at the top of modules whose models are not used here. Each of its names becomes an
empty class that can be called, subclassed and used as a decorator. A pipeline that really needs TensorFlow
(DIET, TED) fails at once; `engine.commands` checks config.yml for that.
"""

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence
from typing import Any

MISSING = ("tensorflow", "keras", "tensorflow_hub", "tensorflow_text", "tensorflow_addons")


class Anything(type):
    """A class whose every attribute is another such class."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(name, (Nothing,), {})


class Nothing(metaclass=Anything):
    """Stands for any name of TensorFlow; as a decorator it gives the function back."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and isinstance(args[0], types.FunctionType):
            return args[0]
        return super().__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return args[0] if args else None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing


class EmptyModule(types.ModuleType):
    """A module that has every name."""

    __version__ = "2.12.0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(name, (Nothing,), {})


class EmptyModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds TensorFlow and its kin where they are not installed."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in MISSING:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module = EmptyModule(spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        pass


if not any(isinstance(finder, EmptyModules) for finder in sys.meta_path):
    sys.meta_path.insert(0, EmptyModules())
