"""A quick look that tells which documents surely have no error, so that a set of many sound ones compiles fast.

In: a document with its type. Out: True if no rule has an error for it; False if the rules have to say.
Invariant: what passes has no error. The rules are the clear version: the tests hold the two against each other, and every
error that a rule can find against this. Not here: what is wrong (`rules`).
"""

from collections.abc import Callable

from ostiary_compiler.checks import actions, principal_values
from ostiary_compiler.checks.arns import is_short
from ostiary_compiler.checks.dates import is_saved
from ostiary_compiler.checks.principals import PRINCIPAL_KINDS
from ostiary_compiler.checks.resource_format import fault_of
from ostiary_compiler.checks.statements import is_sid
from ostiary_compiler.checks.subject import EVERYONE, VERSION_2008, VERSION_2012
from ostiary_grammar.syntax import Clause, ConditionClause, Document, PrincipalClause, Statement, Text
from ostiary_grammar.terms import Family, PolicyType, parse_operator


class _Sound(set[str]):
    """The texts that have passed a test. Those of a policy set come again and again."""

    def __init__(self, test: Callable[[str], bool]) -> None:
        super().__init__()
        self._test = test

    def take(self, texts: list[str]) -> bool:
        """Whether all texts pass."""
        return self.issuperset(texts) or all(map(self._passes, texts))

    def _passes(self, text: str) -> bool:
        if text in self:
            return True
        if self._test(text):
            self.add(text)
            return True
        return False


class Screen:
    """Looks at the documents of one policy set."""

    def __init__(self) -> None:
        self._actions = _Sound(actions.is_saved)
        self._principals = {kind: _Sound(_principal_test(kind)) for kind in PRINCIPAL_KINDS}

    def passes(self, document: Document, type: PolicyType, *, trust: bool) -> bool:  # noqa: A002  # IAM's word for it
        """Whether the document surely has no error. RCPs, which are few and have rules of their own, never pass."""
        if type is PolicyType.RCP:
            return False
        if document.version is not None and document.version.value not in (VERSION_2012, VERSION_2008):
            return False
        on_resource = type is PolicyType.RESOURCE
        if trust or not (on_resource or type is PolicyType.ENDPOINT):
            sids = [each.sid.value for each in document.statements if each.sid is not None and each.sid.value]
            if len(set(sids)) < len(sids) or not all(map(is_sid, sids)):
                return False
        return all(self._statement(each, type, trust=trust) for each in document.statements)

    def _statement(self, statement: Statement, type_: PolicyType, *, trust: bool) -> bool:
        return (
            statement.effect is not None
            and statement.effect.value in ("Allow", "Deny")
            and statement.action is not None
            and bool(statement.action.items)
            and self._actions.take([item.value for item in statement.action.items])
            and self._resource(statement.resource, type_, trust=trust)
            and self._principal(statement.principal, type_, trust=trust)
            and (statement.condition is None or _dates_are_saved(statement.condition))
        )

    def _resource(self, clause: Clause | None, type_: PolicyType, *, trust: bool) -> bool:
        if clause is None:
            return type_ is PolicyType.RESOURCE
        if trust or not clause.items:
            return False
        if type_ in (PolicyType.RESOURCE, PolicyType.ENDPOINT):
            return True
        short = type_ is not PolicyType.SESSION
        return all(fault_of(item.value) is None and (short or not is_short(item.value)) for item in clause.items)

    def _principal(self, clause: PrincipalClause | None, type_: PolicyType, *, trust: bool) -> bool:
        if type_ not in (PolicyType.RESOURCE, PolicyType.ENDPOINT):
            return clause is None
        if clause is None or (trust and clause.negated):
            return False
        if clause.word is not None:
            return clause.word.value == EVERYONE
        return all(self._values(entry.kind.value, entry.values, trust=trust) for entry in clause.entries)

    def _values(self, kind: str, values: tuple[Text, ...], *, trust: bool) -> bool:
        sound = self._principals.get(kind)
        if sound is None or (kind == "Federated" and values and not trust):
            return False
        return sound.take([value.value for value in values])


def _principal_test(kind: str) -> Callable[[str], bool]:
    return lambda text: principal_values.is_saved(kind, text)


def _dates_are_saved(clause: ConditionClause) -> bool:
    for block in clause.operators:
        if "Date" not in block.operator.value:
            continue
        form = parse_operator(block.operator.value)
        if form is not None and form.base.family is Family.DATE:
            for test in block.tests:
                if not all(is_saved(value.text) for value in test.values):
                    return False
    return True
