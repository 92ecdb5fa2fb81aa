"""A real browser for the tests of the page: Debian's Chromium, driven by Playwright.

Where there is none the tests are skipped and say so; with `OSTIARY_BROWSER=required`, as `.ci/run` sets it, they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ostiary.render.html.page import findings_html
from ostiary.replay.findings import Findings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> Iterator[Browser]:
    """A browser with an empty profile."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        path = None
    if path is None:
        if os.environ.get("OSTIARY_BROWSER") == "required":
            pytest.fail("OSTIARY_BROWSER is `required`, and Chromium or Playwright is not installed")
        pytest.skip("no browser: the page is tested with Chromium (apt-get install chromium) and Playwright")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """A page that was opened, and what it did besides being looked at."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser, self._folder = browser, folder
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.finished: list[str] = []

    def open(self, findings: Findings, **options: Any) -> Page:
        return self.open_text(findings_html(findings), **options)

    def open_text(self, text: str, **options: Any) -> Page:
        path = self._folder / "report.html"
        path.write_text(text, encoding="utf-8")
        context = self._browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("requestfinished", lambda request: self.finished.append(request.url))
        page.goto(path.as_uri())
        return page

    def close(self) -> None:
        for context in self._browser.contexts:
            context.close()
