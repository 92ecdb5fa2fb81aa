"""From a line of a case file to the questions that it asks (`tests/cases/case.schema.json` describes every kind of line).

In: the JSON object of a line. Out: `Case`s whose questions hold everything: policies with what they are attached to,
memberships, accounts and the request. KeyError or TypeError where the object is no case.
A pattern or condition case becomes a statement of an identity policy that allows; so each is a decision like the others.
"""

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.conform.model import Case

# The objects of case files: any JSON, checked by use.
Line = Mapping[str, Any]

VERSION = "2012-10-17"
ACCOUNT = "111111111111"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}

# Keys that an engine derives; a case that lists its context completely says of each of them that it is absent.
DERIVED = (
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:PrincipalType",
    "aws:username",
    "aws:userid",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalServiceName",
    "aws:ResourceAccount",
)


class Kind(enum.Enum):
    """The kinds of line; the value names the definition in the schema."""

    DOCUMENT = "document"
    DECISION = "decision"
    ACTION = "action"
    RESOURCE = "resource"
    VARIABLE = "variable"
    CONDITION = "condition"
    UNDECIDED = "undecided"


_TOPICS = {
    Kind.DOCUMENT: "Document validity",
    Kind.ACTION: "Action patterns",
    Kind.RESOURCE: "Resource patterns",
    Kind.VARIABLE: "Policy variables in Resource",
    Kind.CONDITION: "Condition blocks",
    Kind.UNDECIDED: "What AWS does not say",
}
_EFFECTS = {"match": "Allow", "no": "ImplicitDeny", "unknown": "ImplicitDeny"}


def kind_of(line: Line) -> Kind:
    """The kind of a line, by the keys that it has."""
    if "doc" in line:
        return Kind.DOCUMENT
    if "arn" in line:
        return Kind.DECISION
    if "pattern" in line:
        if "action" in line:
            return Kind.ACTION
        return Kind.VARIABLE if "context" in line else Kind.RESOURCE
    return Kind.CONDITION if "condition" in line and "want" in line else Kind.UNDECIDED


def cases_of(line: Line) -> Iterator[Case]:
    """The cases of a line: two of an undecided one, one of any other."""
    kind = kind_of(line)
    match kind:
        case Kind.DOCUMENT:
            want = "Valid" if line["want"] == "accept" else "Invalid"
            question = {"ask": "validity", "type": line["type"], "document": line["doc"]}
            yield _case(line, line["id"], _TOPICS[kind], question, want, None)
        case Kind.DECISION:
            topic = line.get("topic", "Decisions")
            yield _case(line, line["id"], topic, _decision(line), line["want"], line.get("certain"))
        case Kind.UNDECIDED:
            for suffix, question, want in _undecided(line):
                yield _case(line, f"{line['id']}-{suffix}", _TOPICS[kind], question, want, False)
        case Kind.ACTION:
            yield _matching(line, kind, {"Action": line["pattern"]}, line["action"], "arn:aws:s3:::b/k", {})
        case Kind.RESOURCE:
            yield _matching(line, kind, {"Resource": line["pattern"]}, "s3:GetObject", line["resource"], {})
        case Kind.VARIABLE:
            context = _complete(line["context"])
            yield _matching(line, kind, {"Resource": line["pattern"]}, "s3:GetObject", line["resource"], context)
        case Kind.CONDITION:
            context = _complete(line["context"])
            condition = {"Condition": line["condition"]}
            yield _matching(line, kind, condition, "s3:GetObject", "arn:aws:s3:::b/k", context)


def _case(line: Line, id_: str, topic: str, question: dict[str, Any], want: str, certain: bool | None) -> Case:  # noqa: FBT001
    return Case(id_, topic, {"id": id_, **question}, want, certain, line.get("why", ""), line.get("src", ""))


# ---- patterns and conditions ----


def _matching(line: Line, kind: Kind, statement: Line, action: str, resource: str, context: Line) -> Case:
    """An identity policy of alice's with one Allow, whose match is what the case is about."""
    whole = {**EVERYTHING, **statement}
    policy = _policy(_document([whole], line.get("version", VERSION)), "identity", ALICE.principal, "identity")
    question = _question([policy], _request(ALICE, action, resource, context, ACCOUNT))
    return _case(line, line["id"], _TOPICS[kind], question, _EFFECTS[line["want"]], line["want"] != "unknown")


def _undecided(line: Line) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Two probes: as an Allow the statement must not apply, as a Deny it must, and neither answer is certain."""
    statement = {
        "Action": line.get("action_pattern", "*"),
        "Resource": line.get("resource_pattern", "*"),
        "Condition": line.get("condition", {}),
    }
    kind = line.get("policy", "identity")
    context = _complete(line.get("context", {}))
    action, resource = line.get("action", "s3:GetObject"), line.get("resource", "arn:aws:s3:::b/k")
    request = _request(ALICE, action, resource, context, ACCOUNT)
    to = {"identity": ALICE.principal, "resource": None, "scp": ACCOUNT}[kind]
    who = {"Principal": "*"} if kind == "resource" else {}
    granting = _policy(_document([EVERYTHING]), "identity", ALICE.principal, "everything")
    allow = _policy(_document([{"Effect": "Allow", **who, **statement}]), kind, to, "probe")
    denying = [{"Effect": "Deny", **who, **statement}] + ([EVERYTHING] if kind == "scp" else [])
    deny = _policy(_document(denying), kind, to, "probe")
    yield "allow", _question([allow] + ([granting] if kind == "scp" else []), request), "ImplicitDeny"
    yield "deny", _question([deny, granting], request), "ExplicitDeny"


# ---- decisions ----


@dataclass(frozen=True, slots=True)
class _Who:
    """A caller of the case files: `identity` and `session` say what its policies of these kinds are attached to."""

    principal: str
    role: str | None = None
    federated_by: str | None = None
    identity: str | None = None
    session: str | None = None
    account: str | None = None


def _user(name: str, account: str) -> _Who:
    arn = f"arn:aws:iam::{account}:user/{name}"
    return _Who(arn, identity=arn, session=arn, account=account)


def _session(name: str, account: str, path: str = "/") -> _Who:
    role = f"arn:aws:iam::{account}:role{path}{name}"
    return _Who(f"arn:aws:sts::{account}:assumed-role/{name}/s1", role, None, role, role, account)


def _federated(name: str, by: _Who) -> _Who:
    arn = f"arn:aws:sts::{by.account}:federated-user/{name}"
    return _Who(arn, federated_by=by.principal, identity=by.principal, session=arn, account=by.account)


ALICE = _user("alice", ACCOUNT)
_WHO = {
    "alice": ALICE,
    "taro": _user("taro", "123456789012"),
    "dev": _session("dev", ACCOUNT),
    "devp": _session("devp", ACCOUNT, "/eng/"),
    "fay": _federated("fay", ALICE),
    "root": _Who(f"arn:aws:iam::{ACCOUNT}:root", account=ACCOUNT),
    "xavier": _user("xavier", "222222222222"),
    "xrole": _session("xrole", "222222222222"),
    "xroot": _Who("arn:aws:iam::222222222222:root", account="222222222222"),
    "trail": _Who("cloudtrail.amazonaws.com"),
    "anon": _Who("*"),
    "gh": _Who(f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"),
}


def _decision(line: Line) -> dict[str, Any]:
    who = _caller(line)
    owner = line.get("account", ACCOUNT)
    accounts = {**line.get("accounts", {}), **_placed(line, who.account or owner, owner)}
    groups: dict[str, list[str]] = {}
    for member, group in line.get("memberships", []):
        groups.setdefault(group, []).append(member)
    request = _request(who, line["action"], line["arn"], line.get("context", {}), line.get("resourceAccount", owner))
    request |= {"unique_id": line.get("uniqueId"), "missing": line.get("missing", "absent")}
    return _question(list(_policies(line, who)), request, groups, accounts, line.get("layers"))


def _caller(line: Line) -> _Who:
    if "principal" in line:
        return _Who(line["principal"], line.get("role"), line.get("federatedBy"))
    who = _WHO[line.get("who", "alice")]
    if line.get("serviceLinkedRole"):
        role = f"arn:aws:iam::{who.account}:role/aws-service-role/x.amazonaws.com/dev"
        return _Who(who.principal, role, None, role, role, who.account)
    return who


def _placed(line: Line, callers: str, owner: str) -> dict[str, Any]:
    """The accounts of caller and resource on paths that are as long as the case's levels."""
    nodes = {kind: [f"{letter}{i}" for i in range(len(line.get(kind, [])))] for kind, letter in _LEVELS}
    paths = {owner: nodes["rcp"], callers: nodes["scp"]}
    if callers == owner:
        paths = {owner: nodes["scp"] + nodes["rcp"]}
    flags = ((callers, "callerInManagementAccount"), (owner, "resourceInManagementAccount"))
    managing = {number for number, flag in flags if line.get(flag)}
    return {
        number: {"path": path, "management": number in managing}
        for number, path in paths.items()
        if path or number in managing
    }


_LEVELS = (("scp", "n"), ("rcp", "r"))


def _policies(line: Line, who: _Who) -> Iterator[dict[str, Any]]:
    version = line.get("version", VERSION)
    for kind, type_, to in (
        ("identity", "identity", who.identity),
        ("boundary", "boundary", who.identity),
        ("session", "session", who.session),
        ("resource", "resource", None),
        ("vpce", "endpoint", None),
    ):
        if line.get(kind):
            yield _policy(_document(line[kind], version), type_, to, kind)
    for kind, letter in _LEVELS:
        for i, level in enumerate(line.get(kind, [])):
            for name, statements in _documents_of(kind, f"{kind}-{letter}{i}", level):
                yield _policy(_document(statements, version), kind, f"{letter}{i}", name)
    for each in line.get("policies", []):
        yield _policy(each["document"], each["type"], each.get("to"), each["name"])


def _documents_of(kind: str, name: str, level: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    """A level's statements as documents; an Allow of an RCP stands only in AWS's own RCPFullAWSAccess."""
    apart = [each for each in level if kind == "rcp" and each["Effect"] == "Allow"]
    for policy, statements in (("RCPFullAWSAccess", apart), (name, [each for each in level if each not in apart])):
        if statements:
            yield policy, statements


# ---- shapes ----


def _document(statements: list[Any], version: str | None = VERSION) -> dict[str, Any]:
    return {**({} if version is None else {"Version": version}), "Statement": statements}


def _policy(document: Any, type_: str, to: str | None, name: str) -> dict[str, Any]:
    return {"type": type_, "to": to, "name": name, "document": document}


def _complete(context: Line) -> dict[str, Any]:
    """The context with every derived key that it does not list as absent."""
    listed = {key.lower() for key in context}
    return {**context, **{key: None for key in DERIVED if key.lower() not in listed}}


def _request(who: _Who, action: str, resource: str, context: Line, owner: str | None) -> dict[str, Any]:
    return {
        "principal": who.principal,
        "role": who.role,
        "federated_by": who.federated_by,
        "unique_id": None,
        "action": action,
        "resource": resource,
        "resource_account": owner,
        "context": dict(context),
        "missing": "absent",
    }


def _question(
    policies: list[dict[str, Any]],
    request: Line,
    groups: Line | None = None,
    accounts: Line | None = None,
    layers: list[str] | None = None,
) -> dict[str, Any]:
    return {
        "ask": "decision",
        "policies": policies,
        "groups": groups or {},
        "accounts": accounts or {},
        "layers": layers,
        "request": request,
    }
