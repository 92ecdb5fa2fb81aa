"""Whether files have changed: no change is missed, and files that stand still are not read."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ostiary import filewatch
from ostiary.filewatch import FileState, look, look_all

LONG_AGO = time.time() - 3_600


@pytest.fixture
def old_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as old, though the test has just written them."""
    monkeypatch.setattr(filewatch, "_TICK", -(10**18))


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_same_size_and_times_are_no_proof(tmp_path: Path):
    """Two contents of one size within one tick of the clock: the times are put back, as a coarse clock would have them."""
    path = written(tmp_path / "a", "one")
    os.utime(path, ns=(1, 1))
    first = look(path, None)
    path.write_text("two", encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert not first.firm
    assert look(path, first).content != first.content


def test_a_file_whose_times_can_be_believed_is_not_read_again(
    tmp_path: Path, old_times: None, monkeypatch: pytest.MonkeyPatch
):
    path = written(tmp_path / "a", "one")
    first = look(path, None)
    assert first.firm
    monkeypatch.setattr(filewatch, "_content", lambda path: pytest.fail("was read"))
    assert look(path, first) is first


def test_a_file_in_the_future_is_read_every_time(tmp_path: Path):
    path = written(tmp_path / "a", "one")
    os.utime(path, (time.time() + 1e6, time.time() + 1e6))
    assert not look(path, None).firm


def test_touching_changes_no_content(tmp_path: Path, old_times: None):
    path = written(tmp_path / "a", "one")
    first = look(path, None)
    os.utime(path, (LONG_AGO, LONG_AGO))
    again = look(path, first)
    assert again.identity != first.identity
    assert again.content == first.content


def test_a_replacement_that_keeps_size_and_time_is_another_file(tmp_path: Path, old_times: None):
    path, other = written(tmp_path / "a", "one"), written(tmp_path / "b", "two")
    for each in (path, other):
        os.utime(each, (LONG_AGO, LONG_AGO))
    first = look(path, None)
    other.replace(path)
    assert look(path, first).content != first.content


@pytest.mark.parametrize("what", ["missing", "folder", "pipe", "nul"])
def test_what_is_no_file_has_no_content(tmp_path: Path, what: str):
    """And a pipe makes nobody wait."""
    path = tmp_path / ("a\0b" if what == "nul" else what)
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    assert look(path, None).content is None


def test_links_are_followed(tmp_path: Path, old_times: None):
    """Containers replace mounted files by turning a link to a folder."""
    for name in ("v1", "v2"):
        (tmp_path / name).mkdir()
        written(tmp_path / name / "p", name)
    link = tmp_path / "data"
    link.symlink_to("v1")
    path = tmp_path / "p"
    path.symlink_to("data/p")
    first = look(path, None)
    (tmp_path / "new").symlink_to("v2")
    (tmp_path / "new").replace(link)
    assert look(path, first).content != first.content


def test_older_than(tmp_path: Path):
    path = written(tmp_path / "a", "one")
    state = look(path, None)
    assert not state.older_than(time.time_ns())
    assert state.older_than(time.time_ns() + 10**11)
    assert not FileState(None, None, firm=True).older_than(time.time_ns())


def test_look_all_keeps_what_is_known(tmp_path: Path, old_times: None):
    paths = [written(tmp_path / name, name) for name in "ab"]
    first = look_all(paths, {})
    assert all(look_all(paths, first)[path] is first[path] for path in paths)
