"""A token's text: made, checked for typing errors, hashed."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import zlib
from dataclasses import dataclass

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SECRET_LENGTH = 43
"""Base 62 digits: 43 of them hold 256 bits."""
_CHECK_LENGTH = 6
_PREFIX = "mst"


@dataclass(frozen=True)
class TokenText:
    """What a client sends: which token, and the secret that proves it."""

    token_id: str
    secret: str


def new_secret() -> str:
    """Return 256 random bits as base 62 text."""
    return _base62(secrets.randbits(256), _SECRET_LENGTH)


def token_text(token_id: str, secret: str) -> str:
    """Return `mst_<id>_<secret><checksum>`: the id without its kind, CRC-32 as six digits.

    The fixed shape and the checksum let secret scanners find leaked tokens, and let a typing error
    be refused without a look-up.
    """
    shown = f"{_PREFIX}_{token_id.removeprefix('tok_')}_{secret}"
    return shown + _check(shown)


def parse_token(text: str) -> TokenText | None:
    """Return the parts of a token's text, or None when it has not the shape or the checksum."""
    shown, check = text[:-_CHECK_LENGTH], text[-_CHECK_LENGTH:]
    prefix, _, rest = shown.partition("_")
    token_id, _, secret = rest.partition("_")
    if prefix != _PREFIX or len(secret) != _SECRET_LENGTH or not text.isascii():
        return None
    if not hmac.compare_digest(_check(shown), check):
        return None
    return TokenText(f"tok_{token_id}", secret)


def secret_hash(secret: str) -> bytes:
    """Return what is stored of a secret. It has 256 random bits, so that no slow hash is needed."""
    return hashlib.sha256(secret.encode()).digest()


def _check(text: str) -> str:
    return _base62(zlib.crc32(text.encode()), _CHECK_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
