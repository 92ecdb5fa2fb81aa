"""The cases in `tests/cases/*.jsonl` as policy sets and requests, for whichever engine is to be tested.

In: one line of a case file. Out: `Case`s (one line may give two), each with a `PolicySet`, a `Request` (both plain data from
`tests.oracle.model`) and the effect that is wanted. `certain` None: the case does not say. Decision cases that want `Invalid` and
document cases are about validity and not here; `document_cases` gives their lines as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.oracle.model import UNKNOWN, Account, Attachment, PolicySet, Request

FOLDER = Path(__file__).parent / "cases"
ACCOUNT = "111111111111"
VERSION = "2012-10-17"
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


@dataclass(frozen=True, slots=True)
class Who:
    """A caller of the case files: `identity` and `session` say what its policies of these kinds are attached to."""

    principal: str
    role: str | None = None
    federated_by: str | None = None
    identity: str | None = None
    session: str | None = None
    account: str | None = None


def user(name: str, account: str) -> Who:
    arn = f"arn:aws:iam::{account}:user/{name}"
    return Who(arn, identity=arn, session=arn, account=account)


def session(name: str, account: str, path: str = "/") -> Who:
    role = f"arn:aws:iam::{account}:role{path}{name}"
    return Who(f"arn:aws:sts::{account}:assumed-role/{name}/s1", role, None, role, role, account)


def federated(name: str, by: Who) -> Who:
    arn = f"arn:aws:sts::{by.account}:federated-user/{name}"
    return Who(arn, federated_by=by.principal, identity=by.principal, session=arn, account=by.account)


ALICE = user("alice", ACCOUNT)
WHO = {
    "alice": ALICE,
    "taro": user("taro", "123456789012"),
    "dev": session("dev", ACCOUNT),
    "devp": session("devp", ACCOUNT, "/eng/"),
    "fay": federated("fay", ALICE),
    "root": Who(f"arn:aws:iam::{ACCOUNT}:root", account=ACCOUNT),
    "xavier": user("xavier", "222222222222"),
    "xrole": session("xrole", "222222222222"),
    "xroot": Who("arn:aws:iam::222222222222:root", account="222222222222"),
    "trail": Who("cloudtrail.amazonaws.com"),
    "anon": Who("*"),
    "gh": Who(f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"),
}


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    policies: PolicySet
    request: Request
    effect: str
    certain: bool | None
    why: str

    def __str__(self) -> str:
        return self.id


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines() if line.strip()]


def document_cases() -> list[dict[str, Any]]:
    """The lines of `document.jsonl`, and the decision cases that want `Invalid`, as they are."""
    return lines("document.jsonl") + [line for line in lines("decision.jsonl") if line["want"] == "Invalid"]


def all_cases() -> list[Case]:
    """Every case that wants a decision, in the order of the files."""
    return [
        case
        for name, read in (
            ("action.jsonl", action_case),
            ("resource.jsonl", resource_case),
            ("variable.jsonl", resource_case),
            ("condition.jsonl", condition_case),
            ("undecided.jsonl", undecided_cases),
            ("decision.jsonl", decision_case),
            ("extra-condition.jsonl", condition_case),
            ("extra-decision.jsonl", decision_case),
        )
        for line in lines(name)
        for case in read(line)
    ]


def document(statements: list[dict[str, Any]], version: str | None = VERSION) -> dict[str, Any]:
    head = {} if version is None else {"Version": version}
    return head | {"Statement": statements}


def values(context: dict[str, Any]) -> dict[str, Any]:
    """A case's context; `{"unknown": true}` stands for UNKNOWN, which JSON cannot say."""
    return {key: UNKNOWN if value == {"unknown": True} else value for key, value in context.items()}


def complete(context: dict[str, Any]) -> dict[str, Any]:
    """The context with every derived key that it does not list as absent (iam-semantics.md 9.5)."""
    listed = {key.lower() for key in context}
    return values(context) | {key: None for key in DERIVED if key.lower() not in listed}


def one_statement(line: dict[str, Any], statement: dict[str, Any], request: Request, want: str) -> Case:
    """An identity policy of alice's with one Allow, whose match is what the case is about."""
    whole = {"Effect": "Allow", "Action": "*", "Resource": "*"} | statement
    policy = Attachment(document([whole], line.get("version", VERSION)), "identity", ALICE.principal, "identity")
    effect = {"match": "Allow", "no": "ImplicitDeny", "unknown": "ImplicitDeny"}[want]
    return Case(line["id"], PolicySet((policy,)), request, effect, want != "unknown", line.get("why", ""))


def action_case(line: dict[str, Any]) -> Iterator[Case]:
    request = Request(ALICE.principal, line["action"], "arn:aws:s3:::b/k", resource_account=ACCOUNT)
    yield one_statement(line, {"Action": line["pattern"]}, request, line["want"])


def resource_case(line: dict[str, Any]) -> Iterator[Case]:
    context = complete(line["context"]) if "context" in line else {}
    request = Request(ALICE.principal, "s3:GetObject", line["resource"], context, resource_account=ACCOUNT)
    yield one_statement(line, {"Resource": line["pattern"]}, request, line["want"])


def condition_case(line: dict[str, Any]) -> Iterator[Case]:
    context = complete(line["context"])
    request = Request(ALICE.principal, "s3:GetObject", "arn:aws:s3:::b/k", context, resource_account=ACCOUNT)
    yield one_statement(line, {"Condition": line["condition"]}, request, line["want"])


def undecided_cases(line: dict[str, Any]) -> Iterator[Case]:
    """Two probes: as an Allow the statement must not apply, as a Deny it must, and neither answer is certain."""
    statement = {
        "Action": line.get("action_pattern", "*"),
        "Resource": line.get("resource_pattern", "*"),
        "Condition": line.get("condition", {}),
    }
    kind = line.get("policy", "identity")
    request = Request(
        ALICE.principal,
        line.get("action", "s3:GetObject"),
        line.get("resource", "arn:aws:s3:::b/k"),
        complete(line.get("context", {})),
        resource_account=ACCOUNT,
    )
    to = {"identity": ALICE.principal, "resource": None, "scp": ACCOUNT}[kind]
    who = {"Principal": "*"} if kind == "resource" else {}
    granting = Attachment(document([EVERYTHING]), "identity", ALICE.principal, "everything")
    beside = () if kind in ("identity", "resource") else (granting,)
    allow = Attachment(document([{"Effect": "Allow"} | who | statement]), kind, to, "probe")
    denying = [{"Effect": "Deny"} | who | statement] + ([EVERYTHING] if kind == "scp" else [])
    deny = Attachment(document(denying), kind, to, "probe")
    yield Case(f"{line['id']}-allow", PolicySet((allow, *beside)), request, "ImplicitDeny", False, line["why"])
    yield Case(f"{line['id']}-deny", PolicySet((deny, granting)), request, "ExplicitDeny", False, line["why"])


def decision_case(line: dict[str, Any]) -> Iterator[Case]:
    if line["want"] == "Invalid":
        return
    who = caller(line)
    owner = line.get("account", ACCOUNT)
    accounts = {
        number: Account(tuple(a.get("path", ())), a.get("management", False))
        for number, a in line.get("accounts", {}).items()
    }
    accounts |= placed(line, who.account or owner, owner)
    policies = PolicySet(
        tuple(attachments(line, who)),
        tuple((member, group) for member, group in line.get("memberships", [])),
        accounts,
        frozenset(line["layers"]) if "layers" in line else None,
    )
    request = Request(
        who.principal,
        line["action"],
        line["arn"],
        values(line.get("context", {})),
        role=who.role,
        federated_by=who.federated_by,
        unique_id=line.get("uniqueId"),
        resource_account=line.get("resourceAccount", owner),
        missing=line.get("missing", "absent"),
    )
    yield Case(line["id"], policies, request, line["want"], line.get("certain"), line.get("why", ""))


def caller(line: dict[str, Any]) -> Who:
    if "principal" in line:
        return Who(line["principal"], line.get("role"), line.get("federatedBy"))
    who = WHO[line.get("who", "alice")]
    if line.get("serviceLinkedRole"):
        role = f"arn:aws:iam::{who.account}:role/aws-service-role/x.amazonaws.com/dev"
        return Who(who.principal, role, None, role, role, who.account)
    return who


def placed(line: dict[str, Any], callers: str, owner: str) -> dict[str, Account]:
    """The accounts of caller and resource on paths that are as long as the case's levels."""
    scps, rcps = (len(line.get(kind, [])) for kind in ("scp", "rcp"))
    paths = {owner: nodes("r", rcps), callers: nodes("n", scps)}
    if callers == owner:
        paths = {owner: (*nodes("n", scps), *nodes("r", rcps))}
    managing = {
        number
        for number, flag in ((callers, "callerInManagementAccount"), (owner, "resourceInManagementAccount"))
        if line.get(flag)
    }
    return {number: Account(path, number in managing) for number, path in paths.items() if path or number in managing}


def nodes(letter: str, count: int) -> tuple[str, ...]:
    return tuple(f"{letter}{i}" for i in range(count))


def attachments(line: dict[str, Any], who: Who) -> Iterator[Attachment]:
    version = line.get("version", VERSION)
    for kind, to in (
        ("identity", who.identity),
        ("boundary", who.identity),
        ("session", who.session),
        ("resource", None),
        ("vpce", None),
    ):
        if line.get(kind):
            yield Attachment(document(line[kind], version), "endpoint" if kind == "vpce" else kind, to, kind)
    for kind, letter in (("scp", "n"), ("rcp", "r")):
        for i, level in enumerate(line.get(kind, [])):
            for name, statements in documents_of(kind, f"{kind}-{letter}{i}", level):
                yield Attachment(document(statements, version), kind, f"{letter}{i}", name)
    for policy in line.get("policies", []):
        yield Attachment(policy["document"], policy["type"], policy.get("to"), policy["name"])


def documents_of(kind: str, name: str, level: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A level's statements as documents; an Allow of an RCP stands only in AWS's own RCPFullAWSAccess."""
    apart = [s for s in level if kind == "rcp" and s["Effect"] == "Allow"]
    for policy, statements in (("RCPFullAWSAccess", apart), (name, [s for s in level if s not in apart])):
        if statements:
            yield policy, statements
