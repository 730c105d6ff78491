"""The company that most tests of requests work at."""

import pytest

from tests import factories
from tests.factories import Company


@pytest.fixture
def company(db: None) -> Company:
    return factories.company()
