"""Glob matching: whether a text matches a pattern of literals and wildcards, in time linear in the text.

In: tokens of `ostiary_grammar.pattern` without variables. Out: a matcher `text -> bool`, anchored at both ends.
Invariant: `*` matches any run of characters and `?` exactly one, line breaks included (iam-semantics.md 6.5, 10.26);
no backtracking beyond the last star, and no regular expression, so hostile patterns cannot blow up.
"""

from collections.abc import Callable

from ostiary_grammar.pattern import Glob, Literal, Variable, Wild
from ostiary_runtime.kept import Kept, glob_size

Matcher = Callable[[str], bool]


def literal_prefix(glob: Glob) -> str:
    """The text that every match of the glob starts with."""
    return glob[0].text if glob and isinstance(glob[0], Literal) else ""


def is_exact(glob: Glob) -> bool:
    """Whether the glob is plain text."""
    return not glob or (len(glob) == 1 and isinstance(glob[0], Literal))


def is_prefix(glob: Glob) -> bool:
    """Whether the glob is plain text (perhaps none) followed by one star."""
    return bool(glob) and glob[-1] is Wild.STAR and is_exact(glob[:-1])


def has_variables(glob: Glob) -> bool:
    """Whether the glob holds policy variables."""
    return any(isinstance(token, Variable) for token in glob)


def pieces_of(glob: Glob) -> list[str]:
    """The literal texts, perhaps empty, between the stars of a glob that has no `?`."""
    pieces = [""]
    for token in glob:
        if isinstance(token, Literal):
            pieces[-1] += token.text
        else:
            pieces.append("")
    return pieces


def matcher(glob: Glob) -> Matcher:
    """A matcher for a glob without variables; those of short globs are remembered."""
    return _matchers[glob]


def _matcher(glob: Glob) -> Matcher:
    """A matcher; the shapes that policies use most have matchers of their own."""
    if is_exact(glob):
        return literal_prefix(glob).__eq__
    if glob == (Wild.STAR,):
        return _everything
    if is_prefix(glob):
        prefix = literal_prefix(glob)
        return lambda text: text.startswith(prefix)
    if Wild.ANY not in glob:
        return _one_star(glob) if glob.count(Wild.STAR) == 1 else _stars(glob)
    return _general(glob)


def _everything(_text: str) -> bool:
    return True


def _one_star(glob: Glob) -> Matcher:
    at = glob.index(Wild.STAR)
    head, tail = literal_prefix(glob[:at]), literal_prefix(glob[at + 1 :])
    least = len(head) + len(tail)
    if not head:
        return lambda text: text.endswith(tail)
    return lambda text: len(text) >= least and text.startswith(head) and text.endswith(tail)


def _stars(glob: Glob) -> Matcher:
    """Several stars and no `?`: `find` places the pieces."""
    head, *middle, tail = pieces_of(glob)
    size = len(head)
    if len(middle) == 1 and not tail:
        piece = middle[0]
        return lambda text: text.startswith(head) and text.find(piece, size) >= 0

    def match(text: str) -> bool:
        if not (text.startswith(head) and text.endswith(tail)):
            return False
        at, end = size, len(text) - len(tail)
        for piece in middle:
            at = text.find(piece, at, end)
            if at < 0:
                return False
            at += len(piece)
        return at <= end

    return match


def _general(glob: Glob) -> Matcher:
    """Pieces between stars are placed leftmost, one after the other: the earliest place never spoils a later one."""
    pieces: list[list[str]] = [[]]
    for token in glob:
        match token:
            case Wild.STAR:
                pieces.append([])
            case Wild.ANY:
                pieces[-1].append("")
            case Literal(text):
                pieces[-1].append(text)
            case Variable():
                raise ValueError("a glob with policy variables has no matcher of its own")
    sized = [(tuple(piece), sum(len(part) or 1 for part in piece)) for piece in pieces]

    def match(text: str) -> bool:
        head, head_size = sized[0]
        if not _stands_at(head, text, 0):
            return False
        if len(sized) == 1:
            return len(text) == head_size
        tail, tail_size = sized[-1]
        end = len(text) - tail_size
        at = head_size
        for piece, size in sized[1:-1]:
            at = _find(piece, size, text, at, end)
            if at < 0:
                return False
        return at <= end and _stands_at(tail, text, end)

    return match


def _find(piece: tuple[str, ...], size: int, text: str, start: int, end: int) -> int:
    """Where the piece first ends at or before `end`, starting at or after `start`; -1 if nowhere."""
    if not piece:
        return start
    if len(piece) == 1 and piece[0]:
        at = text.find(piece[0], start, end)
        return at + size if at >= 0 else -1
    # A piece with `?` is anchored at its longest literal, so that `find` does the walking; as long as that gets on.
    anchor = max(piece, key=len)
    if not anchor:
        return start + size if start + size <= end else -1
    offset = 0
    for part in piece:
        if part is anchor:
            break
        offset += len(part) or 1
    at = start
    patience = _PATIENCE
    while at + size <= end:
        found = text.find(anchor, at + offset, end)
        if found < 0:
            return -1
        at = found - offset
        if at + size <= end and _stands_at(piece, text, at):
            return at + size
        at += 1
        patience -= 1
        if not patience:
            return _find_in_parallel(piece, text, at, end)
    return -1


# Places at which a piece may fail to stand before all places are tried at once.
_PATIENCE = 32


def _find_in_parallel(piece: tuple[str, ...], text: str, start: int, end: int) -> int:
    """The same as `_find`, with all places tried at once: one step per character of the text, however the piece repeats.

    Bit i of `standing` says that the first i + 1 characters of the piece end here (the shift-and algorithm).
    """
    wanted: dict[str, int] = {}
    anything, bit = 0, 1
    for part in piece:
        for character in part or "?":
            if part:
                wanted[character] = wanted.get(character, 0) | bit
            else:
                anything |= bit
            bit <<= 1
    masks = {character: bits | anything for character, bits in wanted.items()}
    last, standing = bit >> 1, 0
    for at in range(start, end):
        standing = ((standing << 1) | 1) & masks.get(text[at], anything)
        if standing & last:
            return at + 1
    return -1


def _stands_at(piece: tuple[str, ...], text: str, at: int) -> bool:
    """Whether the piece stands in the text at this offset; an empty part is `?`."""
    if at < 0:
        return False
    size = len(text)
    for part in piece:
        if part:
            if not text.startswith(part, at):
                return False
            at += len(part)
        else:
            at += 1
            if at > size:
                return False
    return at <= size


_matchers: Kept[Glob, Matcher] = Kept(_matcher, 4096, glob_size)
