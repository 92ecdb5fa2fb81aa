"""Condition tests: one key under one operator, made ready once and then asked for many requests.

In: a `ConditionTest` of the program. Out: a `Condition` whose `of_state` answers Yes, No or Unknown for a key's state.
The rules are those of iam-semantics.md section 6: absent keys 6.3, set operators 6.13, empty value lists 6.14.
Invariant: a state that is not known gives Unknown, and what cannot be parsed never turns into Yes.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import assert_never

from ostiary_grammar.arn import split_arn
from ostiary_grammar.pattern import Glob, Literal, Variable, Wild
from ostiary_grammar.terms import Family, Operator, Quantifier, fold
from ostiary_grammar.variables import parse_template
from ostiary_runtime.context import ABSENT, Reader, State, state_of
from ostiary_runtime.context import UNKNOWN as NOT_KNOWN
from ostiary_runtime.globs import has_variables, matcher
from ostiary_runtime.match import NO, UNKNOWN, YES, Match, yes_or_no
from ostiary_runtime.program import ConditionTest
from ostiary_runtime.substitute import Resolved, split_fields, substitute
from ostiary_runtime.values import (
    fold_case,
    parse_address,
    parse_binary,
    parse_boolean,
    parse_date,
    parse_network,
    parse_number,
)

One = Callable[[str, Reader | None], Match]
"""Whether one request value passes the test, negation included."""


class Condition:
    """A condition test made ready. `variables` tells whether its values depend on other keys of the request."""

    __slots__ = ("_one", "_truths", "absent", "test", "variables")

    def __init__(self, test: ConditionTest) -> None:
        self.test = test
        self.variables, self._one = _single_value_test(test)
        self._truths = {text for value in test.values if (text := parse_boolean(value))}
        self.absent = self._of_nothing(absent=True)

    def of_state(self, state: State, reader: Reader | None = None) -> Match:
        """The answer for a state of the key; `reader` is needed only if `variables`."""
        form = self.test.form
        if form.base is Operator.NULL:
            return self._null(state)
        if state is NOT_KNOWN:
            never = form.quantifier is Quantifier.FOR_ANY_VALUE and not (self.test.values or form.if_exists)
            return NO if never else UNKNOWN
        if state is ABSENT:
            return self.absent
        values = (state,) if isinstance(state, str) else state
        if form.quantifier is None:
            if not self.test.values:
                return NO if form.if_exists else UNKNOWN
            return self._one(values[0], reader) if len(values) == 1 else NO
        values = tuple(value for value in values if value)
        if not values:
            return self._of_nothing(absent=False)
        if not self.test.values:
            return NO
        answers = [self._one(value, reader) for value in values]
        return min(answers) if form.quantifier is Quantifier.FOR_ALL_VALUES else max(answers)

    def of_value(self, value: object, reader: Reader | None = None) -> Match:
        """The answer for a context value as the caller gave it."""
        return self.of_state(state_of(value), reader)

    def _of_nothing(self, *, absent: bool) -> Match:
        """The answer where the key is absent, or where a set holds no value (6.3, 6.14)."""
        form = self.test.form
        if form.base is Operator.NULL:
            return self._null(ABSENT)
        if form.if_exists and absent:
            return UNKNOWN if form.quantifier is Quantifier.FOR_ANY_VALUE else YES
        match form.quantifier:
            case Quantifier.FOR_ALL_VALUES:
                return YES
            case Quantifier.FOR_ANY_VALUE:
                return NO
            case None:
                return yes_or_no(form.base.negated) if self.test.values else UNKNOWN
            case _ as never:
                assert_never(never)

    def _null(self, state: State) -> Match:
        """`Null` asks whether there is a value that is not empty (6.12)."""
        if self.test.form.quantifier is not None or not self.test.values:
            return UNKNOWN
        if len(self._truths) == 2:
            return YES
        if state is NOT_KNOWN:
            return UNKNOWN
        present = state is not ABSENT and any((state,) if isinstance(state, str) else state)
        return yes_or_no(("false" if present else "true") in self._truths)


def _single_value_test(test: ConditionTest) -> tuple[bool, One]:
    operator = test.form.base
    match operator.family:
        case Family.STRING:
            return _strings(test)
        case Family.ARN:
            return _arns(test)
        case Family.NUMERIC:
            return False, _ordered(test, parse_number)
        case Family.DATE:
            return False, _ordered(test, parse_date)
        case Family.BOOL:
            return False, _booleans(test)
        case Family.BINARY:
            known = {value for text in test.values if (value := parse_binary(text)) is not None}
            return False, lambda value, _reader: yes_or_no(value in known)
        case Family.IP_ADDRESS:
            return False, _addresses(test)
        case Family.NULL:
            return False, lambda _value, _reader: UNKNOWN
        case _ as never:
            assert_never(never)


def _strings(test: ConditionTest) -> tuple[bool, One]:
    """String operators compare by code point (6.5); a value with variables is put together for each request (5.3)."""
    operator = test.form.base
    like = operator in (Operator.STRING_LIKE, Operator.STRING_NOT_LIKE)
    fold = operator in (Operator.STRING_EQUALS_IGNORE_CASE, Operator.STRING_NOT_EQUALS_IGNORE_CASE)
    negated = operator.negated
    plain: set[str] = set()
    patterns: list[Callable[[str], bool]] = []
    templates: list[Glob] = []
    for text in test.values:
        glob = parse_template(text, variables=test.variables, wildcards=like)
        if has_variables(glob):
            templates.append(glob)
        elif any(isinstance(token, Wild) for token in glob):
            patterns.append(matcher(glob))
        else:
            literal = "".join(token.text for token in glob if isinstance(token, Literal))
            plain.add(fold_case(literal) if fold else literal)

    def one(value: str, reader: Reader | None) -> Match:
        text = fold_case(value) if fold else value
        answer = yes_or_no(text in plain or any(pattern(text) for pattern in patterns))
        if templates and answer is not YES:
            answer = max(answer, *(_template(glob, text, reader, fold=fold) for glob in templates))
        return answer.negate() if negated else answer

    return bool(templates), one


def _template(glob: Glob, text: str, reader: Reader | None, *, fold: bool) -> Match:
    """A value with variables: unresolved never matches, one whose value is not known may be any text."""
    filled = substitute(glob, reader)
    if filled is None:
        return NO
    tokens = _fold(filled.glob) if fold else filled.glob
    if not matcher(tokens)(text):
        return NO
    return YES if filled.known else UNKNOWN


def _fold(glob: Glob) -> Glob:
    return tuple(Literal(fold_case(token.text)) if isinstance(token, Literal) else token for token in glob)


def _arns(test: ConditionTest) -> tuple[bool, One]:
    """Arn operators compare field by field, wildcards staying inside their field except the last (6.11)."""
    negated = test.form.base.negated
    fixed: list[Resolved] = []
    templates: list[Glob] = []
    for text in test.values:
        glob = parse_template(text, variables=test.variables, wildcards=True)
        if has_variables(glob):
            templates.append(glob)
        else:
            fixed.append(Resolved(glob, known=True))
    ready = [_arn_fields(resolved) for resolved in fixed]

    def one(value: str, reader: Reader | None) -> Match:
        fields = split_arn(value)
        if len(fields) != 6 or fields[0] != "arn":
            return NO
        answer = NO
        for pattern in ready:
            answer = max(answer, _arn_match(pattern, fields))
        for glob in templates:
            filled = substitute(glob, reader)
            if filled is not None and filled.known:
                answer = max(answer, _arn_match(_arn_fields(filled), fields))
            elif filled is not None and (_may_be_short(filled.glob) or matcher(filled.glob)(value)):
                answer = max(answer, UNKNOWN)
        return answer.negate() if negated else answer

    return bool(templates), one


def _may_be_short(glob: Glob) -> bool:
    """Whether a value could have fewer than six fields once its variables are known."""
    return sum(token.text.count(":") for token in glob if isinstance(token, Literal)) < 5


def _arn_fields(resolved: Resolved) -> tuple[Glob, ...]:
    return split_fields(resolved.glob)


def _arn_match(pattern: tuple[Glob, ...], fields: tuple[str, ...]) -> Match:
    if len(pattern) != 6:
        return UNKNOWN
    return yes_or_no(all(matcher(glob)(text) for glob, text in zip(pattern, fields, strict=True)))


def _ordered(test: ConditionTest, parse: Callable[[str], Decimal | None]) -> One:
    """Numbers and dates: compared as exact values (6.6, 6.7); what cannot be parsed is Unknown when negated (6.4)."""
    compare = _COMPARISONS[test.form.base.value.removeprefix(test.form.base.family.value)]
    negated = test.form.base.negated
    bounds = [parse(text) for text in test.values]
    known = [bound for bound in bounds if bound is not None]
    doubtful = len(known) < len(bounds)

    def one(value: str, _reader: Reader | None) -> Match:
        number = parse(value)
        if number is None:
            return UNKNOWN if negated else NO
        found = any(compare(number, bound) for bound in known)
        if not negated:
            return yes_or_no(found)
        return NO if found else UNKNOWN if doubtful else YES

    return one


_COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "Equals": lambda value, bound: value == bound,
    "NotEquals": lambda value, bound: value == bound,
    "LessThan": lambda value, bound: value < bound,
    "LessThanEquals": lambda value, bound: value <= bound,
    "GreaterThan": lambda value, bound: value > bound,
    "GreaterThanEquals": lambda value, bound: value >= bound,
}


def _booleans(test: ConditionTest) -> One:
    truths = {truth for text in test.values if (truth := parse_boolean(text))}

    def one(value: str, _reader: Reader | None) -> Match:
        if not truths:
            return NO  # no value of the policy can match
        truth = parse_boolean(value)
        return UNKNOWN if truth is None else yes_or_no(truth in truths)

    return one


def _addresses(test: ConditionTest) -> One:
    """IP ranges: families never match each other; an IPv4-mapped address is Unknown where it would matter (6.10)."""
    negated = test.form.base.negated
    ranges = [parse_network(text) for text in test.values]
    networks = [network for network in ranges if network is not None]
    doubtful = len(networks) < len(ranges)

    def one(value: str, _reader: Reader | None) -> Match:
        address = parse_address(value)
        if address is None:
            return UNKNOWN if negated else NO
        found = any(network.holds(address) for network in networks)
        mapped = address.mapped
        if mapped is not None and any(network.holds(mapped) for network in networks) != found:
            return UNKNOWN
        if not negated:
            return yes_or_no(found)
        return NO if found else UNKNOWN if doubtful else YES

    return one


def variables_of(test: ConditionTest) -> tuple[str, ...]:
    """The variables' keys in the values of a test, folded, in order of their first use."""
    if not test.variables or test.form.base.family not in (Family.STRING, Family.ARN):
        return ()
    keys: dict[str, None] = {}
    for text in test.values:
        for token in parse_template(text, variables=True, wildcards=True):
            if isinstance(token, Variable):
                keys.setdefault(fold(token.key), None)
    return tuple(keys)
