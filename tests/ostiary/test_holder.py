"""Engines that follow their files: what is whole and valid replaces the engine, and nothing else does."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ostiary
from ostiary import EngineHolder, Reloaded, ReloadFailed, holder
from ostiary.holder import ReloadEvent

ALICE = "arn:aws:iam::111122223333:user/alice"
KEY = "arn:aws:s3:::b/k"


def policy(action: str, **more: object) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def write(path: Path, value: object) -> Path:
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def put(path: Path, value: object) -> None:
    """Puts a file in place as a whole."""
    draft = path.with_name("draft")
    write(draft, value)
    draft.replace(path)


def save(path: Path, action: str) -> Path:
    ostiary.compile(policy(action)).save(path)
    return path


def allowed(held: EngineHolder, action: str) -> bool:
    answer = held.is_allowed(ALICE, action, KEY)
    assert held.authorize(ALICE, action, KEY).allowed is answer
    assert held.engine.is_allowed(ALICE, action, KEY) is answer
    return answer


def failure(event: ReloadEvent | None) -> ReloadFailed:
    assert isinstance(event, ReloadFailed)
    return event


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    return write(tmp_path / "p.json", policy("s3:GetObject"))


def test_nothing_happens_while_nothing_changes(policy_file: Path):
    held = ostiary.watch(policy_file)
    engine = held.engine
    assert held.digest == engine.digest == held.current[1]
    assert held.current[0] is engine
    assert held.refresh() is None
    assert held.engine is engine
    assert held.files == (policy_file,)


@pytest.mark.parametrize("change", [put, write], ids=["put in place", "written over"])
def test_a_changed_policy_is_taken_up(policy_file: Path, change: Callable[[Path, object], object]):
    told: list[ReloadEvent] = []
    held = ostiary.watch(policy_file, on_event=told.append)
    before = held.digest
    change(policy_file, policy("s3:PutObject"))
    event = held.refresh()
    assert event == Reloaded(held.digest, before)
    assert told == [event]
    assert (allowed(held, "s3:PutObject"), allowed(held, "s3:GetObject")) == (True, False)
    assert held.digest == held.engine.digest != before
    assert held.problem is None


BAD = {
    "empty": "",
    "half": json.dumps(policy("s3:PutObject"))[:40],
    "not valid": json.dumps(policy("s3:PutObject", Effect="allow")),
    "no policy": "[]",
    "not json": "hello",
    "both": json.dumps({"Resource": "*", **policy("s3:*")}),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_policy_leaves_the_engine(policy_file: Path, bad: str):
    """It is told once, with what is wrong; and again when it is put right."""
    held = ostiary.watch(policy_file)
    engine, digest = held.current
    write(policy_file, bad)
    event = failure(held.refresh())
    assert event.digest == digest
    assert event.diagnostics
    assert held.problem is event.error
    assert held.engine is engine
    assert allowed(held, "s3:GetObject")
    assert held.refresh() is None
    write(policy_file, policy("s3:GetObject"))
    assert held.refresh() == Reloaded(digest, digest)
    assert held.engine is engine  # the same program: its memos are warm
    assert held.problem is None


def test_truncated_then_written(policy_file: Path):
    """At every length that a reader may find; none is taken for a policy but the whole."""
    held = ostiary.watch(policy_file)
    text = json.dumps(policy("s3:PutObject"))
    for length in range(len(text)):
        write(policy_file, text[:length])
        failure(held.refresh())
        assert allowed(held, "s3:GetObject")
    write(policy_file, text)
    assert isinstance(held.refresh(), Reloaded)
    assert allowed(held, "s3:PutObject")


def test_a_deleted_file_leaves_the_engine(policy_file: Path):
    held = ostiary.watch(policy_file)
    policy_file.unlink()
    assert "cannot read" in str(failure(held.refresh()).error)
    assert held.refresh() is None
    assert allowed(held, "s3:GetObject")
    write(policy_file, policy("s3:PutObject"))
    assert isinstance(held.refresh(), Reloaded)


def test_a_file_that_becomes_a_folder_or_pipe(policy_file: Path):
    held = ostiary.watch(policy_file)
    policy_file.unlink()
    policy_file.mkdir()
    failure(held.refresh())
    policy_file.rmdir()
    os.mkfifo(policy_file)
    held.refresh()  # no content as before: nothing to tell, and nobody waits
    assert allowed(held, "s3:GetObject")


def test_what_is_only_touched_is_not_read_again(policy_file: Path):
    made: list[object] = []
    held = ostiary.watch(policy_file, prepare=made.append)
    os.utime(policy_file, (1, 1))
    assert held.refresh() is None
    assert len(made) == 1


def test_bad_files_at_the_start_are_raised(tmp_path: Path):
    with pytest.raises(ostiary.PolicyError):
        ostiary.watch(write(tmp_path / "p.json", "{"))
    with pytest.raises(ostiary.ProgramError, match="cannot read"):
        ostiary.watch(tmp_path / "missing.json")
    with pytest.raises(ostiary.ProgramError):
        ostiary.watch(write(tmp_path / "p.ostiary", "OSTIARY\0 and more"))
    with pytest.raises(ostiary.ProgramError):
        ostiary.watch()


def test_saved_programs(tmp_path: Path):
    path = save(tmp_path / "p.ostiary", "s3:GetObject")
    held = ostiary.watch(path)
    assert held.digest == ostiary.load(path).digest
    whole = save(tmp_path / "other", "s3:PutObject").read_bytes()
    path.write_bytes(whole[:-1])
    event = failure(held.refresh())
    assert isinstance(event.error, ostiary.ProgramError)
    assert event.diagnostics == ()
    assert allowed(held, "s3:GetObject")
    save(path, "s3:PutObject")
    assert isinstance(held.refresh(), Reloaded)
    assert allowed(held, "s3:PutObject")


def test_layers_are_those_of_compile(policy_file: Path):
    layers = ["identity", "scp"]
    assert ostiary.watch(policy_file).digest == ostiary.compile(policy_file).digest
    assert ostiary.watch(policy_file, layers=layers).digest == ostiary.compile(policy_file, layers=layers).digest


@pytest.fixture
def set_file(tmp_path: Path) -> Path:
    write(tmp_path / "app.json", policy("s3:GetObject"))
    entry = {"type": "identity", "to": ALICE, "file": "app.json"}
    return write(tmp_path / "set.json", {"policies": [entry], "layers": ["identity"]})


def test_sets_and_the_files_that_they_name(set_file: Path):
    app = set_file.with_name("app.json")
    held = ostiary.watch(set_file)
    assert held.files == (app, set_file)
    put(app, policy("s3:PutObject"))
    assert isinstance(held.refresh(), Reloaded)
    assert allowed(held, "s3:PutObject")
    app.unlink()
    assert [each.code for each in failure(held.refresh()).diagnostics] == ["data-file"]
    put(app, policy("s3:ListBucket"))
    assert isinstance(held.refresh(), Reloaded)
    assert allowed(held, "s3:ListBucket")


def test_a_set_that_comes_to_name_another_file(set_file: Path):
    """Also one that is not there yet, and what is no longer named is no longer followed."""
    held = ostiary.watch(set_file)
    entry = {"type": "identity", "to": ALICE, "file": "new.json"}
    put(set_file, {"policies": [entry], "layers": ["identity"]})
    failure(held.refresh())
    assert held.files == (set_file.with_name("new.json"), set_file)
    put(set_file.with_name("new.json"), policy("s3:PutObject"))
    assert isinstance(held.refresh(), Reloaded)
    assert allowed(held, "s3:PutObject")
    put(set_file.with_name("app.json"), "broken")
    assert held.refresh() is None


def test_several_sets_make_up_one(set_file: Path, tmp_path: Path):
    deny = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}
    other = write(tmp_path / "scps.json", {"policies": [{"type": "identity", "document": deny}], "layers": []})
    with pytest.raises(ostiary.PolicyError):
        ostiary.watch(set_file, other)
    write(other, {"policies": [{"type": "identity", "document": deny}], "layers": ["identity"]})
    assert not allowed(ostiary.watch(set_file, other), "s3:GetObject")


def test_notes_come_with_the_event(set_file: Path):
    held = ostiary.watch(set_file)
    entries = [{"type": "identity", "file": "app.json"}, {"type": "scp", "to": "ou-x", "document": policy("*")}]
    put(set_file, {"policies": entries, "layers": ["identity"]})
    event = held.refresh()
    assert isinstance(event, Reloaded)
    assert [note.code for note in event.notes] == ["layer-not-asked", "unbound-target"]


def test_half_of_a_yaml_file_is_not_taken_for_the_whole(tmp_path: Path):
    """YAML that is cut short may be valid; so it must have been left alone for a while."""
    pytest.importorskip("yaml")
    text = (
        "layers: [identity]\npolicies:\n"
        "- {type: identity, document: {Version: 2012-10-17, Statement: {Effect: Allow, Action: 's3:*', Resource: '*'}}}\n"
    )
    deny = (
        "- {type: identity, document: {Version: 2012-10-17, Statement: {Effect: Deny, Action: 's3:Put*', "
        "Resource: '*'}}}\n"
    )
    path = write(tmp_path / "set.yaml", text + deny)
    held = ostiary.watch(path, settle=0.2)
    assert not allowed(held, "s3:PutObject")
    write(path, text)  # half of it
    assert held.refresh() is None
    assert held.refresh() is None
    write(path, text + deny + "\n")
    assert held.refresh() is None
    time.sleep(0.25)
    assert isinstance(held.refresh(), Reloaded)
    assert not allowed(held, "s3:PutObject")
    assert ostiary.watch(path)._settle is None
    assert holder._YAML_SETTLE > 0


def test_files_that_change_while_they_are_read_wait(set_file: Path):
    """What was read from two moments is not put in force; the next look takes up what stands then."""
    app = set_file.with_name("app.json")
    actions = iter(["s3:A", "s3:B", "s3:C", "s3:D"])
    busy = False

    def interfere(_: ostiary.Engine) -> None:
        if busy:
            write(app, policy(next(actions)))

    held = ostiary.watch(set_file, prepare=interfere)
    busy = True
    write(app, policy("s3:Z"))
    assert held.refresh() is None
    assert allowed(held, "s3:GetObject")
    busy = False
    assert isinstance(held.refresh(), Reloaded)
    assert allowed(held, "s3:C")


def test_prepare_has_the_new_engine_before_anyone_else(policy_file: Path):
    seen: list[str] = []
    held = ostiary.watch(policy_file, prepare=lambda engine: seen.append(engine.digest))
    assert seen[-1] == held.digest
    put(policy_file, policy("s3:PutObject"))
    held.refresh()
    assert seen[-1] == held.digest


def test_what_prepare_raises_is_a_failure(policy_file: Path):
    def prepare(engine: ostiary.Engine) -> None:
        if not engine.is_allowed(ALICE, "s3:GetObject", KEY):
            raise ValueError("the smoke test fails")

    held = ostiary.watch(policy_file, prepare=prepare)
    put(policy_file, policy("s3:PutObject"))
    assert isinstance(failure(held.refresh()).error, ValueError)
    assert allowed(held, "s3:GetObject")
    with pytest.raises(ValueError):
        ostiary.watch(policy_file, prepare=prepare)


def test_what_the_listener_raises_comes_out_after_the_change(policy_file: Path):
    def listen(event: ReloadEvent) -> None:
        raise KeyError(event)

    held = ostiary.watch(policy_file, on_event=listen)
    put(policy_file, policy("s3:PutObject"))
    with pytest.raises(KeyError):
        held.refresh()
    assert allowed(held, "s3:PutObject")
    assert held.refresh() is None


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_thread_follows_the_files(policy_file: Path, caplog: pytest.LogCaptureFixture):
    """It goes on after a listener has failed, and it ends with the block."""
    told: list[ReloadEvent] = []

    def listen(event: ReloadEvent) -> None:
        told.append(event)
        if isinstance(event, ReloadFailed):
            raise ValueError("listener")

    held = ostiary.watch(policy_file, interval=0.01, on_event=listen)
    with held as same:
        assert same is held
        held.start()
        write(policy_file, "{")
        wait_for(lambda: bool(told))
        put(policy_file, policy("s3:PutObject"))
        wait_for(lambda: held.is_allowed(ALICE, "s3:PutObject", KEY))
        names = [thread.name for thread in threading.enumerate() if thread.name.startswith("ostiary-watch")]
        assert names == ["ostiary-watch p.json"]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ostiary-watch")]
    assert "`on_event` has failed" in caplog.text
    put(policy_file, policy("s3:GetObject"))
    time.sleep(0.05)
    assert held.is_allowed(ALICE, "s3:PutObject", KEY)
    held.stop()  # twice does no harm


def test_a_listener_may_stop_the_thread(policy_file: Path):
    held = ostiary.watch(policy_file, interval=0.01, on_event=lambda event: held.stop())
    held.start()
    put(policy_file, policy("s3:PutObject"))
    wait_for(lambda: not [each for each in threading.enumerate() if each.name.startswith("ostiary-watch")])
    assert allowed(held, "s3:PutObject")
