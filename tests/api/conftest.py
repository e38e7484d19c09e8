"""The in-memory stack that the API's tests speak to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import Stand


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    """A stack of its own, empty but for its first tenant."""
    return Stand(tmp_path)
