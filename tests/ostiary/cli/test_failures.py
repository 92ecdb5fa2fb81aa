"""Whatever goes wrong ends in a message and an exit code that is no answer; nothing ends in silence or a bare traceback."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from tests.ostiary.cli.running import ANN, KEY, statement, write

from ostiary import OstiaryError, PolicyError, RequestError
from ostiary.cli.failures import ExitCode, OutputClosed, run
from ostiary_grammar.diagnostics import Diagnostic, Severity

FAILURES = [
    (RequestError("`x` is no action"), 2, "error[request]: `x` is no action\n"),
    (OstiaryError("\x1b[31m"), 2, "error[error]: \\x1b[31m\n"),
    (PolicyError([Diagnostic("some-code", Severity.ERROR, "wrong")]), 2, "error[some-code]: wrong\n\n"),
    (click.UsageError("no such thing"), 2, "Error: no such thing\n"),
    (click.FileError("f", "gone"), 2, "Error: Could not open file 'f': gone\n"),
    (click.Abort(), 130, ""),
    (KeyboardInterrupt(), 130, ""),
    (OSError(28, "No space left on device"), 2, "error[output]: no space left on device\n"),
]


def raising(problem: BaseException):
    def command() -> None:
        raise problem

    return command


@pytest.mark.parametrize(("problem", "code", "message"), FAILURES, ids=str)
def test_failures(problem: BaseException, code: int, message: str, capsys: pytest.CaptureFixture[str], monkeypatch):
    monkeypatch.setattr("ostiary.cli.failures._write_no_more", lambda _: None)
    assert run(raising(problem)) == code
    assert capsys.readouterr() == ("", message)


@pytest.mark.parametrize("problem", [BrokenPipeError(), OutputClosed()])
def test_closed_output_is_silent(problem: BaseException, capsys: pytest.CaptureFixture[str], monkeypatch):
    monkeypatch.setattr("ostiary.cli.failures._write_no_more", lambda _: None)
    assert run(raising(problem)) == 141
    assert capsys.readouterr() == ("", "")


def test_a_fault_of_ours_is_no_answer(capsys: pytest.CaptureFixture[str]):
    """Python itself would end with 1, which says `denied`."""
    assert run(raising(ZeroDivisionError("ours"))) == 2
    err = capsys.readouterr().err
    assert "ZeroDivisionError: ours" in err
    assert "error[internal]: this is a fault of Ostiary" in err


@pytest.mark.parametrize(("value", "code"), [(0, 0), (1, 1), (None, 0), (ExitCode.NO, 1)])
def test_answers(value: object, code: int):
    assert run(lambda: value) == code


# What the console script does.
SCRIPT = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # tests that run in the background inherit that it is ignored
from ostiary.cli import main
main(prog_name='ostiary')
"""


# Unbuffered, Python drops what a pipe does not take, without an error.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
ENVIRONMENT["PYTHONPATH"] = os.pathsep.join(sys.path)


def process(*arguments: str, **options) -> subprocess.Popen[str]:
    environment = {**ENVIRONMENT, **options.pop("env", {})}
    options.setdefault("stderr", subprocess.PIPE)
    return subprocess.Popen([sys.executable, "-c", SCRIPT, *arguments], text=True, env=environment, **options)


def question(policy: str) -> list[str]:
    return ["decide", policy, "--principal", ANN, "--action", "s3:GetObject", "--resource", KEY]


def many_statements() -> str:
    """A policy whose listing is larger than the buffer of a pipe."""
    return write("large.json", *(statement("Allow", f"s3:Get{number}", Sid=f"S{number}") for number in range(3000)))


@pytest.mark.skipif(os.name == "nt", reason="pipes break in another way there")
def test_a_reader_that_stops_reading():
    with process("graph", many_statements(), "--stage", "syntax", stdout=subprocess.PIPE) as command:
        assert command.stdout is not None
        assert command.stderr is not None
        command.stdout.readline()
        command.stdout.close()
        assert command.stderr.read() == ""
    assert command.returncode == 141


@pytest.mark.skipif(not hasattr(os, "pipe2"), reason="pipes break in another way there")
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize(
    "arguments", [question("app.json"), [*question("app.json"), "--format=json"], question("none.json")]
)
def test_a_reader_that_is_not_there(arguments: list[str], stream: str):
    """Whether there is an answer or a message: without a reader it ends with neither 0 nor 1."""
    write("app.json", statement())
    reader, writer = os.pipe()
    os.close(reader)
    with process(*arguments, **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: writer}) as command:
        os.close(writer)
        command.communicate(timeout=60)
    heard = "stdout" if arguments[1] == "app.json" else "stderr"
    assert command.returncode == (141 if stream == heard else 0 if heard == "stdout" else 2)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_a_full_device_is_no_answer():
    with Path("/dev/full").open("w") as full:
        command = process(*question(write("app.json", statement())), stdout=full)
        _, err = command.communicate(timeout=60)
    assert command.returncode == 2
    assert err == "error[output]: no space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("arguments", [["decide"], question("none.json")], ids=["usage", "policy"])
def test_a_message_that_cannot_be_written_is_no_answer(arguments: list[str]):
    """Python itself would end with 1, which says `denied`."""
    shell = f"{shlex.join([sys.executable, '-c', SCRIPT, *arguments])} 2>/dev/full"
    assert subprocess.run(["/bin/sh", "-c", shell], env=ENVIRONMENT, check=False).returncode == 2


@pytest.mark.skipif(os.name == "nt", reason="shells differ there")
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_output_that_is_closed(effect: str):
    """An answer that nobody can read is none."""
    shell = f"{shlex.join([sys.executable, '-c', SCRIPT, *question(write('app.json', statement(effect)))])} >&-"
    run = subprocess.run(["/bin/sh", "-c", shell], env=ENVIRONMENT, check=False, capture_output=True)
    assert (run.returncode, run.stderr) == (141, b"")


@pytest.mark.skipif(os.name == "nt", reason="shells differ there")
@pytest.mark.parametrize("redirection", ["2>&-", ">&- 2>&-"])
@pytest.mark.parametrize("arguments", [["decide"], question("none.json")], ids=["usage", "policy"])
def test_a_message_without_a_stream_is_no_answer(arguments: list[str], redirection: str):
    shell = f"{shlex.join([sys.executable, '-c', SCRIPT, *arguments])} {redirection}"
    assert subprocess.run(["/bin/sh", "-c", shell], env=ENVIRONMENT, check=False).returncode == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a file that keeps its reader waiting")
def test_ctrl_c():
    """Interrupted while it reads a policy: it says nothing that could be taken for an answer."""
    os.mkfifo("policy.json")
    command = process(*question("policy.json"), stdout=subprocess.PIPE)
    with Path("policy.json").open("w"):  # opened as soon as the command reads
        command.send_signal(signal.SIGINT)
        out, err = command.communicate(timeout=60)
    assert (command.returncode, out) == (130, "")
    assert "Traceback" not in err


def test_a_terminal_that_lacks_a_character():
    """A Sid that the terminal cannot show comes out as an escape; the answer stays."""
    policy = write("bucket.json", statement(Sid="許可", Principal="*"))
    command = process(
        *question("--resource-policy=" + policy), stdout=subprocess.PIPE, env={"PYTHONIOENCODING": "ascii"}
    )
    out, err = command.communicate(timeout=60)
    assert (command.returncode, err) == (0, "")
    assert "\\u8a31\\u53ef" in out
