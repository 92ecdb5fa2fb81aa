"""The request context on the command line: `--context key=value` and `--context-file`.

    key=value     the key has this value; given more than once, the key is multivalued
    key=          the key has an empty value
    key?          whether the request carries the key, and with which value, is not known

In: the words of the options, and a JSON file with one object. Out: a context for `Engine.authorize`.
A key on the command line replaces the same key of the file. Letter case of keys does not matter (iam-semantics.md 7.1).
"""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from ostiary_grammar.errors import RequestError
from ostiary_grammar.terms import fold
from ostiary_grammar.wording import quoted
from ostiary_runtime.context import UNKNOWN, state_of

Context = dict[str, object]


def read_context(words: Sequence[str], file: Path | None) -> Context:
    """The context that the options give. Wrong words are usage errors, a wrong file is a RequestError."""
    from_file = {fold(key): (key, value) for key, value in _read_file(file).items()} if file is not None else {}
    return dict({**from_file, **_read_words(words)}.values())


def _read_words(words: Sequence[str]) -> dict[str, tuple[str, object]]:
    values: dict[str, list[str]] = {}
    spelled: dict[str, str] = {}
    unknown: set[str] = set()
    for word in words:
        key, equals, value = word.partition("=")
        key = key if equals else key.removesuffix("?")
        if not key or not (equals or word.endswith("?")):
            raise click.BadParameter(f"{quoted(word)} is neither `key=value` nor `key?`", param_hint="--context")
        folded = fold(key)
        spelled.setdefault(folded, key)
        if equals:
            values.setdefault(folded, []).append(value)
        else:
            unknown.add(folded)
        if folded in unknown and folded in values:
            message = f"{quoted(key)} has a value and is said to be not known"
            raise click.BadParameter(message, param_hint="--context")
    return {
        folded: (
            key,
            UNKNOWN if folded in unknown else values[folded] if len(values[folded]) > 1 else values[folded][0],
        )
        for folded, key in spelled.items()
    }


def _read_file(file: Path) -> Context:
    try:
        # Numbers keep the text that they were written with: that is what conditions compare.
        context = json.loads(
            file.read_bytes(),
            parse_int=str,
            parse_float=str,
            parse_constant=_no_number,
            object_pairs_hook=_object,
        )
    except OSError as problem:
        raise RequestError(f"cannot read {quoted(str(file))}: {(problem.strerror or str(problem)).lower()}") from None
    except json.JSONDecodeError as problem:
        place = f"{problem.lineno}:{problem.colno}"
        raise RequestError(f"{quoted(str(file))} is not JSON at {place}: {problem.msg.lower()}") from None
    except (UnicodeDecodeError, RecursionError):
        raise RequestError(f"{quoted(str(file))} is not JSON") from None
    if not isinstance(context, dict):
        raise RequestError(f"{quoted(str(file))} must hold one object, from condition key to value")
    for key, value in context.items():
        try:
            state_of(value)
        except RequestError:
            message = f"the value of {quoted(key)} must be text, a number, a boolean, null, or a list of them"
            raise RequestError(f"{quoted(str(file))}: {message}") from None
    return context


def _object(members: list[tuple[str, object]]) -> Context:
    spelled: dict[str, str] = {}
    for key, _ in members:
        folded = fold(key)
        if folded in spelled:
            raise RequestError(f"the context says {quoted(spelled[folded])} and {quoted(key)}, which are one key")
        spelled[folded] = key
    return dict(members)


def _no_number(word: str) -> object:
    raise RequestError(f"the context holds {quoted(word)}, which is no number")
