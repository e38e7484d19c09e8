"""Stored values of every kind, made at random, and as a query would write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from muster.catalog.model import OPTION_KINDS, FieldKind, FieldType
from muster.ids import spelled
from tests.oracle.world import World

K = FieldKind
TEXTS = (
    "Laptop",
    "laptöp",
    "LAPTOP 2",
    "Network card",
    "netwerk card",
    "card, network",
    "C02-XK12",
    "C02 XK13",
    'O\'Brien "x"',
    "50% off_a\\b",
    "'; DROP TABLE asset; --",
    "naïve café",
    "Straße 7",
    "strasse  7",
    "日本 語",
    "NULL",
    "empty",
    "AND OR NOT",
    "x",
    "SRV-12",
    "SRV-2",
    "Zoë's monitor",
    "zoe\u2019s Monitor",
    "Łódź hall",
    "2026-03-01",
    "10",
    "a.b/c@d:e",
    "(brackets) [more]",
    "\ufb01ne \u0153uvre",
    "\u0130stanbul ISTANBUL",
    "e\u0301tage x\u00b2",
    "\u03a3\u038a\u03a3\u03a5\u03a6\u039f\u03a3",
    "\U0001f5a5\ufe0f desk",
    "zero\u200bwidth",
    "thinkpad x1 carbon",
    "thinkpd x1",
    f"long {'abcdefghi ' * 30} tail one",
    f"loop {'abcdefghi ' * 30} tail two",
)
PEOPLE = ("Ada Lovelace", "Bob", "Zoë", "nobody known", "ada@example.org")
VERSIONS = ("13.2", "13.10", "v13.2.0", "13.2-rc1", "13.2b2", "1.1.1k", "24.04.1", "2.0+build")
IPS = ("10.20.0.5", "10.20.1.5", "10.200.0.1", "192.168.1.1", "2001:db8::1", "2001:db8:1::5")
NETWORKS = ("10.20.0.0/16", "10.20.1.0/24", "192.168.0.0/16", "2001:db8::/32", "10.0.0.0/8")
MACS = ("00:1b:63:84:45:e6", "aa:bb:cc:dd:ee:ff")
TIMES = ("08:30:00", "12:00:00", "23:59:59")
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def stored(random: Random, field: FieldType, assets: list[str], world: World) -> Any:
    """Return a stored value of a field: a list where it takes several."""
    if not field.many:
        return one(random, field, assets, world)
    values: list[Any] = []
    for _ in range(random.randint(1, 3)):
        value = one(random, field, assets, world)
        if value not in values:
            values.append(value)
    return values


def one(random: Random, field: FieldType, assets: list[str], world: World) -> Any:
    """Return one stored value of a field."""
    kind = field.kind
    if kind in OPTION_KINDS:
        return random.choice(field.options).id
    if kind is K.AUTO_NUMBER:
        number = random.randint(1, 30)
        return field.number_template.format(n=number) if field.number_template else number
    if kind is K.MONEY:
        currency = field.currency or random.choice(("EUR", "USD", "JPY"))
        return {"minor": random.choice((0, 100, 5000, 5050, 125000, -700)), "currency": currency}
    people = [*(member.id for member in world.members), *PEOPLE[2:], spelled("member", 999)]
    named = {K.REFERENCE: assets, K.USER: people, K.ASSET_TYPE: sorted(world.types)}
    return random.choice(named[kind]) if kind in named else _simple(random, kind)


def _simple(random: Random, kind: FieldKind) -> Any:
    choices: dict[FieldKind, tuple[Any, ...]] = {
        K.INTEGER: (-3, 0, 2, 4, 8, 16, 32, 10**12),
        K.NUMBER: (0, 0.5, 1.25, 2, 13.3, -4.75),
        K.BOOLEAN: (True, False),
        K.TIME: TIMES,
        K.DURATION: (0, 60, 3600, 7200, 86400),
        K.URL: ("https://example.org/Manual?a=1", "https://example.com/x"),
        K.EMAIL: ("ada@example.org", "Bob@Example.org"),
        K.IP: IPS,
        K.CIDR: NETWORKS,
        K.MAC: MACS,
        K.VERSION: VERSIONS,
        K.GEO: ({"lat": 52.5, "lon": 13.4}, {"lat": 0, "lon": 0}),
        K.JSON: ({"slots": [1, 2], "maker": "Network card"}, ["free text"], 7),
        K.IMAGE: (spelled("file", 1), spelled("file", 2)),
        K.FILE: (spelled("file", 3),),
        K.GROUP: ("it-support", "Helpdesk"),
        K.PROJECT: ("ITSM", "Müller"),
        K.REPOSITORY: ("acme/infra", "acme/web"),
        K.PAGE: ("Runbooks/Printer", "Runbooks"),
        K.GLOBAL_ID: ("7f3a-0c52", "7F3A-0C52", "9b"),
    }
    if kind is K.DATE:
        return day(random)
    if kind is K.DATETIME:
        return instant(random).isoformat().replace("+00:00", "Z")
    return random.choice(choices.get(kind, TEXTS))


def day(random: Random) -> str:
    """Return a day; some are drawn often."""
    days = random.choice((0, 1, 30, 59, 87, 88, 300, random.randint(0, 400)))
    return (EPOCH + timedelta(days=days)).date().isoformat()


def instant(random: Random) -> datetime:
    """Return a moment, near midnights of several zones and changes to summer time too."""
    hours = random.choice((0, 1, 22, 23, 5, 12, random.randint(0, 23)))
    days = random.choice((0, 59, 87, 88, 297, 298, random.randint(0, 400)))
    seconds = random.choice((0, 0, 1, 1799, 3599))
    return EPOCH + timedelta(days=days, hours=hours, seconds=seconds)
