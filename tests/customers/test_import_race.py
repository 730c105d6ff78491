"""Imports that arrive at the same moment, committed for real, so that the trail they leave is verified too."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection

from audit.models import Event
from customers.models import FeedBatch, Invoice
from customers.services import import_feed
from tests import factories
from tests.customers.feed_files import invoices

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
FILE = invoices(*(f"I{n},HK,{n},2026-05-01,2026-06-01,{n}.50" for n in range(200)))


@pytest.mark.django_db(transaction=True)
def test_one_file_sent_four_times_at_once_is_imported_once():
    company = factories.company()
    factories.customer(company, code="HK")
    start = Barrier(4)

    def send(_):
        try:
            start.wait()
            return import_feed(company.unit, "invoices", FILE, "i.csv", data_as_of=AS_OF, actor=company.keeper)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(send, range(4)))
    assert sorted(result.inserted for result in results) == [0, 0, 0, 200]
    assert {result.batch_id for result in results} == {FeedBatch.objects.get().pk}
    assert Invoice.objects.count() == 200
    assert Event.objects.filter(action="feed.imported").count() == 1
