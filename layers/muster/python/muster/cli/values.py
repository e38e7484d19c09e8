"""From `field=value` on a command line to the API's JSON, by the field's kind. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from muster.cli.exits import usage

BUILT_IN = ("name", "tag", "serial", "description", "folder")
_YES, _NO = frozenset({"yes", "true", "1", "on"}), frozenset({"no", "false", "0", "off"})

Definition = Mapping[str, Any]
"""A field as the API shows it: `name`, `label`, `kind`, `max_values`, `currency`."""


def patch_of(assignments: Iterable[str], fields: Iterable[Definition]) -> dict[str, Any]:
    """Return the merge-patch that `field=value …` asks for.

    `fields` are those of the asset's type; a field is called by its dotted name or its label. An
    empty value clears; a field given twice gets both values; `field:=JSON` passes JSON as it is.
    Raises CommandError (usage) that names the assignment.
    """
    known = _by_word(fields)
    given: dict[str, list[tuple[str, bool]]] = {}
    for assignment in assignments:
        word, text, raw = _split(assignment)
        given.setdefault(word, []).append((text, raw))
    patch: dict[str, Any] = {}
    for word, texts in given.items():
        if word in BUILT_IN:
            patch[word] = _single(word, texts) or None
        else:
            definition = _definition(word, known)
            patch.setdefault("custom_fields", {})[definition["name"]] = _value(
                definition, word, texts
            )
    return patch


def _split(assignment: str) -> tuple[str, str, bool]:
    word, separator, text = assignment.partition("=")
    raw = word.endswith(":")
    word = word.removesuffix(":").strip()
    if not separator or not word:
        raise usage(f"{assignment!r} is no assignment: write field=value, or field= to clear it.")
    return word, text, raw


def _by_word(fields: Iterable[Definition]) -> dict[str, Definition]:
    known = list(fields)
    labels = {str(f.get("label") or "").casefold(): f for f in known}
    return labels | {f["name"].casefold(): f for f in known}


def _definition(word: str, known: Mapping[str, Definition]) -> Definition:
    folded = word.removeprefix("cf.").casefold()
    if folded in known:
        return known[folded]
    import difflib

    near = difflib.get_close_matches(folded, [*known, *BUILT_IN], n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise usage(f"The asset's type has no field {word!r}.{hint}")


def _single(word: str, texts: list[tuple[str, bool]]) -> Any:
    if len(texts) > 1:
        raise usage(f"{word} takes one value, and {len(texts)} are given.")
    text, raw = texts[0]
    return _json(word, text) if raw else text


def _value(definition: Definition, word: str, texts: list[tuple[str, bool]]) -> Any:
    if any(raw for _, raw in texts):
        return _single(word, texts)
    filled = [text for text, _ in texts if text != ""]
    if not filled:
        return None
    parse = PARSERS.get(definition["kind"], _as_text)
    if not _many(definition):
        return parse(word, _single(word, texts), definition)
    return [parse(word, text, definition) for text in filled]


def _many(definition: Definition) -> bool:
    kind = definition["kind"]
    return bool(kind == "multi_select" or definition.get("max_values", 1) != 1)


def _as_text(_word: str, text: str, _definition: Definition) -> str:
    return text


def _as_integer(word: str, text: str, _definition: Definition) -> int:
    try:
        return int(text.strip())
    except ValueError:
        raise usage(f"{word} takes a whole number; {text!r} is none.") from None


def _as_number(word: str, text: str, _definition: Definition) -> int | float:
    try:
        return int(text) if text.strip().lstrip("+-").isdecimal() else float(text)
    except ValueError:
        raise usage(f"{word} takes a number such as 12.5; {text!r} is none.") from None


def _as_boolean(word: str, text: str, _definition: Definition) -> bool:
    folded = text.strip().casefold()
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    raise usage(f"{word} takes yes or no; {text!r} is neither.")


def _as_money(word: str, text: str, definition: Definition) -> dict[str, str]:
    parts = text.split()
    currency = parts[1] if len(parts) == 2 else definition.get("currency")  # noqa: PLR2004
    if not parts or len(parts) > 2 or not currency:  # noqa: PLR2004
        raise usage(f"{word} takes an amount with its currency, such as '12.50 EUR'.")
    return {"amount": parts[0], "currency": currency.upper()}


def _as_json(word: str, text: str, _definition: Definition) -> Any:
    return _json(word, text)


def _json(word: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise usage(f"{word} takes JSON; {text!r} is none: {error}") from None


PARSERS: Mapping[str, Callable[[str, str, Definition], Any]] = {
    "integer": _as_integer,
    "number": _as_number,
    "boolean": _as_boolean,
    "money": _as_money,
    "json": _as_json,
}
"""By kind, as FieldKind spells it, which `muster --help` can do without importing."""
