"""Values that suit a path: what the catalog, the folders and the people name, and the functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from muster.ledger.model import Cause
from muster.query.check.terms import Kind, Target
from muster.query.context import Context
from muster.query.functions.signatures import Use
from muster.query.suggest.functions import functions
from muster.query.suggest.suggestion import Suggestion, value_text
from muster.query.tokens import quoted

_USES: dict[Kind, Use] = {
    Kind.DATE: "date",
    Kind.MOMENT: "date",
    Kind.USER: "people",
    Kind.PRIMARY_OF: "people",
    Kind.TYPE: "types",
    Kind.FOLDER: "folders",
    Kind.VERSION: "version",
}
_OFFSETS = (
    ("-1d", "a day ago"),
    ("-1w", "a week ago"),
    ("-1m", "a month ago"),
    ("-1y", "a year ago"),
    ("+1m", "in a month"),
)


def values(context: Context, target: Target) -> Iterator[Suggestion]:
    """Yield the values of a target that are known without looking at assets."""
    listed = _LISTED.get(target.kind)
    if listed is not None:
        yield from listed(context, target)
    use = _USES.get(target.kind)
    if use is not None:
        yield from functions(use)


def options(_: Context, target: Target) -> Iterator[Suggestion]:
    """Yield a field's options; those that are retired come last."""
    found = target.field.options if target.field else ()
    for option in sorted(found, key=lambda each: each.retired):
        doc = "retired" if option.retired else ""
        yield Suggestion(value_text(option.label), "option", option.label, doc)


def types(context: Context, _: Target | None = None) -> Iterator[Suggestion]:
    """Yield the asset types by label, by name where others have the label too."""
    found = sorted(context.catalog.types.values(), key=lambda each: each.label.casefold())
    labels = [each.label.casefold() for each in found]
    for each in found:
        word = each.label if labels.count(each.label.casefold()) == 1 else each.name
        yield Suggestion(value_text(word), "type", each.label, each.name, also=(each.name,))


def folders(context: Context, _: Target | None = None) -> Iterator[Suggestion]:
    """Yield the folders by path."""
    paths = sorted((context.folders.path_of(i), f.name) for i, f in context.folders.by_id.items())
    for path, name in paths:
        yield Suggestion(quoted(path), "folder", path, also=(name,))


def people(context: Context, _: Target | None = None) -> Iterator[Suggestion]:
    """Yield the members, by e-mail address where several have the name."""
    found = sorted(context.people.all, key=lambda member: member.name.casefold())
    names = [member.name.casefold() for member in found]
    for member in found:
        word = member.name if names.count(member.name.casefold()) == 1 else member.email
        yield Suggestion(
            value_text(word), "person", member.name, member.email, also=(member.email,)
        )


def link_types(context: Context) -> Iterator[Suggestion]:
    """Yield what edges between assets are called: link types, and reference fields."""
    for each in sorted(context.catalog.link_types.values(), key=lambda lt: lt.name.casefold()):
        doc = f"{each.outbound_name}, {each.inbound_name}"
        yield Suggestion(value_text(each.name), "link_type", each.name, doc)
    for field in context.catalog.fields.values():
        if field.kind == "reference":
            yield Suggestion(value_text(field.label), "field", field.label, field.name)


def searches(context: Context) -> Iterator[Suggestion]:
    """Yield the saved searches by name."""
    for each in context.searches:
        yield Suggestion(quoted(each.name), "search", each.name, each.query[:100])


def _booleans(_: Context, __: Target) -> Iterator[Suggestion]:
    for word in ("true", "false"):
        yield Suggestion(word, "value", word)


def moments(context: Context, _: Target | None = None) -> Iterator[Suggestion]:
    """Yield today, and moments before and after now."""
    today = context.now.astimezone(context.zone).date().isoformat()
    yield Suggestion(today, "value", today, "today")
    for offset, doc in _OFFSETS:
        yield Suggestion(offset, "value", offset, doc)


def _causes(_: Context, __: Target) -> Iterator[Suggestion]:
    for cause in Cause:
        yield Suggestion(cause.value, "value", cause.value)


_LISTED: dict[Kind, Callable[[Context, Target], Iterator[Suggestion]]] = {
    Kind.OPTION: options,
    Kind.BOOLEAN: _booleans,
    Kind.PRESENCE: _booleans,
    Kind.DELETED: _booleans,
    Kind.TYPE: types,
    Kind.SCHEMA: types,
    Kind.FOLDER: folders,
    Kind.PATH: folders,
    Kind.USER: people,
    Kind.PRIMARY_OF: people,
    Kind.DATE: moments,
    Kind.MOMENT: moments,
    Kind.CAUSE: _causes,
}
