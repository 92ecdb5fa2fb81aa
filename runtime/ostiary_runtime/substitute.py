"""Policy variables: filling a pattern with the values of a request (iam-semantics.md 5.3).

In: a glob with variables, and the request's `Reader`. Out: a glob without, or None where a variable does not resolve.
Invariant: a substituted value is literal text; wildcards inside it stay literal, and it is never scanned again.
"""

from dataclasses import dataclass

from ostiary_grammar.pattern import Glob, Literal, Token, Variable, Wild
from ostiary_grammar.terms import fold
from ostiary_runtime.context import UNKNOWN, Reader
from ostiary_runtime.keys import usual_spelling


@dataclass(frozen=True, slots=True)
class Resolved:
    """A glob without variables. Not `known`: some value is not known, and a star stands for any text in its place.

    It may then turn out not to resolve at all: with a default too, since the key may turn out to be multivalued.
    """

    glob: Glob
    known: bool


def substitute(glob: Glob, reader: Reader | None) -> Resolved | None:
    """The glob with its variables filled; None if one of them has neither a single value nor a default.

    An empty value counts as missing. A multivalued key does not resolve, even if the request holds one value.
    """
    tokens: list[Token] = []
    known = True
    for token in glob:
        if not isinstance(token, Variable):
            tokens.append(token)
            continue
        key = fold(token.key)
        state = reader.state(key, usual_spelling(key, token.key)) if reader is not None else UNKNOWN
        if state is UNKNOWN:
            known = False
            tokens.append(Wild.STAR)
        elif isinstance(state, str) and state:
            tokens.append(Literal(state))
        elif isinstance(state, tuple) or token.default is None:
            return None
        elif token.default:
            tokens.append(Literal(token.default))
    return Resolved(_joined(tokens), known)


def split_fields(glob: Glob) -> tuple[Glob, ...]:
    """The glob split at its first five colons that are literal text."""
    fields: list[list[Token]] = [[]]
    for token in glob:
        if not isinstance(token, Literal):
            fields[-1].append(token)
            continue
        first, *rest = token.text.split(":", 6 - len(fields)) if len(fields) < 6 else [token.text]
        if first:
            fields[-1].append(Literal(first))
        fields.extend([Literal(piece)] if piece else [] for piece in rest)
    return tuple(tuple(field) for field in fields)


def _joined(tokens: list[Token]) -> Glob:
    """Neighbouring literals as one, neighbouring stars as one."""
    joined: list[Token] = []
    for token in tokens:
        if joined and isinstance(token, Literal) and isinstance(joined[-1], Literal):
            joined[-1] = Literal(joined[-1].text + token.text)
        elif not (joined and token is Wild.STAR and joined[-1] is Wild.STAR):
            joined.append(token)
    return tuple(joined)
