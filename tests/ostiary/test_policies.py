"""Policies from files get beside them what AWS itself attaches, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ostiary import PolicyError, PolicySet
from ostiary.policies import FULL_AWS_ACCESS, RCP_FULL_AWS_ACCESS, attach_files, attach_rcps, attach_scp, attach_scps

DENY = {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}
ALLOW = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


@pytest.fixture
def policy(tmp_path: Path):
    """Writes a policy with the given statements."""

    def write(*statements: dict[str, object]) -> Path:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.json"
        path.write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}), encoding="utf-8")
        return path

    return write


def names(policies: PolicySet) -> list[str]:
    return [Path(each.name).name for each in policies.attachments]


# For SCPs by their statements: whether FullAWSAccess is put beside them.
LEVELS = [
    ([], False),
    ([[DENY]], True),
    ([[DENY], [DENY]], True),
    ([[ALLOW]], False),
    ([[DENY, ALLOW]], False),
    ([[ALLOW], [DENY]], False),
    ([[DENY], [ALLOW]], False),
]


@pytest.mark.parametrize(("documents", "beside"), LEVELS)
def test_full_aws_access(documents: list[list[dict[str, object]]], beside: bool, policy):
    policies = PolicySet()
    paths = [policy(*statements) for statements in documents]
    assert attach_scps(policies, paths, full_aws_access=True) is beside
    assert (FULL_AWS_ACCESS in names(policies)) is beside
    assert len(policies.attachments) == len(documents) + beside


@pytest.mark.parametrize(("documents", "beside"), LEVELS)
def test_left_out(documents: list[list[dict[str, object]]], beside: bool, policy):
    policies = PolicySet()
    assert not attach_scps(policies, [policy(*statements) for statements in documents], full_aws_access=False)
    assert len(policies.attachments) == len(documents)


def test_put_there_once(policy):
    policies = PolicySet()
    assert attach_scp(policies, policy(DENY), full_aws_access=True)
    assert attach_scp(policies, policy(DENY), full_aws_access=True)
    assert names(policies).count(FULL_AWS_ACCESS) == 1


def test_a_later_list_is_not_said_away(policy):
    """Documents given one by one cannot take FullAWSAccess back; rather no answer than one that allows everything."""
    policies = PolicySet()
    attach_scp(policies, policy(DENY), full_aws_access=True)
    with pytest.raises(PolicyError):
        attach_scp(policies, policy(ALLOW), full_aws_access=True)


def test_scps_of_single_accounts_are_another_level(policy):
    policies = PolicySet()
    policies.attach(policy(ALLOW), type="scp", to="111122223333")
    assert attach_scp(policies, policy(DENY), full_aws_access=True)


def test_a_level_to_which_nothing_is_given_stays_as_it_is(policy):
    """A policy set is literal: what is not attached in it is not there."""
    policies = PolicySet()
    policies.attach(policy(DENY), type="scp")
    assert not attach_scps(policies, [], full_aws_access=True)
    assert len(policies.attachments) == 1


def test_rcps(policy):
    policies = PolicySet()
    assert not attach_rcps(policies, [])
    assert attach_rcps(policies, [policy(DENY), policy(DENY)])
    assert names(policies)[2:] == [RCP_FULL_AWS_ACCESS]


def test_every_error_of_every_file(tmp_path: Path, policy):
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    policies = PolicySet()
    with pytest.raises(PolicyError) as caught:
        attach_files(policies, [broken, policy(ALLOW), tmp_path / "none.json"], type="identity")
    message = str(caught.value)
    assert "broken.json" in message
    assert "none.json" in message
