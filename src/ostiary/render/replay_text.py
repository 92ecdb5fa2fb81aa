"""A replay for people: the answer in one sentence, what it rests on, and accounts that add up; at most one screen.

In: a `Replay`. Out: lines on a console. What comes from logs is escaped and cut.
Invariant: every record that was read is in the accounts at the end.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

from rich.console import Console
from rich.text import Text

from ostiary.render.decision_text import doubt, plural
from ostiary.render.terminal import safe
from ostiary.replay.decide import NOT_SURE_ASKED, Answer, Missing
from ostiary.replay.question import Question
from ostiary.replay.run import Replay
from ostiary.replay.tally import Group, Span, Tally, Who
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.decision import Doubt

# How many entries the shorter lists have, and how wide a name may be.
SHORT_LIST = 3
NAME_WIDTH = 140
_ORGANIZATION = {PolicyType.SCP, PolicyType.RCP}


def print_replay(replay: Replay, screen: Console, *, top: int) -> None:
    """Prints a replay; `top`: how many groups of stopped calls are listed."""
    for line in _lines(replay, top):
        screen.print(line)


def headline(replay: Replay) -> str:
    """The answer in one sentence."""
    tally = replay.tally
    calls = sum(tally.answered(answer, already=False) for answer in Answer)
    stopped = tally.answered(Answer.DENY, already=False)
    perhaps = tally.answered(Answer.INDETERMINATE, already=False)
    policies = _policies(replay.question).capitalize()
    if not calls:
        return f"{policies} would have stopped nothing: no call in the logs is one that the question is about."
    said = f"{policies} would have stopped {_none_or(stopped)} of {_calls(calls)}"
    return (
        f"{said}, at most {stopped + perhaps:,}: for {perhaps:,} the log does not say enough."
        if perhaps
        else f"{said}."
    )


def sentences(question: Question) -> Iterator[str]:
    """What is asked and what is assumed."""
    layers = question.layers
    others = [plural(layer) for layer in PolicyType if layer not in layers]
    verb = "have allowed" if PolicyType.IDENTITY in layers else "have let through"
    yield f"Asked: would the {_listed(map(plural, layers))} {verb} each call?"
    if others:
        yield f"Not asked, and taken as allowing: {_listed(others)}."
    if question.beside:
        yield f"Beside what was given stands {_listed(question.beside)}, as AWS attaches it."
    if question.literal:
        yield "The policy set is taken literally: it says whom its policies bind, and what it does not hold is not there."
        return
    if PolicyType.SCP in layers and "FullAWSAccess" not in question.beside:
        yield "The service control policies stand for themselves: what none of them allows is denied."
    whom = "every user and role" if PolicyType.IDENTITY in layers else "every account"
    if question.management:
        whom += f", but not in the management account {_listed(question.management)}"
    elif _ORGANIZATION & set(layers):
        whom += "; no management account was named"
    yield f"They are taken to hold for {whom}."


def _lines(replay: Replay, top: int) -> Iterator[Text]:
    tally = replay.tally
    if replay.interrupted:
        yield safe("Interrupted: this is what was read until then.", "bold yellow")
    yield safe(headline(replay), "bold")
    already = sum(tally.answered(answer, already=True) for answer in Answer)
    if already:
        also = _none_or(tally.answered(Answer.DENY, already=True))
        policies = _policies(replay.question)
        yield safe(f"{_number(already, 'more call')} had been denied anyway; {policies} would deny {also} of them.")
    for sentence in sentences(replay.question):
        yield safe(sentence, "dim")
    yield from _groups("Would have been stopped", tally.denied.ranked(), top)
    yield from _missing(tally)
    yield from _unmapped(tally)
    yield safe("")
    yield from _accounts(tally)


def _groups(title: str, groups: list[tuple[Who, Group]], top: int) -> Iterator[Text]:
    groups = [(who, group) for who, group in groups if group.stopped]
    if not groups or not top:
        return
    yield safe("")
    yield safe(title, "bold")
    for who, group in groups[:top]:
        yield safe(f"{group.stopped:>9,}  ", "bold") + safe(f"{_cut(who.action)}  {_cut(who.principal)}")
        yield safe(f"{'':>9}  {_reason(who)}; {_when(group.span)}; event {_cut(group.event) or 'without an id'}", "dim")
    rest = groups[top:]
    if rest:
        more = sum(group.stopped for _, group in rest)
        yield safe(
            f"{more:>9,}  more in {_number(len(rest), 'group')}: --top {len(groups)} lists them, --format json too",
            "dim",
        )


def _reason(who: Who) -> str:
    if who.statement is not None:
        ref = who.statement
        return f"{ref.source}:{ref.line}:{ref.column} {ref.sid or f'statement {ref.index}'}"
    return f"no {plural(PolicyType(who.layer))[:-3]}y allows it" if who.layer else "nothing allows it"


def _missing(tally: Tally) -> Iterator[Text]:
    ranked = list(tally.missing.ranked())
    if not ranked:
        return
    yield safe("")
    yield safe("Not in the log, and it could change the answer", "bold")
    for missing, count in ranked[:SHORT_LIST]:
        alone = tally.alone.counts.get(missing, 0)
        only = "" if alone == count else f" ({alone:,} lack only this)"
        yield safe(f"{count:>9,}  ", "bold") + safe(f"{_cut(missing.fact)}: {missing_words(missing)}{only}")
    yield from _and_more(len(ranked) - SHORT_LIST, "fact")


def missing_words(missing: Missing) -> str:
    """Why a fact is missing, in words."""
    if missing.reason == NOT_SURE_ASKED:
        return "whether the call needed this action is not in the log"
    return doubt(Doubt(missing.reason))


def _unmapped(tally: Tally) -> Iterator[Text]:
    ranked = list(tally.unmapped.ranked())
    if not ranked:
        return
    yield safe("")
    yield safe("No IAM action is known for", "bold")
    for (source, name), count in ranked[:SHORT_LIST]:
        yield safe(f"{count:>9,}  ", "bold") + safe(f"{_cut(name)} of {_cut(source)}")
    yield from _and_more(len(ranked) - SHORT_LIST, "operation")


def _and_more(count: int, noun: str) -> Iterator[Text]:
    if count > 0:
        yield safe(f"{'':>9}  and {_number(count, f'more {noun}')}: --format json lists them", "dim")


def _accounts(tally: Tally) -> Iterator[Text]:
    span = f", {_when(tally.span)}" if tally.span.first else ""
    places = f"{_number(len(tally.accounts.counts), 'account')}, {_number(len(tally.services.counts), 'service')}"
    skipped = tally.skipped.total()
    beside = f" and {skipped:,} without events ({_counts(tally.skipped.items())})" if skipped else ""
    yield safe(f"{tally.read:>9,}  ", "bold") + safe("read", "bold")
    yield safe(f"{'':>9}  {_number(tally.files, 'file')}{beside}; {places}{span}", "dim")
    answers = ", ".join(f"{tally.answered(answer):,} {answer.value}" for answer in Answer)
    for count, name, what in (
        (tally.judged.total(), "judged", answers),
        (
            tally.outside.total(),
            "outside the question",
            _labels((each.label, count) for each, count in tally.outside.items()),
        ),
        (tally.excluded.total(), "excluded", _counts(tally.excluded.items())),
        (tally.unmapped.total, "unmapped", ""),
        (tally.damaged.total(), "damaged", _counts(tally.damaged.items())),
    ):
        if count or name == "judged":
            yield safe(f"{count:>9,}  {name:<22}" if what else f"{count:>9,}  {name}") + safe(what, "dim")
    for damage in tally.damages[:SHORT_LIST]:
        yield safe(f"{'':>9}  {damage.file}: {damage.message}", "yellow")
    yield from _and_more(tally.damaged.total() - SHORT_LIST, "place")


class _Named(Protocol):
    """A member of a closed set whose value says what it is."""

    @property
    def value(self) -> str: ...


def _counts(counts: Iterable[tuple[_Named, int]]) -> str:
    return _labels((reason.value.replace("-", " "), count) for reason, count in counts)


def _labels(counts: Iterable[tuple[str, int]]) -> str:
    ranked = sorted(counts, key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{label} {count:,}" for label, count in ranked)


def _when(span: Span) -> str:
    if not span.first:
        return "at no known time"
    first, last = (f"{time[:10]} {time[11:16]}" for time in (span.first, span.last))
    return first if first == last else f"{first} to {last}"


def _policies(question: Question) -> str:
    return "this policy" if len(question.given) == 1 else "these policies"


def _none_or(count: int) -> str:
    return f"{count:,}" if count else "none"


def _calls(count: int) -> str:
    return _number(count, "call")


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _listed(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    all_words = list(words)
    return " and ".join([", ".join(all_words[:-1]), all_words[-1]] if len(all_words) > 1 else all_words)


def _cut(name: str) -> str:
    return name if len(name) <= NAME_WIDTH else name[: NAME_WIDTH - 1] + "…"
