"""What a policy of each type can be attached to.

In: the target of an attachment, as users write it. Out: advice where it is none for the type of policy, or None.
Invariant: what passes here can bind a request; a target that never could is an error where it is given, not a policy without effect.
"""

import re
from typing import assert_never

from ostiary_grammar.arn import split_arn
from ostiary_grammar.terms import PolicyType

_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_USER = re.compile(r"arn:[^:]+:iam::[0-9]{12}:user/.*[^/]", re.ASCII | re.DOTALL)
_GROUP = re.compile(r"arn:[^:]+:iam::[0-9]{12}:group/.*[^/]", re.ASCII | re.DOTALL)
_PRINCIPAL = re.compile(r"arn:[^:]+:iam::[0-9]{12}:(?:user|role)/.*[^/]", re.ASCII | re.DOTALL)
_SESSION = re.compile(r"arn:[^:]+:sts::[0-9]{12}:(?:assumed-role/[^/]+/[^/]+|federated-user/.+)", re.ASCII | re.DOTALL)


def is_account(text: str) -> bool:
    """Whether a text is an account id."""
    return _ACCOUNT.fullmatch(text) is not None


def is_user(text: str) -> bool:
    """Whether a text is the ARN of a user."""
    return _USER.fullmatch(text) is not None


def is_group(text: str) -> bool:
    """Whether a text is the ARN of a group."""
    return _GROUP.fullmatch(text) is not None


def complaint_about(target: str, type_: PolicyType) -> str | None:
    """What to give instead of a target that no policy of the type is attached to; None if it is one."""
    match type_:
        case PolicyType.IDENTITY:
            return _identity(target)
        case PolicyType.BOUNDARY:
            return _boundary(target)
        case PolicyType.SESSION:
            return _session(target)
        case PolicyType.RESOURCE:
            return _resource(target)
        case PolicyType.SCP | PolicyType.RCP:
            return node_complaint(target)
        case PolicyType.ENDPOINT:
            return _endpoint(target)
        case _ as never:
            assert_never(never)


def _identity(target: str) -> str | None:
    if _PRINCIPAL.fullmatch(target) or _GROUP.fullmatch(target):
        return None
    if _SESSION.fullmatch(target):
        return "give the ARN of the role or user: sessions have its policies"
    return "give the ARN of a user, role or group, or leave `to` out for everyone"


def _boundary(target: str) -> str | None:
    return None if _PRINCIPAL.fullmatch(target) else "give the ARN of a user or role, or leave `to` out for everyone"


def _session(target: str) -> str | None:
    if _PRINCIPAL.fullmatch(target) or _SESSION.fullmatch(target):
        return None
    return "give the ARN of a role session, federated user, role or user, or leave `to` out for every session"


def _resource(target: str) -> str | None:
    fields = split_arn(target)
    if (len(fields) == 6 and fields[0] == "arn") or set(target) == {"*"}:
        return None
    return "give an ARN with six fields, which may hold wildcards, or leave `to` out for every resource"


def node_complaint(target: str) -> str | None:
    """What is wrong with the id of an account or of a node of an organization; None if nothing is."""
    if target.startswith("arn:"):
        return "give the id alone, which ends the ARN"
    if target.isascii() and target.isdigit():
        return None if _ACCOUNT.fullmatch(target) else "an account id has twelve digits"
    return None if target else "give the id of a root, organizational unit or account"


def _endpoint(target: str) -> str | None:
    return None if target.startswith("vpce-") else "give the id of a VPC endpoint, such as `vpce-0123456789abcdef0`"
