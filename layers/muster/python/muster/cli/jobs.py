"""`muster jobs …` and `muster undo`: look at long work, stop it, take it back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

import typer

from muster.cli.client import segment
from muster.cli.exits import Exit
from muster.cli.plans import outcome
from muster.cli.screen import say, show_json, show_pairs, show_table
from muster.cli.shell import JsonFlag, connected, group
from muster.cli.waiting import ENDED, failure, seconds_since, wait_for

jobs = group("Look at imports, undos and other long work.")

_NAMED = 10
"""How many things that an undo leaves for the same reason are named."""

JobId = Annotated[str, typer.Argument(help="The job's id, job_….", metavar="JOB")]


@jobs.command("list")
def list_jobs(
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many to show, newest first.")] = 20,
    as_json: JsonFlag = False,
) -> None:
    """List jobs, newest first."""
    with connected() as client:
        found = list(client.items("/v1/jobs", limit=limit))
    if as_json:
        show_json({"items": found})
        return
    show_table(
        ("id", "what", "state", "done", "created", "updated", "failed", "finished"),
        [_line(job) for job in found],
    )


@jobs.command("show")
def show_job(job_id: JobId, *, as_json: JsonFlag = False) -> None:
    """Show how far a job is, and what it did."""
    with connected() as client:
        found = client.get(f"/v1/jobs/{segment(job_id)}").body
    if as_json:
        show_json(found)
        return
    progress, error = found["progress"], found.get("error") or {}
    pairs = [
        ("id", found["id"]),
        ("what", found.get("title")),
        ("state", found["state"]),
        ("done", f"{progress['done']} of {progress['total']}"),
        ("outcome", outcome(found)),
        ("error", error.get("detail")),
        ("started", found.get("started_at")),
        ("finished", found.get("finished_at")),
        ("undone by", found.get("undone_by")),
        ("undoes", found.get("undoes")),
    ]
    show_pairs([(name, value) for name, value in pairs if value])


@jobs.command("cancel")
def cancel_job(job_id: JobId, *, as_json: JsonFlag = False) -> None:
    """Stop a job after the step it is at; what it did stays until it is undone."""
    with connected() as client:
        found = client.send("POST", f"/v1/jobs/{segment(job_id)}:cancel", {}).body
    if as_json:
        show_json(found)
        return
    say(
        f"{job_id} was asked to stop; it stands at {found['state']}.",
        f"Take back what it did with: muster undo {job_id}",
    )


def undo(job_id: JobId, *, as_json: JsonFlag = False) -> None:
    """Take back everything that an import or another job did.

    What others changed since then is kept and reported (exit code 4).
    """
    started = time.monotonic()
    with connected() as client:
        begun = client.send("POST", f"/v1/jobs/{segment(job_id)}:undo", {}).body
        found = wait_for(
            client,
            f"/v1/jobs/{begun['id']}",
            ENDED,
            title="Undoing",
            hint=f"`muster jobs show {begun['id']}` tells how far it is.",
        )
    if as_json:
        show_json(found)
    elif found["state"] == "done":
        _say_undone(found, seconds_since(started))
    if found["state"] != "done":
        raise failure(found, "The job was not undone")
    if found["progress"]["skipped"]:
        raise typer.Exit(Exit.PARTLY)


def _say_undone(found: Mapping[str, Any], took: str) -> None:
    progress = found["progress"]
    counted = {
        "taken back": progress["updated"],
        "brought back": progress["created"],
        "so already": progress["unchanged"],
        "left as they are": progress["skipped"],
    }
    told = ", ".join(f"{number} {words}" for words, number in counted.items() if number)
    say(f"Undone in {took}: {told or 'nothing'}.")
    kept = (found.get("result") or {}).get("skipped") or []
    if kept:
        show_table(("what", "which", "why it stays"), list(_kept_lines(kept)))
    if progress["skipped"] > len(kept) > 0:
        say(f"… and {progress['skipped'] - len(kept)} more.")
    say(f"Take this back in turn with: muster undo {found['id']}")


def _kept_lines(kept: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Yield what stays, one line for all of a kind that stay for the same reason."""
    alike: dict[tuple[str, str], list[str]] = {}
    for each in kept:
        names = alike.setdefault((each["kind"].replace("_", " "), each["detail"]), [])
        names.append(each.get("name") or each["id"])
    for (kind, detail), names in alike.items():
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield kind, ", ".join(names[:_NAMED]) + more, detail


def _line(job: Mapping[str, Any]) -> tuple[Any, ...]:
    progress = job["progress"]
    return (
        job["id"],
        job.get("title"),
        job["state"],
        f"{progress['done']}/{progress['total']}",
        progress["created"],
        progress["updated"],
        progress["failed"],
        job.get("finished_at"),
    )
