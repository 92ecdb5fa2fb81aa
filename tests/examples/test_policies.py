"""The example policies say what their names promise.

The first nine follow the identity-based policy examples of the AWS CloudTrail User Guide, one of which is printed there
without the commas between its actions; it is here as printed and mended.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

import ostiary

POLICIES = Path(__file__).parents[2] / "examples" / "policies"
BROKEN = "cloudwatch-logs-roles-broken.json"
ACCOUNT = "123456789012"
TARO = f"arn:aws:iam::{ACCOUNT}:user/taro"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/dev"
MINE = f"arn:aws:cloudtrail:us-east-2:{ACCOUNT}:trail/My-First-Trail"
EXAMPLE = f"arn:aws:cloudtrail:us-east-2:{ACCOUNT}:trail/Example-Trail"
OTHER = f"arn:aws:cloudtrail:us-east-2:{ACCOUNT}:trail/Other"

ALLOW, NO, DENY = ostiary.Effect.ALLOW, ostiary.Effect.IMPLICIT_DENY, ostiary.Effect.EXPLICIT_DENY


@dataclass(frozen=True, slots=True)
class Case:
    """`policies` are identity policies of the caller, or SCPs beside FullAWSAccess where the name begins with `scp-`."""

    policies: tuple[str, ...]
    action: str
    resource: str
    effect: ostiary.Effect
    principal: str = TARO
    context: tuple[tuple[str, object], ...] = ()


GROUP = ("developers-deny-logging", "developers-allow-status")
ADMIN_BUT = ("everything", "cloudtrail-deny-other-trails")
CASES = (
    Case(("cloudtrail-one-trail-allow",), "cloudtrail:StopLogging", MINE, ALLOW),
    Case(("cloudtrail-one-trail-allow",), "cloudtrail:StopLogging", OTHER, NO),
    Case(("cloudtrail-one-trail-allow",), "cloudtrail:DeleteTrail", MINE, NO),
    Case(ADMIN_BUT, "cloudtrail:StopLogging", MINE, ALLOW),
    Case(ADMIN_BUT, "cloudtrail:StopLogging", OTHER, DENY),
    Case(ADMIN_BUT, "cloudtrail:DescribeTrails", "*", DENY),
    Case(ADMIN_BUT, "ec2:RunInstances", "*", ALLOW),
    Case(GROUP, "cloudtrail:StopLogging", EXAMPLE, DENY),
    Case(GROUP, "cloudtrail:StartLogging", EXAMPLE, DENY),
    Case(GROUP, "cloudtrail:GetTrailStatus", EXAMPLE, ALLOW),
    Case(GROUP, "cloudtrail:DescribeTrails", "*", ALLOW),
    # the pair alone grants no logging anywhere
    Case(GROUP, "cloudtrail:StopLogging", OTHER, NO),
    Case(("view-own-user",), "iam:GetUser", TARO, ALLOW),
    Case(("view-own-user",), "iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/hanako", NO),
    Case(("view-own-user",), "iam:ListUsers", "*", ALLOW),
    # a session of a role has no user name for the variable
    Case(("view-own-user",), "iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/dev", NO, ROLE),
    Case(("cloudtrail-read-only",), "cloudtrail:LookupEvents", "*", ALLOW),
    Case(("cloudtrail-read-only",), "s3:GetObject", "arn:aws:s3:::trail-bucket/AWSLogs/x", ALLOW),
    Case(("cloudtrail-read-only",), "cloudtrail:StopLogging", MINE, NO),
    Case(("cloudtrail-read-only",), "s3:PutObject", "arn:aws:s3:::trail-bucket/AWSLogs/x", NO),
    Case(("cloudtrail-full-access",), "cloudtrail:DeleteTrail", MINE, ALLOW),
    Case(
        ("cloudtrail-full-access",),
        "iam:PassRole",
        ROLE,
        ALLOW,
        context=(("iam:PassedToService", "cloudtrail.amazonaws.com"),),
    ),
    Case(
        ("cloudtrail-full-access",), "iam:PassRole", ROLE, NO, context=(("iam:PassedToService", "ec2.amazonaws.com"),)
    ),
    Case(("cloudtrail-full-access",), "iam:PassRole", ROLE, NO),
    Case(("config-read-only",), "config:DescribeConfigRules", "*", ALLOW),
    Case(("config-read-only",), "config:DeleteConfigRule", "*", NO),
    Case(("cloudwatch-logs-roles",), "iam:PutRolePolicy", ROLE, ALLOW),
    Case(("cloudwatch-logs-roles",), "iam:DeleteRole", ROLE, NO),
    Case(("scp-deny-leaving-organization",), "organizations:LeaveOrganization", "*", DENY),
    Case(("scp-deny-leaving-organization",), "organizations:DescribeOrganization", "*", ALLOW),
    Case(("scp-deny-root-user",), "ec2:RunInstances", "*", DENY, f"arn:aws:iam::{ACCOUNT}:root"),
    Case(("scp-deny-root-user",), "ec2:RunInstances", "*", ALLOW),
    Case(("scp-protect-cloudtrail",), "cloudtrail:StopLogging", MINE.replace("My-First-Trail", "org-trail"), DENY),
    Case(("scp-protect-cloudtrail",), "cloudtrail:StopLogging", MINE, ALLOW),
    Case(("scp-region-guard",), "ec2:RunInstances", "*", DENY, context=(("aws:RequestedRegion", "us-west-2"),)),
    Case(("scp-region-guard",), "ec2:RunInstances", "*", ALLOW, context=(("aws:RequestedRegion", "eu-west-1"),)),
    Case(("scp-region-guard",), "iam:ListUsers", "*", ALLOW, context=(("aws:RequestedRegion", "us-east-1"),)),
    Case(
        ("scp-region-guard",),
        "ec2:RunInstances",
        "*",
        ALLOW,
        f"arn:aws:iam::{ACCOUNT}:role/BreakGlassAdmin",
        (("aws:RequestedRegion", "us-west-2"),),
    ),
    Case(
        ("scp-own-team-only",),
        "ec2:StopInstances",
        f"arn:aws:ec2:us-east-2:{ACCOUNT}:instance/i-1",
        ALLOW,
        context=(("aws:ResourceTag/team", "red"), ("aws:PrincipalTag/team", "red")),
    ),
    Case(
        ("scp-own-team-only",),
        "ec2:StopInstances",
        f"arn:aws:ec2:us-east-2:{ACCOUNT}:instance/i-1",
        DENY,
        context=(("aws:ResourceTag/team", "red"), ("aws:PrincipalTag/team", "blue")),
    ),
)
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def _engine(names: tuple[str, ...]) -> ostiary.Engine:
    scp = all(name.startswith("scp-") for name in names)
    policies = ostiary.PolicySet()
    for name in (*names, "everything") if scp else names:
        document = EVERYTHING if name == "everything" else POLICIES / f"{name}.json"
        policies.attach(document, type="scp" if scp else "identity", name=name)
    return ostiary.compile(policies, layers=["scp" if scp else "identity"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{'+'.join(case.policies)}-{case.action}-{case.effect.value}")
def test_decision(case):
    """The policy decides as the guide says, or as its name does."""
    decision = _engine(case.policies).authorize(case.principal, case.action, case.resource, dict(case.context))
    assert decision.effect is case.effect
    assert decision.certain


@pytest.mark.parametrize("path", sorted(POLICIES.glob("*.json")), ids=lambda path: path.stem)
def test_policy_is_sound(path):
    """Every example is free of errors and of security findings, but for the one that is broken on purpose."""
    found = ostiary.check(path, type="scp" if path.stem.startswith("scp-") else "identity")
    bad = [each.code for each in found if each.severity in (ostiary.Severity.ERROR, ostiary.Severity.SECURITY)]
    assert bad == (["missing-comma"] * 4 if path.name == BROKEN else [])


def test_broken_policy_lacks_its_commas_only():
    """Mended and broken differ in the commas between the actions and in nothing else."""
    mended = (POLICIES / "cloudwatch-logs-roles.json").read_text(encoding="utf-8")
    broken = (POLICIES / BROKEN).read_text(encoding="utf-8")
    assert broken == mended.replace('",\n        "iam:', '"\n        "iam:')
    with pytest.raises(json.JSONDecodeError):
        json.loads(broken)
