"""Carries out a run of a scheduled search: finds as its owner, then tells everybody who is to know.

What is told is stored with the job before anything is sent, so that every try sends the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from muster.access.model import ROLE_PERMISSIONS, Permission
from muster.access.port import Standing
from muster.catalog.load import load_catalog
from muster.exports.service import plain_filename
from muster.jobs.model import JobState
from muster.jobs.running import JobBroken, Running
from muster.jobs.service import timestamp
from muster.ledger.model import Actor
from muster.scope import Scope
from muster.searches.scheduled import addresses
from muster.searches.scheduled.finding import (
    FileWanted,
    Found,
    find,
    keep_known,
    known_of,
    read_known,
    records_of,
    write_file,
)
from muster.searches.scheduled.messages import Told, mail_subject, mail_text, webhook_body
from muster.searches.scheduled.model import KIND, MAX_ITEMS, MAX_MAIL_ROWS, MAX_TRIES
from muster.searches.scheduled.sending import Post, Sender, begun
from muster.searches.scheduled.service import compile_schedule
from muster.searches.service import SEARCHES
from muster.views.service import VIEWS, columns_of


def run_search_delivery(running: Running) -> Mapping[str, Any]:
    """Carry a job out, and return what its record is to hold."""
    if running.job.parameters["task"] == addresses.TASK:
        return addresses.keep_addresses(running)
    return _Run(running).carried_out()


class _Run:
    """One run, or one more try of it."""

    def __init__(self, running: Running) -> None:
        self.running = running
        found = running.scope.ledger.get(KIND, running.job.parameters["scheduled_search"])
        if found is None:
            raise JobBroken("scheduled_search_not_found", "The scheduled search is gone.")
        self.schedule = found
        self.body = found.body
        self.standing = _standing(running.scope, self.body["owner"])
        self.scope = _as_owner(running.scope, self.standing)
        self.place = f"jobs/{running.record.id}/"

    def carried_out(self) -> Mapping[str, Any]:
        """Find, unless an earlier try did; then send what is not delivered yet."""
        if "next" not in self.running.job.result:
            self.running.commit(result=self._prepared())
        result = dict(self.running.job.result)
        sending = result.pop("next")
        tries = sending["tries"] + 1
        told = self._sender(sending).sent(result["deliveries"], tries)
        result["deliveries"] = told
        if any(each["outcome"] == "waiting" for each in told):
            wake_at = timestamp(_whole_minute(self.scope.now(), 2 ** (tries - 1)))
            result["next"] = {**sending, "tries": tries}
            return {"state": JobState.WAITING, "wake_at": wake_at, "result": result}
        return self._ended(result)

    def _prepared(self) -> dict[str, Any]:
        """Find, store what is to be told, and return the job's result so far."""
        scope, body = self.scope, self.body
        scope.replica.catch_up()
        search = SEARCHES.read(scope, body["saved_search"])
        checked = compile_schedule(scope, search, body)
        _, known = read_known(scope.objects, self.schedule.id)
        found = find(scope, checked, body, known)
        scope.objects.put(f"{self.place}known", known_of(found, self._began))
        result: dict[str, Any] = {**found.facts(), "deliveries": []}
        sending: dict[str, Any] = {"tries": 0, "deliver": []}
        if found.count or body["when"] == "always":
            sending["deliver"] = body["deliver"]
            sending["subject"] = self._stored(found)
            result["deliveries"] = [begun(each) for each in body["deliver"]]
            if any(each["to"] == "file" for each in body["deliver"]):
                result["file"] = self._file(found)
        return result | {"next": sending}

    def _stored(self, found: Found) -> str:
        """Store a webhook's body and an e-mail's text, and return the e-mail's subject."""
        first = found.told[:MAX_ITEMS]
        records = [each for some in records_of(self.scope, first) for each in some]
        path = f"/v1/saved-searches/{self.body['saved_search']}/assets"
        link = addresses.courier_of(self.scope).link(path)
        told = Told(self.schedule, self.running.record.id, timestamp(self._began), found, link)
        hook = webhook_body(self.scope, told, records)
        mail = mail_text(self.scope, told, records[:MAX_MAIL_ROWS], self._columns)
        self.scope.objects.put(f"{self.place}webhook", hook, content_type="application/json")
        self.scope.objects.put(f"{self.place}mail", mail.encode(), content_type="text/plain")
        return mail_subject(told)

    def _file(self, found: Found) -> dict[str, Any]:
        wanted = FileWanted(
            name=f"{plain_filename(self.body['name'])} {self._began.date().isoformat()}",
            object=f"{self.place}results.{self.body['format']}",
            format=self.body["format"],
            columns=self._columns,
        )
        return write_file(self.scope, found, wanted)

    @cached_property
    def _columns(self) -> list[str]:
        """The columns of the view that there are; none: those that are usual."""
        if "view" not in self.body:
            return []
        view = VIEWS.read(self.scope, self.body["view"])
        return columns_of(load_catalog(self.scope), view)[0]

    @property
    def _began(self) -> datetime:
        return self.running.record.created.at

    def _sender(self, sending: Mapping[str, Any]) -> Sender:
        post = Post(
            schedule=self.schedule,
            tenant=self.standing.tenant,
            message_id=self.running.record.id,
            place=self.place,
            deliver=sending["deliver"],
            subject=sending.get("subject", ""),
        )
        return Sender(self.scope, post)

    def _ended(self, result: dict[str, Any]) -> Mapping[str, Any]:
        told = result["deliveries"]
        if not told or any(each["outcome"] == "delivered" for each in told):
            objects, source = self.scope.objects, f"{self.place}known"
            keep_known(objects, self.schedule.id, source, self._began)
        failed = [each for each in told if each["outcome"] == "failed"]
        if not failed:
            return {"result": result}
        where = ", ".join(each.get("where") or each["to"] for each in failed)
        detail = f"Not delivered to {where}, after {MAX_TRIES} tries at most."
        error = {"code": "delivery_failed", "detail": detail}
        return {"state": JobState.FAILED, "error": error, "result": result}


def _standing(scope: Scope, owner: str) -> Standing:
    """Return what the owner is by now; raises JobBroken for one who is gone or may not search."""
    found = scope.standing(owner)
    if found is None:
        detail = "The member as whom it runs is gone. Schedule the search anew."
        raise JobBroken("owner_gone", detail)
    if Permission.ASSET_READ not in ROLE_PERMISSIONS[found.member.role]:
        detail = f"{found.member.name}, as whom it runs, may not read assets."
        raise JobBroken("permission_missing", detail)
    return found


def _as_owner(scope: Scope, standing: Standing) -> Scope:
    """Return a scope that may what the owner may, and in which the owner is who asks."""
    actor = Actor(standing.member.id, standing.member.name)
    return replace(scope, actor=actor, identity=standing.identity())


def _whole_minute(now: datetime, minutes: int) -> datetime:
    later = now + timedelta(minutes=minutes, seconds=59, microseconds=999_999)
    return later.replace(second=0, microsecond=0)
