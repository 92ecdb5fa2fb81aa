"""An answer for people begins with the one sentence that a person would say, and leaves nothing out."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.ostiary.render.golden import same_as_golden
from tests.ostiary.render.screens import answer, printed, ref, span_of

from ostiary import Doubt, Undecided
from ostiary.render.decision_text import NAMES, doubt, plural, print_decision
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.decision import Decision, allow, deny, lacking

GOLDEN = Path(__file__).parent / "golden"
IDENTITY, RESOURCE, SCP = PolicyType.IDENTITY, PolicyType.RESOURCE, PolicyType.SCP
EVERY_TYPE = tuple(PolicyType)

POLICY = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}
  ]
}
"""


def first_line(decision: Decision, **given) -> str:
    return printed(lambda screen: print_decision(answer(decision, **given), screen)).partition("\n")[0]


SENTENCES = [
    (allow(IDENTITY, (ref(),)), (IDENTITY,), "Allowed: identity policy app.json allows s3:GetObject."),
    (
        allow(IDENTITY, (ref(),)),
        (IDENTITY, SCP),
        "Allowed: identity policy app.json allows s3:GetObject, and nothing denies it.",
    ),
    (
        allow(IDENTITY, (ref(), ref("resource", "bucket.json"))),
        (IDENTITY, RESOURCE),
        "Allowed: identity policy app.json and resource policy bucket.json allow s3:GetObject, and nothing denies it.",
    ),
    (
        allow(SCP, (ref("scp", "org.json"),)),
        (SCP,),
        "Allowed as far as these policies say: service control policy org.json allows s3:GetObject.",
    ),
    (
        allow(None, ()),
        EVERY_TYPE,
        "Allowed: none of the policies that were asked limits this caller in s3:GetObject.",
    ),
    (
        deny(SCP, (ref("scp", "org.json", effect="Deny"),)),
        EVERY_TYPE,
        "Denied: service control policy org.json explicitly denies s3:GetObject.",
    ),
    (lacking(IDENTITY), EVERY_TYPE, "Denied: no identity policy allows s3:GetObject."),
    (lacking(PolicyType.SESSION), EVERY_TYPE, "Denied: no session policy allows s3:GetObject."),
    (lacking(PolicyType.BOUNDARY), EVERY_TYPE, "Denied: the permissions boundary does not allow s3:GetObject."),
    (lacking(PolicyType.ENDPOINT), EVERY_TYPE, "Denied: the VPC endpoint policy does not allow s3:GetObject."),
    (lacking(SCP), EVERY_TYPE, "Denied: the service control policies do not allow s3:GetObject."),
    (lacking(PolicyType.RCP), EVERY_TYPE, "Denied: the resource control policies do not allow s3:GetObject."),
    (lacking(RESOURCE), EVERY_TYPE, "Denied: no policy of the resource allows s3:GetObject to this caller."),
    (
        lacking(IDENTITY, (Undecided("aws:sourceip", Doubt.KEY_NOT_KNOWN, ref()),)),
        EVERY_TYPE,
        "Denied, but not for certain: no identity policy allows s3:GetObject.",
    ),
]


@pytest.mark.parametrize(("decision", "layers", "sentence"), SENTENCES)
def test_sentence(decision: Decision, layers: tuple[PolicyType, ...], sentence: str):
    assert first_line(decision, layers=layers) == sentence


def test_whole_answer():
    """Question, place, text and what is not known, as it was last read."""
    spans = {0: span_of(POLICY, POLICY.splitlines()[3].strip())}
    undecided = (
        Undecided("aws:sourceip", Doubt.KEY_NOT_KNOWN, ref("scp", "org.json", "NoOutside", "Deny")),
        Undecided("s*:Get*", Doubt.ACTION_PATTERN, ref("scp", "org.json", "", "Deny")),
    )
    given = answer(allow(IDENTITY, (ref(),), undecided), layers=(IDENTITY, SCP), beside=("FullAWSAccess",), spans=spans)
    same_as_golden(printed(lambda screen: print_decision(given, screen)), GOLDEN / "decision.txt")


def test_colour_on_a_terminal_only():
    given = answer(allow(IDENTITY, (ref(),)))
    assert "\x1b[1;32mAllowed\x1b[0m" in printed(lambda screen: print_decision(given, screen), terminal=True)
    assert "\x1b" not in printed(lambda screen: print_decision(given, screen))


def test_every_doubt_has_words():
    assert len({doubt(each) for each in Doubt}) == len(Doubt)


def test_every_type_has_a_name():
    assert len({NAMES[each] for each in PolicyType}) == len(PolicyType)
    assert plural(IDENTITY) == "identity policies"
    assert plural(PolicyType.BOUNDARY) == "permissions boundaries"
