"""How JSON content is kept: plain, compressed, or as an object named by its hash."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any

from muster.ledger import keys
from muster.ledger.objects import Objects

INLINE_BYTES = 128 * 1024
"""What is larger, once compressed, is kept in S3: an item holds 400 KB, and each KB is billed."""

_WORTH_COMPRESSING = 200
_PLAIN, _DEFLATED, _OBJECT = b"\x00", b"\x01", b"\x02"


class MissingBodyError(Exception):
    """An object that a record refers to is gone or altered: the bucket was tampered with."""


def pack(raw: bytes) -> bytes:
    """Return the content behind a byte that names the format."""
    if len(raw) <= _WORTH_COMPRESSING:
        return _PLAIN + raw
    return _DEFLATED + zlib.compress(raw)


def unpack(packed: bytes) -> bytes:
    """Return the content."""
    return zlib.decompress(packed[1:]) if packed[:1] == _DEFLATED else packed[1:]


class Packer:
    """Keeps content in the item, or in S3 when it is large."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def keep(self, text: str) -> bytes:
        """Return what the item holds of JSON text."""
        return self.keep_raw(text.encode())

    def keep_raw(self, raw: bytes) -> bytes:
        """Return what the item holds. Large content is in S3 when this returns."""
        packed = pack(raw)
        if len(packed) <= INLINE_BYTES:
            return packed
        digest = hashlib.sha256(packed)
        self._objects.put(keys.body_object(digest.hexdigest()), packed)
        return _OBJECT + digest.digest()

    def raw(self, kept: bytes) -> bytes:
        """Return the content that was kept."""
        if kept[:1] != _OBJECT:
            return unpack(kept)
        name = keys.body_object(kept[1:].hex())
        packed = self._objects.get(name)
        if packed is None or hashlib.sha256(packed).digest() != kept[1:]:
            raise MissingBodyError(name)
        return unpack(packed)

    def load(self, kept: bytes) -> Any:
        """Return the JSON value that was kept."""
        return json.loads(self.raw(kept))
