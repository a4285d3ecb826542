"""Service orders, their lines and activities."""

from api.schema.orders.types import ActivityType, ServiceActivity, ServiceOrder, ServiceOrderLine, StageReason

__all__ = ["ActivityType", "ServiceActivity", "ServiceOrder", "ServiceOrderLine", "StageReason"]
