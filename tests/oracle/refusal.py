"""The oracle's answer to a query that means nothing."""

from __future__ import annotations

ANY = "any"
"""The code where several fields refuse, each for another reason."""


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """A query is refused; `code` says why."""

    def __init__(self, code: str) -> None:
        """`code` is that of the first problem."""
        super().__init__(code)
        self.code = code


class Unclear(Exception):  # noqa: N818 - an answer, not a fault
    """The reference does not say what this means: no comparison is made."""
