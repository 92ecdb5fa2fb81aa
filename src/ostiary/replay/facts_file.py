"""Facts from a file: what is known besides the log (`docs/facts.md`).

    organization: o-a1b2c3d4e5
    accounts: {"111122223333": {path: [r-ab12, ou-ab12-11111111]}, "999900001111": {standalone: true}}
    principals: {arn:aws:iam::111122223333:role/app: {tags: {team: red}}}
    resources: {"arn:aws:s3:::shop-*": {account: "444455556666", tags: {}}}
    endpoints: {vpce-0123456789abcdef0: {vpc: vpc-0123456789abcdef0, account: "111122223333"}}
    iam: [arn:aws:iam::111122223333:role/teams/red/app]
    keys: {aws:SecureTransport: "true"}

In: files of JSON or YAML. Out: `SuppliedFacts`; PolicyError with every problem of all files.
Invariant: nothing is skipped: what is not understood is an error, with its place.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ostiary.cloudtrail.guesses import AccountFacts, EndpointFacts, Facts, FactValue, ResourceFacts, iam_names
from ostiary_compiler.datafiles.codes import DataCode
from ostiary_compiler.datafiles.cursor import Cursor, Problems, cursors
from ostiary_compiler.datafiles.reading import read_tree
from ostiary_compiler.datafiles.tree import ListNode
from ostiary_grammar.errors import PolicyError
from ostiary_grammar.terms import fold
from ostiary_grammar.wording import quoted

_TOP = ("organization", "accounts", "principals", "resources", "endpoints", "iam", "keys")
_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}", re.ASCII)
_NODE = re.compile(r"r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}", re.ASCII)
_PRINCIPAL = re.compile(r"arn:[^:]+:iam::[0-9]{12}:(?:(?:user|role)/.+|root)", re.ASCII | re.DOTALL)
_IAM = re.compile(r"arn:[^:]+:iam::(?:[0-9]{12}|aws):[a-z-]+/.+", re.ASCII | re.DOTALL)
_ENDPOINT = re.compile(r"vpce-[0-9a-z]+", re.ASCII)
_VPC = re.compile(r"vpc-[0-9a-z]+", re.ASCII)
_KEY = re.compile(r"[\w-]+:[^\s]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class SuppliedFacts:
    """Facts, and what they are about in a few words each, for the report."""

    facts: Facts
    said: tuple[str, ...]


@dataclass(slots=True)
class _Draft:
    """What was read so far."""

    organization: str | None = None
    accounts: dict[str, AccountFacts] = field(default_factory=dict)
    principals: dict[str, Mapping[str, str]] = field(default_factory=dict)
    resources: dict[str, ResourceFacts] = field(default_factory=dict)
    endpoints: dict[str, EndpointFacts] = field(default_factory=dict)
    iam: list[str] = field(default_factory=list)
    keys: dict[str, FactValue] = field(default_factory=dict)


def read_facts(paths: Iterable[Path], arns: Iterable[str] = ()) -> SuppliedFacts:
    """The facts in these files together; `arns` are ARNs of IAM entities that are known from policies."""
    problems, draft = Problems(), _Draft()
    for path in paths:
        try:
            tree = read_tree(path)
        except PolicyError as problem:
            problems.extend(problem.diagnostics)
            continue
        first, *others = cursors(tree, problems)
        for each in others[:1]:
            each.error(DataCode.OTHER_FORM, "something follows the facts", "a file holds one object of facts")
        _read(first, draft)
    problems.raise_errors()
    named = iam_names([*arns, *draft.principals, *draft.iam])
    facts = Facts(named, draft.accounts, draft.principals, draft.resources, draft.endpoints, draft.keys)
    return SuppliedFacts(facts, tuple(_said(draft)))


def _said(draft: _Draft) -> Iterable[str]:
    for count, noun in (
        (len(draft.accounts), "account"),
        (len(draft.principals), "principal"),
        (len(draft.resources), "resource pattern"),
        (len(draft.endpoints), "VPC endpoint"),
        (len(draft.iam), "IAM name"),
        (len(draft.keys), "condition key"),
    ):
        if count:
            yield f"{count} {noun}{'' if count == 1 else 's'}"


def _read(top: Cursor, draft: _Draft) -> None:
    members = top.members(_TOP, "a file of facts")
    organization = None
    if "organization" in members:
        organization = _matching(
            members["organization"], _ORGANIZATION, "the id of an organization, such as `o-a1b2c3d4e5`"
        )
        draft.organization = organization or draft.organization
    for key, at in members["accounts"].entries("`accounts`") if "accounts" in members else []:
        if _fits(key.text, _ACCOUNT, at, "an account id, which has twelve digits"):
            draft.accounts[key.text] = _account(at, organization or draft.organization)
    for key, at in members["principals"].entries("`principals`") if "principals" in members else []:
        if _fits(key.text, _PRINCIPAL, at, "the ARN of a user or role"):
            found = at.members(("tags",), "a principal", required=("tags",))
            draft.principals[key.text] = _tags(found["tags"]) if "tags" in found else {}
    for key, at in members["resources"].entries("`resources`") if "resources" in members else []:
        if _fits(key.text, re.compile(r"arn:.+", re.DOTALL), at, "an ARN, in which `*` stands for anything"):
            draft.resources[key.text] = _resource(at)
    for key, at in members["endpoints"].entries("`endpoints`") if "endpoints" in members else []:
        if _fits(key.text, _ENDPOINT, at, "the id of a VPC endpoint"):
            draft.endpoints[key.text] = _endpoint(at)
    for at in members["iam"].items("`iam`") if "iam" in members else []:
        arn = _matching(at, _IAM, "the ARN of a user, role, group or policy")
        if arn is not None:
            draft.iam.append(arn)
    for key, at in members["keys"].entries("`keys`") if "keys" in members else []:
        if _fits(key.text, _KEY, at, "a condition key, such as `aws:SecureTransport`"):
            draft.keys[fold(key.text)] = _value(at)


def _account(at: Cursor, organization: str | None) -> AccountFacts:
    found = at.members(("organization", "path", "standalone"), "an account")
    if "standalone" in found and found["standalone"].truth("`standalone`"):
        if len(found) > 1:
            at.error(
                DataCode.EXCLUSIVE_KEYS, "an account that stands alone is in no organization", "give one or the other"
            )
        return AccountFacts(standalone=True)
    if "organization" in found:
        organization = _matching(found["organization"], _ORGANIZATION, "the id of an organization")
    path = _path(found["path"], organization) if "path" in found else None
    if organization is None:
        at.error(
            DataCode.MISSING_KEY,
            "it is not said which organization the account is in",
            "give `organization` at the top of the file or here, or `standalone: true`",
        )
    return AccountFacts(organization, path)


def _path(at: Cursor, organization: str | None) -> str | None:
    """A path as `aws:PrincipalOrgPaths` has it, from the text or from the list of its nodes."""
    if isinstance(at.node, ListNode):
        nodes = [each.text("a node of a path") for each in at.items("`path`")]
    else:
        text = at.text("`path`")
        nodes = list(text.strip("/").split("/")) if text else [None]
        if nodes[0] == organization:
            nodes = nodes[1:]
    if any(node is None for node in nodes):
        return None
    named = [str(node) for node in nodes]
    if not named or not all(_NODE.fullmatch(node) for node in named) or not named[0].startswith("r-"):
        at.error(
            DataCode.BAD_VALUE,
            "this is no path in an organization",
            "give the ids from the root down: `[r-ab12, ou-ab12-11111111]`, or `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/`",
        )
        return None
    return "/".join((organization or "", *named, ""))


def _resource(at: Cursor) -> ResourceFacts:
    found = at.members(("account", "tags"), "a resource")
    if not found:
        at.error(DataCode.MISSING_KEY, "nothing is said of the resource", "give `account`, `tags` or both")
    account = _matching(found["account"], _ACCOUNT, "an account id") if "account" in found else None
    return ResourceFacts(account, _tags(found["tags"]) if "tags" in found else None)


def _endpoint(at: Cursor) -> EndpointFacts:
    found = at.members(("vpc", "account"), "an endpoint")
    vpc = _matching(found["vpc"], _VPC, "the id of a VPC") if "vpc" in found else None
    account = _matching(found["account"], _ACCOUNT, "an account id") if "account" in found else None
    return EndpointFacts(vpc, account)


def _tags(at: Cursor) -> dict[str, str]:
    tags = {key.text: value.text("the value of a tag") for key, value in at.entries("`tags`")}
    return {key: value for key, value in tags.items() if value is not None}


def _value(at: Cursor) -> FactValue:
    if at.is_null:
        return None
    if isinstance(at.node, ListNode):
        return tuple(text for each in at.items("the values") if (text := each.text("a value")) is not None) or None
    return at.text("the value")


def _matching(at: Cursor, form: re.Pattern[str], what: str) -> str | None:
    text = at.text(what)
    return text if text is not None and _fits(text, form, at, what) else None


def _fits(text: str, form: re.Pattern[str], at: Cursor, what: str) -> bool:
    if form.fullmatch(text):
        return True
    at.error(DataCode.BAD_VALUE, f"{quoted(text)} is not {what}")
    return False
