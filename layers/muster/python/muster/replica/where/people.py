"""People who are members no more: values that are ids, and of none who is."""

from __future__ import annotations

import json

from muster.replica.condition import Unlisted
from muster.replica.filters import Filter
from muster.replica.where.place import Asked, some
from muster.replica.where.view import Handler, View

_LAST = "\U0010ffff"
_TEST = "({v} >= ? AND {v} < ? AND lower({v}) NOT IN (SELECT lower(value) FROM json_each(?)))"


def _unlisted(view: View, condition: Unlisted) -> Filter:
    """Ask for the ids as they are held: folded in fields, as they are in columns."""
    prefix = condition.prefix
    params = (prefix, prefix + _LAST, json.dumps(list(condition.values)))
    return some(view, condition.place, Asked(_TEST, params))


HANDLERS: dict[type, Handler] = {Unlisted: _unlisted}
