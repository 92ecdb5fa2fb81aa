"""Dates compare exactly, whatever the host's decimal context says and however long their fraction is."""

from __future__ import annotations

import decimal

from tests.runtime.building import ALICE, allow, identity, outcome

from ostiary_runtime.values import parse_date

NEW_YEAR, LATER = "2024-01-01T00:00:00Z", "2024-01-05T00:00:00Z"


def test_the_precision_of_the_host_does_not_count():
    with decimal.localcontext() as context:
        context.prec = 4
        made = identity(allow(Condition={"DateGreaterThan": {"aws:CurrentTime": NEW_YEAR}}))
        assert outcome(made, ALICE, "s3:GetObject", "arn:aws:s3:::b", {"aws:CurrentTime": LATER}) == "Allow"


def test_the_traps_of_the_host_do_not_count():
    with decimal.localcontext() as context:
        context.traps[decimal.Inexact] = True
        assert parse_date("2024-01-01T00:00:00.1234567890123456789012345Z") is not None


def test_a_long_fraction_is_not_rounded():
    assert parse_date(f"2024-01-01T00:00:00.{'0' * 30}1Z") > parse_date(NEW_YEAR)
