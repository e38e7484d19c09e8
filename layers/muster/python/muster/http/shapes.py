"""What views give back: pages of a list, and models that are imported only where one looks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module

from pydantic import BaseModel, ConfigDict


class PageOf[Item](BaseModel):
    """One page of a list."""

    model_config = ConfigDict(defer_build=True)

    items: list[Item]
    next_cursor: str | None = None
    """Give it as `cursor` to get the next page; null on the last one."""
    total: int | None = None
    """How many items there are on all pages, where `count` asked for it."""
    total_is_exact: bool | None = None


@dataclass(frozen=True)
class Shape:
    """A model by its address. The document and `fields` need it; no other request pays for it."""

    module: str
    name: str
    paged: bool = False

    @property
    def page(self) -> Shape:
        """Return the shape of a page of these."""
        return replace(self, paged=True)

    def model(self) -> type[BaseModel]:
        """Import the model. Raises AttributeError or ImportError when the address is wrong."""
        found: type[BaseModel] = getattr(import_module(self.module), self.name)
        return PageOf[found] if self.paged else found  # type: ignore[valid-type] # made at run time
