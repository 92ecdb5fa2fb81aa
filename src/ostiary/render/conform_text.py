"""Conformance reports for people: the score of each topic, then every case that the engine did not get right."""

from rich.console import Console
from rich.text import Text

from ostiary.conform.model import Report, Result, Score, Status
from ostiary.render.terminal import safe


def print_report(report: Report, screen: Console) -> None:
    """Prints a report."""
    topics = report.topics
    width = max(map(len, (*topics, "total")))
    screen.print(safe(f"{'topic':<{width}}  cases  agree         certain    failed  unsupported", "dim"))
    for topic, score in topics.items():
        screen.print(_score(topic, score, width))
    screen.print(_score("total", report.total, width))
    for title, statuses in (
        ("Answers that differ from the wanted ones", (Status.DISAGREES,)),
        ("Questions without an answer", _FAILURES),
        ("Questions that the engine does not support", (Status.UNSUPPORTED,)),
    ):
        results = [each for each in report.others if each.status in statuses]
        if results:
            screen.print()
            screen.print(safe(f"{title}: {len(results)}", "bold"))
            for each in results:
                screen.print(result_line(each))


_FAILURES = tuple(status for status in Status if not status.answered and status is not Status.UNSUPPORTED)


def _score(topic: str, score: Score, width: int) -> Text:
    share = f"{score.agree:>5} {100 * score.agree / score.cases:5.1f} %"
    certain = f"{score.certain}/{score.certain_asked}" if score.certain_asked else "-"
    style = "green" if score.agree == score.cases else "red"
    line = f"{topic:<{width}}  {score.cases:>5}  "
    rest = f"  {certain:>9}  {score.failed or '-':>8}  {score.unsupported or '-':>11}"
    return safe(line) + safe(share, style) + safe(rest)


def result_line(result: Result) -> Text:
    """One case: what was wanted and what came, what it shows, and where the rule is from."""
    case = result.case
    words = f"wanted {case.want}{_certainty(case.certain)}"
    if result.got is not None:
        words += f", got {result.got}{_certainty(result.certain)}"
    if not result.status.answered:
        words += f"; {result.status.value}: {result.detail}"
    source = f" ({case.src})" if case.src else ""
    return safe(f"  {case.id}", "bold") + safe(f"  {words}  ") + safe(f"{case.why}{source}", "dim")


def _certainty(certain: bool | None) -> str:  # noqa: FBT001  # a value, not a switch
    return "" if certain is None else " for certain" if certain else " not for certain"
