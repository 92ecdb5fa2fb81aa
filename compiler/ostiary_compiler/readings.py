"""What the texts of one policy set come to, each read once however often it stands there.

In: action and resource entries, AWS principals and condition tests as texts. Out: the parts of the normal form.
Invariant: equal texts under equal circumstances give one object, which makes it cheap to number them later; nothing depends
on it. A set has readings of its own, so nothing is kept beyond it. Not here: what texts mean (the grammar).
"""

from collections.abc import Mapping

from ostiary_grammar.action import parse_action
from ostiary_grammar.arn import parse_resource, split_arn
from ostiary_grammar.making import maker
from ostiary_grammar.pattern import STAR, ActionPattern, ResourceForm, ResourcePattern
from ostiary_grammar.terms import fold, parse_operator
from ostiary_runtime.keys import usual_spelling
from ostiary_runtime.program import ConditionTest, ResourceTest

_make_resource = maker(ResourceTest)


class _Actions(dict[str, ActionPattern]):
    def __missing__(self, text: str) -> ActionPattern:
        made = self[text] = parse_action(text)
        return made


class _Accounts(dict[str, str | None]):
    def __missing__(self, text: str) -> str | None:
        made = self[text] = account_of(text)
        return made


class _Resources(dict[str, ResourceTest]):
    def __init__(self, *, variables: bool, documented: bool) -> None:
        super().__init__()
        self._variables = variables
        self._documented = documented

    def __missing__(self, text: str) -> ResourceTest:
        pattern = parse_resource(text, variables=self._variables)
        made = self[text] = resource_test(pattern, documented=self._documented)
        return made


class Readings:
    """The texts of one policy set."""

    def __init__(self) -> None:
        self.actions = _Actions()
        """From an action entry to its pattern."""
        self.accounts = _Accounts()
        """From an AWS principal to the account that it names as a whole, if it does."""
        self.arns: set[str] = set()
        """AWS principals that have been seen and are ARNs of somebody, not of a whole account."""
        self._resources: dict[tuple[bool, bool], _Resources] = {}
        self._conditions: dict[tuple[str, str, tuple[str, ...], bool], ConditionTest | None] = {}

    def resources(self, *, variables: bool, documented: bool) -> Mapping[str, ResourceTest]:
        """From a resource entry to its test, under these circumstances; see `resource_test`."""
        key = variables, documented
        if key not in self._resources:
            self._resources[key] = _Resources(variables=variables, documented=documented)
        return self._resources[key]

    def condition(self, operator: str, key: str, values: tuple[str, ...], *, variables: bool) -> ConditionTest | None:
        """The test of one key; None under an operator that is unknown."""
        asked = (operator, key, values, variables)
        if asked not in self._conditions:
            form, folded = parse_operator(operator), fold(key)
            shown = usual_spelling(folded, key)
            test = ConditionTest(form, folded, shown, values, variables) if form is not None else None
            self._conditions[asked] = test
        return self._conditions[asked]


def resource_test(pattern: ResourcePattern, *, documented: bool) -> ResourceTest:
    """The test of a pattern; `documented`: AWS says that short ARNs are padded here."""
    written = len(pattern.fields)
    if pattern.form is not ResourceForm.ARN:
        return ResourceTest(pattern.text, pattern.form, (), 0, unsure=False)
    padded = (*pattern.fields, *(STAR,) * (5 - written)) if written < 5 else pattern.fields
    return _make_resource(pattern.text, pattern.form, padded, written, unsure=written < 5 and not documented)


def account_of(text: str) -> str | None:
    """The account that an account id or root ARN names (iam-semantics.md 4.1)."""
    if len(text) == 12 and text.isdecimal():
        return text
    fields = split_arn(text)
    if len(fields) == 6 and fields[2] == "iam" and fields[5] == "root":
        return fields[4]
    return None
