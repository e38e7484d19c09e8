"""Makes the plan of a run: every selected asset, and what the operations come to for it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched, count
from typing import Any

from muster.assets.decide import look
from muster.assets.present import Names
from muster.assets.selection import Selected
from muster.bulk.asked import Run
from muster.bulk.model import MAX_EXAMPLES, Counts, Example, LeftOut, PlanHead
from muster.jobs.plans.planfile import PlanFile
from muster.ledger.model import Record
from muster.operations.decide import Decided, Operating, apply_operations, make_ready
from muster.operations.model import Issue, Policy, RunContext
from muster.scope import Scope

_AT_ONCE = 500


def ready(scope: Scope, run: Run, now: RunContext | None = None) -> Operating:
    """Make a run's operations ready on the replica as it stands; raises InvalidOperationError.

    `now` is the run's time, where it is not this moment.
    """
    context = now or context_of(scope, run)
    policy = Policy(run.missing_field, run.ignore_errors)
    return make_ready(scope, look(scope), run.operations, context, policy=policy)


def context_of(scope: Scope, run: Run) -> RunContext:
    """Return when, by whom and what for the run is, as of now."""
    issue = run.issue
    found = Issue(issue.key, issue.assignee, issue.reporter) if issue else None
    return RunContext(scope.now(), scope.actor, run.time_zone, found)


def make_plan(file: PlanFile, operating: Operating, found: Iterable[Selected]) -> PlanHead:
    """Store the rows of a plan, a part at a time in memory, and its head, which is returned."""
    tally = _Tally()
    parts = file.write_rows(_rows(operating, found, tally))
    head = tally.head(operating.around.scope.replica.seq(), parts)
    file.write_head(head.model_dump_json().encode())
    return head


def _rows(operating: Operating, found: Iterable[Selected], tally: _Tally) -> Iterator[bytes]:
    numbers = count(1)
    for some in batched(found, _AT_ONCE, strict=False):
        records = [each.record for each in some if each.record is not None]
        decided = dict(decide_all(operating, records))
        for each, number in zip(some, numbers, strict=False):
            row = _row(number, each, decided.get(each.record.id if each.record else ""))
            tally.add(row)
            yield json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()


def decide_all(operating: Operating, records: Sequence[Record]) -> Iterator[tuple[str, Decided]]:
    """Yield what the operations come to for each of some assets, by id."""
    scope = operating.around.scope
    names = Names(scope, operating.around.catalog, records)
    links = operating.links_of([record.id for record in records])
    for record in records:
        yield record.id, apply_operations(operating, record, names, links.get(record.id, ()))


def _row(number: int, each: Selected, decided: Decided | None) -> dict[str, Any]:
    if each.record is None or decided is None:
        problem = {"code": each.code, "detail": each.detail, "row": number}
        return {"row": number, "action": "fail", "name": each.text, "problems": [problem]}
    body = each.record.body
    row: dict[str, Any] = {
        "row": number,
        "action": decided.action,
        "id": each.record.id,
        "key": body.get("key"),
        "name": body.get("name"),
    }
    problems = problems_of(decided, number)
    if problems:
        row["problems"] = problems
    if decided.changes:
        row["changes"] = decided.changes
    return row


def problems_of(decided: Decided, number: int) -> list[dict[str, Any]]:
    """Return why an asset is left out, or which operations are, as its row tells it."""
    told = decided.warnings if decided.problem is None else (decided.problem,)
    return [{**each, "row": number} for each in told]


@dataclass
class _Tally:
    """Counts the rows of a plan by what becomes of them."""

    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("update", "unchanged", "skip", "fail"), 0)
    )
    left_out: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    warnings: int = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Count a row."""
        action = row["action"]
        self.counts[action] += 1
        problems = row.get("problems", ())
        if not problems:
            return
        if action not in {"skip", "fail"}:
            self.warnings += 1
            return
        first = problems[0]
        group = self.left_out.setdefault(
            (action, first["code"]), {"detail": first["detail"], "count": 0, "examples": []}
        )
        group["count"] += 1
        if len(group["examples"]) < MAX_EXAMPLES:
            shown = {name: row.get(name) for name in ("row", "id", "key", "name")}
            group["examples"].append(Example.model_validate(shown))

    def head(self, seq: int, parts: int) -> PlanHead:
        """Return the plan's head; the largest groups come first."""
        groups = sorted(self.left_out.items(), key=lambda item: (-item[1]["count"], item[0]))
        return PlanHead(
            seq=seq,
            counts=Counts(rows=sum(self.counts.values()), **self.counts),
            left_out=tuple(
                LeftOut.model_validate({"action": action, "code": code, **group})
                for (action, code), group in groups
            ),
            warnings=self.warnings,
            parts=parts,
        )
