"""Real logs: how much of them maps, and that every record is accounted for.

The logs are no part of the repository; without them these tests are skipped. `-s` prints the figures.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ostiary.cloudtrail.damage import Damage, Skipped
from ostiary.cloudtrail.exclusions import Exclusion
from ostiary.cloudtrail.files import LogFile, find_log_files
from ostiary.cloudtrail.formats import read_log
from ostiary.cloudtrail.mapping import Excluded, Mapped, Unmapped, map_record
from ostiary.cloudtrail.outcome import denial_of
from ostiary.cloudtrail.record import Record
from ostiary.cloudtrail.states import NOT_KNOWN
from ostiary_grammar.terms import fold

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "cloudtrail"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not DATA.is_dir(), reason="needs ../shared/data/cloudtrail, real logs that are not part of the repository"
    ),
]

# what is no call of an API
NO_CALL = frozenset(Exclusion) - {
    Exclusion.NO_PERMISSION,
    Exclusion.UNSIGNED,
    Exclusion.INTERNAL,
    Exclusion.CALLER_UNKNOWN,
    Exclusion.CALLER_ELSEWHERE,
    Exclusion.IDENTITY_CENTER,
}


@dataclass(frozen=True, slots=True)
class Expected:
    """A data set: its records, and the least percentages of API events with an action and with a known or likely ARN."""

    name: str
    records: int
    mapped: float
    specific: float
    damages: int = 0


SETS = (
    Expected("invictus-aws-dataset", 2_900, 99.5, 65.0),
    Expected("stratus-red-team", 310, 100.0, 80.0),
    # one event is not closed, one is closed too often: both are read nevertheless
    Expected("opensearch-catalog", 890, 100.0, 95.7, damages=2),
    Expected("umccr-flaws-excerpt", 185, 99.0, 20.0),
    # a table with columns of its own
    Expected("otrf-security-datasets", 103, 100.0, 17.5, damages=1),
    Expected("cloud-custodian", 25, 99.0, 85.0),
    Expected("misc", 24, 99.0, 60.0),
    # each event in JSON and in OCSF
    Expected("security-lake-ocsf", 42, 90.0, 65.0),
    Expected("formats", 7, 99.0, 100.0),
    # test data of a rule engine, a part of which is wrong on purpose
    Expected("panther-analysis-tests", 457, 94.6, 80.0),
)


@dataclass(slots=True)
class Counted:
    read: int = 0
    mapped: int = 0
    excluded: Counter[Exclusion] = field(default_factory=Counter)
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)
    damages: list[Damage] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    with_action: int = 0
    calls: int = 0
    resources: Counter[str] = field(default_factory=Counter)

    def add(self, found: Record | Damage | Skipped) -> None:
        if isinstance(found, Damage):
            self.damages.append(found)
            return
        if isinstance(found, Skipped):
            self.skipped[found.reason.value] += 1
            return
        self.read += 1
        match map_record(found):
            case Mapped() as mapped:
                self.mapped += 1
                self.calls += 1
                self.with_action += 1
                self.resources[kind_of(mapped)] += 1
            case Excluded(reason=reason, action=action):
                self.excluded[reason] += 1
                if reason not in NO_CALL:
                    self.calls += 1
                    self.with_action += action is not None
            case Unmapped(source=source, name=name):
                self.unmapped[source, name] += 1
                self.calls += 1


def kind_of(mapped: Mapped) -> str:
    """Whether the resource of the action that the call is about is known, `*`, likely, or not known."""
    requests = [each for each in mapped.requests if each.action == mapped.requests[0].action]
    if any(each.resource_known and each.resource != "*" for each in requests):
        return "specific"
    if requests[0].resource == "*":
        return "star"
    return "likely" if any(each.resource for each in requests) else "unknown"


def count(name: str) -> Counted:
    counted = Counted()
    for found in find_log_files([DATA / name]):
        if isinstance(found, Skipped):
            counted.skipped[found.reason.value] += 1
        else:
            for piece in read_log(found):
                counted.add(piece)
    return counted


@pytest.mark.parametrize("expected", SETS, ids=lambda expected: expected.name)
def test_data_set(expected):
    """Every record is read and is exactly one of mapped, excluded and unmapped; nearly all calls lead to an IAM action."""
    counted = count(expected.name)
    assert counted.read == expected.records
    assert counted.read == counted.mapped + counted.excluded.total() + counted.unmapped.total()
    assert len(counted.damages) == expected.damages, counted.damages
    action = 100 * counted.with_action / counted.calls
    shares = {kind: round(100 * number / counted.mapped, 1) for kind, number in counted.resources.items()}
    print(
        f"\n{expected.name}: {counted.calls} calls, action {action:.1f} %, resource {shares}, unmapped {dict(counted.unmapped)}"
    )
    assert action >= expected.mapped, counted.unmapped
    assert shares.get("specific", 0) + shares.get("likely", 0) >= expected.specific


def test_denial_messages_name_the_mapped_action():
    """A denial names the action that was checked: it is the one that the record was mapped to, and its resource was."""
    compared = 0
    for found in find_log_files([DATA]):
        if not isinstance(found, LogFile):
            continue
        for record in read_log(found):
            denial = denial_of(record) if isinstance(record, Record) else None
            # placeholders of a test suite
            if denial is None or denial.action in {None, "iam:Action"}:
                continue
            assert isinstance(record, Record)
            mapped = map_record(record)
            if isinstance(mapped, Excluded):
                assert fold(mapped.action or "") == fold(denial.action or "")
            else:
                assert isinstance(mapped, Mapped), record.name
                assert fold(mapped.requests[0].action) == fold(denial.action or ""), record.name
                resources = {each.resource for each in mapped.requests if each.resource_known}
                assert denial.resource is None or denial.resource in resources
            compared += 1
    print(f"\n{compared} denial messages")
    assert compared >= 159


REAL = (
    "invictus-aws-dataset",
    "stratus-red-team",
    "opensearch-catalog",
    "umccr-flaws-excerpt",
    "otrf-security-datasets",
)
# the least percentage of requests for which it is known whether there is the key, and with which value
KEYS = {
    "aws:CurrentTime": 99.0,
    "aws:RequestedRegion": 99.0,
    "aws:SourceIp": 88.0,
    "aws:SourceVpce": 99.0,
    "aws:UserAgent": 72.0,
    "aws:SecureTransport": 77.0,
    "aws:PrincipalArn": 99.0,
    "aws:MultiFactorAuthPresent": 99.0,
    "aws:ViaAWSService": 95.0,
    "aws:ResourceAccount": 99.0,
    "aws:RequestTag/Team": 97.0,
}


def test_context_keys():
    """How much of the context a log tells, for the keys that policies ask most."""
    known: Counter[str] = Counter()
    total = 0
    for name in REAL:
        for found in find_log_files([DATA / name]):
            for record in read_log(found) if isinstance(found, LogFile) else ():
                mapped = map_record(record) if isinstance(record, Record) else None
                if isinstance(mapped, Mapped):
                    total += 1
                    context = mapped.requests[0].context
                    known.update(key for key in KEYS if context.state(key) is not NOT_KNOWN)
    shares = {key: round(100 * known[key] / total, 1) for key in KEYS}
    print(f"\n{total} calls, known {shares}")
    assert {key: share for key, share in shares.items() if share < KEYS[key]} == {}
