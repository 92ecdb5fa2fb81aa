"""The page as text: it holds the findings, whole and escaped, and its policy lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from hypothesis import given, settings
from tests.ostiary.render.test_safety import is_safe
from tests.strategies.findings import findings, hostile

from ostiary.cloudtrail.damage import SkipReason
from ostiary.render.findings_words import place_words
from ostiary.render.html import embedded as embedding
from ostiary.render.html.assets import script, security_policy, style
from ostiary.render.html.embedded import Embedded
from ostiary.render.html.page import findings_html
from ostiary.render.html.sections import rows_section
from ostiary.render.replay_text import headline
from ostiary.replay.findings import Bounds, CalibrationRow, Change, Findings
from ostiary_runtime.decision import StatementRef

FOUND = findings(3, rows=80, calibrated=False)
CALIBRATED = findings(3, rows=80)
TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "main",
        "footer",
        "section",
        "h1",
        "h2",
        "h3",
        "p",
        "span",
    ),
    *(
        "dl",
        "div",
        "dt",
        "dd",
        "ul",
        "li",
        "ol",
        "figure",
        "svg",
        "g",
        "rect",
        "line",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
    ),
    *("td", "code", "wbr", "details", "summary", "strong", "dialog", "script", "noscript"),
}


class Parsed(HTMLParser):
    """Elements, attributes and texts as a browser would see them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "wbr"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        key = self.open[-1] if self.open else ""
        self.texts[key] = self.texts.get(key, "") + data


def data(found: Findings) -> dict:
    return json.loads(Embedded(found).json())


def test_policy_names_what_is_there():
    """The hashes are those of the script and the style in the page, and nothing is allowed besides."""
    text = findings_html(FOUND)
    (written,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    (styled,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert (written, styled) == (script(), style())
    policy = dict(part.split(" ", 1) for part in security_policy().split("; "))
    for name, content in (("script-src", written), ("style-src", styled)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert policy.pop(name) == f"'sha256-{digest}'"
    assert policy.pop("require-trusted-types-for") == "'script'"
    assert set(policy.values()) == {"'none'"}
    (meta,) = (each for tag, each in Parsed(text).tags if each.get("http-equiv"))
    assert meta["content"] == security_policy()


def test_nothing_is_loaded():
    """No address of anything, neither in the page nor in its script and style."""
    names = {name for _, attributes in Parsed(findings_html(FOUND)).tags for name in attributes}
    assert not names & {"src", "href", "style", "action", "srcset", "data"}
    assert not [name for name in names if name.startswith("on")]
    assert not re.search(r"url\(|@import|https?:|import\(|fetch|innerHTML|eval|new Function", style() + script())


def test_answer_is_in_the_text():
    assert f"<h1>{headline(FOUND)}</h1>" in findings_html(FOUND)


def test_agreement_comes_first_where_it_was_asked_for():
    """With a calibration that is the answer, and its table stands before the rows."""
    text = findings_html(CALIBRATED)
    assert CALIBRATED.calibration is not None
    contradicts = sum(row.contradicts for row in CALIBRATED.calibration.rows)
    assert re.search(
        rf"<h1>Of [\d,]+ calls these policies answer [\d,]+ \(\d+%\) as AWS did; {contradicts:,} contradict", text
    )
    assert 'class="answer differs"' in text
    assert text.index('id="calibration"') < text.index('id="changes"')


@pytest.mark.parametrize(
    ("revoked", "kind", "sentence"),
    [
        (Bounds(12, 12), "revokes", "This policy would have stopped 12 of 1,731 calls."),
        (
            Bounds(1204, 1391),
            "revokes",
            "This policy would have stopped 1,204 of 1,731 calls, at most 1,391: for 187 the log does not say enough.",
        ),
        (
            Bounds(0, 7),
            "perhaps",
            "This policy would have stopped none of 1,731 calls, at most 7: for 7 the log does not say enough.",
        ),
        (Bounds(0, 0), "nothing", "This policy would have stopped none of 1,731 calls."),
    ],
)
def test_verdict(revoked: Bounds, kind: str, sentence: str):
    text = findings_html(replace(FOUND, revoked=revoked))
    assert f'class="answer {kind}"' in text
    assert f"<h1>{sentence}</h1>" in text


def test_data_is_the_findings():
    """The script gets every row, with nothing lost on the way."""
    told = data(FOUND)
    assert len(told["rows"]) == len(FOUND.rows)
    for shown, row in zip(told["rows"], FOUND.rows, strict=True):
        (
            change,
            principal,
            action,
            resource,
            reason,
            events,
            already,
            first,
            last,
            _,
            _,
            accounts,
            facts,
            samples,
            times,
        ) = shown
        assert told["changes"][change][0] == row.change.value
        assert told["principals"][principal] == row.principal
        assert told["actions"][action] == row.action
        assert told["resources"][resource] == row.resource
        assert (events, already, first, last) == (row.events, row.already, row.first, row.last)
        assert tuple(told["accounts"][each] for each in accounts) == row.accounts
        assert [told["facts"][each][0] for each in facts] == [each.fact for each in row.missing]
        assert [told["samples"][each][0] for each in samples] == [each.event_id for each in row.samples]
        assert dict(zip(times[::2], times[1::2], strict=True)) == {
            place: number for place, number in enumerate(row.timeline) if number
        }
        name, short, place = told["reasons"][reason]
        assert name == (
            row.statement.sid if row.statement else "no service control policy allows it" if row.layer else ""
        )
        assert place == (place_words(row.statement) if row.statement else "")
        assert place.endswith(short)
        assert bool(short) == bool(place)


def test_a_long_path_stands_in_the_table_by_what_tells_it_apart():
    """Rows say a file's name; its whole path is said on pointing at it, and in the details of a row."""
    folder = "/home/someone/organization/policies"
    refs = [
        StatementRef(0, f"{folder}/a/scp.json", "scp", f"{folder}/a/scp.json", 0, "", "Deny", 4, 5),
        StatementRef(1, f"{folder}/b/scp.json", "scp", f"{folder}/b/scp.json", 0, "", "Deny", 4, 5),
        StatementRef(2, "Finance", "identity", f"{folder}/set.json", 1, "", "Allow", 9, 3),
    ]
    rows = tuple(replace(FOUND.rows[0], statement=ref) for ref in refs)
    found = replace(FOUND, rows=rows)
    held = Embedded(found)
    told = json.loads(held.json())["reasons"]
    assert told == [
        ["statement 0", "a/scp.json:4:5", f"{folder}/a/scp.json:4:5"],
        ["statement 0", "b/scp.json:4:5", f"{folder}/b/scp.json:4:5"],
        ["Finance statement 1", "set.json:9:3", f"{folder}/set.json:9:3"],
    ]
    text = rows_section(found, held)
    for name, _, place in told:
        assert f'<span class="decided" title="{place}">{name}<span class="under">' in text
    assert text.count(folder) == len(rows)


def test_records_stop_at_their_limit(monkeypatch: pytest.MonkeyPatch):
    """A page does not grow with the records beyond the limit; the samples are still there by id, and the page says so."""
    monkeypatch.setattr(embedding, "MOST_RECORDS", 5000)
    held = Embedded(FOUND)
    records = [each[3] for each in json.loads(held.json())["samples"]]
    assert sum(map(len, records)) <= 5000
    assert held.records == sum(map(bool, records)) > 0
    assert held.bare == sum(not each for each in records) > 0
    assert f"{held.records} sample events whole, {held.bare} more by id and file" in findings_html(FOUND)


def test_counts_are_all_there():
    text = findings_html(FOUND)
    for each in FOUND.counts:
        assert f">{each.events:,}</td>" in text
    assert f">{FOUND.read:,}</td>" in text


def test_coverage_marks_what_was_never_used():
    """Hits stand at the line of their part, and come with the window."""
    text = findings_html(FOUND)
    lines = re.findall(r'<div class="line( never)?">(.*?)</code></div>', text)
    policy = FOUND.coverage[0]
    assert len(lines) == len(policy.text.rstrip().split("\n"))
    for statement in policy.statements:
        never, line = lines[statement.statement.line - 1]
        if not statement.events and not statement.perhaps:
            assert never
            assert "never used" in line
    for part in policy.statements[1].parts:
        if part.events is not None:
            assert f" {part.events}<" in lines[part.line - 1][1] or f">{part.events}<" in lines[part.line - 1][1]
    assert "2026-03-02 00:00 to 2026-03-31 23:59" in text


def test_same_findings_same_page():
    assert findings_html(FOUND) == findings_html(findings(3, rows=80, calibrated=False))


def test_pseudonyms_are_announced():
    assert "names are pseudonyms" in findings_html(FOUND, pseudonymised=True)
    assert "names are pseudonyms" not in findings_html(FOUND)


def test_interruption_is_announced():
    assert "Interrupted" in findings_html(replace(FOUND, interrupted=True))


@given(hostile())
@settings(max_examples=60)
def test_no_name_becomes_markup(found: Findings):
    """Whatever names and events hold: the page is well formed, made of its own elements, and safe to print."""
    text = findings_html(found)
    text.encode("utf-8")
    parsed = Parsed(text)
    assert parsed.open == []
    assert {tag for tag, _ in parsed.tags} <= TAGS
    assert [tag for tag, _ in parsed.tags].count("script") == 2
    assert not [
        name for _, attributes in parsed.tags for name in attributes if name.startswith("on") or name == "style"
    ]
    assert is_safe(text)
    inside = Embedded(found).json()
    assert inside.isascii()
    assert not set("<>&") & set(inside)
    assert [row[0] for row in json.loads(inside)["rows"]] == [list(Change).index(row.change) for row in found.rows]


def colours(theme: str) -> dict[str, str]:
    """The colours of a theme, as the style has them."""
    css = files("ostiary.render.html").joinpath("page.css").read_text(encoding="utf-8")
    start = css.index({"light": ":root {", "dark": ':root[data-theme="dark"] {', "print": "@media print"}[theme])
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css[start : css.index("}", start)]))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""

    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_contrast(theme: str):
    """Text has 4.5 to 1 and what carries meaning 3 to 1, in every theme (WCAG 2, 1.4.3 and 1.4.11)."""
    theme_colours = colours(theme)
    paper = theme_colours["paper"]
    for name in ("ink", "soft"):
        assert contrast(theme_colours[name], paper) >= 4.5, name
        assert contrast(theme_colours[name], theme_colours["raised"]) >= 4.5, name
    assert contrast(theme_colours["note-ink"], theme_colours["note"]) >= 4.5
    for name in ("revoked", "maybe-revoked", "gained", "maybe-gained", "unchanged", "good"):
        assert contrast(theme_colours[name], paper) >= 3, name


def test_dark_is_written_twice_and_the_same():
    """The system's dark theme and the chosen one: CSS has no way to say it once."""
    css = style()
    blocks = re.findall(r':root(?::not\(\[data-theme="light"\]\)|\[data-theme="dark"\]) \{(.*?)\}', css, re.DOTALL)
    tokens = [re.findall(r"--[\w-]+: #[0-9a-f]{6}", block) for block in blocks]
    assert tokens[0] == tokens[1]
    assert len(tokens[0]) == 14


def test_calibration_shows_every_contradiction():
    """The first ones at once, the others folded, each with its way to the events; causes add up to all of them."""
    found = findings(3, rows=80)
    assert found.calibration is not None
    (first, *_) = found.calibration.contradictions
    many = tuple(replace(first, cause=f"cause-{number % 3}", events=number) for number in range(1, 31))
    text = findings_html(replace(found, calibration=replace(found.calibration, contradictions=many)))
    assert re.findall(r'data-contradiction="(\d+)"', text) == [str(number) for number in range(30)]
    causes = re.findall(r"<code>cause-\d</code></td><td[^>]*>(\d+)</td>", text)
    assert sum(map(int, causes)) == sum(each.events for each in many)
    assert "18 more contradictions" in text


def test_share_is_all_only_if_it_is():
    """Rounding never hides a contradiction."""
    found = findings(3, rows=80)
    assert found.calibration is not None
    rows = (CalibrationRow("s3:GetObject", 99_999, 0, 1, 0, 0), CalibrationRow("s3:PutObject", 7, 0, 0, 0, 0))
    text = findings_html(replace(found, calibration=replace(found.calibration, rows=rows)))
    assert re.findall(r"([\d.]+) %</td>", text) == ["99.9", "100"]


def test_next_steps():
    """What to ask next is in the page too, but for the page itself."""
    text = findings_html(FOUND)
    assert "<code>--facts FILE</code>" in text
    assert "--html" not in text


def test_what_is_beyond_a_limit_is_named():
    """Lists that were full, and files without events, are not passed over."""
    text = findings_html(replace(FOUND, crowded=(("accounts", 7),), skipped=((SkipReason.DIGEST, 2),)))
    assert "7 events more of accounts beyond the limit" in text
    assert "2 files without events: a digest file" in text
