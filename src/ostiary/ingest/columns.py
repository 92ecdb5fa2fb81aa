r"""Access logs of other makers: what their fields mean, said in a file (`docs/log-formats.md`).

    lines: '(?P<ip>\S+) \S+ (?P<user>\S+) \[(?P<time>[^]]+)\] "(?P<verb>\S+) /(?P<bucket>[^/ ]+)/(?P<key>\S+)'
    principal: "arn:aws:iam::111122223333:user/{user}"
    action: {of: "{verb}", table: {GET: "s3:GetObject", PUT: "s3:PutObject"}}
    resource: ["arn:aws:s3:::{bucket}/{key}", "arn:aws:s3:::{bucket}"]
    context: {aws:SourceIp: "{ip}"}

In: a file of JSON or YAML, and the rows of a log. Out: `Direct`s, each one request, or why it is none.
Invariant: nothing is guessed: a template of which a field is missing gives nothing. A problem of the file is a `PolicyError`.
Not here: reading rows (`direct`).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ostiary.cloudtrail.action import Purpose
from ostiary.cloudtrail.exclusions import Exclusion
from ostiary.cloudtrail.mapping import Excluded, Unmapped
from ostiary.cloudtrail.outcome import Outcome
from ostiary.cloudtrail.states import NOT_KNOWN
from ostiary.cloudtrail.times import ACCESS_LOG_TIME, read
from ostiary.ingest.cases import Called, Case, CaseRequest, CaseState
from ostiary_compiler.datafiles.codes import DataCode
from ostiary_compiler.datafiles.cursor import Cursor, Problems, cursors
from ostiary_compiler.datafiles.reading import read_tree
from ostiary_compiler.datafiles.tree import Leaf
from ostiary_grammar.terms import fold

_TOP = ("lines", "principal", "role", "action", "resource", "account", "time", "id", "outcome", "context")
_FIELD = re.compile(r"\{([^{}]+)\}")
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+", re.ASCII)
_ANY_ARN = "arn:*:*:*:*:*"


@dataclass(frozen=True, slots=True)
class Direct:
    """A row of a log that was mapped by what a file says of its columns."""

    what: Called | Excluded | Unmapped
    context: tuple[tuple[str, CaseState], ...]
    account: str | None
    name: str | None
    event_id: str | None
    time: str | None


@dataclass(frozen=True, slots=True)
class Columns:
    """What the fields of a log mean; templates are text with `{fields}`."""

    lines: str | None
    principal: str
    role: str | None
    action: str
    actions: Mapping[str, str] | None
    resources: tuple[str, ...]
    account: str | None
    time: str | None
    id: str | None
    outcome: str | None
    denied: frozenset[str]
    allowed: frozenset[str] | None
    context: tuple[tuple[str, str], ...]

    def direct(self, row: Mapping[str, Any]) -> Direct:
        """What a row says."""
        principal, name = filled(self.principal, row), filled(self.action, row)
        account = filled(self.account, row) if self.account else None
        context = tuple((key, self._state(template, row)) for key, template in self.context)
        event_id = filled(self.id, row) if self.id else None
        time = _time(filled(self.time, row)) if self.time else None
        return Direct(self._what(principal, name, account, row), context, account, name, event_id, time)

    def _what(
        self, principal: str | None, name: str | None, account: str | None, row: Mapping[str, Any]
    ) -> Called | Excluded | Unmapped:
        if name is None:
            return Excluded(Exclusion.NOT_AN_EVENT)
        action = name if self.actions is None else self.actions.get(name)
        if action is None or not _ACTION.fullmatch(action):
            return Unmapped("the log's own", name)
        if principal is None:
            return Excluded(Exclusion.CALLER_UNKNOWN, action)
        resource = next((found for each in self.resources if (found := filled(each, row)) is not None), None)
        request = CaseRequest(
            principal=principal,
            role=filled(self.role, row) if self.role else None,
            federated_by=None,
            action=action,
            resource=resource,
            resource_known=resource is not None,
            resource_pattern=None if resource is not None else _ANY_ARN,
            resource_alternative=None,
            resource_account=account,
            purpose=Purpose.PRIMARY,
            missing=() if resource is not None else (f"resource of {action}",),
            states=(),
        )
        return Called((request,), self._outcome(row), None, None)

    def _outcome(self, row: Mapping[str, Any]) -> Outcome:
        value = filled(self.outcome, row) if self.outcome else None
        if value is None:
            return Outcome.UNCLEAR
        if value in self.denied:
            return Outcome.DENIED
        return Outcome.ALLOWED if self.allowed is None or value in self.allowed else Outcome.UNCLEAR

    def _state(self, template: str, row: Mapping[str, Any]) -> CaseState:
        value = filled(template, row)
        return NOT_KNOWN if value is None else value


def case_of_direct(direct: Direct, keys: tuple[str, ...]) -> Case:
    """The case of a row, with the states of these condition keys."""
    what = direct.what
    if isinstance(what, Called):
        context = {**_of_caller(what.requests[0]), **dict(direct.context)}
        states = tuple(context.get(key, NOT_KNOWN) for key in keys)
        what = replace(what, requests=tuple(replace(request, states=states) for request in what.requests))
    return Case(what, direct.account, direct.account, shared=False, source=None, name=direct.name)


def _of_caller(request: CaseRequest) -> dict[str, CaseState]:
    """The condition keys that follow from the caller and the account of the resource."""
    arn = request.role or request.principal
    fields = arn.split(":", 5)
    found: dict[str, CaseState] = {}
    if request.resource_account:
        found["aws:resourceaccount"] = request.resource_account
    if len(fields) == 6 and fields[2] == "iam":
        kind, _, rest = fields[5].partition("/")
        found |= {"aws:principalarn": arn, "aws:principalaccount": fields[4]}
        found["aws:username"] = rest.rpartition("/")[2] if kind == "user" else None
        found["aws:principaltype"] = {"user": "User", "root": "Account", "role": "AssumedRole"}.get(kind, NOT_KNOWN)
    return found


def filled(template: str, row: Mapping[str, Any]) -> str | None:
    """A template with the fields of a row, or None if one of them is missing or empty."""
    found: list[str] = []
    end = 0
    for match in _FIELD.finditer(template):
        value = _at(row, match[1])
        if value is None:
            return None
        found += template[end : match.start()], value
        end = match.end()
    return "".join(found) + template[end:]


def _at(row: Mapping[str, Any], path: str) -> str | None:
    """A field by its name, or by the names on the way to it with dots between."""
    value: Any = row
    if path in row:
        value = row[path]
    else:
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (int, float)):
        return str(value)
    return value if isinstance(value, str) and value not in {"", "-"} else None


def _time(text: str | None) -> str | None:
    """A time as it stands, or as web servers write it."""
    time = read(text, ACCESS_LOG_TIME) if text is not None else None
    return time.isoformat() if time else text


def read_columns(path: Path) -> Columns:
    """What a file says; PolicyError with all its problems."""
    problems = Problems()
    first, *others = cursors(read_tree(path), problems)
    for each in others[:1]:
        each.error(DataCode.OTHER_FORM, "something follows the columns", "a file says what one log means")
    found = first.members(_TOP, "a file of columns", required=("principal", "action"))
    texts = {name: _template(found[name]) for name in _TOP if name in found and name in _SIMPLE}
    action, actions = _action(found["action"]) if "action" in found else ("", None)
    outcome, denied, allowed = _outcome(found["outcome"]) if "outcome" in found else (None, frozenset[str](), None)
    context = found["context"].entries("`context`") if "context" in found else []
    columns = Columns(
        lines=_pattern(found["lines"]) if "lines" in found else None,
        principal=texts.get("principal") or "",
        role=texts.get("role"),
        action=action,
        actions=actions,
        resources=tuple(_texts(found["resource"], "`resource`")) if "resource" in found else (),
        account=texts.get("account"),
        time=texts.get("time"),
        id=texts.get("id"),
        outcome=outcome,
        denied=denied,
        allowed=allowed,
        context=tuple((fold(key.text), _template(at)) for key, at in context),
    )
    problems.raise_errors()
    return columns


_SIMPLE = frozenset({"principal", "role", "account", "time", "id"})


def _template(at: Cursor) -> str:
    return at.text("a template, such as `{user}`") or ""


def _texts(at: Cursor, what: str) -> list[str]:
    return [_template(each) for each in at.one_or_more(what)]


def _pattern(at: Cursor) -> str:
    text = at.text("a regular expression with named groups") or ""
    try:
        named = re.compile(text).groupindex
    except re.error as error:
        at.error(DataCode.OTHER_FORM, f"`lines` is no regular expression: {error}", "write one as Python's `re` has it")
        return ""
    if not named:
        at.error(DataCode.OTHER_FORM, "`lines` names no group", "name what the fields are: `(?P<user>\\S+)`")
    return text


def _action(at: Cursor) -> tuple[str, Mapping[str, str] | None]:
    if isinstance(at.node, Leaf):
        return _template(at), None
    found = at.members(("of", "table"), "`action`", required=("of", "table"))
    entries = found["table"].entries("`table`") if "table" in found else []
    table: dict[str, str] = {}
    for key, value in entries:
        action = _template(value)
        if not _ACTION.fullmatch(action):
            value.error(
                DataCode.OTHER_FORM, f"{json.dumps(action)} is no action", "write it as a policy does: `s3:GetObject`"
            )
        table[key.text] = action
    return _template(found["of"]) if "of" in found else "", table


def _outcome(at: Cursor) -> tuple[str, frozenset[str], frozenset[str] | None]:
    found = at.members(("of", "denied", "allowed"), "`outcome`", required=("of", "denied"))
    denied = frozenset(_texts(found["denied"], "`denied`")) if "denied" in found else frozenset[str]()
    allowed = frozenset(_texts(found["allowed"], "`allowed`")) if "allowed" in found else None
    return _template(found["of"]) if "of" in found else "", denied, allowed
