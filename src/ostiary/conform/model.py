"""Cases, and how an engine did on them: plain data.

A line of a case file gives one `Case` or two. `question` is what the engine is asked, ready for JSON.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Effect = Literal["Allow", "ExplicitDeny", "ImplicitDeny", "Invalid"]


@dataclass(frozen=True, slots=True)
class Case:
    """One question with the wanted answer.

    `want`: an effect, `Invalid` for policies that are not valid for their type, or for a question about validity `Valid` or
    `Invalid`. `certain` None: the case does not say. `src` is where the rule comes from, `why` what the case shows.
    """

    id: str
    topic: str
    question: Mapping[str, object]
    want: str
    certain: bool | None
    why: str
    src: str


class Status(enum.Enum):
    """What became of a case."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    UNSUPPORTED = "unsupported"
    """The engine says that it does not do this; counts as not right."""
    ERROR = "error"
    """The engine says that it could not answer."""
    TIMEOUT = "timeout"
    CRASH = "crash"
    MALFORMED = "malformed"
    """What came was no answer."""
    WRONG_ID = "wrong-id"
    """What came was the answer to something else."""
    NOT_ASKED = "not-asked"
    """The engine had failed too often in a row."""

    @property
    def answered(self) -> bool:
        """Whether there was an answer that could be compared."""
        return self in (Status.AGREES, Status.DISAGREES)


@dataclass(frozen=True, slots=True)
class Result:
    """A case with what came. `got` is the answer in the words of `Case.want`, `detail` what else is to be said."""

    case: Case
    status: Status
    got: str | None = None
    certain: bool | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of cases: `certain` of them agree and have said rightly whether they are certain."""

    cases: int
    agree: int
    certain: int
    certain_asked: int
    unsupported: int
    failed: int


@dataclass(frozen=True, slots=True)
class Report:
    """The results of a run, in the order of the cases."""

    adapter: str
    results: tuple[Result, ...]

    @property
    def topics(self) -> dict[str, Score]:
        """The score of each topic, in order of first appearance."""
        grouped: dict[str, list[Result]] = {}
        for result in self.results:
            grouped.setdefault(result.case.topic, []).append(result)
        return {topic: score(results) for topic, results in grouped.items()}

    @property
    def total(self) -> Score:
        return score(list(self.results))

    @property
    def others(self) -> tuple[Result, ...]:
        """The results of cases that the engine did not get right."""
        return tuple(each for each in self.results if each.status is not Status.AGREES)


def score(results: list[Result]) -> Score:
    """The counts of some results."""
    agreeing = [each for each in results if each.status is Status.AGREES]
    failed = [each for each in results if not each.status.answered and each.status is not Status.UNSUPPORTED]
    return Score(
        cases=len(results),
        agree=len(agreeing),
        certain=sum(1 for each in agreeing if each.case.certain is not None and each.certain is not None),
        certain_asked=sum(1 for each in results if each.case.certain is not None),
        unsupported=sum(1 for each in results if each.status is Status.UNSUPPORTED),
        failed=len(failed),
    )
