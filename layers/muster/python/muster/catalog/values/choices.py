"""Values that point to something: options, members, assets."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from muster.catalog.model import FieldKind, FieldType
from muster.catalog.values.terms import Handler, Names, ValueContext, ValueProblem, expected
from muster.text import fold

_LONGEST_NAME = 255


def _parse_option(field: FieldType, raw: Any, _context: ValueContext) -> str | None:
    words = _word(raw, ("id", "label"))
    if words is None:
        raise expected(field, "an option by id or label", raw)
    if not words:
        return None
    option = field.option(words)
    if option is None:
        raise ValueProblem("unknown_option", _no_option(field, words))
    return option.id


def _no_option(field: FieldType, words: str) -> str:
    labels = [option.label for option in field.options if not option.retired]
    near = get_close_matches(words, labels, 1)
    hint = f" Did you mean {near[0]!r}?" if near else f" There are: {', '.join(labels[:12])}."
    return f"{field.label} has no option {words[:80]!r}." + (hint if labels else "")


def _present_option(field: FieldType, value: Any, _names: Names) -> dict[str, Any]:
    option = next((option for option in field.options if option.id == value), None)
    if option is None:
        return {"id": value, "label": value}
    shown = {"id": option.id, "label": option.label}
    return {**shown, "color": option.color} if option.color else shown


def _parse_user(field: FieldType, raw: Any, context: ValueContext) -> str | None:
    """Keep a member by id; a name or address that is no member's is kept as it is given.

    Lists name people who have left, and those who never sign in.
    """
    words = _word(raw, ("id", "email", "name"))
    if words is None:
        raise expected(field, "a member's id, an e-mail address or a name", raw)
    if len(words) > _LONGEST_NAME or not words.isprintable():
        raise ValueProblem("invalid_user", f"{field.label}: {words[:60]!r} is no name.")
    if not words:
        return None
    return context.resolve_member(raw if isinstance(raw, Mapping) else words) or words


def _present_user(_field: FieldType, value: Any, names: Names) -> dict[str, Any]:
    if not value.startswith("mem_"):
        return {"id": None, "name": value}
    return names.member(value) or {"id": value, "name": None}


def _parse_reference(field: FieldType, raw: Any, context: ValueContext) -> str | None:
    if raw == "":
        return None
    if not isinstance(raw, str | Mapping):
        raise expected(field, 'an asset by id or natural key such as {"tag": "IT-1"}', raw)
    found = context.resolve_asset(field, raw)
    if found is None:
        named = raw if isinstance(raw, str) else next(iter(raw.values()), "")
        raise ValueProblem(
            "unknown_asset", f"{field.label}: there is no asset {str(named)[:80]!r}."
        )
    return found


def _present_reference(_field: FieldType, value: Any, names: Names) -> dict[str, Any]:
    return names.asset(value) or {"id": value, "key": None, "name": None, "tag": None}


def _word(raw: Any, names: tuple[str, ...]) -> str | None:
    """Return the text that names something: bare, or the first of these members of an object."""
    if isinstance(raw, Mapping):
        found = (raw[name] for name in names if raw.get(name))
        raw = next(found, None)
    if not isinstance(raw, str):
        return None
    return raw.strip()


_OPTION = Handler(_parse_option, present=_present_option, key=str)

HANDLERS: dict[FieldKind, Handler] = {
    FieldKind.SELECT: _OPTION,
    FieldKind.STATUS: _OPTION,
    FieldKind.MULTI_SELECT: _OPTION,
    FieldKind.USER: Handler(
        _parse_user, present=_present_user, key=fold, example="ada@example.org"
    ),
    FieldKind.REFERENCE: Handler(
        _parse_reference, present=_present_reference, key=str, example={"tag": "IT-00042"}
    ),
}
