"""DynamoDB's conditions, as far as Muster uses them: comparisons, presence, AND, OR. Pure."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

type Item = Mapping[str, Mapping[str, Any]]

_TOKEN = re.compile(r"\s*(\(|\)|<=|>=|<>|<|>|=|[#:\w]+)")
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def holds(asked: Mapping[str, Any], item: Item | None) -> bool:
    """Tell whether a request's ConditionExpression is true of the item as it is stored."""
    expression = asked.get("ConditionExpression")
    if expression is None:
        return True
    return _Parser(asked, item or {}).parse(expression)


class _Parser:
    """Evaluates while it reads: OR binds less than AND, as DynamoDB has it."""

    def __init__(self, asked: Mapping[str, Any], item: Item) -> None:
        self.names = asked.get("ExpressionAttributeNames", {})
        self.values = asked.get("ExpressionAttributeValues", {})
        self.item = item
        self.tokens: list[str] = []

    def parse(self, expression: str) -> bool:
        self.tokens = _TOKEN.findall(expression)[::-1]
        result = self.either()
        if self.tokens:
            raise ValueError(f"this condition is not understood: {expression}")
        return result

    def either(self) -> bool:
        result = self.both()
        while self.next_is("OR"):
            result = self.both() or result
        return result

    def both(self) -> bool:
        result = self.single()
        while self.next_is("AND"):
            result = self.single() and result
        return result

    def single(self) -> bool:
        token = self.tokens.pop()
        if token == "(":
            result = self.either()
            self.tokens.pop()
            return result
        if token in {"attribute_exists", "attribute_not_exists"}:
            self.tokens.pop()
            name = self.tokens.pop()
            self.tokens.pop()
            return (self.names.get(name, name) in self.item) is (token == "attribute_exists")
        compare = _COMPARE[self.tokens.pop()]
        left, right = self.operand(token), self.operand(self.tokens.pop())
        return left is not None and right is not None and compare(left, right)

    def next_is(self, word: str) -> bool:
        if self.tokens and self.tokens[-1].upper() == word:
            self.tokens.pop()
            return True
        return False

    def operand(self, token: str) -> Any:
        found = self.values[token] if token.startswith(":") else self.stored(token)
        if found is None:
            return None
        ((kind, value),) = found.items()
        return float(value) if kind == "N" else value

    def stored(self, token: str) -> Mapping[str, Any] | None:
        return self.item.get(self.names.get(token, token))
