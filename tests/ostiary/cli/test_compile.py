"""`ostiary compile` saves a program, the same bytes for the same policies, or nothing at all."""

from __future__ import annotations

from pathlib import Path

from tests.ostiary.cli.running import ANN, KEY, ostiary, statement, write

import ostiary as library

READ = statement("Allow", "s3:GetObject", "arn:aws:s3:::app/*", Sid="Read")


def test_saves_what_the_library_loads():
    run = ostiary("compile", write("app.json", READ), "-o", "app.ostiary")
    assert run.code == 0
    engine = library.load("app.ostiary")
    assert engine.is_allowed(ANN, "s3:GetObject", KEY)
    assert f"app.ostiary: 1 policy, 1 statement, {Path('app.ostiary').stat().st_size} bytes" in run.out
    assert engine.digest in run.out


def test_the_same_policies_give_the_same_bytes():
    write("app.json", READ)
    for name in ("one", "two"):
        assert ostiary("compile", "app.json", "-o", name).code == 0
    assert Path("one").read_bytes() == Path("two").read_bytes()


def test_says_what_it_asks_and_what_it_put_beside():
    run = ostiary("compile", "--scp", write("org.json", statement("Deny", "sqs:*")), "-o", "org.ostiary")
    assert "asks service control policies" in run.out
    assert "with FullAWSAccess" in run.out


def test_wrong_policies_leave_no_file():
    Path("app.json").write_text("{", encoding="utf-8")
    run = ostiary("compile", "app.json", "-o", "app.ostiary")
    assert (run.code, run.out) == (2, "")
    assert not Path("app.ostiary").exists()


def test_a_place_that_cannot_be_written():
    run = ostiary("compile", write("app.json", READ), "-o", "none/app.ostiary")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("error[program]: cannot write `none/app.ostiary`")
