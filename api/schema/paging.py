"""Connections: lists that may be long."""

from enum import Enum
from typing import Annotated, Generic, TypeVar

import strawberry
from tortoise.expressions import Q

NodeT = TypeVar("NodeT")


@strawberry.type(description="Where a page stands in the whole list.")
class PageInfo:
    """The edges of a page."""

    has_next_page: bool = strawberry.field(description="Whether more follow.")
    has_previous_page: bool = strawberry.field(description="Whether there are some before.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first node; null when the page is empty.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last node; null when the page is empty.")


@strawberry.type(description="One entry of a list, with its place in it.")
class Edge(Generic[NodeT]):
    """A node and its cursor."""

    cursor: str = strawberry.field(description="Pass it as `after` or `before` to go on from here.")
    node: NodeT = strawberry.field(description="The entry itself.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[NodeT]):
    """A page in the form that Relay and others know."""

    nodes: list[NodeT] = strawberry.field(description="The page's entries.")
    edges: list[Edge[NodeT]] = strawberry.field(description="The page's entries with their cursors.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the whole list.")
    total_count: int = strawberry.field(
        description="Length of the whole list. Counts on request: ask only when you show it."
    )


First = Annotated[int | None, strawberry.argument(description="How many from the start: 50 unless told, at most 250.")]
After = Annotated[str | None, strawberry.argument(description="Continue behind this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many from the end instead, at most 250.")]
Before = Annotated[str | None, strawberry.argument(description="Continue in front of this cursor.")]


class OrderEnum(Enum):
    """Orders of a list: each member is the columns it sorts by, and what it says to the caller."""

    def __init__(self, columns: tuple[str, ...], description: str) -> None:
        self.columns = columns
        self.description = description


class RecordOrder(OrderEnum):
    """Orders of numbered records."""

    NUMBER_ASC = ("number", "id"), "By number, as text."
    NUMBER_DESC = ("-number", "-id"), "By number, as text, the last first."
    NAME_ASC = ("name", "id"), "By name."
    NAME_DESC = ("-name", "-id"), "By name, the last first."


@strawberry.input(description="Which numbered records to list: those that meet every condition given.")
class RecordFilter:
    """The filter of records that have nothing more to ask for."""

    search: str | None = strawberry.field(
        default=None, description="Part of the number or the name, in any letter case."
    )
    numbers: list[str] | None = strawberry.field(default=None, description="Only those with one of these numbers.")

    def where(self) -> Q:
        """The condition on rows with a number and a name."""
        where = Q()
        if self.search:
            where &= Q(number__icontains=self.search) | Q(name__icontains=self.search)
        if self.numbers is not None:
            where &= Q(number__in=self.numbers)
        return where


@strawberry.input(description="Which numbered records to list: those that meet every condition given.")
class ActiveRecordFilter(RecordFilter):
    """The filter of records that can be retired."""

    active: bool | None = strawberry.field(default=None, description="Only active ones, or only those that are not.")

    def where(self) -> Q:
        """The condition on rows with a number, a name and `active`."""
        where = super().where()
        return where if self.active is None else where & Q(active=self.active)
