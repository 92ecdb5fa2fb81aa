"""The calls of the public interface that put the parts together: `compile` and `check`."""

from collections.abc import Iterable

from ostiary_compiler.checks import check_document
from ostiary_compiler.compile import check_set, compile_program, is_trust_policy
from ostiary_compiler.policyset import DocumentLike, PolicySet, policy_type, source_of
from ostiary_grammar.collecting import uncollected
from ostiary_grammar.diagnostics import Diagnostic
from ostiary_grammar.errors import PolicyError
from ostiary_grammar.limits import DEFAULT_LIMITS, Limits
from ostiary_grammar.parser import parse_policy
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.engine import Engine


def compile(  # noqa: A001  # the public name
    policies: PolicySet | DocumentLike, *, layers: Iterable[str | PolicyType] | None = None
) -> Engine:
    """Compiles policies into an engine.

    `policies`: a `PolicySet`, or one document (JSON text, a mapping or a `Path`), which counts as the identity policy of
    every caller. `layers`: which types of policy are asked; a type that is not asked counts as allowing and never denies.
    By default all of them, as the set has them; for a lone document identity policies alone.

    Raises PolicyError with every error of every document, LimitError where one is too large.
    """
    asked = None
    if layers is not None:
        asked = [each if isinstance(each, PolicyType) else policy_type(each) for each in layers]
    with uncollected():
        return Engine(compile_program(policies, layers=asked))


def check(
    policies: PolicySet | DocumentLike,
    *,
    type: str | None = None,  # noqa: A002  # IAM's word for it
    limits: Limits = DEFAULT_LIMITS,
) -> list[Diagnostic]:
    """What there is to say about policies, in reading order; errors make a document unusable.

    `type` is the type of a lone document; without it, only what holds for every type is checked. Never raises for what
    is wrong in a text: that is what the diagnostics say.
    """
    if isinstance(policies, PolicySet):
        return check_set(policies)
    try:
        source = source_of(policies)
    except PolicyError as problem:
        return list(problem.diagnostics)
    parsed = parse_policy(source, limits)
    if parsed.document is None:
        return list(parsed.diagnostics)
    kind = policy_type(type) if type is not None else None
    trust = kind is PolicyType.RESOURCE and is_trust_policy(parsed.document)
    return [*parsed.diagnostics, *check_document(parsed.document, kind, trust=trust)]
