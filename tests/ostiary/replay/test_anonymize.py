"""An anonymous report holds no name, address or id of the log, in any format, and the same numbers as before."""

from __future__ import annotations

import io
import json
import re
from dataclasses import fields, is_dataclass, replace
from enum import Enum

import pytest
from hypothesis import given, settings
from tests.strategies import identities as people
from tests.strategies.findings import findings, hostile
from tests.strategies.identities import Identities, identities

from ostiary.render.findings_csv import findings_csv
from ostiary.render.findings_markdown import findings_markdown
from ostiary.render.findings_parquet import findings_parquet
from ostiary.render.html.page import findings_html
from ostiary.replay.anonymize import anonymize
from ostiary.replay.decide import Missing
from ostiary.replay.findings import Counted, Findings, PartHits, PolicyHits, Row, Sample, StatementHits
from ostiary_runtime.decision import StatementRef

KEY = b"a key for the tests of anonymity"


def found(who: Identities) -> Findings:
    """Findings of their log: each name in every field that can hold one."""
    base = findings(1, rows=6)
    records = people.events(who)
    ref = StatementRef(
        0, f"{who.policy}.json", "scp", f"/home/{who.user}/{who.policy}.json", 0, f"Only-{who.user}", "Deny", 4, 5
    )
    resources = (
        f"arn:aws:s3:::{who.bucket}/*",
        f"arn:aws:dynamodb:us-east-2:{who.accounts[0]}:table/{who.table}",
        f"arn:aws:ec2:us-east-2:{who.accounts[1]}:instance/{who.instance}",
        f"arn:aws:secretsmanager:us-east-2:{who.accounts[0]}:secret:{who.secret}-??????",
        people.user_arn(who),
        people.role_arn(who),
    )
    rows = tuple(
        _row(row, who, record, resource, ref)
        for row, record, resource in zip(base.rows, records, resources, strict=True)
    )
    parts = (
        PartHits("NotAction", "iam:*", 7, 9, 0, "", ""),
        PartHits("Resource", resources[0], 8, 9, 5, "", ""),
        PartHits(
            "Condition",
            f"StringNotEquals aws:PrincipalTag/{who.tag}: {who.organization}, {people.role_arn(who)}",
            9,
            9,
            5,
            "",
            "",
        ),
    )
    assert base.calibration is not None
    told = tuple(
        replace(
            each,
            principal=row.principal,
            resource=row.resource,
            why=f"{who.user} lacks {who.policy}",
            samples=row.samples,
            statement=ref,
        )
        for each, row in zip(base.calibration.contradictions, rows, strict=False)
    )
    return replace(
        base,
        candidate=f"{who.policy}.json",
        question=replace(base.question, given=(f"{who.policy}.json",), management=(who.accounts[1],)),
        counts=(*base.counts, Counted("unmapped", "unmapped", f"{who.user} of {who.accounts[0]}", 0)),
        rows=rows,
        accounts=tuple((account, 3) for account in who.accounts),
        blind=tuple(replace(each, statements=(ref,)) for each in base.blind),
        coverage=(
            PolicyHits(
                f"{who.policy}.json", "scp", people.policy_text(who), (StatementHits(ref, 5, 0, 5, "", "", parts),)
            ),
            PolicyHits(f"arn:aws:iam::{who.accounts[0]}:policy/{who.policy}", "identity", "{}", ()),
        ),
        calibration=replace(base.calibration, contradictions=told),
        facts=(f"organization {who.organization}", f"/home/{who.user}/facts.yaml"),
    )


def _row(row: Row, who: Identities, record: people.Json, resource: str, ref: StatementRef) -> Row:
    identity = record["userIdentity"]
    issuer = identity.get("sessionContext", {}).get("sessionIssuer", identity)
    path = f"AWSLogs/{who.organization}/{who.accounts[0]}/CloudTrail/{who.accounts[0]}_CloudTrail.json.gz"
    return replace(
        row,
        principal=issuer["arn"],
        resource=resource,
        statement=ref,
        missing=(Missing(resource, "resource-pattern"),),
        accounts=who.accounts,
        samples=(Sample(record["eventID"], record["eventTime"], path, json.dumps(record)),),
    )


def everywhere(given_: Findings) -> dict[str, str]:
    """All that is written, by format, with the escapes of the format taken away."""
    pq = pytest.importorskip("pyarrow.parquet")
    table = pq.read_table(io.BytesIO(findings_parquet(given_)))
    return {
        "html": findings_html(given_).replace("\\/", "/"),
        "csv": findings_csv(given_),
        "markdown": findings_markdown(given_),
        "parquet": repr(table.to_pylist()) + repr(table.schema.metadata),
        "all": repr(given_),
    }


def leaks(text: str, who: Identities) -> list[str]:
    low = text.lower()
    return [each for each in who.identifiers if each.lower() in low]


@given(identities())
@settings(max_examples=30)
def test_no_identifier_is_left(who: Identities):
    before = found(who)
    assert set(leaks(repr(before), who)) == set(who.identifiers), (
        "the findings hold all of them, or the test shows nothing"
    )
    after = anonymize(before, KEY)
    for name, text in everywhere(after).items():
        assert not leaks(text, who), name


@given(identities())
@settings(max_examples=10)
def test_shapes_and_numbers_stay(who: Identities):
    """The report says the same about the same number of things."""
    before = found(who)
    after = anonymize(before, KEY)
    assert skeleton(after) == skeleton(before)
    for shown, row in zip(after.rows, before.rows, strict=True):
        assert shown.resource.split(":")[:4] == row.resource.split(":")[:4]
        assert shown.action == row.action
    assert len({row.principal for row in after.rows}) == len({row.principal for row in before.rows})
    condition = after.coverage[0].statements[0].parts[2].text
    assert re.fullmatch(
        r"StringNotEquals aws:PrincipalTag/id-\w{12}: o-\w{10}, arn:aws:iam::\d{12}:role/id-\w{12}/id-\w{12}", condition
    )
    policy = json.loads(after.coverage[0].text)["Statement"][0]
    assert policy["NotAction"] == ["iam:*", "sts:*"]
    assert after.coverage[0].text.count("\n") == before.coverage[0].text.count("\n")
    for row in after.rows:
        record = json.loads(row.samples[0].record)
        assert record["eventID"] == row.samples[0].event_id
        assert record["eventName"]
        issuer = record["userIdentity"].get("sessionContext", {}).get("sessionIssuer", record["userIdentity"])
        assert issuer["arn"] == row.principal, "the same name is the same pseudonym in row and event"


def skeleton(thing: object) -> object:
    """What is left of data without its texts."""
    if is_dataclass(thing) and not isinstance(thing, type):
        return (type(thing), *(skeleton(getattr(thing, field.name)) for field in fields(thing)))
    if isinstance(thing, tuple):
        return tuple(map(skeleton, thing))
    return thing if isinstance(thing, Enum) or not isinstance(thing, str) else bool(thing)


def test_the_same_key_gives_the_same():
    assert anonymize(findings(3, rows=20), KEY) == anonymize(findings(3, rows=20), KEY)
    assert anonymize(findings(3, rows=20), KEY) != anonymize(findings(3, rows=20), KEY + b"!")


@given(hostile())
def test_anything_can_be_anonymized(given_: Findings):
    assert len(anonymize(given_, KEY).rows) == len(given_.rows)


def test_messages_that_are_no_denials_go():
    """An error message may name anything; only AWS's own sentence about a denial is kept, with its names replaced."""
    sample = Sample(
        "",
        "",
        "",
        json.dumps({"errorCode": "NoSuchEntity", "errorMessage": "The user with name x1y2z3 cannot be found."}),
    )
    row = replace(findings(3, rows=1).rows[0], samples=(sample,))
    after = anonymize(replace(findings(3, rows=1), rows=(row,)), KEY)
    assert json.loads(after.rows[0].samples[0].record) == {"errorCode": "NoSuchEntity", "errorMessage": "(hidden)"}
