"""Sequences that run by themselves: set off by changes, or due."""

from __future__ import annotations

from typing import Any

import pytest

from muster.ledger.model import Delete
from tests.sequencing import Company
from tests.support import NOW, TENANT, Stand

PLUS: dict[str, Any] = {"field": "pc.ram", "text": "+1"}


@pytest.fixture
def company(stand: Stand) -> Company:
    return Company(stand)


def listening(company: Company, *operations: Any, name: str = "Listens", **trigger: Any) -> str:
    trigger = {"event": "asset_updated", **trigger}
    return company.sequence(*operations, name=name, visibility="public", triggers=[trigger])


def due(company: Company, cron: str, *assets: str, **members: Any) -> str:
    schedule = {"cron": cron, "selection": {"assets": list(assets)}, **members}
    return company.sequence(PLUS, visibility="public", schedules=[schedule])


def test_a_change_sets_a_sequence_off(company: Company) -> None:
    """It runs as the sequence, over the assets of the commit."""
    sequence = listening(company, PLUS, event="asset_created", types=["type.pc"])
    asset = company.asset()
    other = company.asset("type.tv")

    company.follow()

    assert company.fields(asset)["pc.ram"] == 1
    newest = company.get(f"/v1/assets/{asset}/history")["items"][0]
    assert (newest["cause"], newest["by"]["id"]) == ("sequence", "system:sequence")
    assert newest["by"]["name"] == "Listens"
    assert len(company.get(f"/v1/assets/{other}/history")["items"]) == 1
    assert [job["state"] for job in company.jobs(sequence)] == ["done"]


def test_what_is_told_twice_happens_once(company: Company) -> None:
    """The stream may deliver a batch again: jobs and timetable are as after the first time."""
    sequence = listening(company, PLUS, event="asset_created")
    asset = company.asset()
    company.follow()
    jobs, listeners = company.jobs(sequence), company.timetable.listeners(TENANT)

    company.follow(again=True)

    assert company.fields(asset)["pc.ram"] == 1
    assert company.jobs(sequence) == jobs
    assert company.timetable.listeners(TENANT) == listeners


@pytest.mark.parametrize(
    ("old", "new", "runs"),
    [("New", "Old", 1), ("Old", "New", 0), (None, "Old", 0), ("New", None, 0)],
)
def test_a_condition_names_the_values_before_and_after(
    company: Company, old: str | None, new: str | None, runs: int
) -> None:
    """Labels of options are kept as their ids, so that a new label changes nothing."""
    sequence = listening(company, PLUS, field="pc.state", **{"from": "New", "to": "Old"})
    asset = company.asset(custom_fields={"pc.state": old})

    company.set(asset, custom_fields={"pc.state": new})
    company.follow()

    assert len(company.jobs(sequence)) == runs


def test_each_event_is_heard(company: Company) -> None:
    events = (
        "asset_created",
        "asset_updated",
        "asset_trashed",
        "asset_restored",
        "asset_moved",
        "asset_type_changed",
        "comment_added",
    )
    operation = {"op": "comment", "text": "Heard."}
    heard = {e: listening(company, operation, name=e, event=e, types=["type.pc"]) for e in events}
    folder = company.post("/v1/folders", {"name": "Room"})["id"]
    client, asset = company.stand.client, company.asset("type.tv")
    path = f"/v1/assets/{asset}"
    client.post(f"{path}:change-type", {"type": "type.pc"})
    client.post(f"{path}:move", {"folder": folder})
    company.set(asset, name="Y")
    client.post(f"{path}/comments", {"text": "Hello"})
    client.delete(path, if_match="*")
    client.post(f"{path}:restore")
    company.asset()

    company.follow()

    missing = {event for event, sequence in heard.items() if not company.jobs(sequence)}
    assert missing == set()


def test_a_sequence_does_not_hear_what_it_does_itself(company: Company) -> None:
    sequence = listening(company, PLUS)
    asset = company.asset()
    company.set(asset, name="Y")

    company.follow()

    assert company.fields(asset)["pc.ram"] == 1
    assert [job["state"] for job in company.jobs(sequence)] == ["done"]


def test_two_sequences_do_not_set_each_other_off_for_ever(company: Company) -> None:
    """A sets B off, and B would set A off: that is stopped, and told where people look."""
    first = listening(company, PLUS, name="A", field="name")
    second = listening(
        company, {"op": "set", "field": "name", "value": "B's"}, name="B", field="pc.ram"
    )
    asset = company.asset()
    company.set(asset, name="Y")

    company.follow()

    states = [job["state"] for job in company.jobs(first)]
    assert sorted(states) == ["done", "failed"]
    assert [job["state"] for job in company.jobs(second)] == ["done"]
    stopped = company.get(f"/v1/sequences/{first}")["last_run"]
    assert stopped["error"]["code"] == "loop_guard"
    assert "A → B" in stopped["error"]["detail"]
    assert company.fields(asset)["pc.ram"] == 1


def test_a_chain_ends_after_five_runs_that_follow(company: Company) -> None:
    """Even one that never comes back to where it began."""
    sequences = [
        listening(
            company,
            {"op": "set", "field": "name", "value": f"step {number + 1}"},
            name=f"Step {number}",
            field="name",
            to=f"step {number}",
        )
        for number in range(9)
    ]
    asset = company.asset()
    company.set(asset, name="step 0")

    company.follow()

    states = [[job["state"] for job in company.jobs(each)] for each in sequences]
    assert states == [["done"]] * 6 + [["failed"]] + [[]] * 2


def test_an_undo_sets_nothing_off(company: Company) -> None:
    """Else it would do again what was just taken back."""
    sequence = listening(company, PLUS)
    asset = company.asset()
    company.set(asset, name="Y")
    company.follow()
    [job] = company.jobs(sequence)

    company.post(f"/v1/jobs/{job['id']}:undo", {}, 202)
    company.follow()

    assert "pc.ram" not in company.fields(asset)
    assert len(company.jobs(sequence)) == 1


@pytest.mark.parametrize("change", [{"enabled": False}, {"triggers": []}])
def test_a_sequence_that_no_longer_listens_is_not_set_off(
    company: Company, change: dict[str, Any]
) -> None:
    sequence = listening(company, PLUS, event="asset_created")
    company.follow()
    company.stand.client.patch(f"/v1/sequences/{sequence}", change)

    company.asset()
    company.follow()

    assert company.jobs(sequence) == []


def test_a_run_that_can_not_be_started_is_a_failed_job(company: Company) -> None:
    """A field that went meanwhile does not hold up the stream."""
    sequence = listening(company, {"op": "clear", "field": "tv.inches"}, event="asset_created")
    _, replica, _ = company.stand.parts(TENANT)
    replica.catch_up()
    gone = next(r for r in replica.records("field_type") if r.body["name"] == "tv.inches")
    company.stand.scope().commit([Delete(gone)])
    company.asset()

    company.follow()

    [job] = company.jobs(sequence)
    assert job["state"] == "failed"
    assert job["error"]["code"] == "invalid_operation"


def test_a_queued_job_is_sent_again_by_who_follows(company: Company) -> None:
    """Its own sender may have been killed between the commit and the message."""
    company.stand.queue.run = None
    asset = company.asset()
    company.stand.client.post(
        f"/v1/sequences/{company.sequence(PLUS)}:run", {"selection": {"assets": [asset]}}
    )
    company.stand.queue.waiting.clear()

    company.follow()
    company.stand.queue.drain(company.stand._run)

    assert company.fields(asset)["pc.ram"] == 1


def test_a_schedule_runs_when_it_is_due(company: Company) -> None:
    """At 7 in Berlin, each day once."""
    asset = company.asset()
    sequence = due(company, "0 7 * * *", asset, time_zone="Europe/Berlin")
    company.follow()

    company.pass_time(hours=17)
    early = len(company.jobs(sequence))
    company.pass_time(hours=1)
    company.pass_time(minutes=1)
    company.pass_time(days=1)

    assert early == 0
    assert [job["created_at"] for job in company.jobs(sequence)] == [
        "2026-11-25T06:00:00.000Z",
        "2026-11-26T06:01:00.000Z",
    ]
    assert company.fields(asset)["pc.ram"] == 2


def test_missed_times_are_caught_up_once(company: Company) -> None:
    asset = company.asset()
    sequence = due(company, "* * * * *", asset)
    company.follow()

    company.pass_time(hours=5)
    company.pass_time(seconds=30)
    company.pass_time(minutes=1)

    assert len(company.jobs(sequence)) == 2


def test_what_is_due_twice_runs_once(company: Company) -> None:
    """The function may be called again before it moved the time on."""
    asset = company.asset()
    sequence = due(company, "* * * * *", asset)
    company.follow()
    [first] = company.timetable.due(NOW.replace(minute=1))

    company.pass_time(minutes=1)
    company.timetable.move(first, first.at)
    company.pass_time(seconds=0)

    assert len(company.jobs(sequence)) == 1


def test_a_schedule_that_was_changed_follows_its_new_times(company: Company) -> None:
    """Times of the older version come to nothing."""
    asset = company.asset()
    sequence = due(company, "0 13 * * *", asset)
    company.follow()
    schedule = {"cron": "0 15 * * *", "selection": {"assets": [asset]}}
    company.stand.client.patch(f"/v1/sequences/{sequence}", {"schedules": [schedule]})
    company.follow()

    company.pass_time(hours=2)
    before = len(company.jobs(sequence))
    company.pass_time(hours=1)

    assert (before, len(company.jobs(sequence))) == (0, 1)


def test_a_sequence_that_is_gone_is_due_no_more(company: Company) -> None:
    sequence = due(company, "* * * * *", company.asset())
    company.follow()
    company.stand.client.delete(f"/v1/sequences/{sequence}", if_match="*")

    company.pass_time(minutes=1)

    assert company.jobs(sequence) == []
    assert company.timetable.due(company.stand.clock.now.replace(year=2030)) == []
