"""The parts of tests as files write them: checked values, or problems at their place.

In: cursors. Out: `Parts`, whose values `Engine.authorize` takes. `{"unknown": true}` as a context value says that the state of
the key is not known.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from ostiary.policytest.model import Want
from ostiary_compiler.datafiles.codes import DataCode
from ostiary_compiler.datafiles.cursor import Cursor
from ostiary_compiler.datafiles.tree import Leaf, LeafKind, ListNode, ObjectNode
from ostiary_grammar.codes import Code
from ostiary_grammar.errors import RequestError
from ostiary_grammar.terms import fold
from ostiary_grammar.wording import quoted
from ostiary_runtime.context import UNKNOWN
from ostiary_runtime.request import Principal, check_account, parse_action, parse_caller, parse_resource

PART_KEYS = ("principal", "action", "resource", "context", "resource_account", "missing", "want", "certain")
PRINCIPAL_KEYS = ("arn", "role", "federated_by", "unique_id")
_WANTS = tuple(want.value for want in Want)
T = TypeVar("T")

Context = dict[str, tuple[str, object]]
"""From the folded key to the key as written and its value."""
Caller = str | Principal


@dataclass(frozen=True, slots=True)
class Parts:
    """What a test or the defaults say; None: nothing. `owner` holds one account, or None for an account that is not given."""

    principals: tuple[Caller, ...] | None = None
    actions: tuple[str, ...] | None = None
    resources: tuple[str, ...] | None = None
    context: Context | None = None
    owner: tuple[str | None] | None = None
    missing: Literal["absent", "unknown"] | None = None
    want: Want | None = None
    certain: bool | None = None

    @property
    def combinations(self) -> int:
        """How many requests these are."""
        return len(self.principals or ()) * len(self.actions or ()) * len(self.resources or ())

    def over(self, other: "Parts") -> "Parts":
        """These parts, and those of `other` where they say nothing. Contexts are joined, key by key."""
        context = {**(other.context or {}), **(self.context or {})}
        return Parts(
            self.principals if self.principals is not None else other.principals,
            self.actions if self.actions is not None else other.actions,
            self.resources if self.resources is not None else other.resources,
            context,
            self.owner if self.owner is not None else other.owner,
            self.missing if self.missing is not None else other.missing,
            self.want if self.want is not None else other.want,
            self.certain if self.certain is not None else other.certain,
        )


def read_parts(members: dict[str, Cursor]) -> Parts:
    """The parts that some members say."""
    missing = members["missing"].word("state of missing keys", ("absent", "unknown")) if "missing" in members else None
    want = members["want"].word("answer", _WANTS) if "want" in members else None
    return Parts(
        _each(members, "principal", _principal),
        _each(members, "action", _action),
        _each(members, "resource", _resource),
        _context(members["context"]) if "context" in members else None,
        (_account(members["resource_account"]),) if "resource_account" in members else None,
        None if missing is None else "unknown" if missing == "unknown" else "absent",
        Want(want) if want is not None else None,
        members["certain"].truth("`certain`") if "certain" in members else None,
    )


def shown_principal(principal: Caller) -> str:
    """A caller in the name of a test."""
    return principal if isinstance(principal, str) else principal.arn


def _each(members: dict[str, Cursor], key: str, read: Callable[[Cursor], T | None]) -> tuple[T, ...] | None:
    if key not in members:
        return None
    values = [read(each) for each in members[key].one_or_more(f"`{key}`")]
    return tuple(value for value in values if value is not None)


def _principal(at: Cursor) -> Caller | None:
    """A caller: a text, or an object where more is known than its ARN."""
    if not isinstance(at.node, ObjectNode):
        text = at.text("a principal")
        return _checked(at, text, parse_caller) if text is not None else None
    members = at.members(PRINCIPAL_KEYS, "a principal", required=("arn",))
    texts = {key: each.text(f"`{key}`") for key, each in members.items()}
    arn = texts.pop("arn", None)
    if arn is None or None in texts.values():
        return None
    return _checked(at, Principal(arn, **texts), parse_caller)


def _action(at: Cursor) -> str | None:
    text = at.text("an action")
    return _checked(at, text, parse_action) if text is not None else None


def _resource(at: Cursor) -> str | None:
    text = at.text("a resource")
    return _checked(at, text, parse_resource) if text is not None else None


def _account(at: Cursor) -> str | None:
    text = None if at.is_null else at.text("the resource's account")
    return _checked(at, text, check_account) if text is not None else None


def _checked(at: Cursor, value: T, check: Callable[[T], object]) -> T | None:
    """The value, or None where the check raises, which is noted."""
    try:
        check(value)
    except RequestError as problem:
        at.error(DataCode.BAD_VALUE, str(problem))
        return None
    return value


def _context(at: Cursor) -> Context:
    """A request context. Numbers keep the text that they are written with: that is what conditions compare."""
    found: Context = {}
    for key, value in at.entries("the context"):
        folded = fold(key.text)
        if folded in found:
            message = f"the context says {quoted(found[folded][0])} and {quoted(key.text)}, which are one key"
            value.error(Code.DUPLICATE_CONDITION_KEY, message)
        found[folded] = key.text, _value(value)
    return found


def _value(at: Cursor) -> object:
    match at.node:
        case Leaf(LeafKind.NULL):
            return None
        case Leaf():
            return at.node.text
        case ListNode():
            items = at.items("the values")
            for each in items:
                if not isinstance(each.node, Leaf) or each.is_null:
                    each.wrong("one of several values", "text, a number or a boolean")
            return [each.node.text for each in items if isinstance(each.node, Leaf)]
        case ObjectNode():
            members = at.members(("unknown",), "a context value that is an object", required=("unknown",))
            if "unknown" in members and members["unknown"].truth("`unknown`") is False:
                at.error(DataCode.BAD_VALUE, "a value that is known is written as it is", 'write `{"unknown": true}`')
            return UNKNOWN
