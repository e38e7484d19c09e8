"""Exit codes, what ends a command early, and how a refusal reads to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any

from muster.cli.places import Sent, place_lines


class Exit(IntEnum):
    """What a script learns from `$?`; docs/cli.md and `muster --help` list them."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    UNREACHABLE = 3
    PARTLY = 4
    INTERRUPTED = 130


class CommandError(Exception):
    """Ends a command with a message. `problem` has the shape of the API's problem details."""

    def __init__(self, problem: Mapping[str, Any], code: Exit = Exit.REFUSED) -> None:
        """`problem` needs `title` and `detail`; `code` is what the command exits with."""
        super().__init__(problem.get("detail") or problem.get("title"))
        self.problem = dict(problem)
        self.code = code
        self.sent = Sent()
        """What the request held that was refused."""

    @property
    def kind(self) -> str:
        """Return the problem's stable code, such as `value_taken`; empty when it has none."""
        return str(self.problem.get("code") or "")


def refused(title: str, detail: str, *, code: str = "refused") -> CommandError:
    """Return the error of a command that can't do what it was asked."""
    return CommandError({"title": title, "detail": detail, "code": code})


def usage(detail: str) -> CommandError:
    """Return the error of a command line that makes no sense."""
    return CommandError(
        {"title": "That command line can't work", "detail": detail, "code": "usage"}, Exit.USAGE
    )


def unreachable(title: str, detail: str) -> CommandError:
    """Return the error of a service that did not answer."""
    return CommandError({"title": title, "detail": detail, "code": "unreachable"}, Exit.UNREACHABLE)


def problem_lines(problem: Mapping[str, Any], sent: Sent | None = None) -> Iterator[str]:
    """Yield a problem in human words: title and detail, then one line for each error.

    Of an error in a query that was sent the place is shown.
    """
    title = str(problem.get("title") or "The request was refused").rstrip(".")
    detail = str(problem.get("detail") or "")
    yield f"{title}: {detail}" if detail and detail != title else title
    errors = [e for e in problem.get("errors") or () if isinstance(e, Mapping)]
    for error in errors:
        text = sent.text_of(error) if sent else None
        if text is not None:
            yield from place_lines(text, error)
            continue
        place = error_place(error)
        said = str(error.get("detail") or error.get("code") or "")
        yield f"  {place}: {said}" if place else f"  {said}"
    if problem.get("request_id") and int(problem.get("status") or 0) >= 500:  # noqa: PLR2004
        yield f"  Request id for support: {problem['request_id']}"


def error_place(error: Mapping[str, Any]) -> str:
    """Return where an error is, as a person would say it: `row 7, column "Serial"`, `serial`."""
    parts = []
    if error.get("row") is not None:
        parts.append(f"row {error['row']}")
    if error.get("column"):
        parts.append(f'column "{error["column"]}"')
    if not parts and error.get("pointer"):
        parts.append(_pointer_words(str(error["pointer"])))
    if not parts and error.get("parameter"):
        parts.append(str(error["parameter"]))
    return ", ".join(parts)


def _pointer_words(pointer: str) -> str:
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    if steps[:1] == ["custom_fields"] and len(steps) > 1:
        steps = steps[1:]
    return " / ".join(steps) or "the body"
