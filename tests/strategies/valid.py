"""Whether a document is one that IAM would save as a policy of its type (iam-semantics.md 1.3 to 1.7), for generated ones.

`complaints(document, type, name)` gives what is wrong, as texts; nothing for a valid document. It looks at what the generators could get
wrong, with code of its own; it is no parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.oracle.conditions import operator_of
from tests.oracle.values import instant
from tests.strategies.conditions import IDENTIFIERS

PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "*")
IAM_PARTS = (
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "policy/",
    "saml-provider/",
    "oidc-provider/",
)
RCP_SERVICES = (
    "s3",
    "sts",
    "sqs",
    "kms",
    "secretsmanager",
    "ecr",
    "aoss",
    "cognito-idp",
    "cognito-identity",
    "dynamodb",
    "logs",
)
PRINCIPAL_TEXT = {
    "AWS": re.compile(
        r"\*|\d{12}|A(ID|RO)A[A-Z0-9]+|arn:aws(-cn)?:(iam|sts)::\d{12}:(root|(user|role|assumed-role|federated-user)/[^*?]+)"
    ),
    "Service": re.compile(r"[a-z0-9-]+\.amazonaws\.com"),
    "Federated": re.compile(r"arn:aws(-cn)?:iam::\d{12}:(oidc|saml)-provider/[^*?]+"),
    "CanonicalUser": re.compile(r"[0-9a-f]{64}"),
}


def complaints(document: dict[str, Any], policy_type: str, name: str = "") -> Iterator[str]:
    if not set(document) <= {"Version", "Id", "Statement"}:
        yield "unknown key"
    if "Id" in document and policy_type != "resource":
        yield "Id outside a resource policy"
    if document.get("Version") != "2012-10-17" and (
        policy_type not in ("identity", "resource") or document.get("Version", "2008-10-17") != "2008-10-17"
    ):
        yield "version"
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    if not statements:
        yield "no statements"
    sids = [statement["Sid"] for statement in statements if "Sid" in statement]
    if len(set(sids)) != len(sids) or not all(sid.isalnum() for sid in sids):
        yield "Sid"
    for statement in statements:
        yield from elements(statement, policy_type, name)
        for pattern in texts(statement, "Action", "NotAction"):
            yield from action(pattern, policy_type, name)
        for pattern in texts(statement, "Resource", "NotResource"):
            yield from resource(pattern, policy_type)
        yield from condition(statement.get("Condition", {}))
        if policy_type == "endpoint":
            yield from endpoint_condition(statement.get("Condition", {}))


def texts(statement: dict[str, Any], *names: str) -> list[str]:
    return [
        text
        for name in names
        for text in (statement.get(name, []) if isinstance(statement.get(name, []), list) else [statement[name]])
    ]


def elements(statement: dict[str, Any], policy_type: str, name: str) -> Iterator[str]:
    has = set(statement)
    if not has <= {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }:
        yield "unknown element"
    if len(has & {"Action", "NotAction"}) != 1:
        yield "not one of Action and NotAction"
    trust = policy_type == "resource" and not has & {"Resource", "NotResource"}
    if len(has & {"Resource", "NotResource"}) != 1 and not trust:
        yield "not one of Resource and NotResource"
    for element in ("Action", "NotAction", "Resource", "NotResource"):
        if statement.get(element) == []:
            yield f"empty {element}"
    who = has & {"Principal", "NotPrincipal"}
    if len(who) != (1 if policy_type in ("resource", "rcp", "endpoint") else 0):
        yield "Principal"
    if trust and who == {"NotPrincipal"}:
        yield "NotPrincipal in a trust policy"
    if policy_type == "rcp":
        if statement.get("Principal") != "*" or "NotAction" in has:
            yield "RCP"
        if statement["Effect"] == "Allow" and name != "RCPFullAWSAccess":
            yield "Allow in an RCP"
    if statement["Effect"] not in ("Allow", "Deny"):
        yield "Effect"
    for element in who:
        yield from principal(statement[element], trust=trust)


def principal(value: Any, *, trust: bool) -> Iterator[str]:
    if value == "*":
        return
    if not value:
        yield "empty principal"
    for kind in value:
        if kind == "Federated" and not trust:
            yield "Federated outside a trust policy"
        listed = texts(value, kind)
        if not listed:
            yield f"empty {kind}"
        for text in listed:
            if not PRINCIPAL_TEXT[kind].fullmatch(text):
                yield f"principal {text}"


def action(pattern: str, policy_type: str, name: str) -> Iterator[str]:
    if "${" in pattern:
        yield f"variable in action {pattern}"
    if set(pattern) == {"*"}:
        if policy_type == "rcp" and name != "RCPFullAWSAccess":
            yield "star action in an RCP"
        return
    prefix, _, rest = pattern.partition(":")
    if pattern.count(":") != 1 or not rest:
        yield f"colons in {pattern}"
    if prefix != "*" and not re.fullmatch(r"[A-Za-z0-9.-]+", prefix):
        yield f"vendor {prefix}"
    if policy_type == "rcp" and prefix not in RCP_SERVICES:
        yield f"RCP action {pattern}"


def resource(pattern: str, policy_type: str) -> Iterator[str]:
    if set(pattern) == {"*"}:
        return
    # colons inside a variable divide no fields
    fields = re.sub(r"\$\{[^}]*\}", "$", pattern).split(":", 5)
    if fields[0] != "arn" or len(fields) < 3 or not fields[2] or fields[1] not in PARTITIONS:
        yield f"resource {pattern}"
        return
    if len(fields) < 6 and ("::" in pattern or policy_type == "session"):
        yield f"short ARN {pattern}"
    if fields[2] in ("s3", "iam") and (len(fields) < 6 or fields[3]):
        yield f"region in {pattern}"
    if fields[2] == "iam" and fields[-1] != "*" and not fields[-1].startswith(IAM_PARTS):
        yield f"IAM path {pattern}"
    if policy_type == "endpoint" and len(fields) > 4 and not re.fullmatch(r"\d{12}|[*?]*", fields[4]):
        yield f"account field of {pattern}"


def condition(block: dict[str, Any]) -> Iterator[str]:
    for name, keys in block.items():
        if len({key.lower() for key in keys}) != len(keys):
            yield "one key twice"
        for key, written in keys.items():
            values = written if isinstance(written, list) else [written]
            if len({bool if isinstance(value, bool) else type(value) in (int, float) for value in values}) > 1:
                yield f"types under {key}"
            if not re.fullmatch(r"[A-Za-z0-9.-]+:[^:]+", key):
                yield f"key {key}"
            if operator_of(name).base.startswith("Date") and any(instant(str(value)) is None for value in values):
                yield f"date under {key}"


def endpoint_condition(block: dict[str, Any]) -> Iterator[str]:
    """What is asked of endpoint policies alone (1.5)."""
    for name, keys in block.items():
        base = operator_of(name).base
        for key, written in keys.items():
            if key.lower() in IDENTIFIERS and base.startswith(("StringLike", "StringNotLike", "Arn", "Numeric")):
                yield f"{base} on {key}"
            for value in written if isinstance(written, list) else [written]:
                if base.startswith(("StringLike", "StringNotLike", "Arn")) and not literal_run(str(value)):
                    yield f"short literal part in {value}"


def literal_run(value: str) -> bool:
    plain = re.sub(r"\$\{[^}]*\}", "", value)
    return not set("*?") & set(plain) or max(len(run) for run in re.split(r"[*?]", plain)) >= 6
