"""What happens between a decision and its commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from muster.ledger.port import Ledger
from muster.scope import Scope


@dataclass
class Intruded:
    """A ledger under which something happens once, just before a commit."""

    ledger: Ledger
    happens: list[Callable[[], object]]

    def commit(self, writes: Sequence[Any], **more: Any) -> Any:
        while self.happens:
            self.happens.pop()()
        return self.ledger.commit(writes, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)


def intruded(scope: Scope, happens: Callable[[], object]) -> Scope:
    """Return the scope in which something happens between the first decision and its commit."""
    return replace(scope, ledger=cast("Ledger", Intruded(scope.ledger, [happens])))
