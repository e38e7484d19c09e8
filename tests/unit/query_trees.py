"""Trees of queries as tests write them: without places, made by hand."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from muster.query import tree

NOWHERE = (0, 0)


def placeless(found: Any) -> Any:
    """Return a tree with every span at the beginning and without its text."""
    if isinstance(found, tuple):
        return tuple(placeless(item) for item in found)
    if not is_dataclass(found) or isinstance(found, type):
        return found
    inner = {f.name: placeless(getattr(found, f.name)) for f in fields(found)}
    if "span" in inner:
        inner["span"] = NOWHERE
    if isinstance(found, tree.Query):
        inner["text"] = ""
    return replace(found, **inner)


def name(path: str) -> tree.Name:
    """Return a path of unquoted parts."""
    parts = tuple(path.split("."))
    return tree.Name(parts, NOWHERE, (False,) * len(parts))


def quoted_name(*parts: str) -> tree.Name:
    """Return a path of quoted parts, or of unquoted ones where they begin with a dot."""
    flags = tuple(not part.startswith(".") for part in parts)
    return tree.Name(tuple(part.removeprefix(".") for part in parts), NOWHERE, flags)


def word(text: str, form: Any = "text") -> tree.Word:
    """Return a value."""
    return tree.Word(text, NOWHERE, form)


def said(text: str) -> tree.Word:
    """Return a value in quotes."""
    return word(text, "quoted")


def call(function: str, *values: Any) -> tree.Call:
    """Return a function with positional arguments."""
    return tree.Call(function, tuple(tree.Argument(v, NOWHERE) for v in values), NOWHERE)


def compare(path: str | tree.Name, sign: Any, value: tree.Value) -> tree.Compare:
    """Return a comparison."""
    return tree.Compare(path if isinstance(path, tree.Name) else name(path), sign, value, NOWHERE)


def test(function: str, *values: Any) -> tree.Test:
    """Return a function as a condition."""
    return tree.Test(call(function, *values), NOWHERE)


def both(*items: tree.Expression) -> tree.And:
    """Return a conjunction."""
    return tree.And(items, NOWHERE)


def either(*items: tree.Expression) -> tree.Or:
    """Return a disjunction."""
    return tree.Or(items, NOWHERE)
