"""Checks a sequence against the catalog as it is saved, and turns names in it into ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from muster.assets.model import reference_text
from muster.assets.resolve import Resolver
from muster.assets.selection import InvalidSelectionError, check_selection
from muster.catalog.model import Catalog, FieldKind, FieldType
from muster.catalog.values import ValueProblem, parse_value
from muster.errors import FieldError
from muster.jobs.cron import check_cron, check_zone
from muster.operations.model import BUILT_IN
from muster.query.refusals import InvalidQueryError, UnknownTimeZoneError
from muster.sequences.asked import ScheduleDraft, Trigger, dumped

_OF_PARTS = frozenset({FieldKind.MONEY, FieldKind.GEO, FieldKind.JSON})
"""Kinds whose values are objects: a change names a part of them, so they can't be compared."""


def _definition(catalog: Catalog, name: str) -> FieldType | None:
    if name in BUILT_IN:
        kind = FieldKind.TEXT_AREA if name == "description" else FieldKind.TEXT
        return FieldType(name=name, label=name.capitalize(), kind=kind)
    return catalog.fields.get(name)


def _unknown(what: str, words: str, pointer: str, known: Sequence[str]) -> FieldError:
    near = get_close_matches(words, known, 1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    code = f"unknown_{what.replace(' ', '_')}"
    return FieldError(code, f"There is no {what} {words[:80]!r}.{hint}", pointer)


def _type_names(catalog: Catalog) -> list[str]:
    return [name for each in catalog.types.values() for name in (each.name, each.label)]


class TriggerCheck:
    """Turns triggers into what a record keeps: ids and stored values. `errors` is what is wrong."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._catalog = resolver.catalog
        self.errors: list[FieldError] = []

    def kept(self, triggers: Sequence[Trigger]) -> list[dict[str, Any]]:
        """Return the triggers as a record keeps them."""
        return [self._one(each, f"/triggers/{n}") for n, each in enumerate(triggers)]

    def _one(self, trigger: Trigger, at: str) -> dict[str, Any]:
        kept: dict[str, Any] = {"event": trigger.event}
        if trigger.types:
            kept["types"] = self._types(trigger, at)
            kept["include_subtypes"] = trigger.include_subtypes
        folders = self._folders(trigger, at)
        if folders:
            kept["folders"] = folders
        return kept | self._field(trigger, at)

    def _types(self, trigger: Trigger, at: str) -> list[str]:
        ids = []
        for number, reference in enumerate(trigger.types):
            words = reference_text(reference)
            found = self._catalog.type_of(words)
            if found is None:
                names = _type_names(self._catalog)
                self.errors.append(_unknown("type", words, f"{at}/types/{number}", names))
            else:
                ids.append(found.id)
        return ids

    def _folders(self, trigger: Trigger, at: str) -> list[str]:
        """Return the folders' ids; the root is above all of them, and so no condition."""
        ids = [self._resolver.folder_id(reference) for reference in trigger.folders]
        for number, found in enumerate(ids):
            if found is None:
                pointer = f"{at}/folders/{number}"
                self.errors.append(
                    FieldError("unknown_folder", "There is no such folder.", pointer)
                )
        return [] if "" in ids else [each for each in ids if each]

    def _field(self, trigger: Trigger, at: str) -> dict[str, Any]:
        given = dumped(trigger)
        bounds = {name: given[name] for name in ("from", "to") if name in given}
        if trigger.field is None and not bounds:
            return {}
        if trigger.field is None or trigger.event != "asset_updated":
            detail = "A field, with the values that it had and has, goes with asset_updated."
            self.errors.append(FieldError("field_of_no_update", detail, f"{at}/field"))
            return {}
        definition = _definition(self._catalog, trigger.field)
        if definition is None:
            names = [*self._catalog.fields, *BUILT_IN]
            self.errors.append(_unknown("field", trigger.field, f"{at}/field", names))
            return {}
        return {"field": trigger.field} | {
            name: self._value(definition, value, f"{at}/{name}") for name, value in bounds.items()
        }

    def _value(self, definition: FieldType, value: Any, at: str) -> Any:
        if definition.kind in _OF_PARTS:
            detail = f"{definition.label} has values of several parts, which can't be compared."
            self.errors.append(FieldError("not_comparable", detail, at))
            return None
        if definition.name == "folder" and isinstance(value, str):
            return self._resolver.folder_id(value) or None
        single = definition.model_copy(update={"max_values": 1, "min_values": 0})
        many = definition.many
        try:
            raw = [value] if many and value is not None else value
            stored = parse_value(
                definition if many else single, raw, self._resolver.context().values
            )
        except ValueProblem as problem:
            self.errors.append(FieldError(problem.code, problem.detail, at))
            return None
        return stored[0] if many and stored else stored


class ScheduleCheck:
    """Turns schedules into what a record keeps. `errors` is what is wrong."""

    def __init__(self, resolver: Resolver, time_zone: str) -> None:
        self._scope = resolver.scope
        self._time_zone = time_zone
        self.errors: list[FieldError] = []

    def kept(self, schedules: Sequence[ScheduleDraft]) -> list[dict[str, Any]]:
        """Return the schedules as a record keeps them, each with its time zone."""
        return [self._one(each, f"/schedules/{n}") for n, each in enumerate(schedules)]

    def _one(self, schedule: ScheduleDraft, at: str) -> dict[str, Any]:
        zone = schedule.time_zone or self._time_zone
        self._note(check_cron(schedule.cron), "invalid_cron", f"{at}/cron")
        self._note(check_zone(zone), "unknown_time_zone", f"{at}/time_zone")
        try:
            kept = check_selection(self._scope, schedule.selection, time_zone=zone)
        except (InvalidSelectionError, InvalidQueryError, UnknownTimeZoneError) as error:
            self.errors += [replace(each, pointer=f"{at}{each.pointer}") for each in error.errors]
            kept = schedule.selection
        selection: Mapping[str, Any] = dumped(kept)
        return {"cron": schedule.cron, "time_zone": zone, "selection": selection}

    def _note(self, detail: str | None, code: str, pointer: str) -> None:
        if detail:
            self.errors.append(FieldError(code, detail, pointer))
