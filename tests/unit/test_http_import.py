"""`import app` does nothing but build."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def loaded_by_app(*packages: str) -> set[str]:
    """Return which of the packages are loaded after `import app`, in an empty environment."""
    code = f"import sys, app; print(*sorted({set(packages)!r} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={}, check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


def test_the_app_can_be_imported_with_an_empty_environment() -> None:
    """Importing reads no setting; and what a request may never need is not loaded by it."""
    heavy = ("boto3", "openpyxl", "rich", "pynamodb", "aws_lambda_powertools", "sqlite3")

    assert loaded_by_app(*heavy, "muster.http.application") == {"muster.http.application"}


def test_models_of_answers_are_not_loaded_with_the_app() -> None:
    """They are for the document: a cold start does not wait for them."""
    assert loaded_by_app("muster.assets.api", "muster.catalog.api") == set()
