"""Generated leaf functions: a residue as straight Python code.

In: a `Residue`, and a `Kit` that knows how to make ready what the code calls. Out: `leaf(r, ctx, caller) -> Decision`,
where `r` is the resource's text and `ctx` the context mapping.
The source follows from the residue's shape alone: names are numbered in order of use and bound as parameters of a
factory, so **no policy text is ever part of the source**, and leaves of one shape share one compiled factory.
Invariant: whenever a test comes out Unknown and none beside it comes out No, the clear evaluator decides.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ostiary_runtime.context import Context, Implied
from ostiary_runtime.decision import Decision
from ostiary_runtime.entries import Entry
from ostiary_runtime.leaves import Residual, ResidualStep, Residue, ResourceResidual
from ostiary_runtime.plan import Group, Step

LeafFunction = Callable[[str, Context, Implied], Decision]
LeafTest = Callable[[str, Context, Implied], int]
Factory = Callable[..., LeafFunction]

# Beyond these a leaf is not worth its source: the clear evaluator runs it (compiling costs more than it gives back).
MOST_TESTS = 256
MOST_NESTED = 24
MISSING = object()


class TooLargeError(Exception):
    """The residue has more tests than generated code is good for."""


class Kit(Protocol):
    """What generated code calls, made ready for one leaf."""

    account: str
    """The account of the leaf's resources, for `aws:ResourceAccount`."""
    clear: LeafFunction
    """The clear evaluator on this leaf's entries."""

    def find(self, context: Context, caller: Implied, folded: str, account: str, /) -> object:
        """A key that the context does not carry under its usual spelling: another spelling, or what the request implies."""

    def join(self, first: Decision, second: Decision, /) -> Decision:
        """The decision that names the statements of both."""

    def key(self, condition: int) -> tuple[str, str]:
        """A condition's key, folded and as usually spelled."""

    def memo(self, condition: int) -> Mapping[str, int]:
        """From a text value to the match of a condition."""

    def other(self, condition: int) -> Callable[[object], int]:
        """The match of a condition for any context value."""

    def whole(self, condition: int) -> LeafTest | None:
        """The match of a condition whose values hold variables, which needs the whole request; else None."""

    def plain_element(self, element: ResourceResidual) -> Callable[[str], bool] | None:
        """Whether a Resource element holds for a resource; None if its patterns hold variables."""

    def variable_element(self, element: ResourceResidual) -> LeafTest:
        """The match of a Resource element whose patterns hold variables."""

    def crossing(self, patterns: tuple[int, ...]) -> Callable[[str], bool]:
        """Whether a resource might match one of the patterns by crossing colons."""

    def crossing_offset(self, patterns: tuple[int, ...]) -> int | None:
        """From where on a resource needs a colon for that; None if it needs none."""

    def denial(self, residual: Residual) -> Decision:
        """The explicit deny by a residual's statement."""

    def grant(self, group: Group, entry: Entry) -> Decision:
        """The allow by an entry's statement, for a group."""

    def outcome(self, step: Step, sure: Mapping[Group, Entry]) -> Decision:
        """The decision of a step whose naming groups are all sure."""


class Generator:
    """Makes leaf functions; factories are kept by their source, one per shape. Capped."""

    CAP = 4096

    def __init__(self) -> None:
        self._factories: dict[str, Factory] = {}

    def leaf(self, residue: Residue, kit: Kit) -> LeafFunction:
        """The function of a residue; TooLargeError if the clear evaluator had better run it."""
        source, values = source_of(residue, kit)
        factory = self._factories.get(source)
        if factory is None:
            namespace: dict[str, Factory] = {}
            exec(compile(source, "<leaf>", "exec"), {"__builtins__": {}}, namespace)  # noqa: S102  # holds no policy text
            factory = namespace["make"]
            if len(self._factories) >= self.CAP:
                self._factories.clear()
            self._factories[source] = factory
        return factory(*values)


def source_of(residue: Residue, kit: Kit) -> tuple[str, list[object]]:
    """The factory's source and the values of its parameters."""
    writer = _Writer(residue, kit)
    writer.write()
    body = "\n".join(writer.lines)
    return (
        f"def make({', '.join(writer.parameters)}):\n def leaf(r, ctx, caller):\n{body}\n return leaf\n",
        writer.values,
    )


@dataclass(slots=True)
class _Block:
    """A place in the code: its depth, and the local variables that are set whenever it runs."""

    depth: int
    set_here: set[str]


class _Writer:
    def __init__(self, residue: Residue, kit: Kit) -> None:
        self.lines: list[str] = []
        self.parameters: list[str] = []
        self.values: list[object] = []
        self._residue = residue
        self._kit = kit
        self._names: dict[tuple[str, object], str] = {}
        self._counts: dict[str, int] = {}
        self._tests = 0
        self._top = _Block(2, set())
        self._groups: dict[Group, str] = {}

    def write(self) -> None:
        residue = self._residue
        if residue.crossing:
            crosses = self._name("x", residue.crossing, self._kit.crossing, residue.crossing)
            offset = self._kit.crossing_offset(residue.crossing)
            # PERF: most resources have no colon after their header, and a method call costs a third of a function call
            guard = "" if offset is None else f'r.find(":", {self._name("n", offset, lambda: offset)}) >= 0 and '
            self._line(self._top, f"if {guard}{crosses}(r): {self._clear()}")
        for denial in residue.denies:
            decision = self._name("d", denial.entry.number, self._kit.denial, denial)
            self._option(denial, f"return {decision}", self._top)
            if denial.definite:
                return
        for step in residue.steps:
            self._step(step)

    def _step(self, step: ResidualStep) -> None:
        """One step of the plan: settles the groups that it needs, then returns if it holds."""
        if len(step.when) == 1 and step.when[0][1] and step.step.by == (step.when[0][0],):
            group = step.when[0][0]
            if group not in self._groups:
                # The group's first option that holds is the answer; whoever comes past here knows that none does.
                for option in self._residue.groups[group]:
                    self._option(option, f"return {self._grant(group, option.entry)}", self._top)
                self._groups[group] = "None"
                return
        tests = [f"{self._group(group)} is {'not ' if wanted else ''}None" for group, wanted in step.when]
        outcome = f"return {self._outcome(step.step)}"
        self._line(self._top, f"if {' and '.join(tests)}: {outcome}" if tests else outcome)

    def _outcome(self, step: Step) -> str:
        """The decision of a step: a constant, or put together from the groups whose statements it names."""
        residue = self._residue
        if not any(group in residue.groups for group in step.by):
            return self._name("d", ("step", step), self._kit.outcome, step, residue.sure)
        parts: dict[object, list[str]] = {}
        for group in step.by:
            if group in residue.groups:
                parts.setdefault(group.type, []).append(self._group(group))
            elif group in residue.sure:
                parts.setdefault(group.type, []).append(self._grant(group, residue.sure[group]))
        alternatives = [" or ".join(names) for names in parts.values()]
        if len(alternatives) == 1:
            return alternatives[0]
        join = self._name("join", None, lambda: self._kit.join)
        return f"{join}({', '.join(alternatives)})"

    def _group(self, group: Group) -> str:
        """The local variable that holds the group's decision, None if it does not allow."""
        given = self._groups.get(group)
        if given is not None:
            return given
        given = self._groups[group] = f"g{len(self._groups)}"
        for position, option in enumerate(self._residue.groups[group]):
            then = f"{given} = {self._grant(group, option.entry)}"
            if position == 0:
                self._line(self._top, f"{given} = None")
                self._option(option, then, self._top)
            else:
                self._option(option, then, self._nest(self._top, f"{given} is None"))
        return given

    def _grant(self, group: Group, entry: Entry) -> str:
        return self._name("d", ("grant", group, entry.number), self._kit.grant, group, entry)

    def _option(self, residual: Residual, then: str, block: _Block) -> None:
        """If all of a residual holds, `then`; if some of it is Unknown and none is No, the clear evaluator."""
        if len(residual.conditions) + len(residual.resources) > MOST_NESTED:
            raise TooLargeError
        doubtful: list[str] = []
        settled = [number for number in residual.conditions if self._names.get(("t", number)) in block.set_here]
        for number in settled:
            block = self._condition(number, block, doubtful)
        for element in residual.resources:
            block = self._element(element, block, doubtful)
        for number in residual.conditions:
            if number not in settled:
                block = self._condition(number, block, doubtful)
        if not doubtful:
            self._line(block, then)
            return
        self._line(block, f"if {' == '.join([*doubtful, '2'])}: {then}")
        self._line(block, f"else: {self._clear()}")

    def _element(self, element: ResourceResidual, block: _Block, doubtful: list[str]) -> _Block:
        self._count()
        plain = self._kit.plain_element(element)
        if plain is not None:
            return self._nest(block, f"{self._name('p', element, lambda: plain)}(r)")
        test = self._name("q", element, self._kit.variable_element, element)
        local = f"e{test}"
        self._line(block, f"{local} = {test}(r, ctx, caller)")
        doubtful.append(local)
        return self._nest(block, local)

    def _condition(self, number: int, block: _Block, doubtful: list[str]) -> _Block:
        kit = self._kit
        local = self._local("t", number)
        if local not in block.set_here:
            self._count()
            whole = kit.whole(number)
            if whole is not None:
                self._line(block, f"{local} = {self._name('w', number, lambda: whole)}(r, ctx, caller)")
            else:
                value = self._value(number, block)
                memo = self._name("c", number, kit.memo, number)
                other = self._name("o", number, kit.other, number)
                text = self._name("text", None, lambda: str)
                self._line(block, f"{local} = {memo}[{value}] if {value}.__class__ is {text} else {other}({value})")
            block.set_here.add(local)
        doubtful.append(local)
        return self._nest(block, local)

    def _value(self, number: int, block: _Block) -> str:
        """The local variable that holds the value of a condition's key."""
        kit = self._kit
        folded, shown = kit.key(number)
        local = self._local("v", folded)
        if local not in block.set_here:
            missing = self._name("missing", None, lambda: MISSING)
            key = self._name("k", folded, lambda: shown)
            fold = self._name("f", folded, lambda: folded)
            find = self._name("find", None, lambda: kit.find)
            account = self._name("account", None, lambda: kit.account)
            self._line(block, f"{local} = ctx.get({key}, {missing})")
            self._line(block, f"if {local} is {missing}: {local} = {find}(ctx, caller, {fold}, {account})")
            block.set_here.add(local)
        return local

    def _clear(self) -> str:
        return f"return {self._name('clear', None, lambda: self._kit.clear)}(r, ctx, caller)"

    def _nest(self, block: _Block, test: str) -> _Block:
        self._line(block, f"if {test}:")
        return _Block(block.depth + 1, set(block.set_here))

    def _line(self, block: _Block, text: str) -> None:
        self.lines.append(" " * block.depth + text)

    def _count(self) -> None:
        self._tests += 1
        if self._tests > MOST_TESTS:
            raise TooLargeError

    def _local(self, kind: str, identity: object) -> str:
        """A local variable, numbered in order of first use."""
        name = self._names.get((kind, identity))
        if name is None:
            name = self._names[kind, identity] = self._number(kind)
        return name

    def _name(self, kind: str, identity: object, make: Callable[..., object], *arguments: object) -> str:
        """A parameter of the factory, made on its first use."""
        name = self._names.get((kind, identity))
        if name is None:
            name = self._names[kind, identity] = self._number(kind)
            self.parameters.append(name)
            self.values.append(make(*arguments))
        return name

    def _number(self, kind: str) -> str:
        count = self._counts.get(kind, 0)
        self._counts[kind] = count + 1
        return f"{kind}{count}"
