"""From what a document selects to what is read: entity types, selections, and finished answers."""

from api.selection.answers import LARGEST_PAGE, USUAL_PAGE, assemble, connection, row, rows
from api.selection.asked import Asked, Selection, selection
from api.selection.checking import check_entities
from api.selection.entities import (
    Entity,
    column,
    computed,
    entities,
    entity,
    entity_of,
    identity,
    itself,
    made,
    many,
    one,
    parse_any_id,
    parse_id,
    write_id,
)

__all__ = [
    "LARGEST_PAGE",
    "USUAL_PAGE",
    "Asked",
    "Entity",
    "Selection",
    "assemble",
    "check_entities",
    "column",
    "computed",
    "connection",
    "entities",
    "entity",
    "entity_of",
    "identity",
    "itself",
    "made",
    "many",
    "one",
    "parse_any_id",
    "parse_id",
    "row",
    "rows",
    "selection",
    "write_id",
]
