"""The page: its head with the policy that lets nothing foreign run, and its sections in the order in which one asks.

In: `Findings`. Out: the text of an HTML document, which is a file of its own and loads nothing.
Invariant: the same findings give the same page.
"""

from ostiary._version import __version__
from ostiary.render.findings_words import counted
from ostiary.render.html import assets
from ostiary.render.html.calibration import calibration_section
from ostiary.render.html.coverage import coverage_section
from ostiary.render.html.embedded import Embedded
from ostiary.render.html.markup import Markup, raw, tag
from ostiary.render.html.sections import (
    accounts_section,
    blind_section,
    missing_section,
    next_section,
    rows_section,
    tiles,
    timeline_section,
    top_section,
    verdict_section,
)
from ostiary.render.replay_text import opening
from ostiary.replay.findings import Findings


def findings_html(findings: Findings, *, pseudonymised: bool = False) -> str:
    """The page; `pseudonymised`: it says that its names are not the real ones."""
    embedded = Embedded(findings)
    body = tag(
        "body",
        _bar(pseudonymised=pseudonymised),
        tag(
            "main",
            verdict_section(findings),
            tiles(findings),
            calibration_section(findings),
            missing_section(findings, embedded),
            next_section(findings),
            timeline_section(findings),
            top_section(findings, embedded),
            rows_section(findings, embedded),
            blind_section(findings),
            coverage_section(findings, embedded),
            accounts_section(findings),
        ),
        _foot(findings, embedded),
        tag("dialog", id="details", aria_labelledby="details-title"),
        tag("script", raw(embedded.json()), type="application/json", id="data"),
        tag("script", raw(assets.script())),
    )
    document = tag("html", _head(opening(findings)[0]), body, lang="en")
    return f"<!DOCTYPE html>\n{document}\n"


def _head(title: str) -> Markup:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=assets.security_policy()),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{title} - Ostiary replay"),
        tag("style", raw(assets.style())),
    )


def _bar(*, pseudonymised: bool) -> Markup:
    note = tag("span", "names are pseudonyms", class_="badge") if pseudonymised else None
    return tag("header", tag("span", "Ostiary replay", class_="brand"), note, tag("span", id="theme"))


def _foot(findings: Findings, embedded: Embedded) -> Markup:
    size = f"This page holds {counted(len(findings.rows), 'row')} and {counted(embedded.records, 'sample event')} whole"
    bare = f", {embedded.bare:,} more by id and file" if embedded.bare else ""
    took = f" Replayed in {findings.seconds:,.1f} s." if findings.seconds else ""
    return tag(
        "footer",
        tag("p", f"{size}{bare}; it loads nothing from anywhere.{took} Ostiary {__version__}."),
        tag(
            "p",
            "What a log cannot tell: calls that nobody made, data events that the trail does not record, and which policies were in force then.",
        ),
    )
