"""Did you mean: the word of the language that a misspelled one is nearest to.

In: a word that is not in the vocabulary. Out: one that is, or None. Suggestions never change what a text means.
"""

import difflib
from collections.abc import Iterable
from functools import cache

from ostiary_grammar.terms import Operator, OperatorForm, Quantifier, fold

_LONGEST = 64
_CUTOFF = 0.72


def nearest(word: str, vocabulary: Iterable[str]) -> str | None:
    """The word of the vocabulary that `word` probably means; letter case is looked at last."""
    if len(word) > _LONGEST:
        return None
    by_folded = {fold(known): known for known in vocabulary}
    folded = fold(word)
    if folded in by_folded:
        return by_folded[folded]
    found = difflib.get_close_matches(folded, by_folded, n=1, cutoff=_CUTOFF)
    return by_folded[found[0]] if found else None


def nearest_operator(text: str) -> str | None:
    """The condition operator that `text` probably means: `StringEquals` for `stringEqual`."""
    plain = text.strip().replace("::", ":").replace("_", "").replace("-", "").replace(" ", "")
    if fold(plain).endswith("nullifexists"):
        plain = plain[: -len("IfExists")]  # Null has no such form
    return nearest(plain, _operator_names())


@cache
def _operator_names() -> tuple[str, ...]:
    quantifiers: tuple[Quantifier | None, ...] = (None, *Quantifier)
    return tuple(
        str(OperatorForm(base, quantifier, if_exists))
        for base in Operator
        for quantifier in quantifiers
        for if_exists in (False, True)
        if not (base is Operator.NULL and if_exists)
    )
