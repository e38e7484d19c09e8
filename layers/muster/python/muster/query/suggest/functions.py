"""Functions that may stand somewhere."""

from __future__ import annotations

from collections.abc import Iterator

from muster.query.functions.signatures import SIGNATURES, Signature, Use
from muster.query.suggest.suggestion import Suggestion


def functions(*uses: Use) -> Iterator[Suggestion]:
    """Yield the functions that have one of these uses; those that wait for something come last."""
    fit = [each for each in SIGNATURES if not set(uses).isdisjoint(each.uses)]
    for each in sorted(fit, key=lambda signature: signature.waits_for is not None):
        yield _suggestion(each)


def _suggestion(found: Signature) -> Suggestion:
    brackets = "(" if found.parameters and not found.parameters[0].optional else "()"
    waits = f" Needs {found.waits_for}." if found.waits_for else ""
    return Suggestion(
        insert=f"{found.name}{brackets}",
        kind="function",
        label=found.form,
        description=f"{found.doc}{waits}",
        also=found.names,
    )
