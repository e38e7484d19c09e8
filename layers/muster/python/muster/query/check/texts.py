"""Values that are texts: plain ones, versions, addresses of networks and devices."""

from __future__ import annotations

import ipaddress
from typing import ClassVar

from muster.catalog.model import FieldKind
from muster.catalog.values import HANDLERS, ValueContext, ValueProblem
from muster.query import tree
from muster.query.check.conditions import all_of
from muster.query.check.subject import OrderSign, Subject
from muster.query.check.terms import Network, Stored, Values, Version
from muster.query.check.wording import HOW, Verb, look_for, piece
from muster.query.refusals import problem, shown
from muster.query.tree import Span, Word
from muster.replica.condition import (
    Condition,
    Has,
    InNetwork,
    Like,
    Near,
    Versioned,
    Within,
)

_WORDS = ("LIKE", "HAS", "STARTSWITH", "ENDSWITH", "MATCHES", "~")
_ORDER = ("<", "<=", ">", ">=", "BETWEEN")
KNOWS_NOTHING = ValueContext(
    resolve_asset=lambda _field, _raw: None,
    resolve_member=lambda _raw: None,
    type_id=lambda _words: None,
)


class TextSubject(Subject):
    """Texts. They are equal, and ordered, without regard to case and accents."""

    operators: ClassVar[tuple[str, ...]] = ("=", "==", "!=", "IN", "IS EMPTY", *_WORDS, *_ORDER)

    def holds_words(self) -> bool:
        """Tell whether Asset Tracker's `=` looks for words in it: ids and keys are whole."""
        return self.target.name not in {"id", "key"}

    def read(self, word: Word) -> Values:
        """Take the word as it is."""
        return Stored((word.text,))

    def meets(self, meant: Values, span: Span) -> Condition:
        """Compare with a version, too."""
        if isinstance(meant, Version):
            return Versioned(self.place, "=", meant.text)
        return super().meets(meant, span)

    def ordered(self, sign: OrderSign, value: tree.Value) -> Condition:
        """Compare texts, or versions."""
        meant = self.meaning(value)
        if isinstance(meant, Version):
            return Versioned(self.place, sign, meant.text)
        return within(self, sign, self._text(meant, value.span))

    def between(self, low: tree.Value, high: tree.Value) -> Condition:
        """Compare texts, or versions."""
        ends = self.meaning(low), self.meaning(high)
        if any(isinstance(end, Version) for end in ends):
            return self._versions(low, high)
        return Within(self.place, self._text(ends[0], low.span), self._text(ends[1], high.span))

    def _versions(self, low: tree.Value, high: tree.Value) -> Condition:
        """Join both comparisons: right as long as there is one value."""
        fields = self.checker.context.catalog.fields
        way = (*self.place.hops, *([self.field.name] if self.target.field else []))
        if any(fields[name].many for name in way):
            detail = (
                f"{shown(self.target.name)} can have several values, and BETWEEN does not compare "
                "versions then. Write >= and <=."
            )
            raise problem("wrong_type", detail, (low.span[0], high.span[1]), expected=[">=", "<="])
        return all_of([self.ordered(">=", low), self.ordered("<=", high)])

    def _text(self, meant: Values, span: Span) -> str:
        if isinstance(meant, Stored) and len(meant.values) == 1:
            return str(meant.values[0])
        raise self.wrong(meant, span)

    def text(self, verb: Verb, word: Word) -> Condition:
        """Look into the texts."""
        if verb == "HAS":
            return Has(self.place, look_for(word))
        return Like(self.place, piece(verb, word), HOW[verb])

    def near(self, word: Word) -> Condition:
        """Look for the words, or such as are like them."""
        return Near(self.place, look_for(word))


def within(subject: Subject, sign: OrderSign, value: object) -> Condition:
    """Return the condition that some value lies on that side of a stored one."""
    included = sign in {"<=", ">="}
    if sign in {"<", "<="}:
        return Within(subject.place, high=value, high_included=included)
    return Within(subject.place, low=value, low_included=included)


class VersionSubject(TextSubject):
    """Versions: 1.10 comes after 1.9, and 1.0 is 1."""

    operators = ("=", "!=", "IN", "IS EMPTY", *_ORDER, *_WORDS)

    def holds_words(self) -> bool:
        """Tell that `=` compares versions."""
        return False

    def read(self, word: Word) -> Values:
        """Take the word as a version."""
        return Version(word.text)

    def stored(self, value: tree.Value) -> tuple[object, ...]:
        """Return the text, for what knows of texts alone."""
        meant = self.meaning(value)
        return (meant.text,) if isinstance(meant, Version) else super().stored(value)


class NetworkSubject(TextSubject):
    """IP addresses and networks: a network stands for all that lies in it."""

    operators = ("=", "!=", "IN", "IS EMPTY", *_WORDS)

    def holds_words(self) -> bool:
        """Tell that `=` compares addresses."""
        return False

    def read(self, word: Word) -> Values:
        """Take the word as an address or a network."""
        text = word.text.strip()
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError as error:
            raise self.bad(word, "10.20.0.5 or 10.20.0.0/16") from error
        if "/" in text or self.field.kind is FieldKind.CIDR:
            return Network(str(network))
        return Stored((str(network.network_address),))

    def stored(self, value: tree.Value) -> tuple[object, ...]:
        """Return an address or a network itself, for what compares no networks."""
        meant = self.meaning(value)
        if not isinstance(meant, Network):
            return super().stored(value)
        if self.field.kind is FieldKind.CIDR:
            return (meant.cidr,)
        detail = "Here a single address is needed, not a network."
        raise problem("wrong_type", detail, value.span, expected=["an address"])

    def meets(self, meant: Values, span: Span) -> Condition:
        """Compare with a network."""
        if isinstance(meant, Network):
            return InNetwork(self.place, meant.cidr)
        return Subject.meets(self, meant, span)

    def ordered(self, sign: OrderSign, value: tree.Value) -> Condition:
        """Refuse: as texts they have no order that means anything."""
        raise self.unfit(sign, value.span)

    def between(self, low: tree.Value, high: tree.Value) -> Condition:
        """Refuse: as texts they have no order that means anything."""
        raise self.unfit("BETWEEN", (low.span[0], high.span[1]))


class MacSubject(NetworkSubject):
    """Addresses of devices, however they are written."""

    def read(self, word: Word) -> Values:
        """Take the word as an address: `00-1B-63-84-45-E6` is `00:1b:63:84:45:e6`."""
        try:
            return Stored((HANDLERS[FieldKind.MAC].parse(self.field, word.text, KNOWS_NOTHING),))
        except ValueProblem as error:
            raise self.bad(word, "00:1b:63:84:45:e6") from error
