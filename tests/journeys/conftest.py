"""People at their browsers, on the real pages with a real database behind them."""

from typing import Any

import pytest
from django.core.cache import cache

from tests import factories
from tests.factories import Company
from tests.journeys.people import Someone


@pytest.fixture
def company(live_server: Any) -> Company:
    cache.clear()
    return factories.company(password=factories.PASSWORD)


@pytest.fixture
def someone(new_page: Any) -> Any:
    """`someone(user)` is at his own browser, logged in; keyword arguments as of a browser context."""

    def at(user: Any, **options: Any) -> Someone:
        return Someone(new_page(**options), user)

    return at
