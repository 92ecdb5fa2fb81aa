"""Every line of `tests/cases` is a case as `case.schema.json` describes it, of the kind that its file holds."""

from __future__ import annotations

import copy
import json

import pytest
from jsonschema import Draft202012Validator
from tests.cases_model import FOLDER, lines

from ostiary.conform.lines import Kind, kind_of

SCHEMA = json.loads((FOLDER / "case.schema.json").read_text(encoding="utf-8"))
FILES = sorted(path.name for path in FOLDER.glob("*.jsonl"))


def validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]})


def kind_in(file: str) -> str:
    return file.removesuffix(".jsonl").removeprefix("extra-")


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_knows_every_kind():
    assert {each["$ref"].removeprefix("#/$defs/") for each in SCHEMA["anyOf"]} == {kind.value for kind in Kind}


@pytest.mark.parametrize("file", FILES)
def test_every_line_is_of_its_files_kind(file: str):
    kind = kind_in(file)
    complaints = {}
    for line in lines(file):
        found = [f"{each.json_path}: {each.message}" for each in validator(kind).iter_errors(line)]
        if found or kind_of(line).value != kind:
            complaints[line["id"]] = found or kind_of(line)
    assert complaints == {}


def test_ids_are_unique():
    ids = [line["id"] for file in FILES for line in lines(file)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("file", FILES)
def test_the_schema_refuses_what_is_not_a_case(file: str):
    """An unknown key, a missing key and a misspelled answer are found: the schema says something."""
    validate = validator(kind_in(file))
    line = lines(file)[0]
    assert not validate.is_valid(line | {"wnat": "no"})
    assert not validate.is_valid({key: value for key, value in line.items() if key != "id"})
    if "want" in line and kind_in(file) != "document":
        assert not validate.is_valid(copy.deepcopy(line) | {"want": "perhaps"})
