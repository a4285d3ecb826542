"""Service orders, their lines and activities."""

from api.schema.orders.types import (
    ActivityType,
    ItemRequirement,
    ServiceActivity,
    ServiceOrder,
    ServiceOrderLine,
    StageReason,
)

__all__ = ["ActivityType", "ItemRequirement", "ServiceActivity", "ServiceOrder", "ServiceOrderLine", "StageReason"]
