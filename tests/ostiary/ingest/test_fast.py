"""The fast reader gives what the slow one gives, whatever a log holds."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ostiary.ingest.damaged import logs, rows

from ostiary.cloudtrail.context_global import GLOBAL
from ostiary.cloudtrail.context_services import SERVICE
from ostiary.ingest import chunks, fast, plain, remembered

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "cloudtrail"
ALL_KEYS = frozenset(
    {*GLOBAL, *SERVICE, "aws:RequestTag/team", "kms:EncryptionContext:a", "aws:PrincipalTag/x", "own:key"}
)
KEYS = st.one_of(st.just(frozenset()), st.just(ALL_KEYS), st.frozensets(st.sampled_from(sorted(ALL_KEYS)), max_size=4))


@pytest.fixture
def small_limits(monkeypatch):
    """Limits that short logs meet."""
    for module, name, value in (
        (chunks, "WINDOW", 700),
        (chunks, "READ_BYTES", 300),
        (chunks, "MOST_WAITING", 6_000),
        (fast, "MOST_KEYS", 4),
        (fast, "LONGEST_KEY", 400),
        (fast, "MOST_IN_FRONT", 3),
        (remembered, "MOST_VALUES", 3),
        (remembered, "LONGEST_VALUE", 600),
        (plain, "MOST_ROWS", 3),
        (plain, "MOST_CASES", 5),
    ):
        monkeypatch.setattr(module, name, value)


@given(st.lists(logs(), min_size=1, max_size=3), KEYS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_fast_is_slow(tmp_path, files, keys):
    paths = written(tmp_path, files)
    assert rows(paths, keys) == rows(paths, keys, fast=False)


@given(st.lists(logs(), min_size=1, max_size=3), KEYS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_with_small_limits(tmp_path, small_limits, files, keys):
    paths = written(tmp_path, files)
    assert rows(paths, keys) == rows(paths, keys, fast=False)


@pytest.mark.shared
@pytest.mark.skipif(
    not DATA.is_dir(), reason="needs ../shared/data/cloudtrail, real logs that are not part of the repository"
)
@pytest.mark.parametrize("keys", [frozenset(), ALL_KEYS], ids=["no keys", "all keys"])
def test_on_shared_data(keys):
    paths = [DATA]
    assert rows(paths, keys) == rows(paths, keys, fast=False)


def written(folder: Path, files: list[bytes]) -> list[Path]:
    paths = [folder / f"{number}.json" for number in range(len(files))]
    for path, data in zip(paths, files, strict=True):
        path.write_bytes(data)
    return paths
