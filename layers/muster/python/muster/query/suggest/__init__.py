"""Completion: what may stand at a cursor in a query."""

from __future__ import annotations

from muster.query.suggest.complete import suggest
from muster.query.suggest.suggestion import Suggestion

__all__ = ["Suggestion", "suggest"]
