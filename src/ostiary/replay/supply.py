"""How to supply a fact that is missing.

In: a `Missing`. Out: where to put it in a file of facts, or why no file can hold it.
Invariant: every missing fact has an answer; `section` is a key of the file of facts (`facts_file`).
"""

from dataclasses import dataclass

from ostiary.replay.compare import LAYER_NOT_NAMED, OUTCOME_UNCLEAR
from ostiary.replay.decide import NOT_SURE_ASKED, Missing
from ostiary_runtime.decision import Doubt


@dataclass(frozen=True, slots=True)
class Supply:
    """`section`: of the file of facts, None if facts do not help. `how`: a few words for people."""

    section: str | None
    how: str


_SECTIONS = (
    ("aws:principalorg", "accounts", "the account's organization and path"),
    ("aws:resourceorg", "accounts", "the organization and path of the resource's account"),
    ("aws:sourceorg", "accounts", "the organization and path of the source's account"),
    ("aws:vpceorg", "endpoints", "the endpoint's account, and its organization under `accounts`"),
    ("aws:principaltag/", "principals", "the tags of the role or user"),
    ("aws:resourcetag/", "resources", "the tags of the resource"),
    ("s3:existingobjecttag/", "resources", "the tags of the object"),
    ("aws:resourceaccount", "resources", "the account that owns the resource"),
    ("aws:sourcevpc", "endpoints", "the VPC of the endpoint"),
    ("aws:vpceaccount", "endpoints", "the account of the endpoint"),
)
_NOT_SUPPLIED = {
    OUTCOME_UNCLEAR: "nothing: the call failed before it was decided, or after",
    LAYER_NOT_NAMED: "nothing in the log; newer denial messages name the type of policy",
    NOT_SURE_ASKED: "nothing: look at one of the events",
    Doubt.OPERATOR_UNDECIDABLE.value: "nothing: AWS does not document it; write the condition in another way",
    Doubt.ACTION_PATTERN.value: "nothing: AWS does not document it; write the pattern in another way",
    Doubt.RESOURCE_PATTERN.value: "nothing: AWS does not document it; write the pattern in another way",
    Doubt.VARIABLE_UNRESOLVED.value: "nothing: AWS does not document it; write the pattern without the variable",
    Doubt.PRINCIPAL_PATTERN.value: "nothing: AWS does not document it; write the element in another way",
    Doubt.PRINCIPAL_NOT_KNOWN.value: "nothing: the record does not say who called",
    Doubt.ATTACHMENT_NOT_KNOWN.value: "a policy set that says what is attached to whom",
}


def how_to_supply(missing: Missing) -> Supply:
    """Where a missing fact goes."""
    if missing.reason in _NOT_SUPPLIED:
        return Supply(None, _NOT_SUPPLIED[missing.reason])
    if missing.reason == Doubt.RESOURCE_NOT_KNOWN.value:
        return Supply("iam", "full ARNs of roles and users whose path is not in the log; other resources it leaves out")
    fact = missing.fact.lower()
    for start, section, how in _SECTIONS:
        if fact.startswith(start):
            return Supply(section, how)
    if ":resourcetag/" in fact:
        return Supply("resources", "the tags of the resource")
    return Supply("keys", "a value that holds for all calls of which the log does not say it")
