"""The fields that every asset has, by all names that the language knows them by."""

from __future__ import annotations

from dataclasses import dataclass

from muster.query.check.terms import Kind


@dataclass(frozen=True)
class BuiltIn:
    """A field that every asset has: what a replica calls it, and how its values compare."""

    leaf: str
    kind: Kind
    name: str
    """Its usual name."""
    doc: str
    always: bool = False
    """Every asset has a value."""
    sort: str | None = None
    """What `Sort` calls it; None: it can't be sorted by."""


BUILT_IN = (
    BuiltIn("id", Kind.TEXT, "id", "the asset's id", always=True, sort="id"),
    BuiltIn("key", Kind.TEXT, "key", "the key, such as LAP-7", always=True, sort="key"),
    BuiltIn("name", Kind.TEXT, "name", "the title", sort="name"),
    BuiltIn("description", Kind.TEXT, "description", "the description", sort="description"),
    BuiltIn("tag", Kind.TEXT, "tag", "the asset tag", sort="tag"),
    BuiltIn("serial", Kind.TEXT, "serial", "the serial number", sort="serial"),
    BuiltIn("type", Kind.TYPE, "type", "the asset type", always=True, sort="type"),
    BuiltIn("type", Kind.SCHEMA, "schema", "the topmost type above the type", always=True),
    BuiltIn("folder", Kind.FOLDER, "folder", "the folder, by name or path", sort="folder"),
    BuiltIn(
        "folder",
        Kind.PATH,
        "path",
        "the folder's path, as a text",
        always=True,
        sort="folder",
    ),
    BuiltIn(
        "created_at",
        Kind.MOMENT,
        "created",
        "when it was created",
        always=True,
        sort="created_at",
    ),
    BuiltIn(
        "updated_at",
        Kind.MOMENT,
        "updated",
        "when it was last changed",
        always=True,
        sort="updated_at",
    ),
    BuiltIn(
        "created_by",
        Kind.USER,
        "createdBy",
        "who created it",
        always=True,
        sort="created_by",
    ),
    BuiltIn(
        "updated_by",
        Kind.USER,
        "updatedBy",
        "who last changed it",
        always=True,
        sort="updated_by",
    ),
    BuiltIn(
        "source",
        Kind.CAUSE,
        "source",
        "what created it: api, import …",
        always=True,
        sort="source",
    ),
    BuiltIn("@images", Kind.FILE, "image", "its images, by file id"),
    BuiltIn("@images", Kind.PRESENCE, "hasImage", "whether it has an image", always=True),
    BuiltIn("@files", Kind.PRESENCE, "hasFiles", "whether it has files", always=True),
    BuiltIn("", Kind.LINKS, "links", "how many assets are linked with it"),
    BuiltIn("id", Kind.PRIMARY_OF, "primaryOf", "whose primary asset it is"),
    BuiltIn(
        "deleted",
        Kind.DELETED,
        "deleted",
        "whether it lies in the trash",
        always=True,
        sort="deleted",
    ),
    BuiltIn("", Kind.ALL_TEXT, "text", "all texts of the asset", always=True),
    BuiltIn("", Kind.ANY, "any", "any field, whichever", always=True),
)

_OTHER_NAMES = {
    "objectid": "id",
    "label": "name",
    "title": "name",
    "objecttype": "type",
    "objecttypeid": "type",
    "objectschema": "schema",
    "objectschemaid": "schema",
    "category": "folder",
    "created_at": "created",
    "updated_at": "updated",
    "created_by": "createdBy",
    "updated_by": "updatedBy",
    "anyattribute": "any",
}

_BY_USUAL_NAME = {each.name: each for each in BUILT_IN}
BUILT_INS = {each.name.casefold(): each for each in BUILT_IN} | {
    other: _BY_USUAL_NAME[name] for other, name in _OTHER_NAMES.items()
}
"""By every name, in lower case."""

NOT_CONNECTED = {
    "issues": "an issue tracker",
    "lastseen": "discovery",
}
"""Names of fields that are there when something else is connected, in lower case, and what."""

STATUS = "status"
"""The one status field of the catalog."""

OLD_NAMES = frozenset({"anyattribute"})
"""Names that Atlassian took out of its language; they work here."""

SHOWN = (*_BY_USUAL_NAME, STATUS)
"""The usual names, as they are spelled."""
SPELLED = (*SHOWN, "label", "title", "objectType", "objectTypeId", "objectSchema", "category")
"""The names worth proposing for one that is not known."""

PREFIX = "system."
"""What Asset Tracker writes before the names of such fields."""


def built_in(name: str) -> BuiltIn | None:
    """Return the built-in field of a name: case apart, and `system.title` as in Asset Tracker."""
    return BUILT_INS.get(name.casefold().removeprefix(PREFIX))
