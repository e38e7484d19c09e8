"""Days, moments, offsets and periods, made at random; most of them near to some event."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from tests.oracle import making_values
from tests.oracle.spelling import quoted
from tests.oracle.world import World


class Times:
    """Makes times for one world."""

    def __init__(self, random: Random, world: World) -> None:
        """`random` decides everything."""
        self.random = random
        self.world = world

    def called(self) -> str:
        """Return a function that gives a time."""
        random = self.random
        edge = random.choice(("startOf", "endOf"))
        unit = random.choice(("Day", "Week", "Month", "Quarter", "Year"))
        plain = ("now()", "today()", f"{edge}{unit}()")
        moved = (f"now({self.offset()})", f"{edge}{unit}({self.offset()})")
        return random.choice((*plain, *moved))

    def offset(self) -> str:
        """Return an offset as functions take it."""
        random = self.random
        text = random.choice(("", "-", "-", "+")) + random.choice(
            ("1d", "2w", "1mo", "3mo2d", "1y", "26h", "90m", "1d2h", "5w", "40d")
        )
        return quoted(random, text) if random.random() < 0.5 else text

    def time(self) -> str:
        """Return a day, a moment or a bare offset, most of them near to some event."""
        random = self.random
        at = random.choice(random.choice(self.world.things).steps).at
        turn = random.random()
        if turn < 0.3:
            return at.date().isoformat()
        if turn < 0.45:
            return making_values.day(random)
        if turn < 0.6:
            return making_values.instant(random).isoformat().replace("+00:00", "Z")
        if turn < 0.75:
            near = at + timedelta(minutes=random.choice((-1, 1, -61)))
            return near.strftime(f"%Y-%m-%dT%H:%M{random.choice(('', 'Z', '+05:30'))}")
        sign = random.choice(("-", "-", "-", "+", ""))
        return sign + random.choice(("1d", "2w", "1m", "3m2d", "1y", "6m", "2m3w2d", "13m"))

    def when(self) -> str:
        """Return when something was so: behind a day, before it, on it, or between two."""
        word = self.random.choice(("AFTER", "BEFORE", "ON", "DURING"))
        if word == "DURING":
            return f" DURING ({self.time()}, {self.time()})"
        return f" {word} {self.time()}"
