"""Elements from names, attributes and texts: the only place that writes markup.

In: names of elements and attributes, which are ours, and texts, which are anyone's. Out: `Markup`.
Invariant: a `str` is always text: it is escaped, its control characters are shown as escapes, and lone surrogates with them.
Only what came from here is taken as markup.
"""

import html

from ostiary_grammar.wording import visible

_VOID = frozenset({"meta", "wbr"})


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


Child = str | Markup | None
Attribute = str | int | float | bool | None


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """An element. `class_` is `class`, `data_x` is `data-x`; True is an attribute without a value, None and False are none."""
    opened = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        written = key.rstrip("_").replace("_", "-")
        opened.append(written if value is True else f'{written}="{_attribute(value)}"')
    start = f"<{' '.join(opened)}>"
    if name in _VOID:
        return Markup(start)
    return Markup(f"{start}{join(*children)}</{name}>")


def join(*children: Child) -> Markup:
    """Several things after one another."""
    return Markup("".join(each if isinstance(each, Markup) else escape(each) for each in children if each))


def escape(text: str) -> Markup:
    """Text as markup."""
    return Markup(html.escape(visible(text)))


def raw(trusted: str) -> Markup:
    """What is markup, script or style of our own; never anything from a policy, a log or an option."""
    return Markup(trusted)


def _attribute(value: str | float) -> str:
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return escape(str(value))
