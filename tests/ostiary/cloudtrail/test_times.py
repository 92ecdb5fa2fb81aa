"""Times that logs hold, also those that no calendar in UTC has: none of them ends the reading."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ostiary.replay import logs
from tests.ostiary.replay.logs import deny, record

from ostiary.cloudtrail.ocsf import ocsf_event
from ostiary.cloudtrail.s3_access import s3_event
from ostiary.cloudtrail.tables import table_event
from ostiary.cloudtrail.times import ACCESS_LOG_TIME, instant, read, written
from ostiary.ingest.columns import read_columns

# the first hour of the year 1 in a zone east of Greenwich is in the year 0 in UTC
EAST = timezone(timedelta(hours=1))
TOO_EARLY = datetime(1, 1, 1, tzinfo=EAST)
TEXT, ACCESS_LOG_TEXT = "0001-01-01T00:00:00+01:00", "01/Jan/0001:00:00:00 +0100"
# years that `strftime` writes with four digits; without a zone, as the strategy wants them
FIRST, LAST = datetime.fromisoformat("1000-01-02"), datetime.fromisoformat("9999-12-30")
ZONES = st.timezones() | st.none() | st.just(EAST)


@given(st.datetimes(FIRST, LAST, timezones=ZONES))
def test_written_times_are_read_again(time):
    text = written(time)
    assert text is not None
    whole = time.replace(microsecond=0)
    assert instant(text) == (whole.replace(tzinfo=UTC) if whole.tzinfo is None else whole.astimezone(UTC))


@given(st.datetimes(timezones=ZONES), st.text(max_size=30))
def test_no_time_is_an_exception(time, text):
    assert isinstance(written(time), str | None)
    assert isinstance(instant(time.isoformat()), datetime | None)
    assert isinstance(instant(text), datetime | None)
    assert isinstance(read(text, ACCESS_LOG_TIME), datetime | None)


def test_times_that_do_not_exist_in_utc():
    assert (written(TOO_EARLY), instant(TEXT), read(ACCESS_LOG_TEXT, ACCESS_LOG_TIME)) == (None, None, None)
    event = table_event({"eventname": "GetObject", "eventsource": "s3.amazonaws.com", "eventtime": TOO_EARLY})
    assert event is not None
    assert event["eventtime"] is None
    event = ocsf_event({"class_uid": 6003, "metadata": {}, "time_dt": TOO_EARLY})
    assert event == {}
    line = f'o b [{ACCESS_LOG_TEXT}] 192.0.2.1 - R REST.GET.OBJECT k "GET /b/k HTTP/1.1" 200 - 1 1 1 1 "-" "x" -'
    assert s3_event(line) is None
    assert s3_event(line.replace("0001", "2026")) is not None


def test_columns_keep_what_is_no_time(tmp_path):
    (tmp_path / "c.yaml").write_text('principal: "*"\naction: "s3:GetObject"\ntime: "{t}"\n')
    columns = read_columns(tmp_path / "c.yaml")
    assert columns.direct({"t": ACCESS_LOG_TEXT}).time == ACCESS_LOG_TEXT
    assert columns.direct({"t": "10/Oct/2026:13:55:36 +0200"}).time == "2026-10-10T11:55:36+00:00"


@pytest.mark.parametrize("key", ["aws:CurrentTime", "aws:TokenIssueTime"])
def test_replay(tmp_path, key):
    """A condition on such a time is open; the run goes on."""
    identity = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{logs.ACCOUNT}:assumed-role/r/s",
        "accountId": logs.ACCOUNT,
    }
    identity["sessionContext"] = {"attributes": {"creationDate": TEXT, "mfaAuthenticated": "false"}}
    call = record("ec2", "DescribeInstances", {}, by=identity, eventTime=TEXT)
    scp = logs.policy(tmp_path / "scp.json", deny("ec2:*", Condition={"DateLessThan": {key: "2026-01-01T00:00:00Z"}}))
    result = logs.run(logs.write(tmp_path / "log.json.gz", [call]), "--scp", scp)
    assert result.exit_code == 0, result.output
    assert key.lower() in result.stdout.lower()
