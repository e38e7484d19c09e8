"""Rules for names and colours in the catalog."""

from __future__ import annotations

import re
from collections.abc import Iterable

from muster.catalog.model import Placement
from muster.errors import FieldError

_DOTTED = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+", re.ASCII)
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{1,9}", re.ASCII)
_COLOR = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)
_LONGEST = 120
_LEAST_CONTRAST = 4.5
"""WCAG 2.1, success criterion 1.4.3."""


def dotted_name_errors(name: str) -> list[FieldError]:
    """Return what is wrong with a dotted name such as `computer.memory.size`."""
    if len(name) <= _LONGEST and _DOTTED.fullmatch(name):
        return []
    detail = (
        f"{name[:80]!r} is no dotted name: letters, digits, - and _, with at least one dot, "
        "such as computer.memory.size."
    )
    return [FieldError("invalid_name", detail, "/name")]


def key_prefix_errors(prefix: str) -> list[FieldError]:
    """Return what is wrong with a key's prefix such as `LAP`."""
    if _PREFIX.fullmatch(prefix):
        return []
    detail = f"{prefix[:20]!r} is no key prefix: 2 to 10 capital letters and digits, such as LAP."
    return [FieldError("invalid_key_prefix", detail, "/key_prefix")]


def color_errors(color: str | None, pointer: str) -> list[FieldError]:
    """Return what is wrong with a colour such as `#00aa55`."""
    if color is None or _COLOR.fullmatch(color):
        return []
    detail = f"{color[:20]!r} is no colour such as #00aa55."
    return [FieldError("invalid_color", detail, pointer)]


def placement_errors(placements: Iterable[Placement]) -> list[FieldError]:
    """Return what is wrong with the colours of placements, contrast included."""
    errors: list[FieldError] = []
    for index, place in enumerate(placements):
        at = f"/fields/{index}"
        names = ("background_color", "text_color", "label_color")
        wrong = [e for n in names for e in color_errors(getattr(place, n), f"{at}/{n}")]
        errors += wrong or _contrast_errors(place, at)
    return errors


def _contrast_errors(place: Placement, at: str) -> list[FieldError]:
    background = place.background_color or "#ffffff"
    return [
        FieldError(
            "low_contrast",
            f"{color} on {background} is hard to read: the contrast is under {_LEAST_CONTRAST}:1.",
            f"{at}/{name}",
        )
        for name, color in (("text_color", place.text_color), ("label_color", place.label_color))
        if color is not None and contrast(color, background) < _LEAST_CONTRAST
    ]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.1, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    shares = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [s / 12.92 if s <= 0.03928 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]  # noqa: PLR2004 - the formula's own numbers
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
