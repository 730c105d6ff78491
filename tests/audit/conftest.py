import pytest

from accounts.models import User
from tests.audit.factories import person


@pytest.fixture
def rep(db: None) -> User:
    return person("rep")
