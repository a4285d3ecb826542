"""Words of the projects area."""

from enum import StrEnum


class ProjectType(StrEnum):
    """How a project is charged."""

    TIME_AND_MATERIAL = "TIME_AND_MATERIAL"
    FIXED_PRICE = "FIXED_PRICE"
    INVESTMENT = "INVESTMENT"
    COST = "COST"
    INTERNAL = "INTERNAL"
    TIME = "TIME"


class TransactionType(StrEnum):
    """What is used and charged on a line."""

    HOUR = "HOUR"
    EXPENSE = "EXPENSE"
    ITEM = "ITEM"
    FEE = "FEE"
