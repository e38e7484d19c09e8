"""Follows a stand's ledger as the changes function does, and its clock as the schedule function."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from muster.jobs.due import run_due
from muster.jobs.timetable import MemoryTimetable
from muster.ledger.model import Commit
from muster.sequences.follow import Follower
from tests.support import TENANT, Stand

FIELDS: dict[str, dict[str, Any]] = {
    "pc.note": {"kind": "text_area"},
    "pc.cpu": {"kind": "text"},
    "pc.ram": {"kind": "integer"},
    "pc.size": {"kind": "number"},
    "pc.checked": {"kind": "date"},
    "pc.user": {"kind": "user"},
    "pc.leased": {"kind": "boolean"},
    "pc.state": {"kind": "select", "options": [{"label": "New"}, {"label": "Old"}]},
    "pc.marks": {"kind": "multi_select", "options": [{"label": "Red"}, {"label": "Blue"}]},
    "tv.inches": {"kind": "integer"},
}


@dataclass
class Company:
    """A tenant with two types, and what follows its ledger. `seq` is the last commit followed."""

    stand: Stand
    timetable: MemoryTimetable = field(default_factory=MemoryTimetable)
    seq: int = 0
    followed: list[Commit] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name, told in FIELDS.items():
            label = name.partition(".")[2].capitalize()
            self.post("/v1/field-types", {"name": name, "label": label, **told})
        for prefix, name in (("PC", "pc"), ("TV", "tv")):
            placed = [{"field": each} for each in FIELDS if each.startswith(f"{name}.")]
            body = {"name": f"type.{name}", "label": name.upper(), "key_prefix": prefix}
            self.post("/v1/asset-types", {**body, "fields": placed})

    def post(self, path: str, body: Any, status: int = 201, **options: Any) -> Any:
        answer = self.stand.client.post(path, body, **options)
        assert answer.status == status, answer.text
        return answer.json

    def get(self, path: str) -> Any:
        answer = self.stand.client.get(path)
        assert answer.status == 200, answer.text
        return answer.json

    def asset(self, kind: str = "type.pc", **members: Any) -> str:
        made: str = self.post("/v1/assets", {"type": kind, "name": "X", **members})["id"]
        return made

    def fields(self, asset_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/v1/assets/{asset_id}")["custom_fields"]
        return found

    def set(self, asset_id: str, **members: Any) -> None:
        answer = self.stand.client.patch(f"/v1/assets/{asset_id}", members)
        assert answer.status == 200, answer.text

    def sequence(self, *operations: Any, name: str = "Check", **members: Any) -> str:
        body = {"name": name, "operations": list(operations), **members}
        made: str = self.post("/v1/sequences", body)["id"]
        return made

    def run(self, sequence_id: str, *assets: str, **members: Any) -> Any:
        body = {"selection": {"assets": list(assets)}, **members}
        job = self.post(f"/v1/sequences/{sequence_id}:run", body, 202)
        return self.get(f"/v1/jobs/{job['id']}")

    def jobs(self, sequence_id: str) -> list[Any]:
        """Return the sequence's jobs, oldest first."""
        ledger, _, _ = self.stand.parts(TENANT)
        found = self.get("/v1/jobs?type=sequence&limit=500")["items"]
        records = [ledger.get("job", each["id"]) for each in found]
        named = zip(records, found, strict=True)
        return [j for r, j in reversed(list(named)) if r and _sequence(r.body) == sequence_id]

    def follow(self, *, again: bool = False) -> None:
        """Follow all commits that there are, and those that come of it; `again`: from the first."""
        ledger, _, _ = self.stand.parts(TENANT)
        self.seq = 0 if again else self.seq
        while commits := list(ledger.commits_after(self.seq)):
            follower = Follower(self.stand._scope, self.stand.queue, self.timetable)
            for commit in commits:
                follower.follow(TENANT, commit)
                self.followed.append(commit)
            self.seq = commits[-1].seq

    def pass_time(self, **by: float) -> None:
        """Move the clock, and start what is due."""
        self.stand.clock.now += timedelta(**by)
        now = self.stand.clock.now
        for due in self.timetable.due(now):
            run_due(self.stand._scope, self.timetable, due, now)


def _sequence(body: Any) -> Any:
    return body["parameters"].get("sequence")
