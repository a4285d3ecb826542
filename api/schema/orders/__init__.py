"""Service orders, their lines and activities."""

from api.schema.orders.types import (
    ItemRequirement,
    ServiceActivity,
    ServiceOrder,
    ServiceOrderLine,
    StageReason,
)

__all__ = ["ItemRequirement", "ServiceActivity", "ServiceOrder", "ServiceOrderLine", "StageReason"]
