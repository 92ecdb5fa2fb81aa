"""The typed view of a record: what is right is there, what is wrong counts as missing and is named."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ostiary.cloudtrail import records
from tests.ostiary.cloudtrail.records import event, record

from ostiary.cloudtrail.envelopes import RECORD_FIELDS, is_record
from ostiary.cloudtrail.record import NO_IDENTITY, Record, text_of


def test_fields():
    found = Record.of(event("s3", "GetObject", {"bucketName": "b"}, readOnly="true"), "file", 7)
    assert (found.file, found.offset, found.name, found.source) == ("file", 7, "GetObject", "s3.amazonaws.com")
    assert (found.parameters, found.response, found.read_only) == ({"bucketName": "b"}, None, True)
    assert (found.identity.user_name, found.identity.temporary, found.account) == ("alice", False, records.ACCOUNT)
    assert found.wrong == ()


def test_session():
    identity = record("s3", "ListBuckets", by=records.session("a/b/Role", mfa="true")).identity
    assert identity.issuer is not None
    assert identity.issuer.arn == f"arn:aws:iam::{records.ACCOUNT}:role/a/b/Role"
    assert (identity.temporary, identity.mfa_authenticated) == (True, "true")


def test_wrong_types_are_named():
    """A field of another type than CloudTrail's counts as missing, and the record says which."""
    found = record(
        "s3", "ListBuckets", [1], by={"type": 7, "arn": ["x"]}, eventID=3, resources={"ARN": "x"}, awsRegion=None
    )
    assert (found.event_id, found.parameters, found.resources, found.identity.arn) == (None, None, (), None)
    assert set(found.wrong) == {"eventID", "requestParameters", "resources", "userIdentity.type", "userIdentity.arn"}
    assert record("s3", "ListBuckets", by=None).identity is NO_IDENTITY


def test_resources():
    """Both spellings of the ARN; prefixes are no resources."""
    entries = [
        {"ARN": "arn:aws:s3:::a", "accountId": "1"},
        {"arn": "arn:aws:s3:::b"},
        {"ARNPrefix": "arn:aws:s3:::c/"},
        "x",
        None,
    ]
    found = record("s3", "GetObject", resources=entries)
    assert [(each.arn, each.account) for each in found.resources] == [("arn:aws:s3:::a", "1"), ("arn:aws:s3:::b", None)]
    assert found.wrong == ("resources[]", "resources[]")


def test_time_of_other_tools():
    """Some collectors keep the time under another name."""
    assert (
        record("s3", "ListBuckets", eventTime=None, **{"@timestamp": "2020-09-14T00:00:00Z"}).time
        == "2020-09-14T00:00:00Z"
    )


def test_objects_as_text():
    assert record("s3", "GetObject", '{"bucketName": "b"}').parameters == {"bucketName": "b"}
    assert record("s3", "GetObject", "null").parameters is None
    assert record("s3", "GetObject", "{broken").wrong == ("requestParameters",)


def test_text_of():
    tree = {"a": "x", "b": True, "c": 3, "d": [1], "e": None}
    assert [text_of(tree, name) for name in "abcdef"] == ["x", "true", "3", None, None, None]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(sorted({*RECORD_FIELDS, "eventname", "eventsource", "useridentity"})), JSON, max_size=8
    )
)
def test_any_object_is_a_record(data):
    found = Record.of(data)
    assert all(isinstance(name, str) for name in found.wrong)
    assert is_record(data) in {True, False}
