"""AWS managed policies: engine and oracle on every action that a policy names, on ARNs that match and ARNs that do not.

    python -m tests.differential.managed [--policies N] [--first K]

Reads the collection of managed policies beside the repository (`../shared/data/policies/managed.ndjson.gz`). Each policy is the
identity policy of every caller; its action patterns are expanded with the service authorization reference, and some actions are asked
of every policy, which only NotAction names there. For each action
the resources are `*`, texts that the Resource entries of its statements match, the same with a character changed and with a
part appended, and the ARN templates of the action's resource types. The context is empty for half of the questions and
"not known" for the other half.
"""

import argparse
import gzip
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.oracle.decide import decide
from tests.oracle.model import Attachment, PolicySet, Request

import ostiary
from ostiary.cloudtrail.reference import Reference
from ostiary_grammar.action import parse_action
from ostiary_runtime.elements import match_action

MANAGED = Path(__file__).parents[3] / "shared" / "data" / "policies" / "managed.ndjson.gz"
USER = "arn:aws:iam::111122223333:user/ann"
# Asked of every policy; the last one is of a service that no policy and no reference knows.
ALWAYS = ("s3:GetObject", "iam:PassRole", "ec2:RunInstances", "organizations:LeaveOrganization", "nowhere:Do")


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    with gzip.open(MANAGED, "rt", encoding="utf-8") as lines:
        for line in lines:
            policy = json.loads(line)
            yield policy["name"], json.loads(policy["document"])


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def actions_of(patterns: list[str], reference: Reference) -> set[str]:
    """The actions of the reference that some pattern names, those that are named without wildcards whether it has them or not."""
    found = {text for text in patterns if ":" in text and not set("*?") & set(text)}
    for text in patterns:
        pattern = parse_action(text)
        service = text.partition(":")[0].lower()
        for prefix in reference.prefixes if "*" in service else [service]:
            info = reference.service(prefix)
            for name in info.actions if info is not None else ():
                if match_action(pattern, f"{prefix}:{name}"):
                    found.add(f"{prefix}:{name}")
    return found


def resources_for(action: str, statements: list[dict[str, Any]], reference: Reference) -> list[str]:
    """`*`, matching and nearly matching ARNs."""
    made = ["*"]
    for statement in statements:
        entries = listed(statement.get("Resource", statement.get("NotResource")))
        near = [entry for entry in entries if entry != "*"]
        for entry in near[:2] + near[-1:]:
            arn = filled(entry)
            if arn.count(":") >= 5:
                made += [arn, arn[:-1] + "~", arn + ":x/y"]
    info = reference.action(*action.split(":", 1))
    for use in info.uses[:2] if info is not None else ():
        made.append(filled(use.type.template))
    return [arn for arn in dict.fromkeys(made) if arn == "*" or arn.count(":") >= 5][:5]


def filled(pattern: str) -> str:
    """A text that an ARN pattern or template matches, as far as it can be had without context."""
    fields = pattern.split(":", 5)
    defaults = ["arn", "aws", "s3", "us-east-1", "111122223333", "x"]
    fields = [
        default if field == "*" or field.startswith("${") else field
        for field, default in zip(fields, defaults, strict=False)
    ] + defaults[len(fields) :]
    out, depth = "", 0
    for character in ":".join(fields):
        depth += character == "{"
        if depth == 0 and character not in "*?$":
            out += character
        elif character in "*?" and depth == 0:
            out += "x"
        if character == "}":
            depth -= 1
            out += "x"
    return out


def compare(name: str, document: dict[str, Any], reference: Reference) -> tuple[int, list[str]]:
    """How many questions were asked of a policy, and what came out differently."""
    engine = ostiary.compile(document)
    oracle = PolicySet((Attachment(document, "identity", None, name),), layers=frozenset({"identity"}))
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    named = [entry for each in statements for entry in listed(each.get("Action", each.get("NotAction")))]
    count, different = 0, []
    for action in sorted({*actions_of(named, reference), *ALWAYS}):
        about = [
            each
            for each in statements
            if ("Action" in each)
            == any(
                match_action(parse_action(text), action) for text in listed(each.get("Action", each.get("NotAction")))
            )
        ]
        for resource in resources_for(action, about, reference):
            missing = "unknown" if count % 2 else "absent"
            count += 1
            want = decide(oracle, Request(USER, action, resource, missing=missing))
            got = engine.authorize(USER, action, resource, missing=missing)
            if (got.effect.value, got.certain) != (want.effect, want.certain):
                different.append(f"{name} {action} {resource} {missing}: oracle {want}, engine {got}")
    return count, different


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--policies", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    reference = Reference.packaged()
    started, total, failed, done = time.monotonic(), 0, 0, 0
    for number, (name, document) in enumerate(documents()):
        if not options.first <= number < options.first + options.policies:
            continue
        count, different = compare(name, document, reference)
        total, failed, done = total + count, failed + len(different), done + 1
        for line in different[:3]:
            print(line)
        if done % 100 == 0:
            print(
                f"{done} policies, {total:,} questions, {failed} different, {time.monotonic() - started:.0f} s",
                file=sys.stderr,
            )
    print(f"{done} policies, {total:,} questions, {failed} different, {time.monotonic() - started:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
