"""`requestParameters`, searched by the names of their leaves, whatever wraps them.

In: the parameters of a call. Out: `Parameters`: the values of a leaf by its folded name, all ARNs, and plain members.
Invariant: bounded work, however large or deep the parameters are.
Not here: which leaf names which resource (`resource_tables`), tags (`tags`).

CloudTrail lower-cases the first letter of names; EC2 wraps lists as `xxxSet.items[]`, newer calls as `<Operation>Request`, and single
values as `{"tag": 1, "content": value}`.
"""

from collections.abc import Iterator
from typing import Any

from ostiary.cloudtrail.record import Json
from ostiary_grammar.terms import fold

_LEAVES = 2_000
_DEPTH = 12
_SHORT = frozenset({"id", "name", "arn", "identifier"})
_HIDDEN = frozenset({"HIDDEN_DUE_TO_SECURITY_REASONS", "***", ""})
# wrappers that add nothing to the name of what they wrap
_WRAPPERS = frozenset({"items", "content", "member"})
# policies that are set: what they name is not what the call is about
_DOCUMENTS = frozenset({"assumerolepolicydocument", "bucketpolicy", "policy", "policydocument", "resourcepolicy"})


class Parameters:
    """The leaves of a JSON object, gathered when they are first asked for."""

    __slots__ = ("_leaves", "_top", "tree")

    def __init__(self, tree: Json) -> None:
        self.tree = tree
        self._leaves: dict[str, list[str]] | None = None
        self._top: dict[str, str] = {}

    def plain(self, name: str) -> str | None:
        """A member at the top that is text, without regard to the case of its first letter."""
        value = self.tree.get(name)
        if value is None and name:
            value = self.tree.get(name[0].swapcase() + name[1:])
        if isinstance(value, str) and value not in _HIDDEN:
            return value
        return None

    def values(self, *names: str) -> tuple[str, ...]:
        """All values of the leaves with one of these names (folded), those of the first name that has any.

        A value at the top stands alone: what is called alike further down is about something else.
        """
        leaves = self._gathered()
        for name in names:
            if name in self._top:
                return (self._top[name],)
            found = leaves.get(name)
            if found:
                return tuple(dict.fromkeys(found))
        return ()

    def arns(self) -> tuple[str, ...]:
        """All values that are ARNs, in order."""
        leaves = self._gathered()
        return tuple(
            dict.fromkeys(value for values in leaves.values() for value in values if value.startswith("arn:")),
        )

    def named_arns(self) -> Iterator[tuple[str, str]]:
        """All ARNs with the names of their leaves."""
        for name, values in self._gathered().items():
            for value in values:
                if value.startswith("arn:"):
                    yield name, value

    def __bool__(self) -> bool:
        return bool(self.tree)

    def _gathered(self) -> dict[str, list[str]]:
        if self._leaves is None:
            self._leaves = {}
            _gather(self.tree, self._leaves)
            self._top = {fold(name): text for name, value in self.tree.items() if (text := _text(value)) not in _HIDDEN}
        return self._leaves


def _gather(tree: Json, leaves: dict[str, list[str]]) -> None:
    """Fill `leaves` breadth first, so that the bound cuts off what lies deepest."""
    count = 0
    level: list[tuple[str, str, Any]] = [("", "", tree)]
    for _ in range(_DEPTH):
        below: list[tuple[str, str, Any]] = []
        for parent, name, value in level:
            if isinstance(value, dict):
                for key, member in value.items():
                    folded = fold(key)
                    if folded in _DOCUMENTS and isinstance(member, dict):
                        continue
                    if folded in _WRAPPERS:
                        below.append((parent, name, member))
                    else:
                        below.append((name, folded, member))
            elif isinstance(value, list):
                below += [(parent, name, member) for member in value]
            else:
                text = _text(value)
                if text in _HIDDEN:
                    continue
                count += 1
                leaves.setdefault(name, []).append(text)
                if name in _SHORT and parent:
                    # `{"cluster": {"name": ...}}` is a cluster name as well
                    leaves.setdefault(parent + name, []).append(text)
            if count > _LEAVES or len(below) > _LEAVES:
                break
        level = below
        if not level or count > _LEAVES:
            return


def _text(value: Any) -> str:
    """A leaf as text: strings and whole numbers; an empty string for all else."""
    return value if isinstance(value, str) else str(value) if type(value) is int else ""


NO_PARAMETERS = Parameters({})
