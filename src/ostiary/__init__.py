"""Ostiary compiles AWS IAM policies into a decision DAG and decides requests with it.

    import ostiary

    policies = ostiary.PolicySet()
    policies.attach(document, type="identity", to="arn:aws:iam::111122223333:role/app", name="AppAccess")
    engine = ostiary.compile(policies)
    decision = engine.authorize(principal, "s3:GetObject", "arn:aws:s3:::bucket/key", {"aws:SourceIp": "203.0.113.9"})

What is exported here is the public interface; everything else may change.
"""

from ostiary._facade import check, compile, load  # noqa: A004  # `compile` is what it does
from ostiary._version import __version__
from ostiary.holder import EngineHolder, Reloaded, ReloadFailed, watch
from ostiary_compiler.policyset import PolicySet
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
