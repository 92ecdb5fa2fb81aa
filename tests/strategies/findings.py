"""Findings of a replay by seed: the same seed gives the same, with the sums that `Findings` promises.

`findings(seed, rows=N)` is fast and looks like a real organization; `hostile()` is a hypothesis strategy whose names, texts and
events hold whatever a log may hold.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from ostiary.cloudtrail.outcome import Outcome
from ostiary.replay.decide import Missing
from ostiary.replay.findings import (
    Access,
    Blind,
    Bounds,
    Calibration,
    CalibrationRow,
    Change,
    Contradiction,
    Counted,
    Findings,
    PartHits,
    PolicyHits,
    Row,
    Sample,
    Settled,
    StatementHits,
)
from ostiary.replay.question import Question
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.decision import Doubt, StatementRef

__all__ = ["findings", "hostile", "seeded"]

START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 30
ACCOUNTS = ("111122223333", "444455556666", "777788889999")
ROLES = ("deploy/release", "Developer", "BreakGlassAdmin", "backup/nightly-copy", "data/etl-loader", "ci-runner")
USERS = ("ann", "ben", "sync-agent")
ACTIONS = (
    ("ec2:RunInstances", "arn:aws:ec2:{region}:{account}:instance/*"),
    ("ec2:CreateSnapshot", "arn:aws:ec2:{region}::snapshot/*"),
    ("ec2:DescribeInstances", "*"),
    ("s3:PutObject", "arn:aws:s3:::{name}-artifacts/*"),
    ("s3:GetBucketPolicy", "arn:aws:s3:::{name}-artifacts"),
    ("lambda:CreateFunction", "arn:aws:lambda:{region}:{account}:function:{name}-worker"),
    ("dynamodb:PutItem", "arn:aws:dynamodb:{region}:{account}:table/{name}"),
    ("kms:Decrypt", "arn:aws:kms:{region}:{account}:key/0f6d2c9e-1111-2222-3333-444455556666"),
    ("sts:AssumeRole", "arn:aws:iam::{account}:role/{name}-reader"),
    ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:{region}:{account}:secret:{name}-db-??????"),
)
REGIONS = ("us-east-2", "eu-west-1", "eu-west-3", "ap-southeast-1")
POLICY = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "OurRegionsOnly",
      "Effect": "Deny",
      "NotAction": ["iam:*", "sts:*", "support:*"],
      "Resource": "*",
      "Condition": {
        "StringNotEquals": {"aws:RequestedRegion": ["us-east-2", "eu-west-1"]},
        "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/BreakGlass*"}
      }
    },
    {
      "Sid": "TrustedNetworkOnly",
      "Effect": "Deny",
      "Action": ["s3:PutObject", "dynamodb:PutItem"],
      "Resource": "*",
      "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    },
    {
      "Sid": "NoRootKeys",
      "Effect": "Deny",
      "Action": "iam:CreateAccessKey",
      "Resource": "arn:aws:iam::*:root"
    }
  ]
}
"""
SOURCE = "policies/candidate-scp.json"
REFS = (
    StatementRef(0, "candidate-scp.json", "scp", SOURCE, 0, "OurRegionsOnly", "Deny", 4, 5),
    StatementRef(1, "candidate-scp.json", "scp", SOURCE, 1, "TrustedNetworkOnly", "Deny", 14, 5),
    StatementRef(2, "candidate-scp.json", "scp", SOURCE, 2, "NoRootKeys", "Deny", 21, 5),
)
ORGANIZATION = Missing("aws:principalorgid", Doubt.KEY_NOT_KNOWN.value)
TAG = Missing("aws:principaltag/team", Doubt.KEY_NOT_KNOWN.value)
ACCESS = {
    Change.REVOKED: (Access.GRANTED, Access.DENIED),
    Change.MAYBE_REVOKED: (Access.GRANTED, Access.UNKNOWN),
    Change.GAINED: (Access.DENIED, Access.GRANTED),
    Change.MAYBE_GAINED: (Access.DENIED, Access.UNKNOWN),
    Change.UNCHANGED: (Access.GRANTED, Access.GRANTED),
}
_SHARES = {Change.REVOKED: 4, Change.MAYBE_REVOKED: 2, Change.GAINED: 1, Change.MAYBE_GAINED: 1, Change.UNCHANGED: 6}

Named = Callable[[str], str]


def findings(seed: int, *, rows: int = 60, calibrated: bool = True, name: Named = lambda word: word) -> Findings:
    """Findings with so many rows; `name` may change each name and text that a log or policy could hold."""
    made = _Making(random.Random(seed), name)
    return made.findings(rows, calibrated=calibrated)


def seeded(*, rows: int = 20) -> st.SearchStrategy[Findings]:
    """Findings of any seed."""
    return st.builds(findings, st.integers(0, 2**32), rows=st.integers(0, rows), calibrated=st.booleans())


HOSTILE = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "</script><script>alert(1)</script>",
            '"><img src=x onerror=alert(1)>',
            "<!--<script>",
            "\u2028\u2029",
            "=HYPERLINK(0)",
            "+1",
            "@ann",
            "\t=1",
            "|a`b``c|",
            "\x1b[2J",
            "\u202eevil",
            "\x00",
            "\ud800",
        ]
    ),
)


@st.composite
def hostile(draw: st.DrawFn, *, rows: int = 8) -> Findings:
    """Findings in which any name may be anything."""
    words = draw(st.lists(HOSTILE, min_size=1, max_size=6))
    picked = random.Random(draw(st.integers(0, 2**32)))
    return findings(
        draw(st.integers(0, 2**32)),
        rows=draw(st.integers(0, rows)),
        name=lambda word: word + picked.choice(words) if picked.random() < 0.5 else picked.choice(words),
    )


class _Making:
    def __init__(self, source: random.Random, name: Named) -> None:
        self.source, self.name = source, name

    def findings(self, count: int, *, calibrated: bool) -> Findings:
        rows = sorted((self.row() for _ in range(count)), key=lambda row: (list(Change).index(row.change), -row.events))
        by_change: Counter[Change] = Counter()
        for row in rows:
            by_change[row.change] += row.events
        others = ((Change.UNCHANGED, 1200),) if rows else ()
        judged = by_change.total() + sum(number for _, number in others)
        counts = (
            Counted("judged", "judged", "judged", judged),
            Counted("outside", "service-linked-role", "service-linked roles", 170),
            Counted("outside", "aws-service", "AWS services", 451),
            Counted("excluded", "duplicate", "duplicate", 12),
            Counted("excluded", "sign-in", "sign in", 5),
            Counted("unmapped", "unmapped", self.name("DescribeWidgetsInternal of ec2.amazonaws.com"), 2),
        )
        revoked, gained = by_change[Change.REVOKED], by_change[Change.GAINED]
        return Findings(
            baseline="log",
            candidate=self.name("candidate-scp.json"),
            question=Question((PolicyType.SCP,), (self.name("candidate-scp.json"),), ("FullAWSAccess",)),
            read=sum(each.events for each in counts),
            files=412,
            counts=counts,
            judged=judged,
            revoked=Bounds(revoked, revoked + by_change[Change.MAYBE_REVOKED]),
            gained=Bounds(gained, gained + by_change[Change.MAYBE_GAINED]),
            rows=tuple(rows),
            others=others,
            missing=self.missing(rows),
            first=_time(START),
            last=_time(START + timedelta(days=DAYS) - timedelta(seconds=1)),
            intervals=tuple(_time(START + timedelta(days=day)) for day in range(DAYS)),
            accounts=tuple((account, 100 - 20 * place) for place, account in enumerate(ACCOUNTS)),
            services=tuple(
                Counter(row.action.partition(":")[0] for row in rows for _ in range(row.events)).most_common()
            ),
            blind=(Blind("dynamodb", ("dynamodb:PutItem",), (self.ref(1),)),),
            coverage=(self.coverage(),),
            calibration=self.calibration(rows) if calibrated else None,
            facts=(),
            seconds=1.25,
            answers=tuple((*answer, number) for answer, number in _answers(rows, others).items()),
            unmapped=((self.name("ec2.amazonaws.com"), self.name("DescribeWidgetsInternal"), 2),),
        )

    def row(self) -> Row:
        source = self.source
        change = source.choices(list(_SHARES), list(_SHARES.values()))[0]
        baseline, candidate = ACCESS[change]
        account = source.choice(ACCOUNTS)
        action, pattern = source.choice(ACTIONS)
        word = source.choice(("orders", "billing", "search", "catalog"))
        events = max(1, int(source.paretovariate(0.9)))
        first_day, last_day = sorted((source.randrange(DAYS), source.randrange(DAYS)))
        events = max(events, 2) if first_day != last_day else events
        timeline = [0] * DAYS
        for day in (first_day, last_day, *(source.randint(first_day, last_day) for _ in range(events - 2)))[:events]:
            timeline[day] += 1
        first = START + timedelta(days=first_day, hours=source.randrange(12), minutes=source.randrange(60))
        last = first if events == 1 else START + timedelta(days=last_day, hours=12 + source.randrange(12))
        principal = self.principal(account)
        resource = pattern.format(region=source.choice(REGIONS), account=account, name=self.name(word))
        changed = change is not Change.UNCHANGED
        unknown = candidate is Access.UNKNOWN
        return Row(
            change=change,
            baseline=baseline,
            candidate=candidate,
            principal=principal,
            action=action,
            resource=resource,
            statement=self.ref(1 if unknown else 0) if changed and change is not Change.GAINED else None,
            layer="scp" if changed else None,
            missing=tuple(dict.fromkeys([ORGANIZATION, *source.choices([ORGANIZATION, TAG])])) if unknown else (),
            events=events,
            already=0,
            first=_time(first),
            last=_time(last),
            accounts=(account,),
            samples=tuple(self.sample(principal, action, account, first) for _ in range(min(events, 2))),
            timeline=tuple(timeline),
        )

    def principal(self, account: str) -> str:
        if self.source.random() < 0.25:
            return f"arn:aws:iam::{account}:user/{self.name(self.source.choice(USERS))}"
        return f"arn:aws:iam::{account}:role/{self.name(self.source.choice(ROLES))}"

    def sample(self, principal: str, action: str, account: str, time: datetime) -> Sample:
        service, _, operation = action.partition(":")
        event_id = f"{self.source.getrandbits(128):032x}"
        event_id = "-".join((event_id[:8], event_id[8:12], event_id[12:16], event_id[16:20], event_id[20:]))
        record: dict[str, Any] = {
            "eventVersion": "1.11",
            "userIdentity": {"type": "AssumedRole", "arn": principal, "accountId": account},
            "eventTime": _time(time),
            "eventSource": f"{service}.amazonaws.com",
            "eventName": operation,
            "awsRegion": self.source.choice(REGIONS),
            "sourceIPAddress": "198.51.100.7",
            "userAgent": self.name("aws-cli/2.15.0"),
            "requestParameters": {"name": self.name("orders")},
            "eventID": event_id,
            "recipientAccountId": account,
        }
        path = f"AWSLogs/{account}/CloudTrail/us-east-2/{time:%Y/%m/%d}/{account}_CloudTrail_us-east-2.json.gz"
        return Sample(event_id, _time(time), path, json.dumps(record))

    def ref(self, number: int) -> StatementRef:
        ref = REFS[number]
        return replace(ref, policy=self.name(ref.policy), source=self.name(ref.source), sid=self.name(ref.sid))

    def missing(self, rows: list[Row]) -> tuple[Settled, ...]:
        hits: Counter[Missing] = Counter()
        alone: Counter[Missing] = Counter()
        for row in rows:
            for each in row.missing:
                hits[each] += row.events
                alone[each] += row.events if len(row.missing) == 1 else 0
        return tuple(Settled(each, number, alone[each]) for each, number in hits.most_common())

    def coverage(self) -> PolicyHits:
        used = (_time(START), _time(START + timedelta(days=3)))
        statements = (
            StatementHits(
                self.ref(0),
                321,
                0,
                310,
                *used,
                (
                    PartHits("NotAction", self.name("iam:*"), 7, 21, 0, "", ""),
                    PartHits("Resource", "*", 8, 19, 321, *used),
                    PartHits(
                        "Condition",
                        self.name("StringNotEquals aws:RequestedRegion: us-east-2, eu-west-1"),
                        10,
                        9,
                        321,
                        *used,
                    ),
                ),
            ),
            StatementHits(
                self.ref(1),
                0,
                64,
                0,
                *used,
                (
                    PartHits("Action", self.name("s3:PutObject"), 17, 18, 64, *used),
                    PartHits("Action", "dynamodb:PutItem", 17, 34, 0, "", ""),
                    PartHits("Condition", "StringNotEquals aws:PrincipalOrgID: o-a1b2c3d4e5", 19, 21, None, "", ""),
                ),
            ),
            StatementHits(self.ref(2), 0, 0, 0, "", "", ()),
        )
        return PolicyHits(self.name("candidate-scp.json"), "scp", self.name(POLICY), statements)

    def calibration(self, rows: list[Row]) -> Calibration:
        numbers = Counter(row.action for row in rows)
        table = tuple(
            CalibrationRow(action, 40 * number, number, number % 3, number, number - number % 2)
            for action, number in numbers.most_common()
        )
        bad = tuple(
            Contradiction(
                row.action,
                row.principal,
                row.resource,
                Access.DENIED,
                Access.GRANTED,
                "AccessDenied",
                "policy-not-given",
                self.name("the message names a resource policy, and none was given"),
                None,
                "resource",
                row.events,
                row.samples,
            )
            for row in rows[:3]
        )
        return Calibration(table, bad)


def _answers(rows: list[Row], others: tuple[tuple[Change, int], ...]) -> Counter[tuple[Access, Outcome]]:
    """What the candidate says, by how the calls ended in the log, which is the baseline."""
    ended = {Access.GRANTED: Outcome.ALLOWED, Access.DENIED: Outcome.DENIED, Access.UNKNOWN: Outcome.UNCLEAR}
    found: Counter[tuple[Access, Outcome]] = Counter()
    for row in rows:
        found[row.candidate, ended[row.baseline]] += row.events
    for change, number in others:
        baseline, candidate = ACCESS[change]
        found[candidate, ended[baseline]] += number
    return found


def _time(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
