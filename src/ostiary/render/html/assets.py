"""The script and the style of the page, as they stand in it, and the policy that lets nothing else run.

In: the files beside this one. Out: their texts, and the Content-Security-Policy that names their hashes.
Invariant: what is hashed is what is written, to the byte.
"""

import base64
import functools
import hashlib
import importlib.resources

_STYLES = ("page.css",)
# In this order: what comes later uses what came before.
_SCRIPTS = ("base.js", "dialog.js", "table.js", "page.js")


@functools.cache
def style() -> str:
    """The text of the style element."""
    return _read(_STYLES)


@functools.cache
def script() -> str:
    """The text of the script element: all files in one function, so that nothing of it is global."""
    return f'(() => {{\n"use strict";\n{_read(_SCRIPTS)}}})();\n'


@functools.cache
def security_policy() -> str:
    """The Content-Security-Policy: no network, our script, our style, and no text ever taken for markup."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script())}'",
            f"style-src '{_hash(style())}'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _read(names: tuple[str, ...]) -> str:
    folder = importlib.resources.files("ostiary.render.html")
    return "".join((folder / name).read_text(encoding="utf-8") for name in names)


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
