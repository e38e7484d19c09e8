"""Entity tags: `"v17"` is version 17 of a resource (RFC 9110, section 13)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from muster.errors import FieldError
from muster.http.refusals import IfMatchRequiredError, InvalidParameterError, NotAbsentError
from muster.http.routing import Route

_TAG = re.compile(r'"v([1-9][0-9]{0,17})"', re.ASCII)


def entity_tag(version: int) -> str:
    """Return a version's strong entity tag."""
    return f'"v{version}"'


def required_version(route: Route, headers: Mapping[str, str]) -> int | None:
    """Return the version that If-Match names; None for `*`, and when it is absent and may be.

    Raises IfMatchRequiredError, InvalidParameterError, NotAbsentError.
    """
    if route.writes and headers.get("if-none-match") == "*" and "{" in route.path:
        raise NotAbsentError("If-None-Match: * creates only, and this changes what exists.")
    given = headers.get("if-match")
    if given is None:
        if route.needs_if_match:
            raise IfMatchRequiredError(
                'Send If-Match with the ETag that you read, such as "v17", or * for any version.'
            )
        return None
    if given.strip() == "*":
        return None
    found = _TAG.fullmatch(given.strip())
    if found is None:
        detail = f'If-Match takes one ETag as Muster gives it, such as "v17", not {given[:60]!r}.'
        error = FieldError("invalid_etag", detail, parameter="If-Match")
        raise InvalidParameterError(detail, errors=[error])
    return int(found[1])


def is_unchanged(headers: Mapping[str, str], version: int) -> bool:
    """Tell whether the client has this version already (If-None-Match; weak comparison)."""
    given = headers.get("if-none-match", "")
    tags = {tag.strip().removeprefix("W/") for tag in given.split(",")}
    return entity_tag(version) in tags
