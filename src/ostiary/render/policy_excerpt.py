"""The lines of a policy's text that are about it: all of them, or its part of a file that holds many policies.

In: `PolicyHits`, whose text is the whole file. Out: numbered lines.
Invariant: every line at which a statement or a part of one begins is among them.
"""

from ostiary.replay.findings import PolicyHits

_AROUND = 2
"""Lines that are shown around the statements, where the file holds more than the policy."""
_FRAME = 10
"""A file with at most so many lines before and after the statements holds nothing else."""


def policy_lines(policy: PolicyHits) -> list[tuple[int, str]]:
    """The lines with their numbers, which begin at 1."""
    lines = policy.text.rstrip().split("\n")
    marked = [each.statement.line for each in policy.statements]
    marked += [part.line for each in policy.statements for part in each.parts]
    first, last = (min(marked), max(marked)) if marked else (1, len(lines) if len(lines) <= _FRAME else 0)
    if first - 1 > _FRAME or len(lines) - last > _FRAME:
        start, end = max(first - _AROUND, 1), min(last + _AROUND, len(lines))
    else:
        start, end = 1, len(lines)
    return [(number, lines[number - 1].removesuffix("\r")) for number in range(start, end + 1)]
