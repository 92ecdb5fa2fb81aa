"""What the generators produce: `python -m tests.strategies.measure [POLICY SETS]`.

Shares of the outcomes; and how often a policy type or a condition operator decides: the answer (effect or certainty) is another one when
the policies of the type, or the conditions under the operator, are taken away.
"""

from __future__ import annotations

import copy
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.oracle.decide import decide
from tests.oracle.model import TYPES, Attachment, PolicySet
from tests.oracle.statements import statements_of
from tests.strategies.conditions import OPERATORS
from tests.strategies.generate import generate


def main(sets: int) -> None:
    outcomes: Counter[str] = Counter()
    deciding: Counter[str] = Counter()
    forms: Counter[str] = Counter()
    pairs = 0
    for seed in range(sets):
        policies, requests = generate(seed)
        reduced = {name: without_type(policies, name) for name in {a.type for a in policies.attachments}}
        reduced |= {name: without_operator(policies, name) for name in set(operators_in(policies))}
        for request in requests:
            pairs += 1
            answer = decide(policies, request)
            outcomes[f"{answer.effect}, {'certain' if answer.certain else 'uncertain'}"] += 1
            for name, smaller in reduced.items():
                other = decide(smaller, request)
                if (other.effect, other.certain) != (answer.effect, answer.certain):
                    (deciding if name in TYPES else forms)[name] += 1
    say(f"{pairs} pairs of {sets} policy sets")
    for title, counts in (("outcome", outcomes), ("policy type decides", deciding)):
        say(f"\n{title}")
        for name, count in counts.most_common():
            say(f"  {name:28} {count:7} {100 * count / pairs:6.2f} %")
    say("\noperator decides, in all and with each prefix and suffix")
    for base in OPERATORS:
        of_base = {name: count for name, count in forms.items() if bare(name) == base}
        written = "  ".join(f"{name.replace(base, '·')} {count}" for name, count in sorted(of_base.items()))
        say(f"  {base:28} {sum(of_base.values()):5}   {written}")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def bare(name: str) -> str:
    return name.rpartition(":")[2].removesuffix("IfExists")


def without_type(policies: PolicySet, name: str) -> PolicySet:
    return replace(policies, attachments=tuple(a for a in policies.attachments if a.type != name))


def operators_in(policies: PolicySet) -> Iterator[str]:
    for attachment in policies.attachments:
        for statement in statements_of(attachment.document):
            yield from (name for name, keys in statement.get("Condition", {}).items() if keys)


def without_operator(policies: PolicySet, name: str) -> PolicySet:
    return replace(policies, attachments=tuple(stripped(a, name) for a in policies.attachments))


def stripped(attachment: Attachment, name: str) -> Attachment:
    document: dict[str, Any] = copy.deepcopy(dict(attachment.document))
    for statement in statements_of(document):
        statement.get("Condition", {}).pop(name, None)
    return replace(attachment, document=document)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
