"""What is wrong with the structure of a policy, in words.

In: nodes of the tree of `policy.lark` that do not fit, as `build` meets them. Out: errors in `Findings`.
Not here: which nodes fit, and what becomes of them (`build`).
"""

from lark import Token, Tree

from ostiary_grammar.codes import Code
from ostiary_grammar.findings import Findings
from ostiary_grammar.json_text import decode_string, lone_surrogate
from ostiary_grammar.limits import Limits
from ostiary_grammar.policy_grammar import Node, extent, members, start_of
from ostiary_grammar.spelling import nearest, nearest_operator
from ostiary_grammar.terms import fold
from ostiary_grammar.wording import pointer_to, quoted

DOCUMENT_ELEMENTS = ("Version", "Id", "Statement")
STATEMENT_ELEMENTS = (
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
)
_OPPOSITES = (
    ("Action", "NotAction", Code.ACTION_WITH_NOT_ACTION),
    ("Resource", "NotResource", Code.RESOURCE_WITH_NOT_RESOURCE),
    ("Principal", "NotPrincipal", Code.PRINCIPAL_WITH_NOT_PRINCIPAL),
)
_JSON_TYPES = {
    "object": "an object",
    "array": "a list",
    "STRING": "a string",
    "NUMBER": "a number",
    "TRUE": "a boolean",
    "FALSE": "a boolean",
    "NULL": "null",
}


class Structure:
    """The errors of one document's structure."""

    __slots__ = ("_findings", "_limits")

    def __init__(self, findings: Findings, limits: Limits) -> None:
        self._findings = findings
        self._limits = limits

    # ---- the document as a whole ----

    def not_an_object(self, tree: Tree[Token]) -> None:
        """Reports a text that is JSON, but no object."""
        start = start_of(tree)
        found = _json_type(tree)
        advice = None
        if found == "a list":
            advice = "give the documents one by one"
        elif found == "a string":
            advice = "if this is a policy that was written as a JSON string, decode it first"
        self._findings.error(
            Code.NOT_AN_OBJECT, start, start + 1, f"a policy document is an object, found {found}", advice=advice
        )

    def misses_statement(self, tree: Tree[Token], seen: dict[str, Token]) -> bool:
        """Says what an object without `Statement` lacks; whether it is still worth looking at its members."""
        start = start_of(tree)
        if any(nearest(name, ("Statement",)) for name in seen):
            return True  # which is reported as an unknown key, with the right spelling
        elements = [name for name in STATEMENT_ELEMENTS if name in seen]
        if elements:
            self._findings.error(
                Code.BARE_STATEMENT,
                start,
                start + 1,
                f"this is a statement and not a policy document: it has `{elements[0]}` at the top and no `Statement`",
                advice='put it into a document: {"Version": "2012-10-17", "Statement": [...]}',
            )
            return False
        if "Version" in seen or "Id" in seen:
            self._findings.error(
                Code.MISSING_STATEMENT,
                start,
                start + 1,
                "the document has no `Statement`",
                advice="add `Statement` with at least one statement",
            )
            return True
        self._findings.error(
            Code.NOT_A_POLICY,
            start,
            start + 1,
            "this is JSON but not a policy: it has no `Statement`",
            advice="a policy document is an object with `Version` and `Statement`",
        )
        return False

    def no_statements(self, tree: Tree[Token]) -> None:
        """Reports an empty list of statements."""
        self._findings.error(
            Code.EMPTY_STATEMENT_LIST,
            *extent(tree),
            "`Statement` is empty",
            pointer="/Statement",
            advice="a policy has at least one statement",
        )

    def both_forms(self, seen: dict[str, Token], pointer: str) -> None:
        """Reports elements that stand beside their Not form."""
        for plain, negated, code in _OPPOSITES:
            if plain in seen and negated in seen:
                first, second = sorted((seen[plain], seen[negated]), key=start_of)
                self._findings.error(
                    code,
                    *extent(second),
                    f"a statement has both `{plain}` and `{negated}`",
                    pointer=f"{pointer}/{second[1:-1]}",
                    labels=((*extent(first), "the other is here"),),
                    advice="keep one of them, or make two statements",
                )

    # ---- keys ----

    def keys(
        self, tree: Tree[Token], pointer: str, code: Code = Code.DUPLICATE_KEY, *, folded: bool = False
    ) -> dict[str, Token]:
        """The keys of an object with the place of their first use; reports every other use.

        With `folded`, keys that differ only in letter case are the same.
        """
        seen: dict[str, Token] = {}
        by_folded: dict[str, Token] = {}
        for member in members(tree):
            key = member.children[0]
            assert isinstance(key, Token)
            name = decode_string(key)
            first = seen.setdefault(name, key)
            if first is not key:
                self._duplicate(key, first, name, pointer, code)
            elif folded:
                first = by_folded.setdefault(fold(name), key)
                if first is not key:
                    self._duplicate(key, first, name, pointer, Code.DUPLICATE_CONDITION_KEY)
        return seen

    def _duplicate(self, key: Token, first: Token, name: str, pointer: str, code: Code) -> None:
        match code:
            case Code.DUPLICATE_OPERATOR:
                message = f"the operator {quoted(name)} stands twice in one condition"
                advice = "put all keys under one of the two"
            case Code.DUPLICATE_CONDITION_KEY:
                message = f"the condition key {quoted(name)} stands twice under one operator, in different letter case"
                advice = "condition keys ignore letter case; put all values under one of the two"
            case _:
                message = f"the key {quoted(name)} stands twice in one object"
                advice = "keep one of the two: readers disagree about which of them counts"
        self._findings.error(
            code,
            *extent(key),
            message,
            pointer=pointer_to(pointer, name),
            labels=((*extent(first), "first given here"),),
            advice=advice,
        )

    def unknown_key(self, member: Tree[Token], seen: dict[str, Token], pointer: str, elements: tuple[str, ...]) -> None:
        """Reports a key that is none of the `elements`."""
        key, value = member.children
        assert isinstance(key, Token)
        if self._findings.full:
            return
        name = decode_string(key)
        place = pointer_to(pointer, name)
        self._inside(value, place)
        if seen[name] is not key:
            return  # reported as a duplicate
        if name in elements:
            self._findings.error(
                Code.ESCAPED_KEY,
                *extent(key),
                f"the key `{name}` is written with escapes",
                pointer=place,
                advice=f'write `"{name}"`: not every reader takes the two for the same',
            )
            return
        advice: str | None = None
        if name in STATEMENT_ELEMENTS:
            advice = f"`{name}` belongs into a statement"
        elif name in DOCUMENT_ELEMENTS:
            advice = f"`{name}` belongs to the document, beside `Statement`"
        elif meant := nearest(name, elements):
            advice = f"did you mean `{meant}`?"
        elif elements is DOCUMENT_ELEMENTS and (meant := nearest(name, STATEMENT_ELEMENTS)):
            advice = f"did you mean `{meant}`, which belongs into a statement?"
        whole = "a statement" if elements is STATEMENT_ELEMENTS else "a policy document"
        self._findings.error(
            Code.UNKNOWN_KEY, *extent(key), f"{whole} has no element {quoted(name)}", pointer=place, advice=advice
        )

    def unknown_operator(self, key: Token, name: str, pointer: str) -> None:
        """Reports a condition operator that does not exist, and has keys."""
        if self._findings.full:
            return
        meant = nearest_operator(name)
        advice = f"did you mean `{meant}`?" if meant else None
        if fold(name).endswith("nullifexists"):
            advice = f"`Null` has no `IfExists` form; {advice}"
        self._findings.error(
            Code.UNKNOWN_OPERATOR,
            *extent(key),
            f"there is no condition operator {quoted(name)}",
            pointer=pointer,
            advice=advice,
        )

    # ---- values ----

    def wrong(
        self,
        node: Node,
        what: str,
        wanted: str,
        pointer: str,
        code: Code = Code.WRONG_TYPE,
        list_code: Code | None = None,
    ) -> None:
        """Reports a value of the wrong type. `list_code` is the code for a list, where that is not `code`."""
        assert isinstance(node, Tree)
        found = _json_type(node)
        if found == "null":
            code = Code.NULL_VALUE
        elif found == "a list" and list_code is not None:
            code = list_code
        self._findings.error(code, *extent(node), f"{what} must be {wanted}, found {found}", pointer=pointer)
        self._inside(node.children[0], pointer)

    def _inside(self, value: Node, pointer: str) -> None:
        """Reports duplicate keys in what is no part of a policy; its depth is limited by the parser."""
        if isinstance(value, Token):
            return
        if value.data == "object":
            self.keys(value, pointer)
            for member in members(value):
                key, inner = member.children
                assert isinstance(key, Token)
                self._inside(inner, pointer_to(pointer, decode_string(key)))
        else:
            for index, item in enumerate(value.children[1:-1]):
                self._inside(item, pointer_to(pointer, index))

    def string(self, token: Token, pointer: str) -> None:
        """Reports a string that is too long, or is not made of characters only."""
        start, end = extent(token)
        if end - start - 2 > self._limits.pattern:
            self._findings.error(
                Code.LIMIT,
                start,
                start + 1,
                f"a string is longer than {self._limits.pattern} characters",
                pointer=pointer,
            )
        lone = lone_surrogate(token)
        if lone is not None:
            self._findings.error(
                Code.LONE_SURROGATE,
                start + lone[0],
                start + lone[1],
                f"{quoted(token[lone[0] : lone[1]])} is half of a surrogate pair and no character",
                pointer=pointer,
                advice="write the character itself, or both halves of the pair",
            )

    def beyond(self, count: int, limit: int, what: str, tree: Tree[Token], pointer: str) -> bool:
        """Whether there are more things than are read, which is then reported."""
        if count <= limit:
            return False
        start = start_of(tree)
        self._findings.error(
            Code.LIMIT, start, start + 1, f"there are {count} {what}, more than {limit}", pointer=pointer
        )
        return True


def _json_type(wrong: Tree[Token]) -> str:
    value = wrong.children[0]
    return _JSON_TYPES[value.type if isinstance(value, Token) else str(value.data)]
