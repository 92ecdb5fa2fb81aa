"""Sample values: what a condition key could hold so that a test passes, or does not.

In: a condition test, its key's state, and the request's reader for variables. Out: `Sample`s: a value, and words for people.
They are guesses that have to be tried: whoever uses them asks the engine whether they do what they should.
Never suggested: a value that a policy does not name, except where any other value would do.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from typing import assert_never

from ostiary_grammar.pattern import Glob, Literal, Variable, Wild
from ostiary_grammar.terms import Family, Operator, Quantifier, fold
from ostiary_grammar.variables import parse_template
from ostiary_runtime.context import Reader
from ostiary_runtime.keys import usual_spelling
from ostiary_runtime.program import ConditionTest
from ostiary_runtime.substitute import substitute
from ostiary_runtime.values import parse_boolean, parse_date, parse_network, parse_number


@dataclass(frozen=True, slots=True)
class Sample:
    """A value to try for a key (None: absent), and the end of a sentence that begins with the key: `were `x``."""

    key: str
    value: object
    words: str


def samples(test: ConditionTest, reader: Reader) -> Iterator[Sample]:
    """Values of the test's key that are worth trying: those that the test names, one that it does not, and none."""
    shown, multivalued = test.shown, test.form.quantifier is not None
    for value, words in _named(test, reader):
        yield Sample(shown, (value,) if multivalued else value, words)
    other = _other(test)
    if other is not None:
        yield Sample(shown, (other[0],) if multivalued else other[0], other[1])
    yield Sample(shown, None, "were absent")
    if test.form.base is Operator.NULL:
        yield Sample(shown, ("x",) if multivalued else "x", "were present")
    if test.form.quantifier is Quantifier.FOR_ALL_VALUES:
        yield Sample(shown, (), "held no value")


def variable_samples(tail: Glob, text: str) -> Iterator[Sample]:
    """Values of the variables of a resource pattern with which it could match a resource part.

    A variable takes what stands between the literals beside it.
    """
    for at, token in enumerate(tail):
        if not isinstance(token, Variable):
            continue
        before, after = tail[at - 1] if at else None, tail[at + 1] if at + 1 < len(tail) else None
        start = 0
        if isinstance(before, Literal):
            found = text.find(before.text)
            if found < 0:
                continue
            start = found + len(before.text)
        end = len(text)
        if isinstance(after, Literal):
            end = text.find(after.text, start)
        value = text[start:end] if end >= start else ""
        if value and "*" not in value:
            yield Sample(usual_spelling(fold(token.key), token.key), value, f"were `{value}`")


def _named(test: ConditionTest, reader: Reader) -> Iterator[tuple[str, str]]:
    """What the policy's own values stand for."""
    family = test.form.base.family
    for text in test.values:
        match family:
            case Family.STRING | Family.ARN:
                like = family is Family.ARN or test.form.base in (Operator.STRING_LIKE, Operator.STRING_NOT_LIKE)
                yield from _filled(text, reader, variables=test.variables, like=like)
            case Family.NUMERIC:
                number = parse_number(text)
                for near in (number, number and number - 1, number and number + 1) if number is not None else ():
                    yield _plain(near), f"were {_plain(near)}"
            case Family.DATE:
                if parse_date(text) is not None:
                    yield text, f"were {text}"
                    yield "1970-01-01T00:00:00Z", f"were before {text}"
                    yield "2999-01-01T00:00:00Z", f"were after {text}"
            case Family.BOOL:
                truth = parse_boolean(text)
                if truth is not None:
                    yield truth, f"were {truth}"
            case Family.IP_ADDRESS:
                address = _inside(text)
                if address is not None:
                    yield address, f"were in {text}"
            case Family.BINARY:
                yield text, f"were `{text}`"
            case Family.NULL:
                pass
            case _ as never:
                assert_never(never)


def _filled(text: str, reader: Reader, *, variables: bool, like: bool) -> Iterator[tuple[str, str]]:
    """A text that a value stands for; wildcards are filled with a letter. A lone star is nothing to suggest."""
    filled = substitute(parse_template(text, variables=variables, wildcards=like), reader)
    if filled is None or not filled.known or filled.glob == (Wild.STAR,):
        return
    value = "".join(token.text if isinstance(token, Literal) else "x" for token in filled.glob)
    wild = any(isinstance(token, Wild) for token in filled.glob)
    yield value, f"matched `{text}`" if wild else f"were `{value}`"


def _other(test: ConditionTest) -> tuple[str, str] | None:
    """A value that the policy does not name."""
    listed = _list(test.values)
    if "*" in test.values and test.form.base in (Operator.STRING_LIKE, Operator.STRING_NOT_LIKE):
        return "~", "were present"
    match test.form.base.family:
        case Family.STRING:
            return "~", f"were something else than {listed}"
        case Family.ARN:
            return "arn:aws:iam::000000000000:user/~", f"were something else than {listed}"
        case Family.BOOL:
            truths = {parse_boolean(value) for value in test.values}
            other = next((truth for truth in ("true", "false") if truth not in truths), None)
            return (other, f"were {other}") if other is not None else None
        case Family.IP_ADDRESS:
            return "192.0.2.254", f"were outside {listed}"
        case Family.NUMERIC | Family.DATE | Family.BINARY | Family.NULL:
            return None
        case _ as never:
            assert_never(never)


def _list(values: tuple[str, ...], most: int = 3) -> str:
    shown = ", ".join(f"`{value}`" for value in values[:most])
    return f"{shown} and {len(values) - most} more" if len(values) > most else shown


def _inside(text: str) -> str | None:
    network = parse_network(text)
    if network is None:
        return None
    number = network.bits << network.shift
    return str(IPv4Address(number) if network.version == 4 else IPv6Address(number))


def _plain(number: Decimal | int | None) -> str:
    return format(Decimal(number or 0), "f")
