"""The request context: three states per key, keys without regard to case (iam-semantics.md 0.4, 7.1).

In: the caller's mapping from condition key to value. Out: the state of one key: a text (single value), a tuple of
texts (multivalued), `ABSENT`, or `UNKNOWN`. Values are text; what they mean is for the operator to say (6.4).
Invariant: nothing is copied; a key that nobody asks about is never looked at.
"""

import enum
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final, Literal, Protocol

from ostiary_grammar.errors import RequestError
from ostiary_grammar.terms import fold
from ostiary_runtime.kept import LONGEST


class Mark(enum.Enum):
    """The two states of a key that has no value."""

    ABSENT = "absent"
    """The request does not carry the key."""
    UNKNOWN = "unknown"
    """Whether the request carries the key, and with which value, is not known."""

    def __repr__(self) -> str:
        return self.name


ABSENT: Final = Mark.ABSENT
UNKNOWN: Final = Mark.UNKNOWN

State = str | tuple[str, ...] | Literal[Mark.ABSENT, Mark.UNKNOWN]
Context = Mapping[str, object]
Missing = Literal["absent", "unknown"]

NO_CONTEXT: Final[Context] = {}


class Implied(Protocol):
    """What a request implies without saying it: condition keys by their folded name, None where they are absent."""

    @property
    def derived(self) -> Mapping[str, object]: ...


def text_of(value: object) -> str:
    """The text form of a single value: `true`, `10`; RequestError for what is no value (iam-semantics.md 6.4)."""
    match value:
        case str():
            return str.__str__(value)  # not `str(value)`, which is the name where the value is an enum member
        case bool():
            return "true" if value else "false"
        case int() | float():
            try:
                return str(value)
            except ValueError:
                raise RequestError("a number in the context has more digits than Python writes out") from None
        case _:
            raise RequestError(f"a context value must be text, a number, a boolean or a list of them, not {value!r}")


def state_of(value: object) -> State:
    """The state that a context value stands for. An empty list is absent; a list is multivalued, whatever its length."""
    if value is None:
        return ABSENT
    if isinstance(value, Mark):
        return value
    if isinstance(value, list | tuple | AbstractSet):
        return tuple(text_of(member) for member in value) or ABSENT
    return text_of(value)


class Spellings(dict[tuple[str, ...], dict[str, str]]):
    """For each set of keys that a context came with: from the folded key to the key as the caller spelled it.

    Contexts of one program point carry the same keys again and again, so this stays small; it is capped all the same.
    Where two keys differ only by case, the last one stands here (and `Reader.state` prefers the usual spelling).
    """

    CAP = 4096
    LONGEST = 2048
    """Characters that the keys of one context may have together, if they are to be remembered."""

    def __missing__(self, keys: tuple[str, ...]) -> dict[str, str]:
        for key in keys:
            if not isinstance(key, str):
                raise RequestError(f"a context key must be text, not {key!r}")
        spelled = {fold(key): key for key in keys}
        if sum(map(len, keys)) <= self.LONGEST:
            if len(self) >= self.CAP:
                self.clear()
            self[keys] = spelled
        return spelled


class PlainKeys:
    """Keys of contexts that need no folding: usual spellings, and keys that no policy asks about.

    Where all keys of a context are among them, a key that it does not carry under its usual spelling is absent from it.
    `hold(context)` says so; it is one call of a built-in function. `usual` leads from the folded keys that policies ask
    about to their usual spelling; None: in no spelling plain. Capped: callers choose the keys.
    """

    CAP = 4096
    __slots__ = ("_fixed", "_keys", "_usual", "hold")

    def __init__(self, usual: Mapping[str, str | None]) -> None:
        self._usual = usual
        self._fixed = frozenset(key for key in usual.values() if key is not None)
        self._keys = set(self._fixed)
        self.hold: Callable[[Iterable[str]], bool] = self._keys.issuperset

    def __len__(self) -> int:
        return len(self._keys)

    def learn(self, context: Context) -> bool:
        """Takes in the keys of a context as far as they are plain; whether all of them are."""
        plain = True
        for key in context:
            if key in self._keys:
                # PERF: a set finds the very object it holds without comparing characters, a third of the call's time
                self._keys.discard(key)
                self._keys.add(key)
                continue
            if not isinstance(key, str) or len(key) > LONGEST or fold(key) in self._usual:  # type: ignore[redundant-expr]  # a caller may hand in anything
                plain = False
                continue
            if len(self._keys) >= self.CAP + len(self._fixed):
                self._keys.clear()
                self._keys.update(self._fixed)
            self._keys.add(key)
        return plain


class Reader:
    """Answers what the state of a key is for one request: the context first, then what follows from the request.

    `derived` holds, by folded key, the values that the request itself implies (iam-semantics.md 7.2, 7.7); they count
    only where the context does not mention the key. `missing` is the state of every other key.
    """

    __slots__ = ("_context", "_derived", "_missing", "_resource_account", "_spelled")

    def __init__(
        self,
        context: Context,
        derived: Mapping[str, object],
        resource_account: str | None,
        missing: Missing = "absent",
        spellings: Spellings | None = None,
    ) -> None:
        self._context = context
        self._derived = derived
        self._resource_account: State | None = resource_account
        self._missing: State = UNKNOWN if missing == "unknown" else ABSENT
        keys = tuple(context)
        self._spelled = (Spellings() if spellings is None else spellings)[keys] if keys else {}

    def owned_by(self, account: str | None) -> "Reader":
        """The same request, on a resource of this account; None: whose it is, is not known."""
        other = object.__new__(Reader)
        other._context, other._derived, other._missing, other._spelled = (
            self._context,
            self._derived,
            self._missing,
            self._spelled,
        )
        other._resource_account = UNKNOWN if account is None else account
        return other

    def state(self, key: str, usual: str | None = None) -> State:
        """The state of a key, given folded. If the context has it in several spellings, the `usual` one counts."""
        spelling = usual if usual in self._context else self._spelled.get(key)
        if spelling is not None:
            return state_of(self._context[spelling])
        if key == "aws:resourceaccount":
            return self._resource_account or ABSENT
        try:
            return state_of(self._derived[key])
        except KeyError:
            return self._missing
