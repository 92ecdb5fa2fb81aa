"""Rules about a statement's Effect and Sid (iam-semantics.md 1.3)."""

import re

from ostiary_compiler.checks.rule import Finding, Findings
from ostiary_compiler.checks.subject import PlacedStatement, Subject
from ostiary_grammar.diagnostics import Label
from ostiary_grammar.syntax import Text
from ostiary_grammar.terms import PolicyType, fold
from ostiary_grammar.wording import quoted

_EFFECTS = {"allow": "Allow", "deny": "Deny"}
_SID = re.compile(r"[A-Za-z0-9]*", re.ASCII)


def effect_missing(subject: Subject) -> Findings:
    """A statement without an Effect.

    Why: there is no default: AWS does not save a statement that neither allows nor denies.
    Example: `{"Action": "s3:GetObject", "Resource": "*"}`
    Instead: `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}`
    """
    for each in subject.statements:
        if each.node.effect is None:
            advice = 'add `"Effect": "Allow"` or `"Effect": "Deny"`'
            yield Finding("the statement has no `Effect`", each.start, each.pointer, advice)


def effect_letter_case(subject: Subject) -> Findings:
    """An Effect that is right but for its letter case.

    Why: IAM compares the word exactly and does not save the policy.
    Example: `"Effect": "allow"`
    Instead: `"Effect": "Allow"`
    """
    for each in subject.statements:
        effect = each.node.effect
        if effect is not None and effect.value not in _EFFECTS.values() and fold(effect.value) in _EFFECTS:
            message = f"the effect {quoted(effect.value)} is in the wrong letter case"
            yield Finding(message, effect.span, f"{each.pointer}/Effect", f"write `{_EFFECTS[fold(effect.value)]}`")


def effect_unknown(subject: Subject) -> Findings:
    """An Effect that is neither Allow nor Deny.

    Why: no other word has a meaning, and IAM does not save the policy.
    Example: `"Effect": "Permit"`
    Instead: `"Effect": "Allow"`
    """
    for each in subject.statements:
        effect = each.node.effect
        if effect is not None and fold(effect.value) not in _EFFECTS:
            message = f"{quoted(effect.value)} is no effect"
            yield Finding(message, effect.span, f"{each.pointer}/Effect", "write `Allow` or `Deny`")


def sid_duplicate(subject: Subject) -> Findings:
    """Two statements with one Sid, in a policy that IAM or Organizations saves.

    Why: a Sid must be unique within the document, or it is not saved.
    Example: `[{"Sid": "Read", ...}, {"Sid": "Read", ...}]`
    Instead: `[{"Sid": "ReadLogs", ...}, {"Sid": "ReadTables", ...}]`
    """
    if _sids_are_strict(subject):
        yield from _duplicates(subject)


def sid_repeated(subject: Subject) -> Findings:
    """Two statements with one Sid, in a policy whose service may accept that.

    Why: reports that name a statement by its Sid cannot tell the two apart, and some services refuse the policy.
    Example: `[{"Sid": "Read", ...}, {"Sid": "Read", ...}]` in a bucket policy
    Instead: `[{"Sid": "ReadLogs", ...}, {"Sid": "ReadTables", ...}]`
    """
    if not _sids_are_strict(subject):
        yield from _duplicates(subject)


def sid_characters(subject: Subject) -> Findings:
    """A Sid with other characters than letters and digits, in a policy that IAM or Organizations saves.

    Why: they do not save it; the services that keep resource policies are less strict.
    Example: `"Sid": "read-logs"`
    Instead: `"Sid": "ReadLogs"`
    """
    if not _sids_are_strict(subject):
        return
    for each, sid in _sids(subject):
        if not is_sid(sid.value):
            message = f"the Sid {quoted(sid.value)} has characters other than letters and digits"
            plain = re.sub(r"[^A-Za-z0-9]", "", sid.value)
            advice = f"write {quoted(plain)}" if plain else "use `A` to `Z`, `a` to `z` and `0` to `9`"
            yield Finding(message, sid.span, f"{each.pointer}/Sid", advice)


def sid_empty(subject: Subject) -> Findings:
    """A Sid that is an empty text.

    Why: it names nothing; it is accepted, and may even repeat.
    Example: `"Sid": ""`
    Instead: a name, or no Sid
    """
    for each, sid in _sids(subject):
        if not sid.value:
            yield Finding("the Sid is empty", sid.span, f"{each.pointer}/Sid", "give it a name, or remove it")


def is_sid(text: str) -> bool:
    """Whether IAM and Organizations save a text as a Sid."""
    return _SID.fullmatch(text) is not None


def _sids_are_strict(subject: Subject) -> bool:
    strict = (PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SESSION, PolicyType.SCP, PolicyType.RCP)
    return subject.type in strict or subject.is_trust


def _sids(subject: Subject) -> list[tuple[PlacedStatement, Text]]:
    return [(each, each.node.sid) for each in subject.statements if each.node.sid is not None]


def _duplicates(subject: Subject) -> Findings:
    first: dict[str, Text] = {}
    for each, sid in _sids(subject):
        earlier = first.setdefault(sid.value, sid)
        if sid.value and earlier is not sid:
            label = Label(earlier.span, "first used here")
            message = f"the Sid {quoted(sid.value)} is used twice"
            yield Finding(message, sid.span, f"{each.pointer}/Sid", "give each statement a Sid of its own", (label,))
