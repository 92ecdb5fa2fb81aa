"""Policies with their hits: what of each was used in the window of the log, and what was not.

In: `PolicyHits`. Out: markup: the text of each policy line by line, with the hits of statements and parts beside their line.
Invariant: hits come with the window; a part that was not looked at apart has no number rather than a zero. Texts stop at
`MOST_TEXT` characters in all, and the page says so.
"""

from collections import defaultdict

from ostiary.render.findings_words import counted, layer_words, span_words, statement_words
from ostiary.render.html.charts import breakable
from ostiary.render.html.embedded import Embedded
from ostiary.render.html.markup import Markup, join, tag
from ostiary.render.html.sections import section
from ostiary.render.policy_excerpt import policy_lines
from ostiary.replay.findings import Findings, PartHits, PolicyHits, StatementHits

MOST_TEXT = 400_000
"""How many characters of policies a page shows."""
_TAB = 4
_PLENTY = 3
"""Up to so many policies are shown open."""


def coverage_section(findings: Findings, embedded: Embedded) -> Markup | None:
    """All policies, those with statements that were never used first."""
    if not findings.coverage:
        return None
    window = tag("span", span_words(findings.first, findings.last), class_="window")
    room = MOST_TEXT
    parts: list[Markup] = []
    left = 0
    for policy in sorted(findings.coverage, key=lambda each: -len(_unused(each))):
        shown = policy_lines(policy)
        size = sum(len(line) for _, line in shown)
        if size > room:
            left += 1
            continue
        room -= size
        parts.append(_policy(policy, shown, embedded, opened=len(findings.coverage) <= _PLENTY))
    more = f"The texts of {counted(left, 'more policy').replace('policys', 'policies')} would make this page too long: --format json has their hits."
    return section(
        "coverage",
        "Policies and what of them was used",
        *parts,
        tag("p", more, class_="hint") if left else None,
        lead=join(
            "How many calls each statement and each part of it matched, ",
            window,
            ". What was not used in this window may be used in another.",
        ),
    )


def _unused(policy: PolicyHits) -> list[StatementHits]:
    return [each for each in policy.statements if not each.events and not each.perhaps]


def _policy(policy: PolicyHits, shown: list[tuple[int, str]], embedded: Embedded, *, opened: bool) -> Markup:
    unused = len(_unused(policy))
    said = f"{layer_words(policy.type)}, {counted(len(policy.statements), 'statement')}"
    parts = sum(part.events == 0 for each in policy.statements if each.events or each.perhaps for part in each.parts)
    unused_parts = f"{counted(parts, 'part')} never used" if parts else ""
    unused_statements = f"{counted(unused, 'statement')} never used" if unused else ""
    note = ", ".join(filter(None, (unused_statements, unused_parts))) or "all used"
    numbers = _by_line(policy)
    body = [_line(number, text.expandtabs(_TAB), numbers.get(number, ([], [])), embedded) for number, text in shown]
    return tag(
        "details",
        tag(
            "summary",
            tag("strong", *breakable(policy.name)),
            tag("span", f" {said} ", class_="hint"),
            tag("span", note, class_="badge never" if unused or parts else "badge"),
        ),
        tag("div", *body, class_="policy"),
        open=opened,
        class_="policy-box",
    )


_Hits = tuple[list[StatementHits], list[PartHits]]


def _by_line(policy: PolicyHits) -> dict[int, _Hits]:
    found: dict[int, _Hits] = defaultdict(lambda: ([], []))
    for statement in policy.statements:
        found[statement.statement.line][0].append(statement)
        for part in statement.parts:
            found[part.line][1].append(part)
    return dict(found)


def _line(number: int, text: str, hits: _Hits, embedded: Embedded) -> Markup:
    statements, parts = hits
    badges = [
        *(_statement(each, embedded) for each in statements),
        *(badge for badge in (_part(each, several=len(parts) > 1) for each in parts) if badge is not None),
    ]
    never = any(not each.events and not each.perhaps for each in statements) or any(each.events == 0 for each in parts)
    return tag(
        "div",
        tag("span", *badges, class_="hits"),
        tag("span", str(number), class_="at", aria_hidden="true"),
        tag("code", text),
        class_="line never" if never else "line",
    )


def _statement(hits: StatementHits, embedded: Embedded) -> Markup:
    name = statement_words(hits.statement)
    if not hits.events and not hits.perhaps:
        return tag("span", "never used", class_="badge never", title=f"{name}: no call matched")
    words = f"{hits.events:,}" if not hits.perhaps else f"{hits.events:,} to {hits.events + hits.perhaps:,}"
    said = f"{name}: {words} calls matched, it decided {hits.decided:,}; {span_words(hits.first, hits.last)}"
    filter_ = embedded.of_statement(hits.statement)
    return join(
        tag("span", words, class_="badge", title=said, data_filter=filter_), tag("span", hits.last[:10], class_="when")
    )


def _part(part: PartHits, *, several: bool) -> Markup | None:
    if part.events is None:
        return None
    said = f"{part.element} {part.text}: {counted(part.events, 'call')}"
    if part.events:
        said += f", {span_words(part.first, part.last)}"
    number = f"{part.events:,}"
    words = join(tag("span", part.text, class_="of"), f" {number}") if several else number
    badge = tag("span", words, class_="badge part" if part.events else "badge part never", title=said)
    return join(badge, tag("span", part.last[:10], class_="when")) if part.events and not several else badge
