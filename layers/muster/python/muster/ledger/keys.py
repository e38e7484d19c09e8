"""The only module that spells a key: of the ledger's items, and of a tenant's objects."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from muster.access.model import TenantId
from muster.ledger.model import Mark

PARTITION, SORT = "pk", "sk"
NEWEST = "R"
HISTORY_FROM, HISTORY_TO = "H#", "H$"
_COMMITS_PER_PAGE_BITS = 8
_COMMIT = re.compile(r"T#([^#]+)#LOG#\d+#", re.ASCII)
_PART_BYTES = 512
"""A partition key may have 2,048 bytes, and a mark's has two free parts."""


@dataclass(frozen=True)
class Key:
    """One item's primary key."""

    pk: str
    sk: str


def tenant_prefix(tenant: TenantId) -> str:
    """Return what every partition key of the tenant begins with."""
    # The trailing "#" keeps "acme" from matching "acme-eu" wherever a prefix is compared: in
    # begins_with, in dynamodb:LeadingKeys, and in muster.ledger.guard.
    return f"T#{tenant}#"


def object_prefix(tenant: TenantId) -> str:
    """Return what every object key of the tenant begins with."""
    return f"T/{tenant}/"


def head(tenant: TenantId) -> Key:
    """Return the key of the head."""
    return Key(f"{tenant_prefix(tenant)}HEAD#", "HEAD")


def commit(tenant: TenantId, seq: int) -> Key:
    """Return the key of a commit; 256 of them share a partition."""
    page = seq >> _COMMITS_PER_PAGE_BITS
    return Key(f"{tenant_prefix(tenant)}LOG#{page:010d}#", _digits(seq))


def place_of_commit(pk: str, sk: str) -> tuple[TenantId, int] | None:
    """Return whose commit has this key, and its number; None for the key of another item."""
    found = _COMMIT.fullmatch(pk)
    if found is None or not (sk.isascii() and sk.isdigit()):
        return None
    return found[1], int(sk)


def last_of_page(seq: int) -> int:
    """Return the last sequence number that shares a partition with `seq`."""
    return seq | (1 << _COMMITS_PER_PAGE_BITS) - 1


def record(tenant: TenantId, kind: str, record_id: str) -> Key:
    """Return the key of a record's newest version."""
    return Key(f"{tenant_prefix(tenant)}R#{_part(kind)}#{_part(record_id)}#", NEWEST)


def history(tenant: TenantId, kind: str, record_id: str, seq: int) -> Key:
    """Return the key of a record's step in commit `seq`; it lies before the newest version."""
    return Key(record(tenant, kind, record_id).pk, history_sort(seq))


def history_sort(seq: int) -> str:
    """Return the sort key of the step in commit `seq`."""
    return f"{HISTORY_FROM}{_digits(seq)}"


def seq_of(sort_key: str) -> int:
    """Return the sequence number in a commit's or a step's sort key."""
    return int(sort_key.rpartition("#")[2])


def mark(tenant: TenantId, held: Mark) -> Key:
    """Return the key of a unique value."""
    return Key(f"{tenant_prefix(tenant)}U#{_part(held.constraint)}#{_part(held.value)}#", "U")


def request(tenant: TenantId, idempotency_key: str) -> Key:
    """Return the key of an Idempotency-Key."""
    return Key(f"{tenant_prefix(tenant)}I#{_part(idempotency_key)}#", "I")


def body_object(digest: str) -> str:
    """Return the name of the object that holds a large body."""
    return f"ledger/{digest}"


def _digits(seq: int) -> str:
    return f"{seq:012d}"


def _part(text: str) -> str:
    # "#" separates, so it can't occur in a part. What is too long, or no proper Unicode, is
    # represented by its hash: "%s" never occurs otherwise.
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) > _PART_BYTES or not _encodable(text):
        return f"%sha256-{hashlib.sha256(raw).hexdigest()}"
    return text.replace("%", "%25").replace("#", "%23")


def _encodable(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)
