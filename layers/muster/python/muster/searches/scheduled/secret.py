"""What webhooks are signed with: worked out from the tenant's key, so that it is stored nowhere.

Signatures are those of Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

from muster.access.model import Tenant
from muster.ledger.model import Record

_PREFIX = "whsec_"


def secret_of(tenant: Tenant, schedule: Record) -> str:
    """Return the secret as the receiver is given it: `whsec_` and Base64."""
    return _PREFIX + base64.b64encode(_key(tenant, schedule)).decode()


def signed_headers(
    tenant: Tenant, schedule: Record, message_id: str, at: datetime, body: bytes
) -> dict[str, str]:
    """Return the headers that tell a receiver who sent a body, and when."""
    seconds = str(int(at.timestamp()))
    content = f"{message_id}.{seconds}.".encode() + body
    digest = hmac.digest(_key(tenant, schedule), content, hashlib.sha256)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _key(tenant: Tenant, schedule: Record) -> bytes:
    words = f"webhook:{schedule.id}:{schedule.body['rotations']}"
    return hmac.digest(tenant.signing_key, words.encode(), hashlib.sha256)
