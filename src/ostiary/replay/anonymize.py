"""Findings without the names of people and their things, for whoever may see the result but not the log.

In: `Findings` and a key. Out: `Findings` of the same shape and numbers, in which every identifier is a pseudonym.
Invariant: a text is kept only where it is known to be AWS's own vocabulary; everything else is replaced, so that a field that
nobody thought of hides too much rather than too little. Numbers, times, actions, services, Regions and error codes stay.
Not here: what a pseudonym looks like (`pseudonyms`).
"""

import json
import re
from dataclasses import replace
from typing import Any

from ostiary.cloudtrail.reference import Reference
from ostiary.replay.decide import Missing
from ostiary.replay.findings import (
    Blind,
    Calibration,
    Contradiction,
    Counted,
    Findings,
    PartHits,
    PolicyHits,
    Row,
    Sample,
    StatementHits,
)
from ostiary.replay.pseudonyms import Pseudonyms
from ostiary.replay.question import Question
from ostiary.replay.sides import LOG
from ostiary_runtime.decision import StatementRef

# Members of an event whose texts are AWS's own words, if they look so.
_VOCABULARY = frozenset(
    {
        *(
            "eventVersion",
            "eventTime",
            "eventSource",
            "eventName",
            "awsRegion",
            "eventType",
            "eventCategory",
            "apiVersion",
        ),
        *(
            "errorCode",
            "type",
            "creationDate",
            "mfaAuthenticated",
            "readOnly",
            "managementEvent",
            "tlsVersion",
            "cipherSuite",
        ),
        *(
            "SignatureVersion",
            "AuthenticationMethod",
            "platform",
            "credentialsIssuedTo",
            "sessionCredentialFromConsole",
        ),
    }
)
_AWS_WORD = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
_MEMBER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_NAMED_MEMBERS = frozenset(
    {"tags", "tag", "tagset", "environment", "variables", "metadata", "labels", "item", "key", "keys"}
)
_LARGE_NUMBER = 10**8
_DENIAL = re.compile(
    r"(?P<user>[Uu]ser: \S+ is not authorized to perform:? [\w-]+:\w+)(?: on ?resource:? (?P<resource>\S+))?"
    r"(?P<why>(?: because no [\w -]+ allows the [\w-]+:\w+ action| with an explicit deny in an? [\w -]+)?)(?P<policy>:? ?(?:arn:\S+)?)\.?"
)
_ACTION = re.compile(r"([a-z0-9-]+):[A-Za-z0-9*?]+")
_CONDITION = re.compile(r"(\S+) (.+?): (.*)", re.DOTALL)
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
# An element, a type of principal, an operator, or a condition key with the tag that it may name.
_CONDITION_WORD = re.compile(
    r"Version|Id|Statement|Sid|Effect|(?:Not)?(?:Principal|Action|Resource)|Condition|AWS|Service|Federated|CanonicalUser"
    r"|(?:ForAnyValue:|ForAllValues:)?(?:String|Numeric|Date|Bool|Binary|IpAddress|NotIpAddress|Arn|Null)[A-Za-z]*"
    r"|[A-Za-z0-9-]+:[A-Za-z0-9-]+(?:/.+)?"
)


def anonymize(findings: Findings, key: bytes) -> Findings:
    """The findings with pseudonyms; ValueError for a key that is too short. The same key gives the same pseudonyms."""
    names = Pseudonyms(key)
    _Hiding(names).findings(findings)
    names.learned()
    return _Hiding(names).findings(findings)


class _Hiding:
    def __init__(self, names: Pseudonyms) -> None:
        self._names = names
        self._texts: dict[str, str] = {}
        self._services = frozenset(Reference.packaged().prefixes)

    def findings(self, found: Findings) -> Findings:
        return replace(
            found,
            baseline=self._compared(found.baseline),
            candidate=self._compared(found.candidate),
            question=self._question(found.question),
            counts=tuple(self._counted(each) for each in found.counts),
            rows=tuple(self._row(each) for each in found.rows),
            missing=tuple(replace(each, missing=self._missing(each.missing)) for each in found.missing),
            accounts=tuple((self._names.account(account), number) for account, number in found.accounts),
            blind=tuple(self._blind(each) for each in found.blind),
            coverage=tuple(self._policy_hits(each) for each in found.coverage),
            calibration=self._calibration(found.calibration) if found.calibration is not None else None,
            facts=tuple(self._fact(each) for each in found.facts),
            unmapped=tuple(
                (self._names.text(source), self._names.text(name), events) for source, name, events in found.unmapped
            ),
            damages=tuple(replace(each, file=self._file(each.file)) for each in found.damages),
        )

    def _compared(self, name: str) -> str:
        """The name of a side: names of files, joined by words."""
        parts = re.split(r"(, | and | with | more\b)", name)
        return (
            name
            if name == LOG
            else "".join(each if place % 2 else self._policy(each) for place, each in enumerate(parts))
        )

    def _question(self, question: Question) -> Question:
        return replace(
            question,
            given=tuple(map(self._policy, question.given)),
            beside=tuple(map(self._policy, question.beside)),
            management=tuple(map(self._names.account, question.management)),
        )

    def _counted(self, counted: Counted) -> Counted:
        return replace(counted, label=self._names.text(counted.label))

    def _row(self, row: Row) -> Row:
        return replace(
            row,
            principal=self._names.value(row.principal),
            resource=self._names.value(row.resource),
            statement=self._ref(row.statement),
            missing=tuple(map(self._missing, row.missing)),
            accounts=tuple(map(self._names.account, row.accounts)),
            samples=tuple(map(self._sample, row.samples)),
        )

    def _missing(self, missing: Missing) -> Missing:
        fact = missing.fact
        if fact.startswith("arn:"):
            return replace(missing, fact=self._names.arn(fact))
        return replace(missing, fact=self._condition_word(fact) or self._names.text(fact))

    def _ref(self, ref: StatementRef | None) -> StatementRef | None:
        return self._statement(ref) if ref is not None else None

    def _statement(self, ref: StatementRef) -> StatementRef:
        return replace(
            ref, policy=self._policy(ref.policy), source=self._policy(ref.source), sid=self._names.text(ref.sid)
        )

    def _policy(self, name: str) -> str:
        """A policy's name or file: the folders go, the ending stays."""
        if name.startswith("arn:"):
            return self._names.arn(name)
        last = re.split(r"[/\\]", name)[-1]
        stem, dot, ending = last.rpartition(".")
        if dot and stem and ending in {"json", "yaml", "yml"}:
            return f"{self._names.piece(stem)}.{ending}"
        return self._names.value(last)

    def _sample(self, sample: Sample) -> Sample:
        return Sample(
            self._names.value(sample.event_id),
            sample.time,
            self._file(sample.file),
            self._record(sample.record) if sample.record else "",
        )

    def _file(self, path: str) -> str:
        """A file of a log: its ending stays."""
        ending = "".join(re.findall(r"\.(?:json|gz|csv|parquet|ndjson)\b", path)[-2:])
        return f"{self._names.name(path)}{ending}" if path else ""

    def _record(self, text: str) -> str:
        try:
            record = json.loads(text)
        except ValueError:
            return ""  # what is no JSON cannot be taken apart
        return json.dumps(self._member("", record), ensure_ascii=False)

    def _member(self, name: str, value: Any) -> Any:
        """A value of an event, under the name of its member."""
        match value:
            case dict():
                named = name.lower() in _NAMED_MEMBERS
                return {self._key(str(key), named=named): self._member(str(key), each) for key, each in value.items()}
            case list():
                return [self._member(name, each) for each in value]
            case str():
                return self._string(name, value)
            case bool() | None:
                return value
            case int() if abs(value) >= _LARGE_NUMBER:
                return int(self._names.account(str(abs(value))))
            case float() if abs(value) >= _LARGE_NUMBER:
                return 0.0
            case _:
                return value

    def _key(self, key: str, *, named: bool) -> str:
        """The name of a member: that of an API's parameter stays, that of a tag or the like does not."""
        if named and key.lower() not in {"key", "value", "items", "item", "s", "n", "b", "variables"}:
            return self._names.value(key)
        return self._names.text(key) if _MEMBER.fullmatch(key) else self._names.value(key)

    def _string(self, name: str, value: str) -> str:
        if name in _VOCABULARY and _AWS_WORD.fullmatch(value):
            return value
        if name == "errorMessage":
            return self._message(value)
        if value[:1] in "{[" and value[-1:] in "}]":
            try:
                inner = json.loads(value)
            except ValueError:
                pass
            else:
                return self._policy_text(value) if _is_policy(inner) else json.dumps(self._member("", inner))
        if _ACTION.fullmatch(value) and value.partition(":")[0] in self._services:
            return value
        return self._names.value(value)

    def _message(self, message: str) -> str:
        """A denial in the words of AWS, with its names replaced; any other message may name anything, and goes."""
        found = _DENIAL.fullmatch(message)
        if not found:
            return "(hidden)"
        on = f" on resource: {self._names.value(found['resource'])}" if found["resource"] else ""
        return f"{self._names.text(found['user'])}{on}{found['why']}{self._names.text(found['policy'])}"

    def _policy_hits(self, hits: PolicyHits) -> PolicyHits:
        return replace(
            hits,
            name=self._policy(hits.name),
            text=self._text_of(hits.text),
            statements=tuple(self._statement_hits(each) for each in hits.statements),
        )

    def _text_of(self, text: str) -> str:
        """The text of a file, which may hold many policies."""
        if text not in self._texts:
            self._texts[text] = self._policy_text(text)
        return self._texts[text]

    def _policy_text(self, text: str) -> str:
        """The text of a policy, line by line as it was: texts that are no words of IAM are replaced where they stand."""
        key = ""

        def replaced(found: re.Match[str]) -> str:
            nonlocal key
            try:
                value = json.loads(found[0])
            except ValueError:
                return '""'
            if re.match(r"\s*:", found.string[found.end() :]):
                key = value
                return json.dumps(self._condition_word(value) or self._names.value(value))
            return json.dumps(self._policy_value(key, value), ensure_ascii=False)

        return _JSON_TEXT.sub(replaced, text)

    def _condition_word(self, word: str) -> str:
        """A word of IAM's own, with the tag in it replaced; empty if it is none."""
        return self._names.condition_key(word) if _CONDITION_WORD.fullmatch(word) else ""

    def _policy_value(self, key: str, value: str) -> str:
        if key in {"Action", "NotAction"} and (value == "*" or _ACTION.fullmatch(value)):
            return value
        if key == "Sid":
            return self._names.text(value)
        return self._names.value(value)

    def _statement_hits(self, hits: StatementHits) -> StatementHits:
        return replace(hits, statement=self._statement(hits.statement), parts=tuple(map(self._part, hits.parts)))

    def _part(self, part: PartHits) -> PartHits:
        if part.element in {"Action", "NotAction"}:
            return replace(part, text=self._policy_value("Action", part.text))
        if part.element == "Condition":
            return replace(part, text=self._condition(part.text))
        return replace(part, text=self._names.value(part.text))

    def _condition(self, text: str) -> str:
        """A condition as coverage writes it: operator, key, and the values after a colon."""
        found = _CONDITION.fullmatch(text)
        if not found:
            return self._names.value(text)
        operator, key = (self._condition_word(word) or self._names.value(word) for word in found.group(1, 2))
        return f"{operator} {key}: {', '.join(map(self._names.value, found[3].split(', ')))}"

    def _blind(self, blind: Blind) -> Blind:
        return replace(blind, statements=tuple(map(self._statement, blind.statements)))

    def _calibration(self, told: Calibration) -> Calibration:
        return replace(told, contradictions=tuple(map(self._contradiction, told.contradictions)))

    def _contradiction(self, told: Contradiction) -> Contradiction:
        return replace(
            told,
            principal=self._names.value(told.principal),
            resource=self._names.value(told.resource),
            error=told.error if _AWS_WORD.fullmatch(told.error) else self._message(told.error) if told.error else "",
            why=self._names.text(told.why),
            statement=self._ref(told.statement),
            samples=tuple(map(self._sample, told.samples)),
        )

    def _fact(self, fact: str) -> str:
        return self._policy(fact) if fact.endswith((".json", ".yaml", ".yml")) else self._names.text(fact)


def _is_policy(value: object) -> bool:
    return isinstance(value, dict) and "Statement" in value
