"""From query parameters to the route's model."""

from __future__ import annotations

import difflib
import typing
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from muster.access.model import Identity
from muster.errors import FieldError
from muster.http.bodies import field_errors
from muster.http.cursors import read_cursor
from muster.http.paging import ListQuery, binding_of
from muster.http.refusals import InvalidParameterError
from muster.http.routing import Route

DRY_RUN = "dry_run"
_COMMA_JOINED = frozenset({"fields", "sort", "expand"})
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


class NoQuery(BaseModel):
    """What a route takes that names no query model: nothing."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


def read_query(route: Route, given: Sequence[tuple[str, str]]) -> tuple[BaseModel, bool]:
    """Return the parameters as the route's model, and whether it is a dry run.

    Raises InvalidParameterError that names each parameter that is wrong.
    """
    model = route.extras.get("query", NoQuery)
    values = _grouped(given)
    dry_run = _dry_run(values.pop(DRY_RUN, [])) if route.writes else False
    plain = {name: texts for name, texts in values.items() if name in model.model_fields}
    others = {name: texts for name, texts in values.items() if name not in plain}
    takes_filters = issubclass(model, ListQuery) and model.takes_filters
    if others and not takes_filters:
        raise _refused([_unknown(name, model, writes=route.writes) for name in others])
    query = _validated(model, plain)
    if isinstance(query, ListQuery):
        _check_selection(route, query.fields)
        query._filters = others  # noqa: SLF001 - what only the reader of a request may set
        query._given = tuple(given)  # noqa: SLF001
    return query, dry_run


def find_place(
    query: BaseModel, route: Route, path: str, identity: Identity, now: datetime
) -> None:
    """Read the cursor of a list, so that its query says where the page begins."""
    if not isinstance(query, ListQuery):
        return
    binding = binding_of(route.method, path, query._given)  # noqa: SLF001
    query._binding = binding  # noqa: SLF001
    if query.cursor is not None:
        key = identity.tenant.signing_key
        query._after = read_cursor(key, binding, query.cursor, now)  # noqa: SLF001


def item_fields(model: type[BaseModel] | None) -> Mapping[str, Any]:
    """Return the fields of a list's items; nothing when they are not told by a model."""
    field = model.model_fields.get("items") if model else None
    [item] = typing.get_args(field.annotation) or (None,) if field else (None,)
    return item.model_fields if isinstance(item, type) and issubclass(item, BaseModel) else {}


@lru_cache
def _list_fields(model: type[BaseModel]) -> frozenset[str]:
    plain = (list, tuple, set, frozenset)
    fields = model.model_fields.items()
    return frozenset(n for n, f in fields if _holds(f.annotation, plain))


def _holds(annotation: Any, origins: Iterable[type]) -> bool:
    options = (annotation, *typing.get_args(annotation))
    return any(typing.get_origin(option) in origins for option in options)


def _grouped(given: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    values: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in given:
        if "\x00" in name or "\x00" in value:
            detail = f"{name[:60]!r} holds a NUL: remove it."
            raise _refused([FieldError("character", detail, parameter=name)])
        values[name].append(value)
    return dict(values)


def _dry_run(texts: Sequence[str]) -> bool:
    if not texts:
        return False
    if len(texts) > 1 or texts[0] not in _TRUTHS:
        detail = "dry_run is true or false, once."
        raise _refused([FieldError("invalid_value", detail, parameter=DRY_RUN)])
    return _TRUTHS[texts[0]]


def _validated(model: type[BaseModel], values: Mapping[str, Sequence[str]]) -> BaseModel:
    shaped: dict[str, Any] = {}
    for name, texts in values.items():
        if name in _list_fields(model):
            several = [part for text in texts for part in text.split(",")]
            shaped[name] = several if name in _COMMA_JOINED else list(texts)
        elif len(texts) > 1:
            detail = f"{name} can be given once only."
            raise _refused([FieldError("repeated_parameter", detail, parameter=name)])
        else:
            shaped[name] = texts[0]
    try:
        return model.model_validate(shaped)
    except ValidationError as error:
        raise _refused([_of_parameter(e) for e in field_errors(model, shaped, error)]) from error


def _of_parameter(found: FieldError) -> FieldError:
    name = (found.pointer or "").split("/")[1] if found.pointer else ""
    return FieldError(found.code, f"{name}: {found.detail}", parameter=name)


def _check_selection(route: Route, names: Sequence[str]) -> None:
    known = item_fields(route.returns)
    wrong = [name for name in names if known and name.partition(".")[0] not in known]
    if wrong:
        words = ((name, _hint(name.partition(".")[0], known)) for name in wrong)
        raise _refused(
            [
                FieldError("unknown_field", f"There is no field {n[:60]!r}.{h}", parameter="fields")
                for n, h in words
            ]
        )


def _unknown(name: str, model: type[BaseModel], *, writes: bool) -> FieldError:
    known = [*model.model_fields, *([DRY_RUN] if writes else [])]
    detail = f"There is no parameter {name[:60]!r} here.{_hint(name, known)}"
    return FieldError("unknown_parameter", detail, parameter=name)


def _hint(name: str, known: Iterable[str]) -> str:
    nearest = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {nearest[0]!r}?" if nearest else ""


def _refused(errors: list[FieldError]) -> InvalidParameterError:
    return InvalidParameterError(" ".join(error.detail for error in errors), errors=errors)
