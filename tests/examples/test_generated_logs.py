"""The example logs are what their generator writes, small, invented, and such as CloudTrail delivers."""

import gzip
import importlib.util
import json
import re
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
DOCUMENTATION_ACCOUNTS = {"111122223333", "444455556666", "123456789012"}
MOST_BYTES = 200_000


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_logs", EXAMPLES / "generate_logs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATED = dict(_generator().tree())
COMMITTED = {
    str(path.relative_to(EXAMPLES).as_posix()): path.read_bytes()
    for folder in ("logs", "damaged-logs")
    for path in sorted((EXAMPLES / folder).rglob("*"))
    if path.is_file()
}


def _records(data: bytes) -> list[dict[str, object]]:
    content = json.loads(gzip.decompress(data))
    return content.get("Records", [])


def test_generator_writes_the_files_that_are_there():
    """The same files, with the same events; a change of the generator is committed with its logs."""
    assert GENERATED.keys() == COMMITTED.keys()
    for name, data in GENERATED.items():
        if name.startswith("logs/"):
            assert gzip.decompress(data) == gzip.decompress(COMMITTED[name]), name


@pytest.mark.skipif("ng" in zlib.ZLIB_RUNTIME_VERSION, reason="zlib-ng compresses to other bytes than zlib")
def test_generator_writes_the_same_bytes():
    """Nothing in a file depends on when or where it was written."""
    assert GENERATED == COMMITTED


def test_logs_are_small():
    """The tree is cheap to clone."""
    assert sum(map(len, COMMITTED.values())) < MOST_BYTES


def test_logs_name_documentation_accounts_only():
    """No account of anyone is in the examples."""
    found = set()
    for data in (data for name, data in COMMITTED.items() if name.startswith("logs/")):
        found.update(re.findall(r"(?<![0-9A-Za-z-])[0-9]{12}(?![0-9A-Za-z])", gzip.decompress(data).decode()))
    assert found == DOCUMENTATION_ACCOUNTS


def test_records_lie_where_cloudtrail_puts_them():
    """Account and Region of the path are those of the events in the file; its date is that of delivery."""
    for name, data in COMMITTED.items():
        if "/CloudTrail/" not in name:
            continue
        account, _, region, year, month, day = name.split("/")[3:9]
        for record in _records(data):
            assert record["recipientAccountId"] == account
            assert record["awsRegion"] == region
            delivered = datetime(int(year), int(month), int(day), tzinfo=UTC)
            happened = datetime.fromisoformat(str(record["eventTime"]))
            assert delivered - timedelta(days=1) <= happened < delivered + timedelta(days=1)


def test_damaged_log_is_cut_short():
    """The damaged file begins as a log does and ends in the middle."""
    (damaged,) = (data for name, data in COMMITTED.items() if name.startswith("damaged-logs/"))
    with pytest.raises(EOFError):
        gzip.decompress(damaged)
    assert zlib.decompressobj(wbits=31).decompress(damaged).startswith(b'{"Records":[')
