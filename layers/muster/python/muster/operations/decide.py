"""What a list of operations comes to for one asset: all of its writes, or the reason for none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from muster.assets import refusals
from muster.assets.decide import Look, foresee
from muster.assets.links import link_exists
from muster.assets.present import Names
from muster.assets.resolve import Resolver
from muster.catalog.values import ValueProblem
from muster.errors import MusterError
from muster.ledger.model import Mark, Put, Record, Write
from muster.ledger.port import MarkTakenError
from muster.operations.draft import Around, Draft, FieldMissing
from muster.operations.edits import Step
from muster.operations.model import Operation, Policy, RunContext
from muster.operations.shown import changes_of
from muster.operations.steps import looks_at_links, steps_of
from muster.replica.port import LinkRow
from muster.scope import Scope

_MOST_CLAIMS = 20_000


@dataclass(frozen=True)
class Decided:
    """What operations come to for one asset."""

    action: Literal["update", "unchanged", "skip", "fail"]
    writes: tuple[Write, ...] = ()
    """Go into one commit, or none of them does."""
    changes: tuple[Mapping[str, Any], ...] = ()
    """`field`, `old` and `new` of what changes, as the API shows values."""
    problem: Mapping[str, Any] | None = None
    """`code` and `detail` of why it is left out."""
    warnings: tuple[Mapping[str, Any], ...] = ()
    """Problems of operations that were left out, where the policy allows it."""


@dataclass
class Operating:
    """A list of operations made ready for as long as what they rest on stays as it is."""

    around: Around
    operations: Sequence[Operation]
    policy: Policy
    steps: Sequence[Step]
    claims: dict[Mark, str] = field(default_factory=dict)
    """Unique values that assets of this run take, and which."""

    def links_of(self, asset_ids: Sequence[str]) -> Mapping[str, list[LinkRow]]:
        """Return the links that `apply_operations` asks for, none where no operation does."""
        return self.around.links_of(asset_ids) if looks_at_links(self.operations) else {}


def make_ready(
    scope: Scope,
    seen: Look,
    operations: Sequence[Operation],
    run: RunContext,
    *,
    policy: Policy | None = None,
    saved: bool = False,
) -> Operating:
    """Check operations and make them ready for any number of assets.

    Raises InvalidOperationError. `saved` ones are only checked: they run another time.
    """
    resolver = Resolver(scope, seen.catalog)
    around = Around(scope, seen.catalog, resolver, resolver.context(), run, saved)
    steps = steps_of(operations, around)
    return Operating(around, operations, policy or Policy(), steps)


def apply_operations(
    operating: Operating, record: Record, names: Names, links: Sequence[LinkRow] = ()
) -> Decided:
    """Decide what the operations do to an asset. Nothing is written."""
    draft = Draft(operating.around, record, list(links))
    warnings: list[Mapping[str, Any]] = []
    try:
        draft = _carried_out(operating, draft, warnings)
        writes = tuple(draft.outcome())
        _claim(operating, writes)
    except FieldMissing as missing:
        action = operating.policy.missing_field
        return Decided(action, problem=_problem("field_not_on_type", missing.detail))
    except (MusterError, ValueProblem) as error:
        return Decided("fail", problem=_told(error))
    if not writes:
        return Decided("unchanged", warnings=tuple(warnings))
    changes = (*changes_of(record, draft.record, names), *draft.told)
    return Decided("update", writes, changes, warnings=tuple(warnings))


def _carried_out(operating: Operating, draft: Draft, warnings: list[Mapping[str, Any]]) -> Draft:
    if not operating.policy.ignore_errors:
        for step in operating.steps:
            step(draft)
        return draft
    for step in operating.steps:
        kept = draft.copy()
        try:
            step(draft)
            draft.plan()
        except FieldMissing as missing:
            draft = kept
            warnings.append(_problem("field_not_on_type", missing.detail))
        except (MusterError, ValueProblem) as error:
            draft = kept
            warnings.append(_told(error))
    return draft


def _claim(operating: Operating, writes: Sequence[Write]) -> None:
    """Refuse unique values that another asset has, or takes in this run."""
    for write in writes:
        if not isinstance(write, Put):
            continue
        before = write.before.marks if isinstance(write.before, Record) else frozenset()
        taken = write.marks - before
        if not taken:
            continue
        foresee(operating.around.scope, [write])
        for mark in taken:
            holder = operating.claims.get(mark, write.id)
            if holder != write.id:
                raise MarkTakenError(
                    f"{mark.constraint} {mark.value!r} is taken by {holder} in the same run.",
                    extra={"constraint": mark.constraint, "value": mark.value, "holder": holder},
                )
            if len(operating.claims) < _MOST_CLAIMS:
                operating.claims[mark] = write.id


def _told(error: MusterError | ValueProblem) -> dict[str, Any]:
    if isinstance(error, MarkTakenError) and not isinstance(error, refusals.UniqueValueError):
        link = error.extra["constraint"] == "link"
        error = link_exists(error) if link else refusals.value_taken(error)
    if isinstance(error, MusterError) and error.errors:
        first = error.errors[0]
        return _problem(first.code, first.detail)
    return _problem(error.code, error.detail)


def _problem(code: str, detail: str) -> dict[str, Any]:
    return {"code": code, "detail": detail}
