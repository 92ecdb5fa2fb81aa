"""Real logs without names: of all that names anything in their events, only AWS's own words are left in the page and in JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.ostiary.replay.test_real_logs import SETS, name_of, pytestmark, sides_of

from ostiary.cloudtrail.files import LogFile, find_log_files
from ostiary.cloudtrail.reading import read_records
from ostiary.cloudtrail.record import Record
from ostiary.cloudtrail.reference import Reference
from ostiary.render.html.page import findings_html
from ostiary.render.replay_json import replay_json
from ostiary.replay.analysis import replay
from ostiary.replay.anonymize import anonymize
from ostiary.replay.pseudonyms import type_words
from ostiary.replay.samples import with_records

__all__ = ["pytestmark"]

GUARD = Path(__file__).parents[3] / "examples" / "policies" / "scp-region-guard.json"
KEY = b"a key for the tests of anonymity"
# Members whose values name somebody or something.
NAMING = {
    *(
        "accountId",
        "userName",
        "principalId",
        "accessKeyId",
        "sourceIPAddress",
        "eventID",
        "requestID",
        "bucketName",
        "arn",
    ),
    *(
        "ARN",
        "roleName",
        "roleArn",
        "functionName",
        "recipientAccountId",
        "secretId",
        "keyId",
        "instanceId",
        "groupName",
    ),
    *("policyName", "roleSessionName", "trailName"),
}
SHORTEST = 5
AWS = re.compile(
    r"[a-z0-9.-]+\.amazonaws\.com|AWS Internal|aws-reserved|aws-service-role|service-role|[a-z]{2}-[a-z]+-\d[a-z]?|arn:aws:iam::aws:\S+|AWSServiceRoleFor\w+|\d{1,6}"
)


def names(value: object, member: str = "") -> Iterator[str]:
    """What stands under the members that name things, and the parts of the ARNs there."""
    match value:
        case dict():
            for key, each in value.items():
                yield from names(each, key)
        case list():
            for each in value:
                yield from names(each, member)
        case str() if member in NAMING:
            yield value
            if value.startswith("arn:"):
                yield from re.split(r"[:/]", value)[4:]
        case _:
            pass


@pytest.mark.parametrize("folder", SETS, ids=name_of)
def test_only_words_of_aws_are_left(folder: Path):
    found = with_records(replay([folder], sides_of(GUARD)))
    identifiers = {
        name
        for file in find_log_files([folder])
        if isinstance(file, LogFile)
        for record in read_records(file)
        if isinstance(record, Record)
        for name in names(record.data)
        if len(name) >= SHORTEST and not AWS.fullmatch(name)
    }
    before, after = findings_html(found), anonymize(found, KEY)
    written = findings_html(after) + replay_json(after)
    own = {word for prefix in Reference.packaged().prefixes for word in type_words(prefix)}
    of_the_page = findings_html(replay([], sides_of(GUARD)))
    left = {name for name in identifiers if name in written and stands_alone(name, written)}
    assert not {name for name in left - own if name not in of_the_page}
    assert any(name in before for name in identifiers) or not found.rows


def stands_alone(name: str, text: str) -> bool:
    """Whether a name is there as a word, not as a part of another: `secrets` is no part of `secretsmanager`."""
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", text) is not None
