"""Who asks, and for which action: numbers for callers, scopes, actions and rows.

In: principals (with the owner and the role that their table row gives) and actions. Out: numbers, the same for whatever is
decided alike: callers share a scope where the same policies bind them in the same way, spellings of an action share it.
"""

from collections.abc import Mapping
from typing import Final

from ostiary_runtime.batch.tables import Column
from ostiary_runtime.context import State
from ostiary_runtime.entries import Rows
from ostiary_runtime.kept import LONGEST, state_size
from ostiary_runtime.request import Caller, CallerKind, parse_action, parse_caller, session_of
from ostiary_runtime.scopes import Scope
from ostiary_runtime.stretches import HeaderIndex, RowView

RESOURCE_ACCOUNT: Final = "aws:resourceaccount"
# Callers, spellings of actions, and rows that are kept.
MOST_CALLERS: Final = 1 << 16
MOST_SPELLINGS: Final = 1 << 18
MOST_ROWS: Final = 1 << 13
# Principals of which is remembered whether a context may name their role.
MOST_PRINCIPALS: Final = 1 << 16


class Subjects:
    """Numbers for callers and actions."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._callers: dict[tuple[str, str | None, str | None], int] = {}
        self._waiting: dict[str, bool] = {}
        self._scopes: dict[Scope, int] = {}
        self._spelled: dict[str, int] = {}
        self._actions: dict[str, int] = {}
        self.derived: list[Mapping[str, object]] = [{}]
        """By caller: the condition keys that follow from it. Caller 0 stands for those that are too many to be kept."""
        self.scope_of = Column()
        """By caller: its scope; that of caller 0 is 0, in which there are no rows."""
        self.scope_of.append(0)
        self.scopes: list[Scope | None] = [None]
        self.actions: list[str] = []
        self.characters = 0
        """Of the texts that are remembered."""

    @property
    def full(self) -> bool:
        """Whether no more callers are kept, and it is time to start again."""
        return len(self._callers) >= MOST_CALLERS or len(self._spelled) >= MOST_SPELLINGS

    def caller(self, principal: str, owner: str | None, role: State) -> int:
        """The number of a caller. `owner`: an account id. `role`: the state of `aws:PrincipalArn`, which names a session's role."""
        named = role if isinstance(role, str) else None
        key = (principal, owner, named)
        number = self._callers.get(key)
        if number is None:
            if self.full:
                return 0
            caller = parse_caller(principal)
            if named is not None and caller.kind is CallerKind.SESSION and not caller.role_is_given:
                caller = session_of(caller, named)
            number = self.scope_of.append(self._scope(caller, owner))
            self.derived.append(caller.derived)
            self._callers[key] = number
            self.characters += sum(map(state_size, key))
        return number

    def waits(self, principal: str) -> bool:
        """Whether the context may name the role of a principal (iam-semantics.md 10.50)."""
        found = self._waiting.get(principal)
        if found is None:
            caller = parse_caller(principal)
            found = caller.kind is CallerKind.SESSION and not caller.role_is_given
            if len(principal) <= LONGEST:
                if len(self._waiting) >= MOST_PRINCIPALS:
                    self._waiting.clear()
                self._waiting[principal] = found
        return found

    def action(self, action: str) -> int:
        """The number of an action."""
        number = self._spelled.get(action)
        if number is None:
            folded = parse_action(action)
            number = self._actions.setdefault(folded, len(self._actions))
            if number == len(self.actions):
                self.actions.append(folded)
            self._spelled[action] = number
            self.characters += len(action)
        return number

    def _scope(self, caller: Caller, owner: str | None) -> int:
        scope = self._rows.attachments.scope(caller, owner)
        number = self._scopes.setdefault(scope, len(self.scopes))
        if number == len(self.scopes):
            self.scopes.append(scope)
        return number


class RowViews:
    """Numbers for the rows of the DAG (an action in a scope)."""

    def __init__(self, rows: Rows, headers: HeaderIndex, keys: frozenset[str]) -> None:
        self._rows = rows
        self._headers = headers
        self._keys = keys
        self.views: list[RowView | None] = [None]
        """By row. Row 0 stands for those that are too many to be kept: their requests are decided one by one."""
        self.anywhere = Column()
        """By row: 1 if the answer is the same whatever the resource, so that it need not be looked at."""
        self.anywhere.append(0)

    @property
    def full(self) -> bool:
        return len(self.views) >= MOST_ROWS

    def row(self, scope: Scope | None, action: str) -> int:
        """A new number for the row of an action in a scope."""
        if scope is None or self.full:
            return 0
        row = self._rows.row(scope, action)
        view = RowView(row, self._rows, self._headers)
        self.views.append(view)
        return self.anywhere.append(int(row.exempt or self._anywhere(view)))

    def _anywhere(self, view: RowView) -> bool:
        """Whether neither entries nor plan depend on the resource, and no condition asks whose it is."""
        if not view.alike or RESOURCE_ACCOUNT in self._keys:
            return view.alike
        conditions = self._rows.program.conditions
        return not any(
            conditions[number].key == RESOURCE_ACCOUNT or conditions[number].variables
            for entry in view.row.entries
            for number in entry.statement.conditions
        )
