"""Every form on the way to the program can be printed: whole, the same each time, a line per element."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.ostiary.render.golden import same_as_golden

import ostiary
from ostiary_compiler.dump import Stage, dump
from ostiary_grammar.terms import PolicyType

GOLDEN = Path(__file__).parent / "golden"

IDENTITY = {
    "Version": "2012-10-17",
    "Id": "Example",
    "Statement": [
        {
            "Sid": "Read",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "S3:getobject", "s3:List?ings", "s3:"],
            "Resource": ["arn:aws:s3:::app/${aws:username}/*", "arn:aws:s3:::app/${*}"],
            "Condition": {
                "StringLikeIfExists": {"aws:UserAgent": ["a*", "${aws:username, 'nobody'}"]},
                "Bool": {"aws:SecureTransport": True},
            },
        },
        {"Effect": "Deny", "NotAction": "iam:*", "NotResource": "arn:aws:iam::111122223333:user/ann"},
        {"Effect": "Deny", "Action": "*", "Resource": "*"},
    ],
}
BUCKET = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:user/ann"], "Service": "ec2.amazonaws.com"},
        "Action": "s3:*",
        "Resource": "arn:aws:s3:::app/*",
    },
}
SCP = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
USER, GROUP = "arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:group/dev"


def policies() -> ostiary.PolicySet:
    made = ostiary.PolicySet()
    made.attach(IDENTITY, to=GROUP, name="identity.json")
    made.attach(BUCKET, type="resource", to="arn:aws:s3:::app", name="bucket.json")
    made.attach(SCP, type="scp", to="ou-prod", name="scp.json")
    made.join(USER, GROUP)
    made.place("111122223333", path=["r-root", "ou-prod"])
    made.place("999999999999", management=True)
    return made


@pytest.mark.parametrize("stage", Stage)
def test_listing(stage: Stage):
    same_as_golden(dump(policies(), PolicyType, stage), GOLDEN / f"{stage.value}.txt")


@pytest.mark.parametrize("stage", Stage)
def test_the_same_each_time(stage: Stage):
    assert dump(policies(), PolicyType, stage) == dump(policies(), PolicyType, stage)


@pytest.mark.parametrize("stage", Stage)
def test_one_element_is_one_line(stage: Stage):
    """Line breaks and escapes in a policy forge no line of the listing."""
    made = ostiary.PolicySet()
    hostile = {"Sid": "a\nb\x1b[2J\u202e", "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    made.attach({"Version": "2012-10-17", "Statement": hostile}, type="resource", name="x\r\ny")
    plain = ostiary.PolicySet()
    plain.attach({"Version": "2012-10-17", "Statement": {**hostile, "Sid": "ab"}}, type="resource", name="xy")
    listing = dump(made, PolicyType, stage)
    assert len(listing.split("\n")) == len(dump(plain, PolicyType, stage).split("\n"))
    assert all(line.isprintable() for line in listing.split("\n"))


def test_only_syntax_is_printed_of_what_is_not_valid():
    made = ostiary.PolicySet()
    made.attach({"Version": "2012-10-17", "Statement": {"Effect": "Maybe", "Action": "s3:*", "Resource": "*"}})
    assert '"Maybe"' in dump(made, PolicyType, Stage.SYNTAX)
    for stage in Stage:
        if stage is not Stage.SYNTAX:
            with pytest.raises(ostiary.PolicyError):
                dump(made, PolicyType, stage)
