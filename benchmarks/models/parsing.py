"""Parsing: the text of a policy to a syntax tree with places, beside `json.loads`, which keeps none.

In: a prepared workload. Out: rows in milliseconds for all of its documents. Agreement: as many statements were read as
written; the answers of what is compiled from them are checked elsewhere.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.prepared import Prepared
from benchmarks.record import OURS, Agreement, Row
from benchmarks.settings import Settings
from benchmarks.timing import clock, measure, take_turns
from ostiary_grammar.parser import load_policy
from ostiary_grammar.span import Source


def run(prepared: Prepared, settings: Settings) -> Iterator[Row]:
    workload = prepared.workload
    texts = [json.dumps(policy.document, indent=2) for policy in workload.policies]
    statements = sum(len(load_policy(Source("text", text)).statements) for text in texts)
    agreed = Agreement(workload.statements, statements, "the statements that were written")
    subjects = {
        (OURS, "syntax trees with places"): lambda: _timed(lambda text: load_policy(Source("text", text)), texts),
        ("json.loads", "dictionaries"): lambda: _timed(json.loads, texts),
    }
    named = {" ".join(key): sample for key, sample in subjects.items()}
    taken = take_turns(named, settings.rounds)
    for (subject, call), samples in zip(subjects, taken.values(), strict=True):
        note = f"{sum(map(len, texts)):,} characters"
        yield Row(
            "parse", workload.name, subject, call, workload.statements, None, measure(samples, "ms"), agreed, note
        )


def _timed(read: Any, texts: Sequence[str]) -> float:
    started = clock()
    for text in texts:
        read(text)
    return clock() - started
