"""The page in a real browser: it sorts, filters and opens events, and nothing in a log can make it do anything else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.ostiary.render.html.browsing import Visit
from tests.ostiary.replay import logs
from tests.strategies.findings import findings

from ostiary.render.html.page import findings_html
from ostiary.render.replay_text import opening
from ostiary.replay.findings import Change, Findings, Row
from ostiary_runtime.decision import StatementRef

pytestmark = pytest.mark.browser

PAGE_ROWS = 50
FOUND = findings(3, rows=80)
CHANGED = [row for row in FOUND.rows if row.change is not Change.UNCHANGED]
EVIL = '</script><script>window.hacked=1</script>"><img src=x onerror="window.hacked=1">\u2028\u202e<!--<script>'


def calls(page) -> list[int]:
    """The numbers of calls in the rows that are shown."""
    return [int(text.replace(",", "")) for text in page.locator("#rows td.number").all_inner_texts()]


def status(page) -> str:
    return page.locator("#controls [role=status]").inner_text()


def said(rows: list[Row], found: Findings = FOUND) -> str:
    events = sum(row.events for row in rows)
    plural = "" if len(rows) == 1 else "s"
    return f"{len(rows):,} row{plural} of {len(found.rows):,}, {events:,} call{'' if events == 1 else 's'}"


def test_answer_comes_first(visit: Visit):
    page = visit.open(FOUND)
    assert page.locator("h1").inner_text() == opening(FOUND)[0]
    assert page.locator("h1").bounding_box()["y"] < 200
    assert page.title().startswith(opening(FOUND)[0])
    assert status(page) == said(CHANGED)
    assert calls(page) == [row.events for row in CHANGED[:PAGE_ROWS]]


def test_sorting(visit: Visit):
    page = visit.open(FOUND)
    header = page.locator("#rows th", has_text="Calls")
    header.get_by_role("button").click()
    assert header.get_attribute("aria-sort") == "descending"
    assert calls(page) == sorted((row.events for row in CHANGED), reverse=True)[:PAGE_ROWS]
    header.get_by_role("button").click()
    assert header.get_attribute("aria-sort") == "ascending"
    assert calls(page) == sorted(row.events for row in CHANGED)[:PAGE_ROWS]
    page.locator("#rows th", has_text="Action").get_by_role("button").click()
    shown = page.locator("#rows .action").all_inner_texts()
    assert shown == sorted(row.action for row in CHANGED)[:PAGE_ROWS]
    assert header.get_attribute("aria-sort") == "none"


def test_searching(visit: Visit):
    page = visit.open(FOUND)
    page.get_by_label("Search").fill("putitem USER/")
    wanted = [row for row in CHANGED if row.action == "dynamodb:PutItem" and ":user/" in row.principal]
    assert wanted
    assert status(page) == said(wanted)
    page.get_by_label("Search").fill("no such thing")
    assert status(page) == "No row passes these filters."
    assert calls(page) == []
    page.get_by_role("button", name="Clear").click()
    assert status(page) == said(CHANGED)


@pytest.mark.parametrize("change", list(Change))
def test_choosing_a_change(visit: Visit, change: Change):
    page = visit.open(FOUND)
    page.get_by_label("Show", exact=True).select_option(change.value)
    assert status(page) == said([row for row in FOUND.rows if row.change is change])
    page.get_by_label("Show", exact=True).select_option("all")
    assert status(page) == said(list(FOUND.rows))


def of_interval(place: int) -> Callable[[Row], bool]:
    return lambda row: row.timeline[place] > 0


BUSIEST = max(range(30), key=lambda place: sum(row.timeline[place] for row in CHANGED))
NUMBERS = {
    "tile": (".tiles button >> nth=1", lambda row: row.change is Change.MAYBE_REVOKED),
    "fact": ("#missing button >> nth=0", lambda row: FOUND.missing[0].missing in row.missing),
    "principal": ("#top figure >> nth=0 >> button >> nth=0", lambda row: row.principal == top("principal")),
    "action": ("#top figure >> nth=1 >> button >> nth=0", lambda row: row.action == top("action")),
    "statement": (
        "#coverage button >> nth=0",
        lambda row: row.statement is not None and row.statement.sid == "OurRegionsOnly",
    ),
    "interval": (f"[data-interval='{BUSIEST}']", of_interval(BUSIEST)),
}


def top(field: str) -> str:
    events: dict[str, int] = {}
    for row in CHANGED:
        events[getattr(row, field)] = events.get(getattr(row, field), 0) + row.events
    return min(events, key=lambda name: (-events[name], name))


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_lead_to_their_rows(visit: Visit, name: str):
    """Every number that stands for rows lists exactly these, and from there it is one step to the events."""
    spot, passes = NUMBERS[name]
    page = visit.open(FOUND)
    page.locator(spot).click()
    wanted = [row for row in FOUND.rows if passes(row)]
    assert wanted
    assert status(page) == said(wanted)
    page.locator("#rows button.link").first.click()
    assert page.locator("dialog pre").first.inner_text()


def test_calls_lead_to_sample_events(visit: Visit):
    page = visit.open(FOUND)
    button = page.locator("#rows button.link").first
    button.click()
    dialog = page.get_by_role("dialog")
    assert dialog.get_by_role("heading", level=2).inner_text() == CHANGED[0].action
    assert CHANGED[0].principal in dialog.inner_text()
    sample = CHANGED[0].samples[0]
    assert sample.event_id in dialog.inner_text()
    assert json.loads(dialog.locator("pre").first.inner_text()) == json.loads(sample.record)
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert button.evaluate("(it) => it === document.activeElement")


def test_contradictions_lead_to_sample_events(visit: Visit):
    assert FOUND.calibration is not None
    told = FOUND.calibration.contradictions[0]
    page = visit.open(FOUND)
    page.locator("#calibration button").first.click()
    dialog = page.get_by_role("dialog")
    assert told.why in dialog.inner_text()
    assert json.loads(dialog.locator("pre").first.inner_text()) == json.loads(told.samples[0].record)
    dialog.get_by_role("button", name="Close").click()
    assert not dialog.is_visible()


def test_keyboard_alone(visit: Visit):
    page = visit.open(FOUND)
    page.locator("#rows th", has_text="Calls").get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert calls(page) == sorted((row.events for row in CHANGED), reverse=True)[:PAGE_ROWS]
    for key in ("Enter", " "):
        page.locator(f"[data-interval='{BUSIEST}']").focus()
        page.keyboard.press(key)
        assert status(page) == said([row for row in FOUND.rows if row.timeline[BUSIEST]])
    # From the first control to the dialog and back with Tab and Enter.
    page.get_by_label("Search").focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('#rows td button')"):
            break
    page.keyboard.press("Enter")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")


def background(page) -> str:
    return page.evaluate("getComputedStyle(document.documentElement).backgroundColor")


def test_themes(visit: Visit):
    """The system's theme, unless one is chosen."""
    light, dark = "rgb(255, 255, 255)", "rgb(22, 24, 27)"
    page = visit.open(FOUND, color_scheme="dark")
    assert background(page) == dark
    toggle = page.get_by_role("button", name="Theme")
    toggle.click()
    assert (toggle.inner_text(), background(page)) == ("Theme: light", light)
    toggle.click()
    assert (toggle.inner_text(), background(page)) == ("Theme: dark", dark)
    page.emulate_media(color_scheme="light")
    assert background(page) == dark
    toggle.click()
    assert (toggle.inner_text(), background(page)) == ("Theme: auto", light)


def test_paper(visit: Visit):
    """In print the page is light, has no controls, and shows what the screen folds or turns to."""
    found = findings(5, rows=300)
    changed = [row for row in found.rows if row.change is not Change.UNCHANGED]
    page = visit.open(found, color_scheme="dark", viewport={"width": 703, "height": 1000})
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert background(page) == "rgb(255, 255, 255)"
    for hidden in ("#search", "#pager", "header button"):
        assert not page.locator(hidden).is_visible()
    assert len(calls(page)) == len(changed)
    assert not wider_than_window(page)
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert len(calls(page)) == PAGE_ROWS


def wider_than_window(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("width", [380, 768, 1280])
@pytest.mark.parametrize("name", [lambda word: word, lambda word: word + "x" * 300], ids=["names", "long-names"])
def test_no_sideways_scrolling(visit: Visit, width: int, name):
    page = visit.open(findings(3, rows=80, name=name), viewport={"width": width, "height": 800})
    assert not wider_than_window(page)
    page.locator("#rows button.link").first.click()
    assert page.get_by_role("dialog").is_visible()
    assert page.evaluate(
        "(() => { const d = document.querySelector('dialog'); return d.scrollWidth <= d.clientWidth; })()"
    )


def test_rows_fit_beside_long_names_of_statements(visit: Visit):
    """The numbers of calls are in view, however long the file and the Sid that decide; the details have the whole path."""
    path = f"/home/someone/{'a-long-folder/' * 4}Deny-access-based-on-the-requested-region-with-exceptions.json"
    ref = StatementRef(0, path, "scp", path, 0, "DenyUnapprovedRegionsExceptGlobalServices", "Deny", 4, 9)
    row = replace(CHANGED[0], action="rds:DescribeOrderableDBInstanceOptions", resource="*", statement=ref)
    page = visit.open(replace(FOUND, rows=(row,)))
    assert page.evaluate(
        "(() => { const t = document.querySelector('#rows'); return t.scrollWidth <= t.parentElement.clientWidth; })()"
    )
    assert "a-long-folder" not in page.locator("#rows").inner_text()
    page.locator("#rows button.link").first.click()
    assert path in page.locator("dialog").inner_text().replace("\n", "")


def test_what_logs_say_is_only_text(visit: Visit):
    """Markup, the end of a script and line separators in every name and event change nothing, and are shown as they are."""
    page = visit.open(findings(3, rows=80, name=lambda word: word + EVIL))
    for name in ("tile", "fact", "principal", "action", "interval"):
        page.locator(NUMBERS[name][0]).click()
        page.locator("#rows button.link").first.click()
        shown = page.locator("dialog").inner_text()
        assert "</script><script>window.hacked=1</script>" in shown
        assert "\\u2028\\u202e" in shown
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Clear").click()
    page.get_by_label("Show", exact=True).select_option("all")
    page.get_by_label("Search").fill("onerror")
    page.locator("#calibration button").first.click()
    page.keyboard.press("Escape")
    assert page.evaluate("window.hacked") is None
    assert page.evaluate(
        "[document.scripts.length, document.images.length, document.querySelectorAll('iframe, object').length]"
    ) == [2, 0, 0]
    assert not page.evaluate("/[\\u2028\\u202e]/.test(document.body.innerText)")


INJECTED = {
    "script": "<script>window.hacked=1</script>",
    "handler": '<img src="data:," onerror="window.hacked=1">',
    "style": '<p style="position:fixed">x</p>',
    "frame": '<iframe srcdoc="<script>parent.hacked=1</script>"></iframe>',
    "remote": '<script src="https://example.com/x.js"></script>',
}


@pytest.mark.parametrize("name", INJECTED)
def test_nothing_foreign_runs(visit: Visit, name: str):
    """Even where markup got into the page, the page's own policy stops it."""
    text = findings_html(FOUND)
    page = visit.open_text(text.replace("<main>", f"<main>{INJECTED[name]}", 1))
    page.wait_for_timeout(200)
    assert page.evaluate("window.hacked") is None
    assert status(page) == said(CHANGED)
    assert any("Content Security Policy" in each for each in visit.complaints)
    assert visit.finished == [each for each in visit.finished if each.startswith("file:")]
    visit.complaints.clear()
    visit.requests.clear()


def test_markup_is_never_made_from_text(visit: Visit):
    """The page itself may not turn text into markup, and may not reach out."""
    page = visit.open(FOUND)
    refused = page.evaluate(
        "(() => { try { document.body.innerHTML = '<p>x</p>'; return ''; } catch (e) { return e.name; } })()"
    )
    assert refused == "TypeError"
    assert page.evaluate("fetch('https://example.com/').then(() => 'went', () => 'stopped')") == "stopped"
    visit.complaints.clear()
    visit.requests.clear()


def test_a_hostile_log(visit: Visit, tmp_path: Path):
    """From a log to the browser: an event that holds markup wherever a stranger can write is shown, and does nothing."""
    by = {**logs.ALICE, "userName": EVIL, "arn": f"arn:aws:iam::{logs.ACCOUNT}:user/{EVIL}"}
    event = logs.record(
        "ec2",
        "RunInstances",
        {EVIL: EVIL},
        by=by,
        userAgent=EVIL,
        errorMessage=EVIL,
        sourceIPAddress=EVIL,
        vpcEndpointId=EVIL,
    )
    log = logs.write(tmp_path / "log.json.gz", [event, logs.record("s3", EVIL, {"bucketName": EVIL}, by=by)])
    policy = logs.policy(tmp_path / "scp.json", logs.deny("ec2:*"), logs.deny("s3:*", sid="S3"))
    assert logs.run(log, "--scp", policy, "--html", tmp_path / "made.html").exit_code == 0
    page = visit.open_text((tmp_path / "made.html").read_text(encoding="utf-8"))
    page.get_by_label("Show", exact=True).select_option("all")
    page.locator("#rows button.link").first.click()
    shown = json.loads(
        page.locator("dialog pre").first.inner_text().replace("\\u2028", "\u2028").replace("\\u202e", "\u202e")
    )
    assert shown["userAgent"] == EVIL
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("[document.scripts.length, document.images.length]") == [2, 0]


def test_without_a_script(visit: Visit):
    """The answer and the first rows are in the page itself."""
    page = visit.open(FOUND, java_script_enabled=False)
    assert page.locator("h1").inner_text() == opening(FOUND)[0]
    assert len(page.locator("#rows tbody tr").all()) == min(len(FOUND.rows), 100)
    assert page.locator("noscript").inner_text().startswith("80 rows, of which 80 are shown")


def test_ten_thousand_rows(visit: Visit):
    """Large findings stay usable: fifty rows are in the document at a time, whatever one asks for."""
    found = findings(9, rows=10_000)
    page = visit.open(found)
    page.get_by_label("Show", exact=True).select_option("all")
    assert status(page) == said(list(found.rows), found)
    assert len(page.locator("#rows tbody tr").all()) == PAGE_ROWS
    page.get_by_role("button", name="Next").click()
    assert page.locator(".where").inner_text() == "51 to 100 of 10,000"
    page.locator("#rows th", has_text="Calls").get_by_role("button").click()
    assert calls(page) == sorted((row.events for row in found.rows), reverse=True)[:PAGE_ROWS]
    page.get_by_label("Search").fill("secretsmanager")
    assert status(page) == said([row for row in found.rows if "secretsmanager" in row.action], found)
    assert "10,000 rows" in page.locator("footer").inner_text()


def test_nothing_found(visit: Visit):
    page = visit.open(findings(1, rows=0, calibrated=False))
    assert (
        page.locator("h1").inner_text()
        == "This policy would have stopped nothing: no call in the logs is one that the question is about."
    )
    assert page.locator("#changes").inner_text() == "Changes\n\nThere are no rows."
