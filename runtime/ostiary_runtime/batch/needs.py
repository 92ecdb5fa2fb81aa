"""Needs: on what of a request a leaf depends, beside its caller, action and place.

In: a leaf. Out: the conditions whose outcome counts, the keys whose very value counts, and the texts that the resource is
matched against. Two requests that agree on these get the same answer from the leaf; that is all that a batch relies on.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ostiary_grammar.pattern import ResourceForm
from ostiary_runtime.conditions import Condition, variables_of
from ostiary_runtime.elements import crossing_glob, with_stars
from ostiary_runtime.entries import Entry
from ostiary_runtime.globs import has_variables, matcher
from ostiary_runtime.leaves import Residue, ResourceResidual, Status
from ostiary_runtime.program import Program
from ostiary_runtime.stretches import HeaderView, full_glob

# Elements of one leaf beyond which its requests are decided one by one.
MOST_ELEMENTS = 12

TextTest = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Needs:
    """What a leaf depends on.

    `conditions`: those without variables, by number. `exact`: folded keys that variables refer to, or whose conditions have
    variables. `elements`: tests of the resource's text. `crosses`: whether a star might run over colons, so that the
    request has to be decided for itself. `whole`: every request has to be.
    """

    conditions: tuple[int, ...]
    exact: tuple[str, ...] = ()
    elements: tuple[TextTest, ...] = ()
    crosses: TextTest | None = None
    colons_after: int | None = None
    """From where on a text needs a colon for `crosses`; None: that cannot be said."""
    whole: bool = False


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
        patterns = dict.fromkeys(
            number
            for entry in entries
            for number in (*(entry.statement.resources or ()), *(entry.statement.covers or ()))
            if self._program.resources[number].form is ResourceForm.ARN
        )
        elements = tuple(
            ResourceResidual((number,), negated=False) for number in patterns if status.get(number) is False
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
        tests = [self._element(element, view) for element in elements]
        return Needs(
            tuple(plain),
            tuple(exact),
            tuple(test for test in tests if test is not None),
            self._crosses(crossing) if crossing else None,
            self._colons_after(crossing, view),
            whole=None in tests or len(tests) > MOST_ELEMENTS,
        )

    def _element(self, element: ResourceResidual, view: HeaderView) -> TextTest | None:
        tails = [self._program.resources[number].fields[4] for number in element.tests]
        if any(has_variables(tail) for tail in tails):
            return None
        matchers = [matcher(full_glob(view.resource.header, tail)) for tail in tails]
        if len(matchers) == 1:
            return matchers[0]
        return lambda text: any(matches(text) for matches in matchers)

    def _crosses(self, crossing: tuple[int, ...]) -> TextTest:
        tests = [self._program.resources[number] for number in crossing]
        globs = [crossing_glob(test, with_stars(test.fields[4])) for test in tests]
        return lambda text: any(crosses(text) for crosses in globs)

    def _colons_after(self, crossing: tuple[int, ...], view: HeaderView) -> int | None:
        """A pattern with all its fields can only cross if its resource part follows a colon after the header."""
        if any(self._program.resources[number].written < 5 for number in crossing):
            return None
        return len(view.resource.header)
