"""What an undo takes back, and what it leaves because others rely on it by now."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.access.model import Role
from muster.assets.links import create_link
from muster.assets.model import AssetDraft, AssetPatch, LinkDraft
from muster.assets.service import create_asset, patch_asset
from muster.catalog.model import LinkType
from muster.catalog.puts import link_type_put
from muster.jobs.model import Job, JobState
from muster.jobs.running import job_of
from muster.jobs.service import (
    JobForbiddenError,
    JobNotUndoableError,
    change_job,
    create_job,
    read_job,
    undo_job,
)
from muster.ledger.model import Put, Record
from muster.scope import Scope
from tests.support import Stand
from tests.unit.import_world import assets, by_tag, plan, run_import, upload

TABLE = "Tag,Name,Room,State\n" + "\n".join(
    f"T{n},Thing {n},Lab,{['new', 'old'][n % 2]}" for n in range(12)
)


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path)


def undo(scope: Scope, job_id: str) -> Job:
    return job_of(undo_job(scope, job_id))


def skipped(job: Job) -> set[tuple[str, str]]:
    return {(skip["kind"], skip["code"]) for skip in job.result.get("skipped", ())}


def tagged(scope: Scope, tag: str) -> Record:
    (found,) = [record for record in assets(scope) if record.body["tag"] == tag]
    return found


def test_commits_that_have_other_reasons_are_known_by_the_jobs_record_in_them(
    stand: Stand,
) -> None:
    """What an archive brings in keeps the reasons that it had in the other organisation."""
    scope = stand.scope()
    made = Job(type="archive_import", title="Acme", state=JobState.RUNNING, first_seq=1)
    record = create_job(scope, made)
    brought, other = (
        Put("note", name, {"text": name}) for name in ("brought in", "somebody else's")
    )
    change_job(scope, record, [brought], state=JobState.DONE)
    scope.commit([other])

    undone = undo(scope, record.id)

    assert (undone.state, undone.progress.total) == (JobState.DONE, 1)
    assert scope.ledger.get("note", brought.id) is None
    assert scope.ledger.get("note", other.id) is not None


def test_an_update_is_put_back_as_it_was(stand: Stand) -> None:
    """An import that changed assets leaves them as it found them."""
    scope = stand.scope()
    run_import(scope, TABLE)
    before = by_tag(scope)
    changed, job = run_import(scope, TABLE.replace("Thing", "Object").replace("Lab", "Hall"))
    assert job.progress.updated == 12

    undone = undo(scope, changed)

    assert undone.state is JobState.DONE
    assert by_tag(scope) == before


def test_what_others_changed_since_stays(stand: Stand) -> None:
    """Their work is not overwritten; the rest is taken back, and what stays is told."""
    scope = stand.scope()
    first, _ = run_import(scope, TABLE)
    patch_asset(scope, tagged(scope, "T3").id, AssetPatch(name="Mine"), None)

    undone = undo(scope, first)

    assert list(by_tag(scope)) == ["T3"]
    assert by_tag(scope)["T3"]["name"] == "Mine"
    assert ("asset", "changed_since") in skipped(undone)
    assert skipped(undone) - {("asset", "changed_since")} == {
        ("asset_type", "in_use"),
        ("field_type", "in_use"),
    }


def test_a_change_elsewhere_in_an_asset_does_not_keep_an_update(stand: Stand) -> None:
    """Only the values that the import changed are put back."""
    scope = stand.scope()
    run_import(scope, TABLE)
    room = by_tag(scope)["T1"]["fields"]["asset.room"]
    changed, _ = run_import(scope, TABLE.replace("Lab", "Hall"))
    patch_asset(scope, tagged(scope, "T1").id, AssetPatch(name="Mine"), None)

    undone = undo(scope, changed)

    assert skipped(undone) == set()
    body = by_tag(scope)["T1"]
    assert (body["name"], body["fields"]["asset.room"]) == ("Mine", room)


def test_a_type_that_others_use_by_now_stays(stand: Stand) -> None:
    """The import's own assets go; the type and what it shows stay for the others."""
    scope = stand.scope()
    first, _ = run_import(scope, TABLE)
    create_asset(scope, AssetDraft(type="type.asset", tag="OTHER"))

    undone = undo(scope, first)

    assert list(by_tag(scope)) == ["OTHER"]
    assert ("asset_type", "in_use") in skipped(undone)


def test_an_asset_that_was_linked_since_stays(stand: Stand) -> None:
    """A link would lead nowhere."""
    scope = stand.scope()
    first, _ = run_import(scope, TABLE)
    kind = LinkType(id="lty_" + "0" * 26, name="uses", inbound_name="used by", outbound_name="uses")
    scope.commit([link_type_put(kind)])
    target = tagged(scope, "T2").id
    create_link(scope, tagged(scope, "T1").id, LinkDraft(type="uses", target=target))

    undone = undo(scope, first)

    assert sorted(by_tag(scope)) == ["T1", "T2"]
    assert ("asset", "in_use") in skipped(undone)


def test_an_undo_is_undone(stand: Stand) -> None:
    """Redo brings every asset, type and field back with its id, and its history goes on."""
    scope = stand.scope()
    first, _ = run_import(scope, TABLE)
    before = {record.id: record.body for record in assets(scope)}
    undone = undo(scope, first)

    redone = undo(scope, undone.id)

    assert (redone.state, redone.progress.skipped) == (JobState.DONE, 0)
    assert {record.id: record.body for record in assets(scope)} == before
    assert {record.version for record in assets(scope)} == {3}
    _, again = run_import(scope, TABLE)
    assert again.progress.unchanged == 12


def test_a_redone_import_goes_once_more(stand: Stand) -> None:
    """The undo of the redo takes back what the redo brought."""
    scope = stand.scope()
    first, _ = run_import(scope, TABLE)
    redone = undo(scope, undo(scope, first).id)

    undo(scope, redone.id)

    assert assets(scope) == []


def test_options_that_an_import_added_go_unless_used(stand: Stand) -> None:
    """An option that somebody chose since stays."""
    scope = stand.scope()
    run_import(scope, TABLE, columns={"State": {"to": "asset.state", "kind": "select"}})
    more = "Tag,State\nT1,lost\nT2,sold\n"
    second, _ = run_import(scope, more)
    (field,) = [
        record
        for record in scope.replica.records("field_type")
        if record.body["name"] == "asset.state"
    ]
    assert [option["label"] for option in field.body["options"]] == ["new", "old", "lost", "sold"]

    undo(scope, second)

    (field,) = [
        record
        for record in scope.replica.records("field_type")
        if record.body["name"] == "asset.state"
    ]
    assert [option["label"] for option in field.body["options"]] == ["new", "old"]


def test_undoing_twice_is_one_undo(stand: Stand) -> None:
    """While it runs the same job is returned; once it is done, the redo is pointed to."""
    scope = stand.scope()
    first, _ = run_import(scope, TABLE)
    stand.queue.run = None
    one, other = undo_job(scope, first), undo_job(scope, first)
    assert one.id == other.id
    stand.queue.drain(stand._run)

    with pytest.raises(JobNotUndoableError, match=one.id):
        undo_job(scope, first)


def test_what_has_not_run_is_not_undone(stand: Stand) -> None:
    """There is nothing to take back of a plan."""
    scope = stand.scope()
    import_id = upload(scope, TABLE)
    plan(scope, import_id)

    with pytest.raises(JobNotUndoableError):
        undo_job(scope, import_id)


def test_an_undo_needs_what_the_job_needed(stand: Stand) -> None:
    """An editor may not remove fields, also not by undoing who made them."""
    first, _ = run_import(stand.scope(), TABLE)

    with pytest.raises(JobForbiddenError, match="catalog:write"):
        undo_job(stand.scope(Role.EDITOR), first)


def test_an_undo_that_failed_may_be_tried_again(stand: Stand) -> None:
    """A job is not stuck because its first undo broke."""
    scope = stand.scope()
    first, _ = run_import(scope, TABLE)
    broken = create_job(scope, Job(type="undo", title="Undo", state=JobState.FAILED, undoes=first))
    change_job(scope, read_job(scope, first), undone_by=broken.id)

    assert undo(scope, first).state is JobState.DONE
    assert assets(scope) == []


def test_imports_that_share_a_type_are_undone_in_the_order_they_came(stand: Stand) -> None:
    """What a later import placed on the type stays, and keeps nothing of the earlier one."""
    scope = stand.scope()
    run_import(scope, "Tag,Name\nT0,Thing\n")
    first, _ = run_import(scope, "Tag,Name,Room\nT1,Thing,Lab\n")
    run_import(scope, "Tag,Name,Bench\nT2,Thing,B4\n")

    undone = undo(scope, first)

    assert skipped(undone) == set()
    assert by_tag(scope).keys() == {"T0", "T2"}
    labels = [each.body["label"] for each in scope.replica.records("field_type")]
    assert labels == ["Bench"]


def test_what_an_undone_undo_brought_back_can_be_undone_again(stand: Stand) -> None:
    """Back and forth as often as one likes, by the job itself or by its undo."""
    scope = stand.scope()
    made, _ = run_import(scope, TABLE)
    undoing = undo(scope, made)
    redoing = undo(scope, undoing.id)
    assert len(by_tag(scope)) == 12

    again = undo(scope, made)

    assert again.state is JobState.DONE
    assert by_tag(scope) == {}
    with pytest.raises(JobNotUndoableError, match=again.id):
        undo(scope, made)
    assert undo(scope, again.id).state is JobState.DONE
    assert len(by_tag(scope)) == 12
    assert redoing.state is JobState.DONE
