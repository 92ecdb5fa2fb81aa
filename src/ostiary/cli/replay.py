"""`ostiary replay`: what would these policies have done to the calls in a log?"""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from ostiary.cli.failures import ExitCode
from ostiary.cli.minimised import write_minimised, write_unused
from ostiary.cli.options import FILE
from ostiary.cli.report import ReportTo, report_options
from ostiary.cli.sides import GivenSides
from ostiary.cloudtrail.files import LogFile, find_log_files
from ostiary.ingest.columns import read_columns
from ostiary.ingest.run import STANDARD_INPUT, Reading, Watcher
from ostiary.render.replay_text import print_minimised
from ostiary.render.terminal import console
from ostiary.replay.analysis import Analysis, analyse
from ostiary.replay.facts_file import read_facts
from ostiary.replay.findings import Findings
from ostiary_grammar.terms import PolicyType

OUTPUT = click.Path(path_type=Path, dir_okay=False)
DAMAGED = 3
"""The exit code of a replay that ran to its end, but could not read everything."""
FAILED = 4
"""The exit code of a replay that found what `--fail-on` names."""


@click.command()
@click.argument("logs", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True, path_type=Path))
@click.option(
    "--baseline",
    multiple=True,
    metavar="SET|log",
    help="What to compare with: a policy set, account details (repeatable), or what AWS decided in the log, which is the default.",
)
@click.option(
    "--candidate",
    multiple=True,
    metavar="SET|log",
    help="What would be instead: a policy set or account details (repeatable), or `log`. Without it the candidate is the baseline with "
    "the policies of the options below added.",
)
@click.option(
    "--identity",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help="An identity policy of every user and role. Repeatable.",
)
@click.option(
    "--policies",
    "sets",
    type=FILE,
    multiple=True,
    metavar="SET",
    help="A policy set in JSON or YAML, taken literally. Repeatable.",
)
@click.option(
    "--account-details",
    "details",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help="The output of GetAccountAuthorizationDetails, as a policy set. Repeatable.",
)
@click.option("--scp", type=FILE, multiple=True, metavar="FILE", help="A service control policy. Repeatable.")
@click.option(
    "--no-full-aws-access",
    is_flag=True,
    help="Take SCPs literally. Without this, FullAWSAccess stands beside SCPs of which none allows anything.",
)
@click.option("--rcp", type=FILE, multiple=True, metavar="FILE", help="A resource control policy. Repeatable.")
@click.option(
    "--management-account", metavar="ID", help="The organization's management account, which no SCP or RCP binds."
)
@click.option(
    "--facts",
    "facts_files",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help="What is known besides the log, in JSON or YAML: organization, tags, owners (docs/facts.md). Repeatable.",
)
@click.option(
    "--calibrate",
    is_flag=True,
    help="Take the policies for those in force, and compare their answers with AWS's own in the log.",
)
@click.option(
    "--coverage", is_flag=True, help="Show the policies with how often each part of them was hit, and when last."
)
@click.option("--unused", type=OUTPUT, metavar="FILE", help="Write what was never hit to a file, as JSON.")
@click.option(
    "--minimise",
    type=OUTPUT,
    metavar="FILE",
    help="Write the policies without what was never hit, as a policy set, and replay it to show what it loses.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["revoked", "maybe"]),
    help="End with 4 if calls are revoked for certain, or (`maybe`) if they might be.",
)
@click.option(
    "--top",
    type=click.IntRange(min=0),
    default=5,
    show_default=True,
    metavar="N",
    help="List so many groups of stopped calls, in text and Markdown.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Processes that read. The default is one per processor if there is much to read.",
)
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep what was read here, so that the next run with other policies takes seconds.",
)
@click.option(
    "--columns",
    "columns_file",
    type=FILE,
    metavar="FILE",
    help="What the fields of another maker's access log mean, in JSON or YAML; all LOGS are then such logs.",
)
@report_options
def replay(
    *,
    logs: tuple[Path, ...],
    baseline: tuple[str, ...],
    candidate: tuple[str, ...],
    identity: tuple[Path, ...],
    sets: tuple[Path, ...],
    details: tuple[Path, ...],
    scp: tuple[Path, ...],
    no_full_aws_access: bool,
    rcp: tuple[Path, ...],
    management_account: str | None,
    facts_files: tuple[Path, ...],
    calibrate: bool,
    coverage: bool,
    unused: Path | None,
    minimise: Path | None,
    fail_on: str | None,
    top: int,
    jobs: int,
    cache: Path | None,
    columns_file: Path | None,
    report: ReportTo,
) -> int:
    """Replay CloudTrail logs against policies: which calls would they have stopped?

    LOGS are files or folders, or - for standard input, in the layout of a trail's bucket or any other. Only the types of policy that are given are
    asked: with --scp alone the question is whether these SCPs would have stopped a call that went through. What a log does
    not say stays not known, and calls whose answer hangs on it are counted apart.

    With --baseline the policies that are given are added to those of the baseline, and calls are compared between the two.

    The exit code is 0 if everything was replayed, 4 if --fail-on found what it names, 3 if some input was damaged (it is reported,
    the rest counts), 2 for wrong usage or a policy that is not valid, and 130 if it was interrupted (the report covers what was read
    until then).

    \b
    ostiary replay logs/ --scp region-guard.json
    ostiary replay logs/ --baseline account-details.json --scp region-guard.json --fail-on revoked
    ostiary replay logs/ --scp region-guard.json --html report.html
    """  # noqa: D301  # the mark is click's: it keeps lines as they are
    files = {PolicyType.IDENTITY: identity, PolicyType.SCP: scp, PolicyType.RCP: rcp}
    given = GivenSides(baseline, candidate, files, (*sets, *details), not no_full_aws_access, management_account)
    if report.key is not None and (unused is not None or minimise is not None):
        raise click.UsageError("--unused and --minimise write policies as they are: they do not go with --anonymize")
    if minimise is not None and Path(STANDARD_INPUT) in logs:
        raise click.UsageError(
            "--minimise reads the logs again, and standard input can be read once: give files or folders"
        )
    wanted = coverage or unused is not None or minimise is not None
    counted = wanted or report.html is not None
    sides = given.read(alone=calibrate or wanted)
    for path in logs if columns_file is None else ():
        if not any(isinstance(found, LogFile) for found in find_log_files([path])):
            raise click.BadParameter(
                f"there is no log file (*.json, *.json.gz, *.csv, *.parquet, *.log) in `{path}`", param_hint="LOGS"
            )
    supplied = read_facts(facts_files, sides.arns)
    analysis = Analysis(sides, coverage=counted, calibrate=calibrate, assumed=tuple(supplied.facts.keys))
    reading = Reading(jobs, cache, columns=read_columns(columns_file) if columns_file else None)
    with _interrupts() as stopped, _progress(logs) as watcher:
        findings = analyse(
            analysis,
            logs,
            facts=supplied.facts,
            supplied=supplied.said,
            watcher=watcher,
            stopped=stopped,
            reading=reading,
        )
    report.write(findings, top=top, annotated=coverage)
    if unused is not None:
        write_unused(unused, analysis, findings)
    if minimise is not None and not findings.interrupted:
        lost = write_minimised(minimise, analysis, logs, supplied.facts, reading)
        print_minimised(minimise, lost, console(stderr=report.format != "text"))
    return exit_code(findings, fail_on)


def exit_code(findings: Findings, fail_on: str | None = None) -> int:
    """How the command ends after a report; `fail_on`: `revoked` or `maybe`."""
    if findings.interrupted:
        return ExitCode.INTERRUPTED
    revoked = findings.revoked
    if fail_on is not None and (revoked.certain if fail_on == "revoked" else revoked.most):
        return FAILED
    return DAMAGED if any(each.kind == "damaged" for each in findings.counts) else ExitCode.YES


@contextmanager
def _interrupts() -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C ends the run at the next record, so that the counts add up; the second one at once."""
    asked = False

    def note(number: int, frame: FrameType | None) -> None:
        del number, frame
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)


class _Bar:
    """Moves a progress bar, by the bytes of the files that were read."""

    def __init__(self, bar: Progress, logs: tuple[Path, ...]) -> None:
        self._bar = bar
        self._records = self._files = 0
        sizes = [_size(found) for found in find_log_files(logs) if isinstance(found, LogFile)]
        self._all_files = len(sizes)
        self._task = bar.add_task("replay", total=sum(sizes), said="")

    def counted(self, records: int) -> None:
        self._records += records
        self._say()

    def finished(self, file: LogFile) -> None:
        self._files += 1
        self._bar.advance(self._task, _size(file))
        self._say()

    def _say(self) -> None:
        elapsed = self._bar.tasks[0].elapsed or 0
        rate = f", {self._records / elapsed:,.0f} events/s" if elapsed else ""
        self._bar.update(self._task, said=f"{self._files:,} of {self._all_files:,} files{rate}")


def _size(file: LogFile) -> int:
    try:
        return Path(file.path).stat().st_size
    except OSError:
        return 0


@contextmanager
def _progress(logs: tuple[Path, ...]) -> Iterator[Watcher | None]:
    """A progress bar on a terminal; nothing at all elsewhere."""
    if not sys.stderr.isatty():  # not the console's opinion, which the environment can sway
        yield None
        return
    columns = (BarColumn(), TextColumn("{task.fields[said]}", markup=False), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        yield _Bar(bar, logs)
