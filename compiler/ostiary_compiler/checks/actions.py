"""Rules about Action and NotAction (iam-semantics.md 1.3, 1.7, 2.1, 11.2). Not here: which actions exist."""

import re
from collections.abc import Iterator

from ostiary_compiler.checks.prefixes import Prefixes
from ostiary_compiler.checks.rule import Finding, Findings
from ostiary_compiler.checks.subject import PlacedText, Subject, element_name
from ostiary_grammar.syntax import Text
from ostiary_grammar.terms import fold
from ostiary_grammar.wording import quoted

_SERVICE = re.compile(r"[A-Za-z0-9.-]+", re.ASCII)
_SERVICE_PATTERN = re.compile(r"[A-Za-z0-9.*?-]+", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9*?_.-]*", re.ASCII)
_EVERYTHING = ("*", "*:*")
_SHAPE = "an action is a service prefix, a colon and a name: `s3:GetObject`"


def action_missing(subject: Subject) -> Findings:
    """A statement without actions: neither Action nor NotAction, or an empty list.

    Why: AWS does not save it; an empty Action would match nothing, and what an empty NotAction matches is not documented.
    Example: `{"Effect": "Allow", "Resource": "*"}`
    Instead: `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}`
    """
    for each in subject.statements:
        clause = each.node.action
        if clause is None:
            message = "the statement has neither `Action` nor `NotAction`"
            yield Finding(message, each.start, each.pointer, "say which actions it is about")
        elif not clause.items:
            name = element_name("Action", negated=clause.negated)
            yield Finding(f"`{name}` is empty", clause.span, f"{each.pointer}/{name}", "list at least one action")


def action_without_service(subject: Subject) -> Findings:
    """An action without the prefix of its service.

    Why: every action belongs to a service, so IAM does not save the policy.
    Example: `"Action": "GetObject"`
    Instead: `"Action": "s3:GetObject"`
    """
    for entry in subject.actions:
        if ":" not in entry.text and not _only_stars(entry.text):
            message = f"the action {quoted(entry.text)} has no service prefix"
            yield Finding(message, entry.span, entry.pointer, _SHAPE)


def action_colons(subject: Subject) -> Findings:
    """An action with more than one colon.

    Why: IAM does not save the policy: an action is a prefix, one colon and a name.
    Example: `"Action": "s3:Get:Object"`
    Instead: `"Action": "s3:GetObject"`
    """
    for entry in subject.actions:
        if entry.text.count(":") > 1:
            message = f"the action {quoted(entry.text)} has more than one colon"
            yield Finding(message, entry.span, entry.pointer, _SHAPE)


def action_service_characters(subject: Subject) -> Findings:
    """An action whose service prefix has characters that no prefix has.

    Why: IAM does not save the policy. Often it is a blank before the prefix.
    Example: `"Action": " s3:GetObject"`
    Instead: `"Action": "s3:GetObject"`
    """
    for entry, service, _ in _split(subject):
        if _SERVICE_PATTERN.fullmatch(service) is None:
            what = f"{quoted(service)} is no service prefix" if service else "the service prefix is empty"
            yield Finding(what, entry.span, entry.pointer, "a prefix has letters, digits, `-` and `.` only")


def action_wildcard_service(subject: Subject) -> Findings:
    """An action with a wildcard inside its service prefix.

    Why: IAM refuses such a prefix, and what it would match is not documented; here it makes the answer Unknown wherever
    the pattern would match, so an Allow does not apply and a Deny does.
    Example: `"Action": "s*:Get*"`
    Instead: `"Action": ["s3:Get*", "sqs:Get*"]`
    """
    for entry, service, _ in _split(subject):
        if service != "*" and _SERVICE.fullmatch(service) is None and _SERVICE_PATTERN.fullmatch(service):
            message = f"the service prefix {quoted(service)} holds a wildcard, which has no documented meaning"
            yield Finding(message, entry.span, entry.pointer, "list an action per service")


def action_any_service(subject: Subject) -> Findings:
    """An action of every service: a star as the prefix, with a narrower name.

    Why: IAM stores it, and nobody documents what it matches; here it makes the answer Unknown wherever it would match.
    Example: `"Action": "*:Get*"`
    Instead: `"Action": ["s3:Get*", "sqs:Get*"]`
    """
    for entry, service, name in _split(subject):
        if service == "*" and name and name != "*":
            message = f"{quoted(entry.text)} has no documented meaning: a service prefix is written out"
            yield Finding(message, entry.span, entry.pointer, "list an action per service, or write `*` for all")


def action_stars(subject: Subject) -> Findings:
    """Several stars instead of one, as the whole action.

    Why: only a lone star is documented to stand for every action; here several make the answer Unknown.
    Example: `"Action": "**"`
    Instead: `"Action": "*"`
    """
    for entry in subject.actions:
        if len(entry.text) > 1 and _only_stars(entry.text):
            message = f"{quoted(entry.text)} has no documented meaning: every action is `*`"
            yield Finding(message, entry.span, entry.pointer, "write `*`")


def action_name_empty(subject: Subject) -> Findings:
    """An action that ends after its colon.

    Why: no action has an empty name, so it matches nothing.
    Example: `"Action": "s3:"`
    Instead: `"Action": "s3:*"`
    """
    for entry, service, name in _split(subject):
        if service and not name:
            message = f"the action {quoted(entry.text)} has no name after the colon, so it matches nothing"
            yield Finding(message, entry.span, entry.pointer, f"write {quoted(entry.text + '*')} for all of them")


def action_characters(subject: Subject) -> Findings:
    """An action whose name has characters that no action has, such as a blank or a comma.

    Why: IAM saves it, and it matches nothing: nothing is trimmed, and a comma does not separate actions.
    Example: `"Action": "s3:GetObject,s3:PutObject"`
    Instead: `"Action": ["s3:GetObject", "s3:PutObject"]`
    """
    for entry, _, name in _split(subject):
        if "${" not in name and _NAME.fullmatch(name) is None:
            odd = next(character for character in name if _NAME.fullmatch(character) is None)
            message = f"the action {quoted(entry.text)} holds {quoted(odd)}, as no action does, so it matches nothing"
            advice = "write a list with one action an entry" if odd == "," else "remove the character"
            yield Finding(message, entry.span, entry.pointer, advice)


def action_repeated(subject: Subject) -> Findings:
    """An action that stands twice in one list, or that a wildcard of the list covers.

    Why: it changes nothing, and whoever removes one of the two believes to have removed the permission.
    Example: `"Action": ["s3:Get*", "s3:GetObject"]`
    Instead: `"Action": "s3:Get*"`
    """
    for each in subject.statements:
        entries = list(each.actions_of())
        wildcards = Prefixes((fold(entry.text[:-1]), entry) for entry in entries if _is_prefix(entry.text))
        seen: dict[str, Text] = {}
        for entry in entries:
            folded = fold(entry.text)
            if seen.setdefault(folded, entry.item) is not entry.item:
                message = f"the action {quoted(entry.text)} is listed twice"
                yield Finding(message, entry.span, entry.pointer, "remove one of the two")
                continue
            wider = wildcards.of(folded)
            if wider is not None and fold(wider.text) != folded:
                message = f"the action {quoted(entry.text)} is covered by {quoted(wider.text)}"
                yield Finding(message, entry.span, entry.pointer, "remove the narrower one")


def allow_every_action(subject: Subject) -> Findings:
    """An Allow of every action.

    Why: it grants whatever any service can do, now and later, permissions management included.
    Example: `{"Effect": "Allow", "Action": "*", "Resource": "*"}`
    Instead: the actions that are needed
    """
    if not subject.grants:
        return
    for entry in subject.actions:
        if entry.statement.allows and not entry.negated and entry.text in _EVERYTHING:
            message = f"{quoted(entry.text)} allows every action of every service"
            yield Finding(message, entry.span, entry.pointer, "list the actions that are needed")


def allow_not_action(subject: Subject) -> Findings:
    """An Allow with NotAction.

    Why: it grants everything that is not listed, including what AWS adds in the future; it denies nothing.
    Example: `{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}`
    Instead: an Allow with Action, or an Allow and a Deny
    """
    if not subject.grants:
        return
    for each in subject.statements:
        clause = each.node.action
        if each.allows and clause is not None and clause.negated:
            message = "`NotAction` with `Allow` grants every action that is not listed"
            yield Finding(message, clause.key, f"{each.pointer}/NotAction", "list what is allowed in `Action`")


def deny_not_action(subject: Subject) -> Findings:
    """A Deny with NotAction and without a condition.

    Why: it denies every action of every service that is not listed, whatever else allows it.
    Example: `{"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}`
    Instead: a Deny with Action, or a condition that says when
    """
    for each in subject.statements:
        clause = each.node.action
        if each.denies and clause is not None and clause.negated and not each.conditional:
            message = "`NotAction` with `Deny` and no condition blocks every action that is not listed"
            advice = "list what is denied in `Action`, or add a `Condition`"
            yield Finding(message, clause.key, f"{each.pointer}/NotAction", advice)


def is_saved(text: str) -> bool:
    """Whether IAM saves a policy with the action: none of the errors above."""
    service, colon, name = text.partition(":")
    if not colon:
        return _only_stars(text)
    return ":" not in name and _SERVICE_PATTERN.fullmatch(service) is not None


def _split(subject: Subject) -> Iterator[tuple[PlacedText, str, str]]:
    """The actions with exactly one colon, with prefix and name."""
    for entry in subject.actions:
        if entry.text.count(":") == 1:
            service, _, name = entry.text.partition(":")
            yield entry, service, name


def _only_stars(text: str) -> bool:
    return bool(text) and not text.strip("*")


def _is_prefix(text: str) -> bool:
    """Whether the only wildcard is a star at the end, after a whole service prefix."""
    return text.endswith("*") and ":" in text and not set("*?") & set(text[:-1])
