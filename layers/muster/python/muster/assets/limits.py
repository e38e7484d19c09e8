"""How many assets a tenant may have."""

from __future__ import annotations

from collections.abc import Iterable

from muster.assets.model import KIND
from muster.errors import QuotaExceededError
from muster.ledger.model import Put, Record, Write
from muster.scope import Scope


class AssetLimitError(QuotaExceededError):
    """The tenant has as many assets as its limits allow, the trash included."""

    code = "asset_limit"


def require_room(scope: Scope, writes: Iterable[Write]) -> None:
    """Refuse writes that make more assets than the tenant may have."""
    require_room_for(scope, sum(map(_makes_asset, writes)))


def require_room_for(scope: Scope, coming: int) -> None:
    """Refuse so many new assets if the tenant may not have them; raises AssetLimitError.

    The replica is asked as it stands: what others made in the last moments may not be counted yet.
    A worker's scope has no identity: what it carries out was asked for, and counted, before.
    """
    if not coming or scope.identity is None:
        return
    most, held = scope.identity.tenant.limits.assets, scope.replica.size()
    if held + coming > most:
        raise AssetLimitError(
            f"The tenant may have {most:,} assets and has {held:,}, those in the trash included: "
            f"{coming:,} more do not fit. Purge some, or ask for a higher limit.",
            extra={"limit": most, "assets": held},
        )


def _makes_asset(write: Write) -> bool:
    return isinstance(write, Put) and write.kind == KIND and not isinstance(write.before, Record)
