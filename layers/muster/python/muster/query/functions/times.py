"""Functions that stand for a moment or a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from muster.query import dates
from muster.query.dates import Clock, Moment, NoDateError, Offset
from muster.query.functions.arguments import Bound
from muster.query.functions.signature import Group, Parameter, Signature
from muster.query.refusals import problem

type Reckon = Callable[[Clock, Offset], Moment]

_OFFSET = (Parameter("offset", optional=True),)


def _boundary(side: str, unit: str) -> Signature:
    name = f"{side}Of{unit}"
    doc = f"The {'first' if side == 'start' else 'last'} moment of this {unit.lower()}"
    monday = ", which begins on Monday" if unit == "Week" else ""
    example = f"created >= {name}()" if side == "start" else f"warranty.end <= {name}(+1mo)"
    return Signature(
        (name,),
        f"{name}([offset])",
        f"{doc}{monday}; with an offset, so much earlier or later.",
        example,
        ("date",),
        _OFFSET,
    )


GROUP: Group = Group(
    "Time",
    (
        Signature(
            ("now",),
            "now([offset])",
            "This moment; with an offset, so much earlier or later.",
            'updated > now("-2h 15m")',
            ("date",),
            _OFFSET,
        ),
        Signature(
            ("today",),
            "today()",
            "The whole of today, in your time zone.",
            "created = today()",
            ("date",),
        ),
        *(_boundary("start", unit) for unit in dates.UNITS),
        *(_boundary("end", unit) for unit in dates.UNITS),
    ),
)


def _start_of(unit: dates.Unit) -> Reckon:
    return lambda clock, offset: dates.start_of(unit, clock, offset)


def _end_of(unit: dates.Unit) -> Reckon:
    return lambda clock, offset: dates.end_of(unit, clock, offset)


_RECKONED: Mapping[str, Reckon] = {
    "now": lambda clock, offset: dates.from_now(offset, clock),
    "today": lambda clock, _: dates.today(clock),
    **{f"startOf{unit}": _start_of(unit) for unit in dates.UNITS},
    **{f"endOf{unit}": _end_of(unit) for unit in dates.UNITS},
}


def moment(bound: Bound, clock: Clock) -> Moment:
    """Return the moment, or the day, that a call stands for."""
    word = bound.word("offset")
    try:
        offset = dates.read_offset(word.text, inside=True) if word and word.text else Offset()
        return _RECKONED[bound.signature.name](clock, offset)
    except NoDateError as error:
        span = word.span if word else bound.call.span
        expected = ["an offset such as -90d"] if word else []
        raise problem("wrong_type", str(error), span, expected=expected) from error
