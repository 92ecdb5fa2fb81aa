"""Classes of resources: one pattern where a report would else list thousands."""

import pytest

from ostiary.replay.resource_class import class_of

EC2 = "arn:aws:ec2:us-east-2:111122223333"
CASES = (
    ("s3:GetObject", "arn:aws:s3:::b/some/key", "arn:aws:s3:::b/*"),
    ("s3:GetObject", "arn:aws:s3:::b/odd*key?", "arn:aws:s3:::b/*"),
    ("s3:ListBucket", "arn:aws:s3:::b", "arn:aws:s3:::b"),
    ("ec2:StopInstances", f"{EC2}:instance/i-0123456789abcdef0", f"{EC2}:instance/*"),
    ("ec2:StopInstances", f"{EC2}:instance/*", f"{EC2}:instance/*"),
    ("ec2:CreateTags", f"{EC2}:key-pair/ops", f"{EC2}:key-pair/ops"),
    ("iam:PassRole", "arn:aws:iam::111122223333:role/a/b/Name", "arn:aws:iam::111122223333:role/a/b/Name"),
    ("kms:Decrypt", "arn:aws:kms:us-east-2:111122223333:key/0f6d2c9e", "arn:aws:kms:us-east-2:111122223333:key/0f6d2c9e"),
    ("logs:PutLogEvents", "arn:aws:logs:us-east-2:111122223333:log-group:/a/b:log-stream:s", "arn:aws:logs:us-east-2:111122223333:log-group:/a/b:log-stream:*"),
    ("autoscaling:SetDesiredCapacity", "arn:aws:autoscaling:us-east-2:111122223333:autoScalingGroup:6a1:autoScalingGroupName/web", "arn:aws:autoscaling:us-east-2:111122223333:autoScalingGroup:*:autoScalingGroupName/web"),
    ("s3:ListAllMyBuckets", "*", "*"),
    ("nowhere:Do", "arn:aws:nowhere:::thing", "arn:aws:nowhere:::thing"),
)  # fmt: skip


@pytest.mark.parametrize(("action", "resource", "wanted"), CASES, ids=[each[1] for each in CASES])
def test_class(action, resource, wanted):
    assert class_of(action, resource) == wanted


@pytest.mark.parametrize(("action", "wanted"), [(case[0], case[2]) for case in CASES], ids=[case[1] for case in CASES])
def test_class_of_a_class_is_itself(action, wanted):
    """So rows that were grouped can be grouped again."""
    assert class_of(action, wanted) == wanted
