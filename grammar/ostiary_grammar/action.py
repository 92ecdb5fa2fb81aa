"""Action patterns: what an `Action` or `NotAction` entry says (iam-semantics.md 2.1).

In: the entry's text. Out: an `ActionPattern`, folded to lower case.
Invariant: every text has a pattern. One that is no action at all (no colon, two colons, nothing before or after the colon)
has an empty service and an empty name, which no action has, so it never matches; the checks report it.
`action.lark` is the definition; this scanner agrees with it. Not here: which actions exist.
"""

from ostiary_grammar.pattern import STAR, ActionPattern, Wild
from ostiary_grammar.terms import fold
from ostiary_grammar.variables import parse_template


def parse_action(text: str) -> ActionPattern:
    """The pattern of an action entry. `${` is ordinary text here: actions have no variables."""
    if text in ("*", "*:*"):
        return ActionPattern(text, STAR, STAR, certain=True)
    prefix, colon, name = fold(text).partition(":")
    if not colon and prefix and not prefix.strip("*"):
        return ActionPattern(text, STAR, STAR, certain=False)
    if not prefix or not name or ":" in name:
        return ActionPattern(text, (), (), certain=True)
    service = parse_template(prefix, variables=False, wildcards=True)
    certain = Wild.STAR not in service and Wild.ANY not in service
    return ActionPattern(text, service, parse_template(name, variables=False, wildcards=True), certain)
