"""Golden files: what a renderer printed when somebody last read it.

    OSTIARY_RENEW_GOLDEN=1 python -m pytest tests/ostiary

writes them anew; the difference is read before it is committed.
"""

from __future__ import annotations

import os
from pathlib import Path


def same_as_golden(text: str, path: Path) -> None:
    """Asserts that a text is what the golden file holds."""
    text = text.rstrip("\n") + "\n"
    if os.environ.get("OSTIARY_RENEW_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"{path.name} is missing: write it with OSTIARY_RENEW_GOLDEN=1"
    assert text == path.read_text(encoding="utf-8")
