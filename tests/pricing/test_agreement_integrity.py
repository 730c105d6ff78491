"""Tampering with granted prices beside the trail is found."""

import pytest
from django.db import connection

from audit.verify import verify
from pricing.services.price_checks import consume
from tests.pricing.agreement_factories import shop

pytestmark = [pytest.mark.django_db, pytest.mark.damages_audit]
TABLES = ("pricing_priceagreement", "pricing_agreementline", "pricing_utilisationentry", "pricing_agreementnotice")


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ("SELECT 1", set()),
        ("UPDATE pricing_agreementline SET ordered = 3", {"agreement_counter"}),
        ("DELETE FROM pricing_utilisationentry", {"agreement_counter"}),
        (
            "DELETE FROM pricing_utilisationentry; DELETE FROM pricing_agreementline; DELETE FROM pricing_priceagreement",
            {"agreement_missing"},
        ),
    ],
)
def test_quantities_and_grants_that_differ_from_what_was_recorded_are_found(statement: str, kinds: set[str]) -> None:
    place = shop()
    place.grant(10)
    consume(place.order(6, "SO-1"), actor=place.clerk)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        cursor.execute(statement)
    assert {finding.kind for finding in verify().findings} == kinds
