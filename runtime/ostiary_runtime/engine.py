"""The engine: decides requests with a compiled program.

    engine.is_allowed(principal, action, resource, context)   -> bool, the hot path
    engine.authorize(principal, action, resource, context)    -> Decision, with the statement that decided

The path of a request through the DAG: principal -> scope -> action -> row -> resource -> leaf; the first three are look-ups
of the strings as they are, the fourth is one binary search, and the leaf is a constant or generated code.
Invariant: an engine never changes an answer; everything it keeps beside the program is a memo with a cap. It is safe to
share between threads. Nothing here reads the network, the clock or the environment.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike, getpid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ostiary_grammar.errors import ProgramError, RequestError
from ostiary_runtime.codec import digest, from_bytes, to_bytes
from ostiary_runtime.context import ABSENT, NO_CONTEXT, Context, Missing, PlainKeys, Reader, state_of
from ostiary_runtime.decision import Decision, StatementRef, allow
from ostiary_runtime.entries import ActionClass, Bound, Rows, bound_of
from ostiary_runtime.explain import Explainer, Explanation
from ostiary_runtime.hints import changes, prospects
from ostiary_runtime.hits import Hit, hits
from ostiary_runtime.kept import LONGEST
from ostiary_runtime.program import Program
from ostiary_runtime.request import (
    Caller,
    CallerKind,
    Principal,
    Resource,
    check_account,
    parse_action,
    parse_caller,
    parse_resource,
    session_of,
)
from ostiary_runtime.scopes import Scope, named_callers
from ostiary_runtime.stretches import HeaderIndex, RowView
from ostiary_runtime.tables import RowTable
from ostiary_runtime.templates import ResourceTemplate
from ostiary_runtime.wide import MANY, Wide, WideRowView
from ostiary_runtime.workshop import Workshop

if TYPE_CHECKING:
    from ostiary_runtime.batch.stream import Batches

# Principals, scopes and actions that are remembered before a memo starts again.
MOST_ASKERS = 65536
MOST_SCOPES = 4096
MOST_ACTIONS = 32768
MOST_CLASSES = 4096
_PRINCIPAL_ARN = "aws:principalarn"
# PERF: compared by identity on the fast way; whoever gives an equal text that is another object takes the long way.
_ABSENT: Missing = "absent"


@dataclass(frozen=True, slots=True)
class _Known:
    """Under what a principal is remembered when more than its text counts."""

    principal: str | Principal
    owner: str | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request taken apart, for those who ask without the tables. `owner`: the account of the resource."""

    caller: Caller
    view: RowView
    resource: Resource
    owner: str
    reader: Reader


class _ScopeRows:
    """The rows of one scope, by the action as callers write it and by its class."""

    __slots__ = ("bound", "by_class", "rows", "scope")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.bound: Bound | None = None
        self.rows: dict[str, RowTable] = {}
        self.by_class: dict[ActionClass, RowTable] = {}


class Asker:
    """A principal that has asked before: what follows from it, and the rows of its scope.

    `look` is set for role sessions: where the role's path is not known, a context may name it (iam-semantics.md 10.50), so
    all of its keys are looked at. It says that none needs folding nor names a role; the leaves of sessions rely on it.
    """

    __slots__ = ("caller", "derived", "look", "rows", "scope_rows")

    def __init__(self, caller: Caller, scope_rows: _ScopeRows, no_role: PlainKeys) -> None:
        self.caller = caller
        self.derived = caller.derived
        self.scope_rows = scope_rows
        self.rows = scope_rows.rows
        self.look = no_role.hold if caller.kind is CallerKind.SESSION else None


class Engine:
    """Decides requests with one program. Immutable as far as callers can tell; replace it by assigning another."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._rows = Rows(program)
        self._unindexed: Rows | None = None
        self._headers = HeaderIndex(program)
        self._wide = Wide(program, self._headers) if len(program.statements) >= MANY else None
        self._workshop = Workshop(program, self._forget)
        self._spellings = self._workshop.spellings
        # Contexts with none but these keys do not name the role of a session.
        self._no_role = PlainKeys({**self._workshop.usual, _PRINCIPAL_ARN: None})
        self._askers: dict[object, Asker] = {}
        self._scopes: dict[Scope, _ScopeRows] = {}
        self._batches: Batches | None = None

    @property
    def program(self) -> Program:
        """The compiled form."""
        return self._program

    @property
    def statements(self) -> tuple[StatementRef, ...]:
        """All statements, in program order; a decision names them by their `number`."""
        return self._workshop.refs

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the saved program, in hexadecimal: equal for equal policies. Computed on first use."""
        return digest(self._program)

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the program, for `ostiary.load`. The same policies give the same bytes.

        The file is put in place as a whole, so that a reader never sees half of one.
        """
        target = Path(path)
        draft = target.with_name(f".{target.name}.{getpid()}.part")
        try:
            draft.write_bytes(to_bytes(self._program))
            draft.replace(target)
        except OSError as problem:
            draft.unlink(missing_ok=True)
            raise ProgramError(f"cannot write `{path}`: {(problem.strerror or str(problem)).lower()}") from None

    def __reduce__(self) -> tuple[Callable[[bytes], "Engine"], tuple[bytes]]:
        """Pickled by the saved form, so that worker processes can be handed an engine."""
        return _restored, (to_bytes(self._program),)

    def is_allowed(
        self,
        principal: str | Principal,
        action: str,
        resource: str | ResourceTemplate,
        context: Context = NO_CONTEXT,
        resource_account: str | None = None,
        missing: Missing = _ABSENT,
    ) -> bool:
        """Whether the request is allowed: `authorize(...).allowed`, with the same arguments and errors."""
        # PERF: the same lines as in `authorize`, since a call would cost a sixth of the decision (benchmark: run). Neither has
        # arguments that can be given by keyword only: Python calls such functions a twentieth of a decision slower.
        if resource_account is None and missing is _ABSENT:
            try:
                asker = self._askers[principal]
                bounds, cells = asker.rows[action].cells
                cell = cells[bisect_right(bounds, resource)]  # type: ignore[type-var]  # a template raises TypeError
            except (KeyError, TypeError):
                pass  # not seen before, or no text: the long way finds out
            else:
                look = asker.look
                if context.__class__ is dict and (look is None or look(context)):
                    allowed: bool = (cell if cell.__class__ is Decision else cell(resource, context, asker)).allowed
                    return allowed
        return self._authorize(principal, action, resource, context, resource_account, missing).allowed

    def authorize(
        self,
        principal: str | Principal,
        action: str,
        resource: str | ResourceTemplate,
        context: Context = NO_CONTEXT,
        resource_account: str | None = None,
        missing: Missing = _ABSENT,
    ) -> Decision:
        """Decides a request.

        `principal`: the ARN of a user, role, role session, federated user or account root, a service such as
        `ec2.amazonaws.com`, the ARN of an identity provider, `*` for anonymous, or a `Principal`.
        `action`: `service:Name`, whatever the case. `resource`: an ARN, `*` for actions that have no resource, or a
        `ResourceTemplate` for a resource that is known in part.
        `context`: from condition key (whatever the case) to text, boolean, number, or a list of them; None says that the
        key is absent, `UNKNOWN` that its state is not known. `resource_account`: who owns the resource; by default the
        account of its ARN, else the caller's. `missing`: the state of keys that the context does not mention.

        Raises RequestError where the question is wrong; a failure never becomes Allow.
        """
        if resource_account is None and missing is _ABSENT and not isinstance(resource, ResourceTemplate):
            try:
                asker = self._askers[principal]
                bounds, cells = asker.rows[action].cells
                cell = cells[bisect_right(bounds, resource)]
            except (KeyError, TypeError):
                pass  # not seen before, or no text: the long way finds out
            else:
                look = asker.look
                if context.__class__ is dict and (look is None or look(context)):
                    return cell if cell.__class__ is Decision else cell(resource, context, asker)
        return self._authorize(principal, action, resource, context, resource_account, missing)

    def warm(
        self,
        actions: Iterable[str],
        *,
        principals: Iterable[str | Principal] | None = None,
        resources: Iterable[str] | None = None,
        resource_account: str | None = None,
        most: int = 100_000,
    ) -> int:
        """Builds leaves before requests need them, so that the first of them is as fast as the others; how many were built.

        `actions`: as requests will spell them, `service:Name`. `principals`: who will ask; callers whom the same policies
        bind share their leaves, so one of a kind is enough for those. By default all whom the policies name, which leaves
        out those who are only named by their account or a wildcard. `resources`: the leaves on which these fall; by default
        all leaves under the ARN headers that the policies write without wildcards. `resource_account`: as requests will
        give it. `most`: how many leaves to build at most.

        Never fills more than half of what an engine keeps. Changes no answer, and may be called while others decide.
        Raises RequestError for what is no action, principal or resource.
        """
        actions = [action for action in dict.fromkeys(actions) if parse_action(action)]
        wanted = None if resources is None else [parse_resource(resource) for resource in resources]
        built = 0
        for principal in named_callers(self._program) if principals is None else principals:
            if len(self._askers) >= MOST_ASKERS // 2 or len(self._scopes) >= MOST_SCOPES // 2:
                break
            asker = self._asker(principal, NO_CONTEXT, resource_account)
            for action in actions[: MOST_ACTIONS // 2]:
                row = asker.rows.get(action) or self._row(asker, action)
                for resource in map(parse_resource, row.headers()) if wanted is None else wanted:
                    if built >= most or self._workshop.short:
                        return built
                    built += row.fill(resource, whole=wanted is None, most=most - built)
        return built

    def authorize_plainly(
        self,
        principal: str | Principal,
        action: str,
        resource: str | ResourceTemplate,
        context: Context = NO_CONTEXT,
        *,
        resource_account: str | None = None,
        missing: Missing = _ABSENT,
    ) -> Decision:
        """Decides a request with the clear evaluator and without any index or memo: the twin of `authorize`."""
        rows = self._clear_rows()
        asked = self._plainly(rows, principal, action, resource, context, resource_account, missing)
        if asked.view.row.exempt:
            return allow(None, ())
        return asked.view.decide_plainly(asked.resource, asked.reader, self._workshop.evaluator)

    def _plainly(
        self,
        rows: Rows,
        principal: str | Principal,
        action: str,
        resource: str | ResourceTemplate,
        context: Context,
        resource_account: str | None,
        missing: Missing,
    ) -> "_Asked":
        """A request taken apart without any memo."""
        caller = self._caller(parse_caller(principal), context)
        given = check_account(resource_account) if resource_account is not None else None
        view = RowView(rows.row(rows.attachments.scope(caller, given), parse_action(action)), rows, self._headers)
        parsed = parse_resource(resource)
        owner = view.owner(parsed)
        return _Asked(caller, view, parsed, owner, Reader(context, caller.derived, owner, missing))

    def authorize_batch(self, table: object, *, missing: Missing = "absent") -> Any:
        """Decides every row of a table as `authorize` decides one request. Needs `pip install ostiary[batch]`.

        `table`: a pyarrow Table or RecordBatch, or anything that offers itself as an Arrow stream (data frames of pandas
        and Polars, DuckDB relations). Columns: `principal`, `action`, `resource`, perhaps `resource_account`, and one for
        each condition key, named as the key whatever the case: text, boolean, number or a list of them, plain or
        dictionary-encoded; null says absent. Columns that no policy asks about are not looked at.

        Returns a pyarrow Table with a row for each: `effect` ("Allow", "ExplicitDeny" or "ImplicitDeny"), `certain`, and
        `statement`, the first deciding one's index in `statements` (null: none decided).
        Raises RequestError, with the row counted from 0, where a request is wrong; nothing is decided then.
        """
        return self._batch_decider().table(table, missing)

    def authorize_batches(self, batches: object, *, missing: Missing = "absent") -> Iterator[Any]:
        """Decides a stream of tables: a pyarrow RecordBatch with the columns of `authorize_batch` for each record batch.

        `batches`: a pyarrow RecordBatchReader, an iterable of record batches or tables, or what `authorize_batch` takes.
        Rows of errors are counted over the whole stream.
        """
        return self._batch_decider().stream(batches, missing)

    def _batch_decider(self) -> "Batches":
        if self._batches is None:
            try:
                from ostiary_runtime.batch.machine import Parts
                from ostiary_runtime.batch.stream import Batches
            except ModuleNotFoundError as problem:
                if problem.name is None or problem.name.partition(".")[0] not in ("numpy", "pyarrow"):
                    raise
                raise ModuleNotFoundError(
                    f"deciding tables needs {problem.name}: pip install ostiary[batch]", name=problem.name
                ) from None
            self._batches = Batches(Parts(self._rows, self._headers, self._workshop, self.authorize))
        return self._batches

    def hits(
        self,
        principal: str | Principal,
        action: str,
        resource: str | ResourceTemplate,
        context: Context = NO_CONTEXT,
        *,
        resource_account: str | None = None,
        missing: Missing = _ABSENT,
    ) -> tuple[Hit, ...]:
        """All statements that a request matches, whichever of them decides. The arguments are those of `authorize`."""
        asked = self._plainly(self._rows, principal, action, resource, context, resource_account, missing)
        entries = asked.view.binding(asked.view.row.entries, asked.owner)
        action = asked.view.row.action
        return tuple(hits(self._program, entries, action, asked.resource, asked.reader, self._workshop.evaluator))

    def explain(
        self,
        principal: str | Principal,
        action: str,
        resource: str | ResourceTemplate,
        context: Context = NO_CONTEXT,
        *,
        resource_account: str | None = None,
        missing: Missing = _ABSENT,
    ) -> Explanation:
        """Why a request is decided as it is, layer by layer. The arguments are those of `authorize`."""
        decision = self.authorize(
            principal, action, resource, context, resource_account=resource_account, missing=missing
        )
        rows = self._clear_rows()
        asked = self._plainly(rows, principal, action, resource, context, resource_account, missing)
        reader = asked.reader
        explainer = Explainer(self._program, rows, self._workshop.evaluator, self._workshop.refs)
        found = explainer.explain(decision, asked.caller, action, asked.view.row, asked.resource, asked.owner, reader)

        def attempt(changed: Context, other: str | None) -> Decision:
            return self.authorize_plainly(
                principal,
                action,
                resource if other is None else other,
                changed,
                resource_account=resource_account,
                missing=missing,
            )

        return replace(
            found,
            changes=changes(found, self._program, context, reader, attempt),
            prospects=prospects(found, self._program, context, reader, attempt),
        )

    def _clear_rows(self) -> Rows:
        """Rows that use no index, made on first use."""
        if self._unindexed is None:
            self._unindexed = Rows(self._program, indexed=False)
        return self._unindexed

    def _authorize(
        self,
        principal: str | Principal,
        action: str,
        resource: str | ResourceTemplate,
        context: Context,
        resource_account: str | None,
        missing: Missing,
    ) -> Decision:
        if not isinstance(context, Mapping):
            raise RequestError(f"a context must be a mapping from condition key to value, not {context!r}")
        asker = self._asker(principal, context, resource_account)
        row = asker.rows.get(action) if isinstance(action, str) else None  # type: ignore[redundant-expr]  # a caller may hand in anything
        if row is None:
            row = self._row(asker, action)
        if missing not in ("absent", "unknown"):
            raise RequestError(f'missing must be "absent" or "unknown", not {missing!r}')
        if missing == "unknown" or isinstance(resource, ResourceTemplate):
            parsed = parse_resource(resource)
            reader = Reader(context, asker.derived, row.owner(parsed), missing, self._spellings)
            return row.decide(parsed, reader)
        bounds, cells = row.cells
        try:
            cell = cells[bisect_right(bounds, resource)]
        except TypeError:
            raise RequestError(f"a resource must be text, not {resource!r}") from None
        if isinstance(cell, Decision):
            return cell
        decision: Decision = cell(
            resource, self._workshop.spelled_out(context) if asker.look is not None else context, asker
        )
        return decision

    def _asker(self, principal: str | Principal, context: Context, owner: str | None) -> Asker:
        if owner is not None:
            check_account(owner)
        key: object = principal if owner is None else _Known(principal, owner)
        try:
            asker = self._askers.get(key)
        except TypeError:
            raise RequestError(f"a principal must be text or a Principal, not {principal!r}") from None
        if asker is None:
            asker = self._meet(key, parse_caller(principal), owner, context)
        if asker.look is not None:
            caller = self._caller(asker.caller, context)
            if caller is not asker.caller:
                key = _Known(Principal(str(caller.arn), caller.role, unique_id=caller.unique_id), owner)
                return self._askers.get(key) or self._meet(key, caller, owner, context)
        return asker

    def _caller(self, caller: Caller, context: Context) -> Caller:
        """The caller with the role that its context names, for a session whose role path is not known."""
        if caller.kind is not CallerKind.SESSION or caller.role_is_given or not context:
            return caller
        if self._no_role.hold(context) or self._no_role.learn(context):
            return caller
        spelling = self._spellings[tuple(context)].get(_PRINCIPAL_ARN)
        role = state_of(context[spelling]) if spelling is not None else ABSENT
        return session_of(caller, role) if isinstance(role, str) else caller

    def _meet(self, key: object, caller: Caller, owner: str | None, context: Context) -> Asker:
        """A principal on its first call: finds its scope, which it shares with all whom the same policies bind."""
        scope = self._rows.attachments.scope(caller, owner)
        scope_rows = self._scopes.get(scope)
        if scope_rows is None:
            scope_rows = _ScopeRows(scope)
            if len(scope.partition) <= LONGEST:
                if len(self._scopes) >= MOST_SCOPES:
                    self._forget()
                scope_rows = self._scopes.setdefault(scope, scope_rows)
        self._no_role.learn(context)
        self._workshop.plain.learn(context)
        asker = Asker(caller, scope_rows, self._no_role)
        if _size(key) <= LONGEST:
            if len(self._askers) >= MOST_ASKERS:
                self._askers.clear()
            self._askers[key] = asker
        return asker

    def _row(self, asker: Asker, action: str) -> RowTable:
        """A row on an action's first use in a scope. Spellings of one action share it, and so do actions of one class."""
        row = self._row_of_class(asker.scope_rows, parse_action(action))
        rows = asker.rows
        if len(action) <= LONGEST:
            if len(rows) >= MOST_ACTIONS:
                rows.clear()
            rows[action] = row
            self._workshop.spend(1)  # scopes are many: what they remember counts together
        return row

    def _row_of_class(self, scope_rows: _ScopeRows, action: str) -> RowTable:
        by_class = scope_rows.by_class
        action_class = self._rows.action_class(action)
        row = by_class.get(action_class)
        if row is None:
            row = RowTable(self._view(scope_rows, action), self._workshop)
            if len(by_class) >= MOST_CLASSES:
                by_class.clear()
            by_class[action_class] = row
            self._workshop.spend(1)
        return row

    def _view(self, scope_rows: _ScopeRows, action: str) -> RowView:
        if self._wide is None:
            return RowView(self._rows.row(scope_rows.scope, action), self._rows, self._headers)
        row = self._rows.bare_row(scope_rows.scope, action)
        if scope_rows.bound is None:
            scope_rows.bound = bound_of(scope_rows.scope)
        return WideRowView(row, scope_rows.bound, self._rows, self._headers, self._wide)

    def _forget(self) -> None:
        """Drops every memo that grows with requests; answers stay the same."""
        self._askers.clear()
        self._scopes.clear()


def _size(key: object) -> int:
    """How many characters a principal is remembered by."""
    match key:
        case _Known(principal, _):
            return _size(principal)
        case Principal(arn, role, federated_by, unique_id):
            return sum(len(each) for each in (arn, role, federated_by, unique_id) if each is not None)
        case _:
            return len(str(key))


def _restored(data: bytes) -> Engine:
    return Engine(from_bytes(data))
