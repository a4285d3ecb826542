"""Wanted columns to SQL, and rows to dicts. Knows no GraphQL."""

from db.projection.columns import UnplannableError
from db.projection.fetching import columns, columns_of_each, count, exists, fetch, fetch_one, ids, records
from db.projection.plans import forget_plans
from db.projection.tree import Constant, Entry, Made, Many, One, Same, Select, Value, Wanted, Where
from db.projection.ways import Way, ways

__all__ = [
    "Constant",
    "Entry",
    "Made",
    "Many",
    "One",
    "Same",
    "Select",
    "UnplannableError",
    "Value",
    "Wanted",
    "Way",
    "Where",
    "columns",
    "columns_of_each",
    "count",
    "exists",
    "fetch",
    "fetch_one",
    "forget_plans",
    "ids",
    "records",
    "ways",
]
