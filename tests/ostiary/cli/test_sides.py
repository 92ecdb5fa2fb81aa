"""The baseline and the candidate of a replay, as the command line gives them."""

import json
from pathlib import Path

import pytest

from ostiary.cli.sides import GivenSides
from ostiary_grammar.terms import PolicyType

ACCOUNT, MANAGEMENT = "111122223333", "999988887777"
USER = f"arn:aws:iam::{ACCOUNT}:user/ann"


def written(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data))
    return path


def document(effect: str) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": "s3:*", "Resource": "*"}]}


def test_a_baseline_is_read_once(tmp_path: Path):
    """What is added to it stands beside the very policies that were read, and all else that the set says still holds."""
    base = written(
        tmp_path / "base.json",
        {
            "layers": ["identity", "scp"],
            "policies": [{"type": "identity", "to": USER, "name": "own", "document": document("Allow")}],
            "groups": {f"arn:aws:iam::{ACCOUNT}:group/all": [USER]},
            "accounts": {ACCOUNT: {"path": ["r-root", "ou-prod"]}},
        },
    )
    more = written(
        tmp_path / "more.json",
        {"layers": ["boundary"], "policies": [{"type": "boundary", "name": "edge", "document": document("Allow")}]},
    )
    scp = written(tmp_path / "scp.json", document("Deny"))
    files = {PolicyType.SCP: (scp,)}
    sides = GivenSides((str(base),), (), files, (more,), full_aws_access=True, management_account=MANAGEMENT).read()
    before, after = sides.baseline, sides.candidate
    assert before is not None
    assert after is not None
    assert [each.document for each in before.policies.attachments] == [
        each.document for each in after.policies.attachments if each.name == "own"
    ]
    assert before.policies.attachments[0].document is after.policies.attachments[0].document
    assert before.question.layers == (PolicyType.IDENTITY, PolicyType.SCP)
    assert set(after.question.layers) == {PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SCP}
    assert after.question.given == ("edge", str(scp))
    assert (before.question.literal, after.question.literal) == (True, True)
    assert after.policies.memberships == before.policies.memberships
    assert {each.id: (each.path, each.management) for each in after.policies.accounts} == {
        ACCOUNT: (("r-root", "ou-prod"), False),
        MANAGEMENT: ((), True),
    }
    assert sides.names == (str(base), f"{base} with {more} and {scp}")


@pytest.mark.parametrize(
    "account, warned",
    [("${Account}", True), (ACCOUNT, False), ("${aws:PrincipalAccount}", False)],
    ids=["placeholder", "none", "variable"],
)
def test_a_placeholder_that_was_left_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], account: str, warned: bool
):
    """It makes an exception that never holds, which the figures of a replay cannot show."""
    exception = {"StringNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{account}:role/admin"}}
    statement = {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": exception}
    scp = written(tmp_path / "scp.json", {"Version": "2012-10-17", "Statement": statement})
    GivenSides((), (), {PolicyType.SCP: (scp,)}, (), full_aws_access=True, management_account=None).read()
    said = capsys.readouterr().err
    assert (f"{scp} is taken as it stands" in said.replace("\n", "")) is warned
    assert ("`ostiary check --type scp`: variable-without-prefix" in said) is warned
    assert bool(said) is warned
