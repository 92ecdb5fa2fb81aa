"""A target that can never be bound is an error where it is given, in a call as in a file."""

from __future__ import annotations

import pytest

import ostiary
from ostiary_compiler.targets import complaint_about
from ostiary_grammar.terms import PolicyType

ACCOUNT = "111122223333"
USER = f"arn:aws:iam::{ACCOUNT}:user/eng/ann"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
GROUP = f"arn:aws:iam::{ACCOUNT}:group/dev"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"
FEDERATED = f"arn:aws:sts::{ACCOUNT}:federated-user/fay"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
BUCKET = "arn:aws:s3:::bucket"

TARGETS = {
    PolicyType.IDENTITY: {USER, ROLE, GROUP},
    PolicyType.BOUNDARY: {USER, ROLE},
    PolicyType.SESSION: {USER, ROLE, SESSION, FEDERATED},
    PolicyType.RESOURCE: {USER, ROLE, GROUP, SESSION, FEDERATED, ROOT, BUCKET, "arn:aws:s3:::*", "*"},
    PolicyType.SCP: {"r-root", "ou-prod", ACCOUNT},
    PolicyType.RCP: {"r-root", "ou-prod", ACCOUNT},
    PolicyType.ENDPOINT: {"vpce-1"},
}
GIVEN = sorted(
    {*(target for targets in TARGETS.values() for target in targets), "", "ann", "12345", f"{USER}/", "arn:x"}
)
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.mark.parametrize("type_", PolicyType)
@pytest.mark.parametrize("target", GIVEN)
def test_each_type_has_its_targets(type_: PolicyType, target: str):
    """Nodes of an organization have names of many forms, so a text that is no ARN and no number may be one."""
    organization = type_ in (PolicyType.SCP, PolicyType.RCP)
    fits = target in TARGETS[type_] or (organization and target in {"ann", "vpce-1", "*"})
    if type_ is PolicyType.RESOURCE and target == f"{USER}/":
        fits = True  # a pattern of resources
    assert (complaint_about(target, type_) is None) == fits


def test_the_call_refuses_it():
    policies = ostiary.PolicySet()
    with pytest.raises(ostiary.PolicyError, match=r"policy-target.*`arn:aws:s3:::bucket` is nothing") as caught:
        policies.attach(DOCUMENT, to=BUCKET)
    assert caught.value.diagnostics[0].help == "give the ARN of a user, role or group, or leave `to` out for everyone"
    assert policies.attachments == ()


@pytest.mark.parametrize(("user", "group"), [(GROUP, USER), (ROLE, GROUP), ("ann", GROUP), (USER, "dev")])
def test_only_a_user_joins_a_group(user: str, group: str):
    with pytest.raises(ostiary.PolicyError, match="is not the ARN of a"):
        ostiary.PolicySet().join(user, group)
