"""Needs: on what of a request a leaf depends, beside its caller, action and place.

In: a leaf. Out: the conditions whose outcome counts, the keys whose very value counts, and the texts that the resource is
matched against. Two requests that agree on these get the same answer from the leaf; that is all that a batch relies on.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ostiary_grammar.pattern import Glob, ResourceForm, Variable
from ostiary_grammar.terms import fold
from ostiary_runtime.batch.tables import Longs
from ostiary_runtime.batch.texts import Ending, TextTest, ending, text_test
from ostiary_runtime.conditions import Condition, variables_of
from ostiary_runtime.context import Reader
from ostiary_runtime.elements import crossing_glob, with_stars
from ostiary_runtime.entries import Entry
from ostiary_runtime.globs import has_variables
from ostiary_runtime.leaves import Residue, ResourceResidual, Status
from ostiary_runtime.program import Program
from ostiary_runtime.stretches import HeaderView, full_glob
from ostiary_runtime.substitute import Resolved, substitute

CROSSING: Final = -1
# Elements of one leaf, and keys of their variables, beyond which its requests are decided one by one.
MOST_ELEMENTS: Final = 12
MOST_VARIABLES: Final = 2
# Endings beyond which the tests of a leaf are asked together.
MOST_ENDINGS: Final = 3


@dataclass(frozen=True, slots=True)
class Needs:
    """What a leaf depends on.

    `conditions`: those without variables, by number. `exact`: folded keys whose very value counts, since conditions with
    variables ask about them. `elements`: tests of the resource's text, as globs of whole ARNs; `variables`: the folded keys
    of the variables in them, which have to be filled in first. `crosses`: whether a star might run over colons, so that the
    request has to be decided for itself. `whole`: every request has to be.
    """

    conditions: tuple[int, ...]
    exact: tuple[str, ...] = ()
    elements: tuple[tuple[Glob, ...], ...] = ()
    variables: tuple[str, ...] = ()
    crosses: Callable[[str], bool] | None = None
    colons_after: int | None = None
    """From where on a text needs a colon for `crosses`; None: that cannot be said."""
    crossing: tuple[int, ...] = ()
    """The patterns that `crosses` is about."""
    whole: bool = False
    tests: tuple[TextTest, ...] = ()
    """The elements made ready, where they have no variables."""
    endings: tuple[tuple[int, Ending, int], ...] = ()
    """The tests once more, where the place of the resource says already that the text has the heads of their globs: the bit of
    each, how the glob goes on, and the bytes of its head. None there if some glob is of another shape."""

    def filled(self, reader: Reader) -> tuple["Needs", bool]:
        """The same for requests in which the variables have the values that this one gives them, and whether all are known."""
        known = True
        elements: list[tuple[Glob, ...]] = []
        for element in self.elements:
            globs: list[Glob] = []
            for glob in element:
                resolved = substitute(glob, reader) if has_variables(glob) else Resolved(glob, known=True)
                if resolved is not None:
                    globs.append(resolved.glob)
                    known = known and resolved.known
            elements.append(tuple(globs))
        return replace(self, elements=tuple(elements), variables=(), tests=tuple(map(text_test, elements))), known

    @property
    def text(self) -> object:
        """Equal for leaves that ask the same of the resource's text."""
        return self.elements, self.crossing, self.colons_after

    def outcome(self, text: str) -> int:
        """What the tests say of a text, a bit for each; CROSSING if a star might run over colons."""
        if self.might_cross(text):
            return CROSSING
        found = 0
        for bit, test in enumerate(self.tests):
            if test.one(text):
                found |= 1 << bit
        return found

    def may_cross(self, *, colons: bool) -> bool:
        """Whether texts have to be tested for it. `colons`: whether some of them have colons after their header."""
        return self.crosses is not None and (colons or self.colons_after is None)

    def asker(self, *, colons: bool) -> Callable[[str], int]:
        """`outcome` for many texts; `colons` as above."""
        if self.may_cross(colons=colons):
            return self.outcome
        if len(self.tests) == 1:
            return self.tests[0].one  # PERF: most leaves have one test, and two calls fewer halve the time
        ones = [(test.one, 1 << bit) for bit, test in enumerate(self.tests)]
        return lambda text: sum(bit for one, bit in ones if one(text))

    def outcomes(self, texts: Any, *, colons: bool) -> Longs:
        """The same for an array of texts; `colons` as above."""
        found = np.zeros(len(texts), np.int64)
        for bit, test in enumerate(self.tests):
            found |= test.many(texts).astype(np.int64) << bit
        if self.may_cross(colons=colons):
            some = np.arange(len(texts))
            if self.colons_after is not None:
                some = np.flatnonzero(pc.greater(pc.count_substring(texts, ":"), 5).to_numpy(zero_copy_only=False))
            for place, text in zip(some.tolist(), texts.take(pa.array(some)).to_pylist(), strict=True):
                if self.might_cross(text):
                    found[place] = CROSSING
        return found

    def might_cross(self, text: str) -> bool:
        after, crosses = self.colons_after, self.crosses
        return crosses is not None and (after is None or text.find(":", after) >= 0) and crosses(text)


class NeedsReader:
    """Reads needs off the leaves of one program."""

    def __init__(self, program: Program, conditions: Sequence[Condition]) -> None:
        self._program = program
        self._conditions = conditions

    def of_residue(self, residue: Residue, view: HeaderView) -> Needs:
        """What a leaf with tests left depends on, as long as none of them comes out Unknown."""
        residuals = [*residue.denies, *(each for group in residue.groups.values() for each in group)]
        elements = dict.fromkeys(element for residual in residuals for element in residual.resources)
        numbers = dict.fromkeys(number for residual in residuals for number in residual.conditions)
        return self._needs(numbers, tuple(elements), residue.crossing, view)

    def of_entries(self, entries: Sequence[Entry], status: Status, view: HeaderView) -> Needs:
        """What the clear evaluator depends on, when it is given these entries."""
        numbers = dict.fromkeys(number for entry in entries for number in entry.statement.conditions)
        patterns: dict[int, bool] = {}
        for entry in entries:
            statement = entry.statement
            for listed, negated in ((statement.resources, statement.not_resource), (statement.covers, False)):
                for number in listed or ():
                    if self._program.resources[number].form is ResourceForm.ARN:
                        patterns[number] = patterns.get(number, False) or negated
        elements = tuple(
            ResourceResidual((number,), negated) for number, negated in patterns.items() if status.get(number) is False
        )
        crossing = tuple(number for number in patterns if number in view.crossing and not status.get(number))
        return self._needs(numbers, elements, crossing, view)

    def _needs(
        self,
        numbers: Iterable[int],
        elements: tuple[ResourceResidual, ...],
        crossing: tuple[int, ...],
        view: HeaderView,
    ) -> Needs:
        plain: list[int] = []
        exact: dict[str, None] = {}
        for number in numbers:
            condition = self._conditions[number]
            if condition.variables:
                exact.update(dict.fromkeys((condition.test.key, *variables_of(condition.test))))
            else:
                plain.append(number)
        globs = [self._globs(element, view) for element in elements]
        variables = dict.fromkeys(
            fold(token.key) for element in globs for glob in element for token in glob if isinstance(token, Variable)
        )
        # Under NotResource a variable without a value is Unknown on all that its pattern is about (iam-semantics.md 10.4).
        negated = any(
            element.negated and any(map(has_variables, tails)) for element, tails in zip(elements, globs, strict=True)
        )
        return Needs(
            tuple(plain),
            tuple(exact),
            tuple(globs),
            tuple(variables),
            self._crosses(crossing) if crossing else None,
            self._colons_after(crossing, view),
            crossing,
            whole=negated or len(globs) > MOST_ELEMENTS or len(variables) > MOST_VARIABLES,
            tests=() if variables else tuple(map(text_test, globs)),
            endings=() if variables else _endings(globs),
        )

    def _globs(self, element: ResourceResidual, view: HeaderView) -> tuple[Glob, ...]:
        header = view.resource.header
        return tuple(full_glob(header, self._program.resources[number].fields[4]) for number in element.tests)

    def _crosses(self, crossing: tuple[int, ...]) -> Callable[[str], bool]:
        tests = [self._program.resources[number] for number in crossing]
        globs = [crossing_glob(test, with_stars(test.fields[4])) for test in tests]
        return lambda text: any(crosses(text) for crosses in globs)

    def _colons_after(self, crossing: tuple[int, ...], view: HeaderView) -> int | None:
        """A pattern with all its fields can only cross if its resource part follows a colon after the header."""
        if any(self._program.resources[number].written < 5 for number in crossing):
            return None
        return len(view.resource.header)


def _endings(elements: Sequence[tuple[Glob, ...]]) -> tuple[tuple[int, Ending, int], ...]:
    found = [(bit, ending(glob)) for bit, globs in enumerate(elements) for glob in globs]
    known = tuple((bit, *each) for bit, each in found if each is not None)
    return known if len(known) == len(found) <= MOST_ENDINGS else ()
