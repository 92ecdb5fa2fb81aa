"""A replay for people: the answer in one sentence, what it rests on, and accounts that add up; at most one screen.

In: `Findings`. Out: lines on a console. What comes from logs is escaped and cut.
Invariant: every record that was read is in the accounts at the end; a number that is only known within bounds comes with both.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ostiary.cloudtrail.outcome import Outcome
from ostiary.render.calibration_text import agreement, contradiction_lines
from ostiary.render.coverage_text import coverage_lines
from ostiary.render.decision_text import doubt, plural
from ostiary.render.terminal import safe
from ostiary.replay.compare import LAYER_NOT_NAMED, OUTCOME_UNCLEAR
from ostiary.replay.decide import NOT_SURE_ASKED, Missing
from ostiary.replay.findings import Access, Change, Findings, Row
from ostiary.replay.question import Question
from ostiary.replay.sides import LOG
from ostiary.replay.supply import how_to_supply
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.decision import Doubt

# How many entries the shorter lists have, and how wide a name may be.
SHORT_LIST = 3
NAME_WIDTH = 140
_ORGANIZATION = {PolicyType.SCP, PolicyType.RCP}
_WORDS = {
    NOT_SURE_ASKED: "whether the call needed this action is not in the log",
    OUTCOME_UNCLEAR: "the call failed for another reason than a policy",
    LAYER_NOT_NAMED: "the log does not say which type of policy denied the call",
}


def print_replay(findings: Findings, screen: Console, *, top: int, annotated: bool = False) -> None:
    """Prints what a replay found; `top`: how many rows are listed; `annotated`: the policies with their hits too."""
    for line in _lines(findings, top):
        screen.print(line)
    if annotated:
        for line in coverage_lines(findings):
            screen.print(line)


def print_minimised(path: Path, lost: Findings, screen: Console) -> None:
    """Prints what a minimised set loses on the log that it was made from."""
    calls = _calls(lost.judged)
    if not lost.revoked.most and not lost.gained.most:
        said = f"replayed on this log it decides all {calls} as before"
    else:
        said = f"replayed on this log it revokes {lost.revoked.certain:,}, at most {lost.revoked.most:,} of {calls}"
    screen.print(safe(""))
    screen.print(safe(f"Minimised: {path}; {said}. What was not called in the window is gone from it.", "bold"))


def opening(findings: Findings) -> tuple[str, ...]:
    """The first sentences of a report: the answer, or the agreement where that was asked for."""
    calibration = findings.calibration
    return tuple(agreement(calibration)) if calibration is not None else (headline(findings), *beside(findings))


def headline(findings: Findings) -> str:
    """The answer in one sentence."""
    subject = "What AWS did" if findings.candidate == LOG else policies_words(findings.question).capitalize()
    calls = compared_calls(findings)
    stopped, most = findings.revoked.certain, findings.revoked.most
    if findings.baseline == LOG:
        if not calls:
            return f"{subject} would have stopped nothing: no call in the logs is one that the question is about."
        said = f"{subject} would have stopped {_none_or(stopped)} of {_calls(calls)}"
    else:
        if not calls:
            return "Nothing was compared: no call in the logs is one that the question is about."
        said = f"Compared with {findings.baseline}, {subject[0].lower()}{subject[1:]} would revoke {_none_or(stopped)} of {_calls(calls)}"
        said = said.replace("what AWS did would revoke", "AWS denied")
    if most > stopped:
        return f"{said}, at most {most:,}: for {most - stopped:,} the log does not say enough."
    return f"{said}."


def compared_calls(findings: Findings) -> int:
    """The calls of which the headline speaks: with the log as baseline those that it does not show as denied, else all that were judged."""
    if findings.baseline != LOG:
        return findings.judged
    return answered(findings, *Access, already=False)


def answered(findings: Findings, *answers: Access, already: bool) -> int:
    """Calls with one of these answers of the candidate, that the log shows as denied (`already`), or does not."""
    return sum(
        events
        for access, outcome, events in findings.answers
        if access in answers and already is (outcome is Outcome.DENIED)
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


def _lines(findings: Findings, top: int) -> Iterator[Text]:
    if findings.interrupted:
        yield safe("Interrupted: this is what was read until then.", "bold yellow")
    calibration = findings.calibration
    first, *more = opening(findings)
    yield safe(first, "bold")
    yield from map(safe, more)
    for sentence in sentences(findings.question):
        yield safe(sentence, "dim")
    if findings.facts:
        yield safe(f"Supplied besides the log: {_listed(findings.facts)}.", "dim")
    yield from contradiction_lines(calibration, top) if calibration is not None else _changes(findings, top)
    yield from _missing(findings)
    yield from _blind(findings)
    yield safe("")
    yield from _accounts(findings)
    steps = list(next_steps(findings))[:SHORT_LIST]
    if steps:
        yield safe("")
        yield safe("Next", "bold")
    for option, why in steps:
        yield safe(f"  {option:<28}") + safe(why, "dim")


def next_steps(findings: Findings) -> Iterator[tuple[str, str]]:
    """Options that would say more about this result, the most useful first, with the reason."""
    sections = dict.fromkeys(
        supply.section for each in findings.missing if (supply := how_to_supply(each.missing)).section is not None
    )
    if sections and not findings.facts:
        yield "--facts FILE", f"settles what the log does not say: {_listed(map(str, sections))} (docs/facts.md)"
    if findings.revoked.most or findings.gained.most:
        yield "--html report.html", "shows the events behind each number"
    granting = {PolicyType.IDENTITY, PolicyType.RESOURCE} & set(findings.question.layers)
    if granting and findings.calibration is None and LOG in (findings.baseline, findings.candidate):
        yield "--calibrate", "says how well these policies explain what AWS itself answered"
    if findings.baseline == LOG and not granting and not findings.revoked.most and findings.judged:
        yield "--fail-on maybe", "keeps it so in a pipeline: it ends with 4 if a call might be stopped"
    if findings.baseline == LOG and not granting:
        yield "--baseline details.json", "compares with the account's own policies (GetAccountAuthorizationDetails)"


def _changes(findings: Findings, top: int) -> Iterator[Text]:
    """The rows that change something, `top` of them: one of each kind at least, then as they come."""
    titles = _TITLES_OF_LOG if findings.baseline == LOG else _TITLES
    by_change: dict[Change, list[Row]] = {change: [] for change in titles}
    for row in findings.rows:
        if row.change in by_change:
            by_change[row.change].append(row)
    kinds = [change for change, rows in by_change.items() if rows]
    left = top
    for place, change in enumerate(kinds):
        rows = by_change[change]
        shown = min(len(rows), left - (len(kinds) - place - 1))
        yield from _rows(titles[change], rows, max(shown, 1 if left > 0 else 0))
        left -= max(shown, 1)


def beside(findings: Findings) -> Iterator[str]:
    """What else is to be said of the answer: calls that had been denied anyway, or that a baseline denies though AWS did not, and calls that would be granted."""
    policies = policies_words(findings.question)
    if findings.baseline == LOG:
        already = answered(findings, *Access, already=True)
        if already:
            also = _none_or(answered(findings, Access.DENIED, already=True))
            yield f"{_number(already, 'more call')} had been denied anyway; {policies} would deny {also} of them."
    elif findings.candidate != LOG:
        before = sum(row.events - row.already for row in findings.rows if row.baseline is Access.DENIED)
        if before:
            least = "at least " if findings.others else ""
            yield (
                f"{findings.baseline} denies {least}{_number(before, 'call')} that the log does not show as denied: "
                "is it what was in force? With --calibrate in the place of the other policies it is compared with the log."
            )
    gained = findings.gained
    if gained.most:
        sure = _none_or(gained.certain)
        most = f", at most {gained.most:,}" if gained.most > gained.certain else ""
        whose = "had been denied" if findings.baseline == LOG else f"{findings.baseline} denies"
        yield f"Of the calls that {whose}, {sure}{most} would be granted."


_TITLES_OF_LOG = {
    Change.REVOKED: "Would have been stopped",
    Change.GAINED: "Would have been granted",
    Change.MAYBE_REVOKED: "Might have been stopped",
    Change.MAYBE_GAINED: "Might have been granted",
}
_TITLES = {
    Change.REVOKED: "Revoked",
    Change.GAINED: "Gained",
    Change.MAYBE_REVOKED: "Maybe revoked",
    Change.MAYBE_GAINED: "Maybe gained",
}


def _rows(title: str, rows: Sequence[Row], top: int) -> Iterator[Text]:
    if not rows or top <= 0:
        return
    yield safe("")
    yield safe(title, "bold")
    for row in rows[:top]:
        yield safe(f"{row.events:>9,}  ", "bold") + safe(f"{_cut(row.action)}  {_cut(row.principal)}")
        on = "" if row.resource == "*" else f"on {_cut(row.resource)}; "
        event = next((sample.event_id for sample in row.samples if sample.event_id), "")
        said = f"{on}{_reason(row)}; {_when(row.first, row.last)}; event {_cut(event) or 'without an id'}"
        yield safe(f"{'':>9}  {said}", "dim")
    rest = rows[top:]
    if rest:
        more = sum(row.events for row in rest)
        yield safe(
            f"{more:>9,}  more in {_number(len(rest), 'group')}: --top {len(rows)} lists them, --format json too", "dim"
        )


def _reason(row: Row) -> str:
    if row.statement is not None:
        ref = row.statement
        return f"{ref.source}:{ref.line}:{ref.column} {ref.sid or f'statement {ref.index}'}"
    return f"no {plural(PolicyType(row.layer))[:-3]}y allows it" if row.layer else "nothing allows it"


def _missing(findings: Findings) -> Iterator[Text]:
    ranked = findings.missing
    if findings.calibration is not None:  # what the log leaves open about its own answers is no fact about ours
        ranked = tuple(each for each in ranked if each.missing.reason not in {LAYER_NOT_NAMED, OUTCOME_UNCLEAR})
    if not ranked:
        return
    yield safe("")
    all_of_them = max(each.together for each in ranked)
    yield safe("Not in the log, and it could change the answer", "bold") + safe(
        f" (all of it together settles {all_of_them:,})", "dim"
    )
    for each in ranked[:SHORT_LIST]:
        only = "" if each.alone == each.events else f" ({each.alone:,} lack only this)"
        yield safe(f"{each.events:>9,}  ", "bold") + safe(
            f"{_cut(each.missing.fact)}: {missing_words(each.missing)}{only}"
        )
        supply = how_to_supply(each.missing)
        where = f"--facts, `{supply.section}`: " if supply.section else ""
        yield safe(f"{'':>9}  {where}{supply.how}", "dim")
    yield from _and_more(len(ranked) - SHORT_LIST, "fact")


def missing_words(missing: Missing) -> str:
    """Why a fact is missing, in words."""
    return _WORDS.get(missing.reason) or doubt(Doubt(missing.reason))


def _blind(findings: Findings) -> Iterator[Text]:
    if not findings.blind:
        return
    yield safe("")
    count = sum(len(each.actions) for each in findings.blind)
    services = _listed(each.service for each in findings.blind[:6])
    more = f" and {len(findings.blind) - 6} more" if len(findings.blind) > 6 else ""
    yield safe(
        f"Blind: the policies name {_number(count, 'data event action')} of {services}{more}, and the log has no data events of them.",
        "yellow",
    )


def _and_more(count: int, noun: str) -> Iterator[Text]:
    if count > 0:
        yield safe(f"{'':>9}  and {_number(count, f'more {noun}')}: --format json lists them", "dim")


def _accounts(findings: Findings) -> Iterator[Text]:
    span = f", {_when(findings.first, findings.last)}" if findings.first else ""
    places = f"{_number(len(findings.accounts), 'account')}, {_number(len(findings.services), 'service')}"
    skipped = sum(count for _, count in findings.skipped)
    reasons = _labels((reason.value.replace("-", " "), count) for reason, count in findings.skipped)
    beside = f" and {skipped:,} without events ({reasons})" if skipped else ""
    yield safe(f"{findings.read:>9,}  ", "bold") + safe("read", "bold")
    yield safe(f"{'':>9}  {_number(findings.files, 'file')}{beside}; {places}{span}", "dim")
    kinds: Counter[str] = Counter()
    for each in findings.counts:
        kinds[each.kind] += each.events
    words = {
        "judged": "judged",
        "outside": "outside the question",
        "excluded": "excluded",
        "unmapped": "unmapped",
        "damaged": "damaged",
    }
    for kind, name in words.items():
        if not kinds[kind] and kind != "judged":
            continue
        what = _labels((each.label, each.events) for each in findings.counts if each.kind == kind)
        if kind == "unmapped":
            what = _listed_unmapped(findings)
        yield safe(f"{kinds[kind]:>9,}  {name:<22}" if what else f"{kinds[kind]:>9,}  {name}") + safe(what, "dim")
    for damage in findings.damages[:SHORT_LIST]:
        yield safe(f"{'':>9}  {damage.file}: {damage.message}", "yellow")
    yield from _and_more(kinds["damaged"] - SHORT_LIST, "place")


def _listed_unmapped(findings: Findings) -> str:
    """The operations for which no IAM action is known."""
    named = [f"{_cut(name)} of {_cut(source)} {events:,}" for source, name, events in findings.unmapped[:SHORT_LIST]]
    more = len(findings.unmapped) - SHORT_LIST
    return ", ".join([*named, *([f"{more} more"] if more > 0 else [])])


def _labels(counts: Iterable[tuple[str, int]]) -> str:
    ranked = sorted(counts, key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{label} {count:,}" for label, count in ranked)


def _when(start: str, end: str) -> str:
    if not start:
        return "at no known time"
    first, last = (f"{time[:10]} {time[11:16]}" for time in (start, end))
    return first if first == last else f"{first} to {last}"


def policies_words(question: Question) -> str:
    """The policies that are asked, as a sentence names them."""
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
