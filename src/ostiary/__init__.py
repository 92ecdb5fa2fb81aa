"""Ostiary compiles AWS IAM policies into a decision DAG and decides requests with it.

    import ostiary

    policies = ostiary.PolicySet()
    policies.attach(document, type="identity", to="arn:aws:iam::111122223333:role/app", name="AppAccess")
    engine = ostiary.compile(policies)
    decision = engine.authorize(principal, "s3:GetObject", "arn:aws:s3:::bucket/key", {"aws:SourceIp": "203.0.113.9"})

What is exported here is the public interface; everything else may change.
"""

import importlib
import typing

from ostiary._loading import load
from ostiary._version import __version__
from ostiary.holder import EngineHolder, Reloaded, ReloadFailed, watch
from ostiary_grammar.diagnostics import Diagnostic, Severity
from ostiary_grammar.errors import LimitError, OstiaryError, PolicyError, ProgramError, RequestError
from ostiary_grammar.limits import Limits
from ostiary_grammar.terms import Effect, PolicyType
from ostiary_runtime.context import ABSENT, UNKNOWN
from ostiary_runtime.decision import Decision, Doubt, StatementRef, Undecided
from ostiary_runtime.engine import Engine
from ostiary_runtime.explain import Explanation
from ostiary_runtime.request import Principal
from ostiary_runtime.templates import ResourceTemplate

if typing.TYPE_CHECKING:
    from ostiary._facade import check, compile  # noqa: A004  # `compile` is what it does
    from ostiary_compiler.policyset import PolicySet

__all__ = [
    "ABSENT",
    "UNKNOWN",
    "Decision",
    "Diagnostic",
    "Doubt",
    "Effect",
    "Engine",
    "EngineHolder",
    "Explanation",
    "LimitError",
    "Limits",
    "OstiaryError",
    "PolicyError",
    "PolicySet",
    "PolicyType",
    "Principal",
    "ProgramError",
    "ReloadFailed",
    "Reloaded",
    "RequestError",
    "ResourceTemplate",
    "Severity",
    "StatementRef",
    "Undecided",
    "__version__",
    "check",
    "compile",
    "load",
    "watch",
]

# What reads policies brings the parser along, so it is imported when it is first asked for: a host that loads saved
# programs pays neither for lark nor for networkx.
_LATER = {"PolicySet": "ostiary_compiler.policyset", "check": "ostiary._facade", "compile": "ostiary._facade"}

if not typing.TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _LATER:
            raise AttributeError(f"module `ostiary` has no attribute `{name}`")
        value = globals()[name] = getattr(importlib.import_module(_LATER[name]), name)
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *_LATER})
