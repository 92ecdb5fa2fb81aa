"""The output of IAM's GetAccountAuthorizationDetails as a policy set: what `PolicySet.from_account_details` reads.

In: the pages of one or more accounts: an object, a list of them, or several one after the other. Documents may be objects
(as the command line gives them) or percent-encoded texts (as the API does).
Out: `SetData`. Inline and attached policies of users, groups and roles are identity policies, managed ones in their default
version; permissions boundaries are boundaries; the trust policy of a role is a resource policy of the role. Asked are
identity policies and boundaries: key and bucket policies are not in the output, so it cannot say what they would.
Invariant: what is attached and not in the file is told: an AWS managed policy as a warning, since not every output has
them; anything else is an error, and so is a missing boundary, without which more would be allowed.
Not here: instance profiles, tags, and what the documents mean.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ostiary_compiler.datafiles.codes import DataCode
from ostiary_compiler.datafiles.cursor import Cursor, Problems
from ostiary_compiler.datafiles.embedded import encoded_document
from ostiary_compiler.datafiles.tree import Leaf, ListNode, Node, ObjectNode
from ostiary_compiler.setdata import PlacedAccount, ReadPolicy, SetData
from ostiary_grammar.arn import split_arn
from ostiary_grammar.limits import Limits
from ostiary_grammar.span import Span
from ostiary_grammar.syntax import Document
from ostiary_grammar.terms import PolicyType
from ostiary_grammar.wording import quoted
from ostiary_runtime.program import Account

ASKED = frozenset({PolicyType.IDENTITY, PolicyType.BOUNDARY})
"""What the details know in full: they hold no organization policies and, but for trust policies, no resource policies."""

_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
_PAGING = ("IsTruncated", "Marker")
_ATTACHED = "AttachedManagedPolicies"
_GET_ALL = "get the details again without a filter, all pages of them"
_GIVE = "get the details with the filter `AWSManagedPolicy` too, or give the document under its ARN as `managed`"


def is_account_details(node: Node) -> bool:
    """Whether a value looks like the output, and not like a policy set with a misspelled key."""
    match node:
        case ListNode():
            return bool(node.items) and is_account_details(node.items[0])
        case ObjectNode():
            return any(_is_list_of_details(key.text, value) for key, value in node.members)
        case Leaf():
            return False


def _is_list_of_details(key: str, value: Node) -> bool:
    if key != "Policies":
        return key in _LISTS
    first = value.items[0] if isinstance(value, ListNode) and value.items else None
    return isinstance(first, ObjectNode) and any(key.text == "PolicyVersionList" for key, _ in first.members)


@dataclass(slots=True)
class _Managed:
    """A managed policy of the file: where its versions stand, and its document when it was first needed."""

    at: Cursor
    name: str
    read: bool = False
    document: Document | None = None


@dataclass(slots=True)
class _Use:
    """A managed policy in one role: as identity policies of some principals, or as boundary of some."""

    name: str
    at: Cursor
    targets: dict[str | None, None] = field(default_factory=dict)


class DetailsReader:
    """Reads pages, then makes the set of all of them: what is attached on one page may stand on another."""

    def __init__(self, problems: Problems, limits: Limits, managed: Mapping[str, Document]) -> None:
        self._problems = problems
        self._limits = limits
        self._given = managed
        self._managed: dict[str, _Managed] = {}
        self._uses: dict[tuple[PolicyType, str], _Use] = {}
        self._policies: list[ReadPolicy] = []
        self._groups: dict[tuple[str, str], str] = {}
        self._members: list[tuple[str, str, Cursor]] = []
        self._accounts: dict[str, Span] = {}

    def add(self, top: list[Cursor]) -> None:
        """Takes in the pages of a file."""
        pages = [
            page for root in top for page in (root.items("the pages") if isinstance(root.node, ListNode) else [root])
        ]
        if not pages and top:
            top[0].error(DataCode.EMPTY_LIST, "there are no pages here")
        for page in pages:
            self._page(page)
        last = pages[-1].some(*_PAGING) if pages and isinstance(pages[-1].node, ObjectNode) else {}
        more = last.get("IsTruncated")
        if more is not None and isinstance(more.node, Leaf) and more.node.text == "true":
            more.error(DataCode.CUT_SHORT, "this is not the last page of the account's details", _GET_ALL)

    def data(self) -> SetData:
        """The set of everything that was taken in."""
        memberships = [pair for pair in map(self._membership, self._members) if pair is not None]
        attached = [policy for key, use in self._uses.items() for policy in self._attached(*key, use)]
        accounts = tuple(
            PlacedAccount(Account(number, (), management=False), at) for number, at in self._accounts.items()
        )
        return SetData((*self._policies, *attached), tuple(dict.fromkeys(memberships)), accounts, ASKED)

    # ---- pages ----

    def _page(self, page: Cursor) -> None:
        found = page.some(*_LISTS)
        if not found:
            if isinstance(page.node, ObjectNode):
                message = "this is not the output of GetAccountAuthorizationDetails: it has none of its lists"
                page.error(
                    DataCode.OTHER_FORM, message, "it has `UserDetailList` and others; read a policy set with `load`"
                )
            return
        for each in found["Policies"].items("`Policies`") if "Policies" in found else ():
            self._managed_policy(each)
        for list_, kind in (("GroupDetailList", "Group"), ("UserDetailList", "User"), ("RoleDetailList", "Role")):
            for each in found[list_].items(f"`{list_}`") if list_ in found else ():
                self._principal(each, kind)

    def _managed_policy(self, at: Cursor) -> None:
        found = at.some("Arn", "PolicyName")
        arn, name = _text(at, found, "Arn"), _text(at, found, "PolicyName")
        if arn is not None and name is not None:
            self._managed.setdefault(arn, _Managed(at, name))

    def _principal(self, at: Cursor, kind: str) -> None:
        inline, trust = f"{kind}PolicyList", "AssumeRolePolicyDocument"
        found = at.some("Arn", f"{kind}Name", inline, _ATTACHED, "GroupList", "PermissionsBoundary", trust)
        arn, name = _text(at, found, "Arn"), _text(at, found, f"{kind}Name")
        if arn is None or name is None:
            return
        account = self._account(found["Arn"], arn)
        shown = f"{kind.lower()}/{name}"
        if kind == "Group":
            self._groups[account, name] = arn
        if inline in found:
            self._inline(found[inline], arn, shown)
        for each in found[_ATTACHED].items(f"`{_ATTACHED}`") if _ATTACHED in found else ():
            self._use(each, PolicyType.IDENTITY, arn, ("PolicyArn", "PolicyName"))
        if "PermissionsBoundary" in found and not found["PermissionsBoundary"].is_null:
            self._use(found["PermissionsBoundary"], PolicyType.BOUNDARY, arn, ("PermissionsBoundaryArn", None))
        if kind == "User" and "GroupList" in found:
            for each in found["GroupList"].items("`GroupList`"):
                group = each.text("a group of a user")
                if group is not None:
                    self._members.append((arn, group, each))
        if kind == "Role":
            if trust in found:
                self._put(found[trust], PolicyType.RESOURCE, arn, f"trust policy of {shown}")
            else:
                at.error(DataCode.MISSING_KEY, f"the role has no `{trust}`")

    def _account(self, at: Cursor, arn: str) -> str:
        fields = split_arn(arn)
        account = fields[4] if len(fields) == 6 else ""
        if len(account) == 12 and account.isascii() and account.isdigit():
            self._accounts.setdefault(account, at.span)
        else:
            at.error(DataCode.BAD_VALUE, f"{quoted(arn)} is not the ARN of a user, group or role")
        return account

    def _inline(self, at: Cursor, arn: str, shown: str) -> None:
        for each in at.items("the inline policies"):
            found = each.some("PolicyName", "PolicyDocument")
            name = _text(each, found, "PolicyName")
            if "PolicyDocument" not in found:
                each.error(DataCode.MISSING_KEY, "the inline policy has no `PolicyDocument`")
            elif name is not None:
                self._put(found["PolicyDocument"], PolicyType.IDENTITY, arn, f"{shown} {name}")

    def _put(self, at: Cursor, type_: PolicyType, target: str, name: str) -> None:
        document = encoded_document(at, self._limits)
        if document is not None:
            self._policies.append(ReadPolicy(document, type_, (target,), name, at.span))

    # ---- managed policies ----

    def _use(self, at: Cursor, type_: PolicyType, target: str, keys: tuple[str, str | None]) -> None:
        """Notes that a managed policy is attached; its document may be on a later page."""
        arn_key, name_key = keys
        found = at.some(arn_key, *([name_key] if name_key else []))
        arn = _text(at, found, arn_key)
        if arn is not None:
            name = found[name_key].text(f"`{name_key}`") if name_key in found else None
            use = self._uses.setdefault((type_, arn), _Use(name or arn.rpartition("/")[2], found[arn_key]))
            use.targets[target] = None

    def _attached(self, type_: PolicyType, arn: str, use: _Use) -> Iterator[ReadPolicy]:
        managed = self._managed.get(arn)
        if managed is not None:
            document = self._default_version(managed)
            at = managed.at.span
        else:
            document = self._given.get(arn)
            at = use.at.span
            if document is None:
                self._missing(type_, arn, use)
        if document is not None:
            yield ReadPolicy(document, type_, tuple(use.targets), managed.name if managed else use.name, at)

    def _missing(self, type_: PolicyType, arn: str, use: _Use) -> None:
        whom = f"{len(use.targets)} principal{'' if len(use.targets) == 1 else 's'}"
        of_aws = split_arn(arn)[4:5] == ("aws",)
        if type_ is PolicyType.BOUNDARY:
            message = f"{quoted(arn)} is the boundary of {whom}, and its document is not there"
            use.at.error(DataCode.MISSING_POLICY, message, _GIVE if of_aws else _GET_ALL)
        elif of_aws:
            message = f"{quoted(arn)} is attached to {whom}, and its document is not there: what it says does not count"
            use.at.warn(DataCode.MISSING_POLICY, message, _GIVE)
        else:
            message = f"{quoted(arn)} is attached to {whom}, and its document is not there"
            use.at.error(DataCode.MISSING_POLICY, message, _GET_ALL)

    def _default_version(self, managed: _Managed) -> Document | None:
        if not managed.read:
            managed.read = True
            at = _default_document(managed.at)
            managed.document = encoded_document(at, self._limits) if at is not None else None
        return managed.document

    def _membership(self, member: tuple[str, str, Cursor]) -> tuple[str, str] | None:
        user, name, at = member
        group = self._groups.get((split_arn(user)[4], name))
        if group is None:
            at.error(DataCode.MISSING_GROUP, f"the user is in group {quoted(name)}, which is not there", _GET_ALL)
            return None
        return user, group


def _default_document(policy: Cursor) -> Cursor | None:
    found = policy.some("DefaultVersionId", "PolicyVersionList")
    default = found.get("DefaultVersionId")
    wanted = default.text("`DefaultVersionId`") if default is not None else None
    for each in found["PolicyVersionList"].items("`PolicyVersionList`") if "PolicyVersionList" in found else ():
        version = each.some("VersionId", "IsDefaultVersion", "Document")
        name, flag = version.get("VersionId"), version.get("IsDefaultVersion")
        by_name = wanted is not None and name is not None and name.text("`VersionId`") == wanted
        by_flag = wanted is None and flag is not None and flag.truth("`IsDefaultVersion`") is True
        if by_name or by_flag:
            if "Document" in version:
                return version["Document"]
            each.error(DataCode.MISSING_KEY, "the default version has no `Document`")
            return None
    policy.error(DataCode.MISSING_KEY, "the managed policy is attached, and its default version is not there", _GET_ALL)
    return None


def _text(at: Cursor, found: Mapping[str, Cursor], key: str) -> str | None:
    if key in found:
        return found[key].text(f"`{key}`")
    if isinstance(at.node, ObjectNode):
        at.error(DataCode.MISSING_KEY, f"`{key}` is missing here")
    return None
