"""An icon that is a picture of the tenant's: a file's id in the place of a built-in icon's name."""

from __future__ import annotations

from muster.catalog import refusals
from muster.errors import FieldError
from muster.ids import is_id
from muster.scope import Scope

FILE = "file"


def check_icon(scope: Scope, icon: str | None) -> None:
    """Refuse the id of a file that is none of this tenant, no image, or not looked through yet.

    Every other text is the name of a built-in icon. Raises InvalidCatalogError.
    """
    if icon is None or not is_id(FILE, icon):
        return
    found = scope.replica.get_many(FILE, [icon]).get(icon)
    if found is None:
        raise _refused("unknown_file", f"There is no file {icon}.")
    if found.body["purpose"] != "image":
        raise _refused("no_image", "An icon takes what was uploaded as an image.")
    if "image" not in found.body:
        raise _refused("file_not_ready", "The image was not looked through yet: try again soon.")


def icon_fences(icon: str | None) -> tuple[str, ...]:
    """Return the fence that keeps the icon's file from being swept meanwhile."""
    return ("files:deleted",) if icon is not None and is_id(FILE, icon) else ()


def _refused(code: str, detail: str) -> refusals.InvalidCatalogError:
    return refusals.invalid([FieldError(code, detail, "/icon")])
