"""Policy sets as files: what `PolicySet.load` reads.

    {"policies": [{"type": "identity", "to": "arn:aws:iam::111122223333:role/app", "name": "AppAccess", "file": "app.json"},
                  {"type": "scp", "to": "ou-prod", "document": {"Version": "2012-10-17", "Statement": [...]}}],
     "groups": {"arn:aws:iam::111122223333:group/dev": ["arn:aws:iam::111122223333:user/ann"]},
     "accounts": {"111122223333": {"path": ["r-root", "ou-prod"], "management": false}},
     "layers": ["identity", "scp"]}

In: a file of JSON or YAML, or a part of one. Out: `SetData`, and every problem of the set and of the policies in it.
Invariant: nothing is skipped. What is not understood, cannot be read, or cannot be attached is an error.
Not here: whether a document is valid for its type, which compiling checks.
"""

from pathlib import Path

from ostiary_compiler.datafiles.codes import DataCode
from ostiary_compiler.datafiles.cursor import Cursor, Problems
from ostiary_compiler.datafiles.embedded import embedded_document
from ostiary_compiler.datafiles.reading import read_source
from ostiary_compiler.datafiles.tree import Notation, ObjectNode
from ostiary_compiler.setdata import PlacedAccount, ReadPolicy, SetData
from ostiary_compiler.targets import complaint_about, is_account, is_group, is_user, node_complaint
from ostiary_grammar.errors import PolicyError
from ostiary_grammar.limits import Limits
from ostiary_grammar.parser import parse_policy
from ostiary_grammar.syntax import Document
from ostiary_grammar.terms import PolicyType
from ostiary_grammar.wording import quoted
from ostiary_runtime.program import Account

SET_KEYS = ("policies", "groups", "accounts", "layers")
_POLICY_KEYS = ("type", "to", "name", "document", "file")
_ACCOUNT_KEYS = ("path", "management")
_TYPES = tuple(type_.value for type_ in PolicyType)


class SetReader:
    """Reads policy sets; documents that several policies name are read once."""

    def __init__(self, problems: Problems, limits: Limits) -> None:
        self._problems = problems
        self._limits = limits
        self._documents: dict[Path, Document | None] = {}

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that the sets so far name, whether they could be read or not."""
        return tuple(self._documents)

    def read(self, top: Cursor, notation: Notation, folder: Path) -> SetData:
        """The set that a value says. Files are looked for from `folder`."""
        members = top.members(SET_KEYS, "a policy set")
        if isinstance(top.node, ObjectNode) and not top.node.members:
            top.error(DataCode.MISSING_KEY, "the policy set says nothing", "give `policies`")
        layers = _layers(members["layers"]) if "layers" in members else None
        policies = members["policies"].items("`policies`") if "policies" in members else []
        groups = members["groups"].entries("`groups`") if "groups" in members else []
        accounts = members["accounts"].entries("`accounts`") if "accounts" in members else []
        return SetData(
            tuple(policy for at in policies if (policy := self._policy(at, notation, folder)) is not None),
            tuple(pair for group, at in groups for pair in _memberships(group.text, at)),
            tuple(account for number, at in accounts if (account := _account(number.text, at)) is not None),
            layers,
        )

    def _policy(self, at: Cursor, notation: Notation, folder: Path) -> ReadPolicy | None:
        members = at.members(_POLICY_KEYS, "a policy of a set", required=("type",))
        word = members["type"].word("type of policy", _TYPES) if "type" in members else None
        type_ = PolicyType(word) if word is not None else None
        targets = _targets(members["to"], type_) if "to" in members else (None,)
        name = members["name"].text("`name`") if "name" in members else None
        document = self._document(at, members, notation, folder)
        if document is None or type_ is None or targets is None:
            return None
        given = name or ("" if "document" in members else document.source.name)
        return ReadPolicy(document, type_, targets, given or f"{at.source.name}#{at.pointer}", at.span)

    def _document(self, at: Cursor, members: dict[str, Cursor], notation: Notation, folder: Path) -> Document | None:
        if ("document" in members) == ("file" in members):
            how = "both `document` and `file`" if "file" in members else "neither `document` nor `file`"
            at.error(DataCode.EXCLUSIVE_KEYS, f"the policy has {how}", "give the document, or the path of its file")
            return None
        if "document" in members:
            return embedded_document(members["document"], notation, self._limits)
        path = members["file"].text("`file`")
        return self._file(members["file"], folder / path) if path else None

    def _file(self, at: Cursor, path: Path) -> Document | None:
        """The document in a file that a value names."""
        if path not in self._documents:
            self._documents[path] = self._read(at, path)
        return self._documents[path]

    def _read(self, at: Cursor, path: Path) -> Document | None:
        try:
            source = read_source(path)
        except PolicyError as problem:
            # The file has no place to show; the value that names it has.
            for each in problem.diagnostics:
                at.error(DataCode.FILE, each.message, each.help or "paths are looked up from the file that names them")
            return None
        parsed = parse_policy(source, self._limits)
        self._problems.extend(parsed.diagnostics)
        return parsed.document


def _layers(at: Cursor) -> frozenset[PolicyType]:
    words = [each.word("type of policy", _TYPES) for each in at.items("`layers`")]
    if not words:
        at.error(
            DataCode.EMPTY_LIST, "a set that asks no type of policy allows everything", "leave `layers` out to ask all"
        )
    return frozenset(PolicyType(word) for word in words if word is not None)


def _memberships(group: str, at: Cursor) -> list[tuple[str, str]]:
    if not is_group(group):
        at.error(DataCode.BAD_VALUE, f"{quoted(group)} is not the ARN of a group")
        return []
    found = []
    for each in at.items("the members of a group"):
        user = each.text("a member of a group")
        if user is not None and not is_user(user):
            each.error(DataCode.BAD_VALUE, f"{quoted(user)} is not the ARN of a user")
        elif user is not None:
            found.append((user, group))
    return found


def _account(number: str, at: Cursor) -> PlacedAccount | None:
    members = at.members(_ACCOUNT_KEYS, "an account")
    nodes = members["path"].items("`path`") if "path" in members else []
    path = tuple(node for each in nodes if (node := _node(each)) is not None)
    management = members["management"].truth("`management`") if "management" in members else False
    if not is_account(number):
        at.error(DataCode.BAD_VALUE, f"{quoted(number)} is not an account id", "an account id has twelve digits")
        return None
    if number in path:
        at.error(
            DataCode.BAD_VALUE, "the path of an account ends above the account itself", "take its id out of `path`"
        )
    return PlacedAccount(Account(number, path, bool(management)), at.span)


def _node(at: Cursor) -> str | None:
    node = at.text("a node of a path")
    complaint = node_complaint(node) if node is not None else None
    if complaint is not None:
        at.error(DataCode.BAD_VALUE, f"{quoted(node or '')} is no node of an organization: {complaint}")
        return None
    return node


# ---- what a policy can be attached to ----


def _targets(at: Cursor, type_: PolicyType | None) -> tuple[str | None, ...] | None:
    """What `to` says; None if something is wrong with it."""
    if at.is_null:
        return (None,)
    found: list[str | None] = []
    wrong = False
    for each in at.one_or_more("`to`"):
        target = each.text("what a policy is attached to")
        complaint = complaint_about(target, type_) if target is not None and type_ is not None else None
        if complaint is not None and type_ is not None:
            what = f"{quoted(target or '')} is nothing that a policy of type `{type_.value}` is attached to"
            each.error(DataCode.POLICY_TARGET, what, complaint)
        wrong = wrong or target is None or complaint is not None
        found.append(target)
    return None if wrong or not found else tuple(found)
