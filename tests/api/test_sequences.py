"""`/v1/sequences`: saved, seen by whom they concern, run and undone."""

from __future__ import annotations

from typing import Any

import pytest

from muster.access.model import Permission, Role
from tests.sequencing import Company
from tests.support import Stand

CHECK: dict[str, Any] = {"field": "pc.note", "text": "+!"}


@pytest.fixture
def company(stand: Stand) -> Company:
    return Company(stand)


def test_a_sequence_is_saved_and_read_as_it_was_sent(company: Company) -> None:
    """Asset Tracker's pairs are operations that set; the rest is at its default."""
    made = company.post("/v1/sequences", {"name": "Check", "operations": [CHECK]})

    read = company.get(f"/v1/sequences/{made['id']}")

    assert read == made
    assert read["operations"] == [{"op": "set", **CHECK}]
    assert (read["visibility"], read["enabled"], read["triggers"]) == ("private", True, [])


def test_a_sequence_is_changed_and_removed(company: Company) -> None:
    path = f"/v1/sequences/{company.sequence(CHECK)}"
    client = company.stand.client

    changed = client.patch(path, {"enabled": False, "description": "why"}, if_match='"v1"')
    stale = client.patch(path, {"enabled": True}, if_match='"v1"')
    same = client.patch(path, {"enabled": False})
    gone = client.delete(path, if_match=changed.etag)

    assert changed.json["description"] == "why"
    assert changed.json["operations"] == [{"op": "set", **CHECK}]
    assert stale.code == "version_conflict"
    assert same.etag == changed.etag == '"v2"'
    assert gone.status == 204
    assert client.get(path).code == "sequence_not_found"


@pytest.mark.parametrize(
    ("members", "pointer", "code"),
    [
        ({"operations": [{"field": "pc.rma", "text": "1"}]}, "/operations/0/field", None),
        ({"operations": [{"field": "pc.ram", "text": "+x"}]}, "/operations/0/text", None),
        ({"operations": [{"op": "clear", "field": "no"}]}, "/operations/0/field", None),
        ({"triggers": [{"event": "asset_created"}]}, "/triggers", "needs_public"),
        ({"schedules": [{"cron": "0 7 * * *", "selection": {"all": True}}]}, "/schedules", None),
        ({"time_zone": "Mars"}, "/time_zone", "unknown_time_zone"),
    ],
)
def test_what_can_never_work_is_not_saved(
    company: Company, members: dict[str, Any], pointer: str, code: str | None
) -> None:
    """Everything that is wrong is told, with its place."""
    body = {"name": "Check", "operations": [CHECK], **members}

    answer = company.stand.client.post("/v1/sequences", body)

    assert answer.status == 422
    assert answer.code == "invalid_sequence"
    found = {error["pointer"]: error["code"] for error in answer.json["errors"]}
    assert pointer in found
    assert code in (None, found[pointer])


@pytest.mark.parametrize(
    ("trigger", "pointer"),
    [
        ({"types": ["typo"]}, "types/0"),
        ({"folders": ["/nowhere"]}, "folders/0"),
        ({"field": "pc.ram"}, "field"),
        ({"event": "asset_updated", "field": "pc.rma"}, "field"),
        ({"event": "asset_updated", "field": "pc.ram", "to": "many"}, "to"),
        ({"event": "asset_updated", "to": 1}, "field"),
    ],
)
def test_a_trigger_that_nothing_sets_off_is_not_saved(
    company: Company, trigger: dict[str, Any], pointer: str
) -> None:
    triggers = [{"event": "asset_created", **trigger}]
    body = {"name": "C", "operations": [CHECK], "visibility": "public", "triggers": triggers}

    answer = company.stand.client.post("/v1/sequences", body)

    assert answer.code == "invalid_sequence"
    assert [error["pointer"] for error in answer.json["errors"]] == [f"/triggers/0/{pointer}"]


def test_a_private_sequence_is_its_owners_and_the_admins(company: Company) -> None:
    """To others it is not there: not in lists, not to be read, changed, removed or run."""
    stand = company.stand
    editor = stand.token(Role.EDITOR)
    made = stand.client.post("/v1/sequences", {"name": "M", "operations": [CHECK]}, token=editor)
    hidden = company.sequence(CHECK, name="Admin's")
    path, run = f"/v1/sequences/{hidden}", {"selection": {"assets": ["PC-1"]}}

    seen = stand.client.get("/v1/sequences", token=editor).json["items"]
    refused = [
        stand.client.get(path, token=editor),
        stand.client.patch(path, {"enabled": False}, token=editor),
        stand.client.delete(path, token=editor, if_match="*"),
        stand.client.post(f"{path}:run", run, token=editor),
    ]

    assert [each["id"] for each in seen] == [made.json["id"]]
    assert {answer.code for answer in refused} == {"sequence_not_found"}
    assert len(company.get("/v1/sequences")["items"]) == 2


def test_public_sequences_are_changed_by_those_who_may_change_the_catalog(
    company: Company,
) -> None:
    """Anybody may run them who may run jobs and write assets."""
    stand = company.stand
    asset = company.asset()
    public = company.sequence(CHECK, visibility="public")
    path, editor = f"/v1/sequences/{public}", stand.token(Role.EDITOR)
    mine = {"name": "Mine", "operations": [CHECK]}

    refused = [
        stand.client.post("/v1/sequences", {**mine, "visibility": "public"}, token=editor),
        stand.client.patch(path, {"enabled": False}, token=editor),
        stand.client.delete(path, token=editor, if_match="*"),
    ]
    run = stand.client.post(f"{path}:run", {"selection": {"assets": [asset]}}, token=editor)

    assert {(answer.status, answer.code) for answer in refused} == {(403, "public_sequence")}
    assert run.status == 202


def test_running_needs_the_right_to_write_assets(company: Company) -> None:
    path = f"/v1/sequences/{company.sequence(CHECK, visibility='public')}:run"
    token = company.stand.token(scopes=[Permission.JOB_RUN])

    answer = company.stand.client.post(path, {"selection": {"all": True}}, token=token)

    assert (answer.status, answer.code) == (403, "permission_missing")


def test_names_are_ones_own_or_public(company: Company) -> None:
    """Two people may each have a private one of the same name; public names are everybody's."""
    client, editor = company.stand.client, company.stand.token(Role.EDITOR)
    company.sequence(CHECK, name="Check")
    company.sequence(CHECK, name="Check", visibility="public")
    body = {"name": "CHECK", "operations": [CHECK]}

    again = client.post("/v1/sequences", body)
    public = client.post("/v1/sequences", {**body, "visibility": "public"})
    anothers = client.post("/v1/sequences", body, token=editor)

    assert again.code == public.code == "sequence_name_taken"
    assert again.json["errors"][0]["pointer"] == "/name"
    assert anothers.status == 201


def test_a_sequence_with_each_modifier_and_marker_runs_and_is_undone(company: Company) -> None:
    """The manual's whole language, in one go; undone, the asset is as it was."""
    admin = company.stand.member()
    before = {"pc.note": "seen", "pc.ram": 8, "pc.size": 0.5, "pc.cpu": "i7", "pc.state": "New"}
    asset = company.asset(custom_fields=before)
    kept = company.fields(asset)
    sequence = company.sequence(
        {"field": "pc.note", "text": "+; $currentTime$ $currentUser$ $assignee$ $reporter$"},
        {"field": "pc.cpu", "text": "checked $currentDate$"},
        {"field": "pc.ram", "text": "+16"},
        {"field": "pc.size", "text": "+-0.25"},
        {"field": "pc.checked", "text": "+2w3d"},
        {"field": "pc.user", "text": "$currentUser$"},
        {"field": "pc.leased", "text": "yes"},
        {"field": "pc.state", "text": "Old"},
        {"op": "add", "field": "pc.marks", "values": ["Red"]},
        {"op": "comment", "text": "Checked."},
    )

    issue = {"key": "IT-7", "assignee": "Bob", "reporter": "Carla"}
    job = company.run(sequence, asset, issue=issue)
    fields = company.fields(asset)
    company.post(f"/v1/jobs/{job['id']}:undo", {}, 202)

    assert job["state"] == "done", job
    assert job["progress"]["updated"] == 1
    assert fields["pc.note"] == f"seen; 2026-11-24 12:00 {admin.name} Bob Carla"
    assert fields["pc.cpu"] == "checked 2026-11-24"
    assert (fields["pc.ram"], fields["pc.size"], fields["pc.leased"]) == (24, 0.25, True)
    assert fields["pc.checked"] == "2026-12-11"
    assert fields["pc.user"]["id"] == admin.id
    assert fields["pc.state"]["label"] == "Old"
    assert [each["label"] for each in fields["pc.marks"]] == ["Red"]
    assert company.fields(asset) == kept


def test_the_history_names_the_sequence_as_the_cause(company: Company) -> None:
    asset = company.asset()

    job = company.run(company.sequence(CHECK), asset)

    newest = company.get(f"/v1/assets/{asset}/history")["items"][0]
    assert (newest["cause"], newest["job"]) == ("sequence", job["id"])


def test_an_operation_that_fails_leaves_its_asset_as_it_was(company: Company) -> None:
    """All or nothing for each asset, and the others are done."""
    good, wrong = company.asset(), company.asset("type.tv")
    sequence = company.sequence({"op": "set", "field": "name", "value": "New"}, CHECK)

    job = company.run(sequence, good, wrong)

    assert (job["progress"]["updated"], job["progress"]["failed"]) == (1, 1)
    assert company.get(f"/v1/assets/{good}")["name"] == "New"
    assert company.get(f"/v1/assets/{wrong}")["name"] == "X"


def test_errors_can_be_ignored_operation_by_operation(company: Company) -> None:
    wrong = company.asset("type.tv")
    operations = ({"op": "set", "field": "name", "value": "New"}, CHECK)

    job = company.run(company.sequence(*operations, ignore_errors=True), wrong)

    assert job["progress"]["updated"] == 1
    assert company.get(f"/v1/assets/{wrong}")["name"] == "New"


def test_an_issue_marker_asks_for_an_issue_before_anything_runs(company: Company) -> None:
    """The sequence can be saved: it may be run from an issue another time."""
    path = f"/v1/sequences/{company.sequence({'field': 'pc.user', 'text': '$assignee$'})}:run"

    answer = company.stand.client.post(path, {"selection": {"assets": [company.asset()]}})

    assert (answer.status, answer.code) == (422, "invalid_operation")
    assert answer.json["errors"][0]["code"] == "issue_needed"


def test_a_dry_run_changes_nothing(company: Company) -> None:
    asset = company.asset(custom_fields={"pc.note": "seen"})
    path = f"/v1/sequences/{company.sequence(CHECK)}:run?dry_run=true"

    company.post(path, {"selection": {"assets": [asset]}}, 202)

    assert company.fields(asset)["pc.note"] == "seen"
    assert company.get("/v1/jobs")["items"] == []


def test_a_sequence_that_is_switched_off_does_not_run(company: Company) -> None:
    path = f"/v1/sequences/{company.sequence(CHECK, enabled=False)}:run"

    answer = company.stand.client.post(path, {"selection": {"all": True}})

    assert (answer.status, answer.code) == (409, "sequence_disabled")


def test_a_sequence_shows_its_last_run(company: Company) -> None:
    asset, sequence = company.asset(), company.sequence(CHECK)
    company.run(sequence, asset)
    job = company.run(sequence, asset)

    last = company.get(f"/v1/sequences/{sequence}")["last_run"]

    assert (last["job"], last["state"]) == (job["id"], "done")
