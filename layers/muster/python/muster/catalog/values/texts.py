"""Values that are texts with rules of their own: addresses, URLs, names."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from muster.catalog.model import FieldKind, FieldType
from muster.catalog.values.terms import Handler, ValueContext, ValueProblem, expected, want_text
from muster.text import fold

_LINE = 4_000
_AREA = 100_000
_WORD = 255
_URL = 2_048
_PORTS = 65_535
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,63}")
_MAC_SEPARATORS = re.compile(r"[\s:.-]")
_MAC = re.compile(r"[0-9a-f]{12}|[0-9a-f]{16}")


def _parse_line(field: FieldType, raw: Any, _context: ValueContext) -> str | None:
    text = want_text(field, raw, _LINE)
    if "\n" in text or "\r" in text:
        raise ValueProblem("line_break", f"{field.label} is one line; a text area takes several.")
    return text or None


def _parse_area(field: FieldType, raw: Any, _context: ValueContext) -> str | None:
    return want_text(field, raw, _AREA).replace("\r\n", "\n").replace("\r", "\n") or None


def _parse_word(field: FieldType, raw: Any, _context: ValueContext) -> str | None:
    text = want_text(field, raw, _WORD)
    if not text.isprintable():
        raise ValueProblem("invalid_character", f"{field.label} takes printable characters only.")
    return text or None


def _parse_url(field: FieldType, raw: Any, _context: ValueContext) -> str | None:
    text = want_text(field, raw, _URL, "an address such as https://example.org/x")
    if not text:
        return None
    wrong = ValueProblem(
        "invalid_url", f"{field.label}: {text[:80]!r} is no address such as https://example.org/x."
    )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise wrong from error
    host = parts.hostname
    if parts.scheme not in {"http", "https"} or not host or re.search(r"\s", text):
        raise wrong
    if port is not None and not 0 < port <= _PORTS:
        raise wrong
    return urlunsplit(parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()))


def _parse_email(field: FieldType, raw: Any, _context: ValueContext) -> str | None:
    text = want_text(field, raw, _WORD, "an e-mail address")
    if text and not _EMAIL.fullmatch(text):
        raise ValueProblem(
            "invalid_email",
            f"{field.label}: {text[:80]!r} is no e-mail address such as ada@example.org.",
        )
    return text or None


def _address_parser(
    read: Callable[[str], Any], what: str, code: str
) -> Callable[[FieldType, Any, ValueContext], str | None]:
    def parse(field: FieldType, raw: Any, _context: ValueContext) -> str | None:
        text = want_text(field, raw, _WORD, what)
        if not text:
            return None
        try:
            return str(read(text))
        except ValueError as error:
            detail = f"{field.label}: {text[:60]!r} is not {what}."
            raise ValueProblem(code, detail) from error

    return parse


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    if "/" not in text:
        message = "a network names its prefix"
        raise ValueError(message)
    return ipaddress.ip_network(text, strict=False)


def _parse_mac(field: FieldType, raw: Any, _context: ValueContext) -> str | None:
    what = "a MAC address such as 00:1b:63:84:45:e6"
    digits = _MAC_SEPARATORS.sub("", want_text(field, raw, _WORD, what)).lower()
    if not digits:
        return None
    if not _MAC.fullmatch(digits):
        raise ValueProblem("invalid_mac", f"{field.label}: {str(raw)[:60]!r} is not {what}.")
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def _parse_asset_type(field: FieldType, raw: Any, context: ValueContext) -> str | None:
    words = raw.get("id") if isinstance(raw, dict) else raw
    if not isinstance(words, str):
        raise expected(field, "an asset type by id, name or label", raw)
    if not words.strip():
        return None
    found = context.type_id(words)
    if found is None:
        raise ValueProblem("unknown_type", f"{field.label}: there is no type {words[:80]!r}.")
    return found


_IP = "an address such as 10.20.0.5 or 2001:db8::1"
_CIDR = "a network such as 10.20.0.0/16"

HANDLERS: dict[FieldKind, Handler] = {
    FieldKind.TEXT: Handler(_parse_line, key=fold, example="ThinkPad X1"),
    FieldKind.TEXT_AREA: Handler(_parse_area, key=fold, example="First line\nSecond line"),
    FieldKind.URL: Handler(_parse_url, key=str, example="https://example.org/manual"),
    FieldKind.EMAIL: Handler(_parse_email, key=fold, example="ada@example.org"),
    FieldKind.IP: Handler(
        _address_parser(ipaddress.ip_address, _IP, "invalid_ip"), key=str, example="10.20.0.5"
    ),
    FieldKind.CIDR: Handler(
        _address_parser(_network, _CIDR, "invalid_cidr"), key=str, example="10.20.0.0/16"
    ),
    FieldKind.MAC: Handler(_parse_mac, key=str, example="00:1b:63:84:45:e6"),
    FieldKind.GROUP: Handler(_parse_word, key=fold, example="it-support"),
    FieldKind.PROJECT: Handler(_parse_word, key=fold, example="ITSM"),
    FieldKind.REPOSITORY: Handler(_parse_word, key=fold, example="acme/infrastructure"),
    FieldKind.PAGE: Handler(_parse_word, key=fold, example="Runbooks/Printer"),
    FieldKind.VERSION: Handler(_parse_word, key=fold, example="24.04.1"),
    FieldKind.GLOBAL_ID: Handler(_parse_word, key=str, example="7f3a0c52-8f6e"),
    FieldKind.ASSET_TYPE: Handler(
        _parse_asset_type,
        present=lambda _field, value, names: names.type(value) or {"id": value},
        key=str,
        example="type.computer",
    ),
}
