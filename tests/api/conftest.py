from pathlib import Path
from typing import Any

import pytest

from tests import factories
from tests.factories import Company


@pytest.fixture
def company(db: None, tmp_path: Path, settings: Any) -> Company:
    settings.COUNTERSIGN_DATA = tmp_path
    return factories.company()
