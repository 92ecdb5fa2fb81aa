"""What condition keys read of a record is what the table says that they read."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ostiary.ingest.damaged import events
from tests.ostiary.replay import logs

from ostiary.cloudtrail.context import EventContext
from ostiary.cloudtrail.context_global import GLOBAL
from ostiary.cloudtrail.context_services import SERVICE
from ostiary.cloudtrail.mapping import Mapped, map_record
from ostiary.cloudtrail.record import Record
from ostiary.ingest.volatile import volatile_of

KEYS = sorted({*GLOBAL, *SERVICE, "aws:requesttag/team", "kms:encryptioncontext:a", "aws:principaltag/x", "own:key"})
# what the mapping reads of every event, and `eventContext`, which sends an event the slow way
ALWAYS = {
    "account",
    "category",
    "error_code",
    "error_message",
    "event_context",
    "identity",
    "name",
    "parameters",
    "recipient_account",
    "region",
    "resources",
    "response",
    "shared_event_id",
    "source",
    "type",
}
ATTRIBUTES = {
    "eventTime": "time",
    "timestamp": "time",
    "eventVersion": "version",
    "sourceIPAddress": "source_ip",
    "userAgent": "user_agent",
    "vpcEndpointId": "vpc_endpoint",
    "vpcEndpointAccountId": "vpc_endpoint_account",
}


class Watched:
    """A record that notes what is read of it."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.read: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.read.add(name)
        return getattr(self.record, name)


def allowed(key: str) -> set[str]:
    volatile = volatile_of([key])
    found = ALWAYS | {ATTRIBUTES[name] for name in volatile.texts}
    return found | ({"tls"} if volatile.tls else set()) | ({"additional"} if volatile.additional else set())


def watch_keys(record: Record) -> int:
    """Asks every key of every request of a record; how many requests there were."""
    mapped = map_record(record)
    requests = mapped.requests if isinstance(mapped, Mapped) else ()
    for request in requests:
        for key in KEYS:
            watched = Watched(record)
            EventContext(replace(request.context._asked, record=watched)).state(key)
            assert watched.read <= allowed(key), key
    return len(requests)


@given(st.lists(events(), min_size=1, max_size=5))
def test_keys_read_no_more(texts):
    for record in parsed(texts):
        watch_keys(record)


@pytest.mark.parametrize("endpoint", [{}, {"vpcEndpointId": "vpce-1", "vpcEndpointAccountId": "111122223333"}])
@pytest.mark.parametrize("version", ["1.02", "1.08"])
@pytest.mark.parametrize("category", ["Data", "Management"])
def test_keys_read_no_more_of_data_events_and_endpoints(category, version, endpoint):
    """What decides which branch a rule takes, in all its ways; drawn events have it seldom."""
    parameters = {"bucketName": "b", "key": "k"}
    made = logs.record("s3", "GetObject", parameters, eventCategory=category, eventVersion=version, **endpoint)
    assert watch_keys(Record.of(made)) > 0


@given(st.lists(events(), min_size=1, max_size=5))
def test_the_mapping_reads_no_more(texts):
    for record in parsed(texts):
        watched = Watched(record)
        map_record(watched)
        # the id, the time and the correction are kept for each event, not for its case
        assert watched.read <= ALWAYS | {"event_id", "time", "addendum"}


def parsed(texts: list[str]) -> list[Record]:
    found = []
    for text in texts:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            found.append(Record.of(value))
    return found


@pytest.mark.parametrize("key", ["aws:SourceIp".lower(), "aws:currenttime", "aws:securetransport"])
def test_the_table_is_used(key):
    assert volatile_of([key])
