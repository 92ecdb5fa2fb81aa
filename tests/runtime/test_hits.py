"""Hits: all statements that a request matches, whichever decides; held to the explanation, which looks at each by itself."""

from hypothesis import given, settings
from hypothesis import strategies as st

import ostiary
from ostiary_runtime.context import UNKNOWN
from ostiary_runtime.match import NO

STATEMENTS = (
    {"Effect": "Allow", "Action": ["s3:Get*", "s3:Put*"], "Resource": ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"]},
    {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    {"Effect": "Allow", "NotAction": "s3:PutObject", "NotResource": "arn:aws:s3:::a/*"},
    {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}, "Bool": {"aws:SecureTransport": "true"}}},
    {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"},
)  # fmt: skip
ALICE = "arn:aws:iam::111122223333:user/alice"


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(range(len(STATEMENTS))), min_size=1, unique=True),
    st.sampled_from(("s3:GetObject", "S3:putobject", "ec2:RunInstances")),
    st.sampled_from(("arn:aws:s3:::a/k", "arn:aws:s3:::b/k", "*")),
    st.dictionaries(
        st.sampled_from(("aws:SecureTransport", "aws:PrincipalTag/team")),
        st.sampled_from(("true", "false", "red", UNKNOWN)),
    ),
)
def test_hits_are_what_the_explanation_says(chosen, action, resource, context):
    """A statement is a hit with the match that the explanation gives it, and no other statement is one that applies."""
    engine = ostiary.compile({"Version": "2012-10-17", "Statement": [STATEMENTS[number] for number in chosen]})
    hits = {hit.number: hit.match for hit in engine.hits(ALICE, action, resource, context)}
    explained = engine.explain(ALICE, action, resource, context)
    said = {report.statement.number: report.match for layer in explained.layers for report in layer.statements}
    assert {number: match for number, match in hits.items() if match is not NO} == {
        number: match for number, match in said.items() if match is not NO
    }


def test_parts_are_named_by_their_places():
    engine = ostiary.compile({"Version": "2012-10-17", "Statement": list(STATEMENTS)})
    found = {
        hit.number: hit
        for hit in engine.hits(ALICE, "s3:PutObject", "arn:aws:s3:::b/k", {"aws:SecureTransport": "true"})
    }
    assert (found[0].actions, found[0].resources, found[0].conditions) == ((1,), (1,), ())
    # the tag is absent, the transport is as wanted: the statement does not apply, and one of its conditions holds
    assert (found[3].match, found[3].conditions) == (NO, (1,))
    assert set(found) == {0, 3}
