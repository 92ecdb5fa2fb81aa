"""Generated documents as trees, for properties of reading and writing.

Every tree here is one that some text has: keys are unique, operators exist or are empty. What the words mean is left to
chance, so that quotes, escapes and characters from anywhere occur in each place.
"""

from hypothesis import strategies as st

from ostiary_grammar.span import Source, Span
from ostiary_grammar.syntax import (
    Clause,
    ConditionClause,
    Document,
    KeyTest,
    OperatorBlock,
    PrincipalClause,
    PrincipalEntry,
    Statement,
    Text,
    Value,
    ValueKind,
)
from ostiary_grammar.terms import Operator, OperatorForm, Quantifier, fold

SOURCE = Source("generated", "")
NOWHERE = Span(SOURCE, 0, 0)

# short texts from a small alphabet, with what needs escapes, and now and then anything at all
WORDS = st.text(alphabet='aB:*?${}"\\/\n\t\x00\x7f é日\u2028😀', max_size=8) | st.text(max_size=4)
NUMBERS = st.from_regex(
    r"-?(0|[1-9][0-9]{0,3})(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?", fullmatch=True, alphabet="0123456789.eE+-"
)
OPERATORS = st.builds(
    OperatorForm, st.sampled_from(Operator), st.none() | st.sampled_from(Quantifier), st.booleans()
).filter(lambda form: not (form.base is Operator.NULL and form.if_exists))


def text(words=WORDS):
    return st.builds(Text, words, st.just(NOWHERE))


VALUES = (
    st.builds(Value, WORDS, st.just(ValueKind.STRING), st.just(NOWHERE))
    | st.builds(Value, NUMBERS, st.just(ValueKind.NUMBER), st.just(NOWHERE))
    | st.builds(Value, st.sampled_from(["true", "false"]), st.just(ValueKind.BOOLEAN), st.just(NOWHERE))
)


@st.composite
def one_or_list(draw, items):
    """A tuple of items, and whether it stands for a bare one."""
    if draw(st.booleans()):
        return (draw(items),), True
    return tuple(draw(st.lists(items, max_size=3))), False


@st.composite
def clauses(draw):
    items, bare = draw(one_or_list(text()))
    return Clause(draw(st.booleans()), items, bare, NOWHERE, NOWHERE)


@st.composite
def principals(draw):
    negated = draw(st.booleans())
    if draw(st.booleans()):
        return PrincipalClause(negated, draw(text()), (), NOWHERE, NOWHERE)
    kinds = draw(st.lists(WORDS | st.sampled_from(["AWS", "Service"]), max_size=3, unique=True))
    entries = tuple(PrincipalEntry(Text(kind, NOWHERE), *draw(one_or_list(text()))) for kind in kinds)
    return PrincipalClause(negated, None, entries, NOWHERE, NOWHERE)


@st.composite
def conditions(draw):
    blocks = []
    for operator in draw(st.lists(OPERATORS.map(str) | WORDS, max_size=3, unique=True)):
        known = operator in KNOWN
        keys = draw(st.lists(WORDS, max_size=3, unique_by=fold)) if known else []
        tests = tuple(KeyTest(Text(key, NOWHERE), *draw(one_or_list(VALUES)), NOWHERE) for key in keys)
        blocks.append(OperatorBlock(Text(operator, NOWHERE), tests))
    return ConditionClause(tuple(blocks), NOWHERE, NOWHERE)


KNOWN = {
    str(OperatorForm(base, quantifier, if_exists))
    for base in Operator
    for quantifier in (None, *Quantifier)
    for if_exists in (False, True)
    if not (base is Operator.NULL and if_exists)
}

STATEMENTS = st.builds(
    Statement,
    effect=st.none() | text(st.sampled_from(["Allow", "Deny"]) | WORDS),
    sid=st.none() | text(),
    action=st.none() | clauses(),
    resource=st.none() | clauses(),
    principal=st.none() | principals(),
    condition=st.none() | conditions(),
    span=st.just(NOWHERE),
)


@st.composite
def documents(draw):
    """Documents whose structure is right."""
    bare = draw(st.booleans())
    statements = draw(st.lists(STATEMENTS, min_size=1, max_size=1 if bare else 3))
    return Document(draw(st.none() | text()), draw(st.none() | text()), tuple(statements), bare, NOWHERE, SOURCE)
