"""Plain statements: a workload's policies as every peer can be told of them.

In: a workload of identity and bucket policies within one account. Out: `Plain` statements, in order.

Within an account an identity policy and a bucket policy grant alike and deny alike, so all statements form one list, each with
whom it reaches: the callers whom a bucket policy names, or everyone for identity policies, since all requests of such a
workload come from the one caller to whom they are attached. `${aws:username}` is replaced by that caller's name: what no peer has, it need
not do.
Invariant: `Untranslatable` rather than a statement that means something else.
"""

from dataclasses import dataclass
from typing import Any

from benchmarks.workloads import Workload

_ELEMENTS = {"Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
OPERATORS = (
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "Bool",
    "IpAddress",
    "NotIpAddress",
    "DateGreaterThan",
)


class Untranslatable(Exception):  # noqa: N818  # not an error: a line that says why a peer is skipped
    """Why a workload cannot be put into a peer's language."""


class Missing(Exception):  # noqa: N818  # as above
    """Why a peer cannot run here, and how to get it."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One key that is tested by one operator for several values; `negated`: none of them may hold, or the key is absent."""

    operator: str
    negated: bool
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plain:
    """One statement. `principals`: None for everyone; `not_action`, `not_resource`: the patterns are exceptions."""

    number: int
    deny: bool
    principals: tuple[str, ...] | None
    actions: tuple[str, ...]
    not_action: bool
    resources: tuple[str, ...]
    not_resource: bool
    conditions: tuple[Condition, ...]


def plain_statements(workload: Workload) -> list[Plain]:
    """The statements of a workload; `Untranslatable` if it has layers or elements that the peers lack."""
    strange = set(workload.layers) - {"identity", "resource"}
    if strange:
        raise Untranslatable(f"it has {', '.join(sorted(strange))} policies, which the translation lacks")
    name = _caller_name(workload)
    found: list[Plain] = []
    for policy in workload.policies:
        for statement in policy.document["Statement"]:
            found.append(_plain(len(found), statement, name))
    return found


def _caller_name(workload: Workload) -> str | None:
    """The user name to put in for the variable; None where there is no single user."""
    if not workload.names_one_caller:
        return None
    to = workload.policies[0].to or ""
    return to.rpartition("/")[2] if ":user/" in to else None


def _plain(number: int, statement: dict[str, Any], name: str | None) -> Plain:
    strange = statement.keys() - _ELEMENTS
    if strange:
        raise Untranslatable(f"a statement has {', '.join(sorted(strange))}")
    resources = tuple(_filled(each, name) for each in _listed(statement.get("Resource", statement.get("NotResource"))))
    return Plain(
        number,
        statement["Effect"] == "Deny",
        _principals(statement.get("Principal")),
        tuple(_listed(statement.get("Action", statement.get("NotAction")))),
        "NotAction" in statement,
        resources,
        "NotResource" in statement,
        tuple(
            _condition(operator, key, values)
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        ),
    )


def _condition(operator: str, key: str, values: Any) -> Condition:
    if operator not in OPERATORS:
        raise Untranslatable(f"a statement has the operator {operator}")
    negated = "Not" in operator
    return Condition(operator.replace("Not", ""), negated, key, tuple(_listed(values)))


def _principals(element: Any) -> tuple[str, ...] | None:
    match element:
        case None | "*":
            return None
        case {"AWS": named} if len(element) == 1:
            return tuple(_listed(named))
        case _:
            raise Untranslatable(f"a statement has the Principal {element!r}")


def _filled(pattern: str, name: str | None) -> str:
    if "${" not in pattern:
        return pattern
    if name is None or pattern.replace("${aws:username}", "").find("${") >= 0:
        raise Untranslatable(f"`{pattern}` has a variable that no single caller fills")
    return pattern.replace("${aws:username}", name)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
