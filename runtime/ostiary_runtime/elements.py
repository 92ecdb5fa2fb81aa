"""The Action and Resource elements: whether one pattern, or a whole element, matches (iam-semantics.md 2 and 3).

This is the clear version: it looks at every pattern and needs no index. The leaves decide from the index and come back
here where a pattern needs a test, so both agree by construction where they can, and by test where they cannot.
"""

from collections.abc import Callable, Sequence
from typing import assert_never

from ostiary_grammar.pattern import STAR, ActionPattern, Glob, Literal, ResourceForm, Token, Variable, Wild
from ostiary_runtime.context import Reader
from ostiary_runtime.globs import has_variables, matcher
from ostiary_runtime.kept import Kept, glob_size
from ostiary_runtime.match import NO, UNKNOWN, YES, Match
from ostiary_runtime.program import ResourceTest
from ostiary_runtime.request import Resource
from ostiary_runtime.substitute import substitute
from ostiary_runtime.templates import covers, overlaps


def match_action(pattern: ActionPattern, action: str) -> Match:
    """Whether a pattern matches a folded action. Forms that AWS does not document give Unknown where they would match."""
    service, _, name = action.partition(":")
    if not (matcher(pattern.service)(service) and matcher(pattern.name)(name)):
        return NO
    return YES if pattern.certain else UNKNOWN


def match_actions(patterns: Sequence[ActionPattern], action: str, *, negated: bool) -> Match:
    """Whether an `Action` or `NotAction` element matches. An empty NotAction is Unknown (iam-semantics.md 1.3)."""
    if negated and not patterns:
        return UNKNOWN
    answer = max((match_action(pattern, action) for pattern in patterns), default=NO)
    return answer.negate() if negated else answer


def match_resource(test: ResourceTest, resource: Resource, reader: Reader, *, unresolved: Match = NO) -> Match:
    """Whether a pattern matches a resource (iam-semantics.md 3.5).

    `unresolved` is the answer for a pattern with a variable that has no value: No, but Unknown under NotResource (10.4).
    """
    match test.form:
        case ResourceForm.ANY:
            return YES
        case ResourceForm.STARS:
            return UNKNOWN
        case ResourceForm.NEVER:
            return NO
        case ResourceForm.ARN:
            pass
        case _ as never:
            assert_never(never)
    if not resource.fields:
        return NO
    tail, known = test.fields[4], True
    if has_variables(tail):
        filled = substitute(tail, reader)
        if filled is None:
            return _unresolved(test, resource) if unresolved is UNKNOWN else NO
        if not filled.known and unresolved is UNKNOWN and _unresolved(test, resource) is UNKNOWN:
            return UNKNOWN
        tail, known = filled.glob, filled.known
    if resource.holes is not None:
        return _match_template(test, (*test.fields[:4], tail), resource.holes, sure=known and not test.unsure)
    if header_matches(test.fields[:4], resource.fields) and matcher(tail)(resource.fields[5]):
        return YES if known and not test.unsure else UNKNOWN
    return UNKNOWN if crosses(test, tail, resource.text) else NO


def _unresolved(test: ResourceTest, resource: Resource) -> Match:
    """A pattern under NotResource with a variable that has no value: Unknown on the resources that it is about (10.4)."""
    tail = STAR
    if resource.holes is not None:
        possible = _match_template(test, (*test.fields[:4], tail), resource.holes, sure=False)
        return UNKNOWN if possible is not NO else NO
    if header_matches(test.fields[:4], resource.fields):
        return UNKNOWN
    return UNKNOWN if crosses(test, with_stars(test.fields[4]), resource.text) else NO


def with_stars(tail: Glob) -> Glob:
    """The glob with a star for every variable: it matches whatever the glob could match."""
    return tuple(Wild.STAR if isinstance(token, Variable) else token for token in tail)


def _match_template(test: ResourceTest, fields: tuple[Glob, ...], holes: tuple[Glob, ...], *, sure: bool) -> Match:
    """A resource with holes: Yes if the pattern covers every filling, No if it covers none, else Unknown."""
    pairs = list(zip(fields, holes, strict=True))
    if all(covers(pattern, template) for pattern, template in pairs):
        return YES if sure else UNKNOWN
    if all(overlaps(pattern, template) for pattern, template in pairs):
        return UNKNOWN
    if test.written == 5 and not _may_hold_colon(holes):
        return NO
    crossing = test.crossing and overlaps(joined(fields[: test.written]), joined(holes))
    return UNKNOWN if crossing else NO


# Services whose resource parts never hold a colon, so that a hole in one cannot either.
_WITHOUT_COLONS = frozenset({(Literal(service),) for service in ("ec2", "iam", "kms", "sqs")})


def _may_hold_colon(holes: tuple[Glob, ...]) -> bool:
    """Whether the resource part of a template can have a colon, which the reading of 10.1 needs."""
    service, tail = holes[1], holes[4]
    return service not in _WITHOUT_COLONS or any(isinstance(token, Literal) and ":" in token.text for token in tail)


def joined(fields: Sequence[Glob]) -> Glob:
    """Fields as one glob with colons between them."""
    tokens: list[Token] = []
    for at, glob in enumerate(fields):
        tokens += [*((Literal(":"),) if at else ()), *glob]
    return tuple(tokens)


def header_matches(pattern: Sequence[Glob], fields: Sequence[str]) -> bool:
    """Whether the four fields between `arn` and the resource part match, each for itself."""
    return all(matcher(glob)(text) for glob, text in zip(pattern, fields[1:5], strict=True))


def crosses(test: ResourceTest, tail: Glob, text: str) -> bool:
    """Whether the pattern matches when a star at the end of a field may run over colons (iam-semantics.md 10.1).

    `tail` is the resource part with its variables filled. Short patterns are taken as written, without padding.
    """
    if test.written == 5 and text.count(":") == 5:
        return False  # each of the pattern's five colons has its own in the text: no star has one left to run over
    return bool(test.crossing) and crossing_glob(test, tail)(text)


def crossing_glob(test: ResourceTest, tail: Glob) -> Callable[[str], bool]:
    """The matcher of `crosses`, made ready."""
    return _crossings[test.fields[: test.written], tail]


class _Crossing:
    """Matches a whole ARN text against fields whose last star may run over colons while other wildcards may not.

    Done as a set of reachable places, one step per token: linear in the text for each token.
    """

    __slots__ = ("_steps",)

    def __init__(self, steps: tuple[tuple[str, str], ...]) -> None:
        self._steps = steps

    def __call__(self, text: str) -> bool:
        places = {0}
        for kind, literal in self._steps:
            places = _advance(places, kind, literal, text)
            if not places:
                return False
        return len(text) in places


def _advance(places: set[int], kind: str, literal: str, text: str) -> set[int]:
    match kind:
        case "literal":
            return {at + len(literal) for at in places if text.startswith(literal, at)}
        case "one":
            return {at + 1 for at in places if at < len(text)}
        case "one-in-field":
            return {at + 1 for at in places if at < len(text) and text[at] != ":"}
        case "run":
            return set(range(min(places), len(text) + 1))
        case "run-in-field":
            reached: set[int] = set()
            end = -1
            for at in sorted(places):
                if at > end:  # else it lies in the run of a place before it
                    end = text.find(":", at)
                    end = len(text) if end < 0 else end
                    reached.update(range(at, end + 1))
            return reached
        case _:
            raise AssertionError(kind)


def _crossing(asked: tuple[tuple[Glob, ...], Glob]) -> _Crossing:
    fields, tail = asked
    steps: list[tuple[str, str]] = [("literal", "arn")]
    for index, glob in enumerate(fields):
        steps.append(("literal", ":"))
        in_field = index < 4
        tokens = glob if in_field else tail
        for at, token in enumerate(tokens):
            match token:
                case Literal(literal):
                    steps.append(("literal", literal))
                case Wild.ANY:
                    steps.append(("one-in-field" if in_field else "one", ""))
                case Wild.STAR:
                    stays = in_field and at < len(tokens) - 1
                    steps.append(("run-in-field" if stays else "run", ""))
                case Variable():
                    raise AssertionError("variables are filled before")
                case _ as never:
                    assert_never(never)
    return _Crossing(tuple(steps))


_crossings: Kept[tuple[tuple[Glob, ...], Glob], _Crossing] = Kept(
    _crossing, 1024, lambda asked: glob_size(*asked[0], asked[1])
)


def match_resources(tests: Sequence[ResourceTest], resource: Resource, reader: Reader, *, negated: bool) -> Match:
    """Whether a `Resource` or `NotResource` element matches. An empty NotResource is Unknown (iam-semantics.md 1.3)."""
    if negated and not tests:
        return UNKNOWN
    unresolved = UNKNOWN if negated else NO
    answer = NO
    for test in tests:
        answer = max(answer, match_resource(test, resource, reader, unresolved=unresolved))
        if answer is YES:
            break
    return answer.negate() if negated else answer
