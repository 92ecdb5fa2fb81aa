"""Generated leaf functions: a residue as straight Python code.

In: a `Residue`, and a `Kit` that knows how to make ready what the code calls. Out: `leaf(r, ctx, caller) -> Decision`,
where `r` is the resource's text and `ctx` the context mapping.
The source follows from the residue's shape alone: names are numbered in order of use and bound as parameters of a
factory, so **no policy text is ever part of the source**, and leaves of one shape share one compiled factory.

A leaf fetches the values of its keys and looks the answers of its tests up in the tables of their memos, nothing else. It
is made twice: what callers run reads plain dictionaries, and goes `slow` where one lacks a value, where a value is no text,
or where a key might hide under another spelling (unless that is settled before: see `Kit.plain`); the other one, which is
made when that happens first, reads the memos themselves and fills them.
Invariant: a memo gives no answer where a test is Unknown, so both give up then, and the clear evaluator decides.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from ostiary_runtime.context import Context, Implied
from ostiary_runtime.decision import Decision
from ostiary_runtime.entries import Entry
from ostiary_runtime.globs import Matcher
from ostiary_runtime.leaves import Residual, ResidualStep, Residue, ResourceResidual
from ostiary_runtime.memos import Memo
from ostiary_runtime.plan import Group, Step

LeafFunction = Callable[[str, Context, Implied], Decision]
Settler = Callable[[str, Context, Implied], Decision | None]
"""A leaf that fills the memos; None where the clear evaluator has to decide."""
Factory = Callable[..., Any]

# Beyond these a leaf is not worth its source: the clear evaluator runs it (compiling costs more than it gives back).
MOST_TESTS = 256
MOST_NESTED = 24
MISSING = object()


class TooLargeError(Exception):
    """The residue has more tests than generated code is good for."""


# PERF: a slice and a comparison cost half of what `find`, `startswith` or `endswith` do.
@dataclass(frozen=True, slots=True)
class Ends:
    """A resource matches if it ends in `text`."""

    text: str


@dataclass(frozen=True, slots=True)
class Holds:
    """A resource matches if it has `text` somewhere from `start` on."""

    text: str
    start: int


PlainTest = Ends | Holds | Matcher
"""A resource pattern without variables, on resources that begin as it does."""


class Kit(Protocol):
    """What generated code calls, made ready for one leaf."""

    account: str | None
    """The account of the leaf's resources, for `aws:ResourceAccount`."""
    header: int
    """The length of the ARN header of the leaf's resources."""
    plain: Callable[[Iterable[str]], bool] | None
    """Whether no key of a context needs folding (see `PlainKeys`); None if only such contexts reach the leaf."""

    def join(self, first: Decision, second: Decision, /) -> Decision:
        """The decision that names the statements of both."""

    def usual(self, folded: str, /) -> str:
        """The usual spelling of a key."""

    def implied(self, folded: str, /) -> bool:
        """Whether a request may imply the key without its context saying it."""

    def condition(self, number: int, /) -> Memo[int]:
        """The matches of a condition."""

    def pattern(self, number: int, /, *, negated: bool) -> Memo[Matcher] | None:
        """The matchers of a pattern's resource part; None if it has no variables."""

    def plain_pattern(self, number: int, /) -> PlainTest:
        """A pattern without variables."""

    def crossing(self, patterns: tuple[int, ...], /) -> Callable[[str], bool]:
        """Whether a resource might match one of the patterns by crossing colons."""

    def crossing_offset(self, patterns: tuple[int, ...], /) -> int | None:
        """From where on a resource needs a colon for that; None if it needs none."""

    def denial(self, residual: Residual, /) -> Decision:
        """The explicit deny by a residual's statement."""

    def grant(self, group: Group, entry: Entry, /) -> Decision:
        """The allow by an entry's statement, for a group."""

    def outcome(self, step: Step, sure: Mapping[Group, Entry], /) -> Decision:
        """The decision of a step whose naming groups are all sure."""


class Generator:
    """Makes leaf functions; factories are kept by their source, one per shape. Capped."""

    CAP = 4096

    def __init__(self) -> None:
        self._factories: dict[str, Factory] = {}
        self._seen: set[int] = set()

    def leaf(self, made: "Made", slow: LeafFunction) -> LeafFunction:
        """The function of a source; `slow` decides where the tables of its memos are not enough."""
        tables = [value.table if isinstance(value, Memo) else value for value in made.values]
        leaf: LeafFunction = self._factory(made.source)(slow, Exception, *tables)
        return leaf

    def settler(self, made: "Made") -> Settler:
        """The function that asks the memos themselves."""
        settle: Settler = self._factory(made.source)(_give_up, Exception, *made.values)
        return settle

    def leaf_of_known_shape(self, made: "Made", slow: LeafFunction) -> LeafFunction | None:
        """As `leaf`, but None if nobody has asked for a leaf of this shape before: it may well be the only one."""
        if made.source not in self._factories:
            shape = hash(made.source)
            if shape not in self._seen:
                if len(self._seen) >= self.CAP:
                    self._seen.clear()
                self._seen.add(shape)
                return None
        return self.leaf(made, slow)

    def _factory(self, source: str) -> Factory:
        factory = self._factories.get(source)
        if factory is None:
            namespace: dict[str, Factory] = {}
            exec(compile(source, "<leaf>", "exec"), {"__builtins__": {}}, namespace)  # noqa: S102  # holds no policy text
            factory = namespace["make"]
            if len(self._factories) >= self.CAP:
                self._factories.clear()
            self._factories[source] = factory
        return factory


def _give_up(_r: str, _context: Context, _caller: Implied) -> None:
    """Stands for `slow` where the memos are asked: nobody else knows more but the clear evaluator."""


@dataclass(frozen=True, slots=True)
class Made:
    """The factory's source, the values of its parameters after the first two, and the keys that the leaf reads."""

    source: str
    values: list[object]
    keys: Mapping[str, str]


def source_of(residue: Residue, kit: Kit) -> Made:
    """The source of a residue's factory, and what to call the factory with.

    TooLargeError if the clear evaluator had better decide the leaf.
    """
    writer = _Writer(residue, kit)
    writer.write()
    body = "\n".join(writer.lines)
    source = (
        f"def make({', '.join(('slow', 'error', *writer.parameters))}):\n"
        f" def leaf(r, ctx, caller):\n  try:\n{body}\n  except error: pass\n  return slow(r, ctx, caller)\n return leaf\n"
    )
    return Made(source, writer.values, writer.keys)


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
        self.keys: dict[str, str] = {}
        self._residue = residue
        self._kit = kit
        self._names: dict[tuple[str, object], str] = {}
        self._counts: dict[str, int] = {}
        self._tests = 0
        self._top = _Block(3, set())
        self._groups: dict[Group, str] = {}
        self._again = _tested_again(residue)

    def write(self) -> None:
        residue = self._residue
        if residue.crossing:
            crosses = self._name("x", residue.crossing, self._kit.crossing, residue.crossing)
            offset = self._kit.crossing_offset(residue.crossing)
            # PERF: most resources have no colon after their header
            guard = "" if offset is None else f"{self._holds(':', offset)} and "
            self._line(self._top, f"if {guard}{crosses}(r): return slow(r, ctx, caller)")
        for denial in residue.denies:
            decision = self._name("d", denial.entry.number, self._kit.denial, denial)
            self._option(denial, f"return {decision}", self._top)
            if denial.definite:
                return
        for position, step in enumerate(residue.steps):
            following = residue.steps[position + 1 :]
            if self._grants_then_lacks(step, following):
                return
            self._step(step)

    def _grants_then_lacks(self, step: ResidualStep, following: tuple[ResidualStep, ...]) -> bool:
        """The most common end of a plan, "allowed if this group allows", without a variable for the group."""
        if len(following) != 1 or len(step.when) != 1 or step.when[0][1] or following[0].when:
            return False
        group = step.when[0][0]
        named = [
            other for other in following[0].step.by if other in self._residue.groups or other in self._residue.sure
        ]
        if named != [group] or group in self._groups:
            return False
        self._first_that_holds(group)
        self._line(self._top, f"return {self._outcome(step.step)}")
        return True

    def _first_that_holds(self, group: Group) -> None:
        """The group's first option that holds is the answer; whoever comes past here knows that none does."""
        for option in self._residue.groups[group]:
            self._option(option, f"return {self._grant(group, option.entry)}", self._top)
        self._groups[group] = "None"

    def _step(self, step: ResidualStep) -> None:
        """One step of the plan: settles the groups that it needs, then returns if it holds."""
        if len(step.when) == 1 and step.when[0][1] and step.step.by == (step.when[0][0],):
            group = step.when[0][0]
            if group not in self._groups:
                self._first_that_holds(group)
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
        """If all of a residual holds, `then`. What was tested before comes first, then resources, then conditions."""
        if len(residual.conditions) + len(residual.resources) > MOST_NESTED:
            raise TooLargeError
        settled = [number for number in residual.conditions if self._names.get(("t", number)) in block.set_here]
        for number in settled:
            block = self._condition(number, block)
        for element in residual.resources:
            block = self._element(element, block)
        for number in residual.conditions:
            if number not in settled:
                block = self._condition(number, block)
        self._line(block, then)

    def _element(self, element: ResourceResidual, block: _Block) -> _Block:
        """A Resource element: one of its patterns matches, or none if it is negated."""
        tests = [self._pattern(number, element, block) for number in element.tests]
        alternatives = " or ".join(tests)
        return self._nest(block, f"not ({alternatives})" if element.negated else alternatives)

    def _pattern(self, number: int, element: ResourceResidual, block: _Block) -> str:
        self._count()
        memo = self._kit.pattern(number, negated=element.negated)
        if memo is not None:
            name = self._name("q", (number, element.negated), lambda: memo)
            states = self._states(memo.keys, block)
            return f"{name}[{states}](r[{self._slice(self._kit.header)}])"
        test = self._kit.plain_pattern(number)
        match test:
            case Ends(text):
                return f"r[{self._slice(-len(text))}] == {self._name('s', text, lambda: text)}"
            case Holds(text, start):
                return self._holds(text, start)
            case _:
                return f"{self._name('p', number, lambda: test)}(r)"

    def _holds(self, text: str, start: int) -> str:
        return f"{self._name('s', text, lambda: text)} in r[{self._slice(start)}]"

    def _slice(self, start: int) -> str:
        return self._name("n", start, lambda: _from(start))

    def _condition(self, number: int, block: _Block) -> _Block:
        local = self._local("t", number)
        if local in block.set_here:
            return self._nest(block, local)
        self._count()
        memo = self._kit.condition(number)
        answer = f"{self._name('c', number, lambda: memo)}[{self._states(memo.keys, block)}]"
        if number not in self._again:
            return self._nest(block, answer)
        self._line(block, f"{local} = {answer}")
        block.set_here.add(local)
        return self._nest(block, local)

    def _states(self, keys: tuple[str, ...], block: _Block) -> str:
        return ", ".join(self._value(folded, block) for folded in keys)

    def _value(self, folded: str, block: _Block) -> str:
        """The local variable that holds the value of a key."""
        local = self._local("v", folded)
        if local in block.set_here:
            return local
        kit = self._kit
        usual = self.keys[folded] = kit.usual(folded)
        key = self._name("k", folded, lambda: usual)
        hidden = "return slow(r, ctx, caller)"
        plain = None if kit.plain is None else self._name("plain", None, lambda: kit.plain)
        if kit.implied(folded):
            missing = self._name("missing", None, lambda: MISSING)
            self._line(block, f"{local} = ctx.get({key}, {missing})")
            self._line(block, f"if {local} is {missing}:")
            if plain is not None:
                self._line(block, f" if not {plain}(ctx): {hidden}")
            if folded == "aws:resourceaccount":
                self._line(block, f" {local} = {self._name('account', None, lambda: kit.account)}")
            else:
                self._line(block, f" {local} = caller.derived[{self._name('f', folded, lambda: folded)}]")
        else:
            self._line(block, f"{local} = ctx.get({key})")
            if plain is not None:
                self._line(block, f"if {local} is None and not {plain}(ctx): {hidden}")
        block.set_here.add(local)
        return local

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


@lru_cache(maxsize=1024)
def _from(start: int) -> slice:
    """The rest of a text; one object for all leaves."""
    return slice(start, None)


def _tested_again(residue: Residue) -> set[int]:
    """The conditions that more than one residual asks for."""
    once: set[int] = set()
    again: set[int] = set()
    for residual in (*residue.denies, *(option for options in residue.groups.values() for option in options)):
        again.update(once.intersection(residual.conditions))
        once.update(residual.conditions)
    return again
