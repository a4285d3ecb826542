"""Reading and changing service orders, their lines and activities."""

import strawberry

from api.schema.activity_types import ActivityType
from api.schema.lists import listing, looked_up
from api.schema.mutations import mutation
from api.schema.orders.filters import (
    ServiceActivityFilter,
    ServiceActivityOrder,
    ServiceActivityRef,
    ServiceOrderFilter,
    ServiceOrderOrder,
    ServiceOrderRef,
)
from api.schema.orders.inputs import (
    ChangeActivityTypeInput,
    ChangeServiceActivityInput,
    ChangeServiceOrderInput,
    CreateActivityTypeInput,
    CreateServiceActivityInput,
    CreateServiceOrderInput,
    CreateWebOrderInput,
    TransferWebOrderInput,
)
from api.schema.orders.lines import (
    AddServiceOrderLineInput,
    ChangeServiceOrderLineInput,
    MoveServiceOrderLinesInput,
)
from api.schema.orders.types import ServiceActivity, ServiceOrder, ServiceOrderLine
from api.schema.paging import RecordFilter, RecordOrder
from domain.orders import operations


@strawberry.type
class OrderQueries:
    """Reading orders and activities."""

    service_order = looked_up(ServiceOrder, ServiceOrderRef, "A service order; null when you may not see it.")
    service_orders = listing(ServiceOrder, ServiceOrderFilter, ServiceOrderOrder.NUMBER_ASC, "Service orders.")
    service_activity = looked_up(
        ServiceActivity, ServiceActivityRef, "An activity; null when it does not exist or you may not see it."
    )
    service_activities = listing(
        ServiceActivity, ServiceActivityFilter, ServiceActivityOrder.STARTS_AT_ASC, "Activities."
    )
    activity_types = listing(ActivityType, RecordFilter, RecordOrder.NUMBER_ASC, "Activity types.")


@strawberry.type
class OrderMutations:
    """Changing orders and activities."""

    create_service_order = mutation(
        operations.create_service_order,
        CreateServiceOrderInput,
        "Creates a service order with its lines. Lines of type HOUR with equal worker and task share one activity.",
        service_order=ServiceOrder,
    )
    change_service_order = mutation(
        operations.change_service_order,
        ChangeServiceOrderInput,
        "Changes a service order's header.",
        service_order=ServiceOrder,
    )
    create_web_order = mutation(
        operations.create_web_order,
        CreateWebOrderInput,
        "Asks for service over the web. The order waits until a dispatcher transfers it, or deletes it.",
        service_order=ServiceOrder,
    )
    transfer_web_order = mutation(
        operations.transfer_web_order,
        TransferWebOrderInput,
        "Takes a web order over among the ordinary ones.",
        service_order=ServiceOrder,
    )
    add_service_order_line = mutation(
        operations.add_service_order_line,
        AddServiceOrderLineInput,
        "Puts a line on an order. One of type HOUR joins the activity of equal worker and task, or gets a new one.",
        line=ServiceOrderLine,
    )
    change_service_order_line = mutation(
        operations.change_service_order_line,
        ChangeServiceOrderLineInput,
        "Changes an open line. Another worker or task moves it to the activity it then shares.",
        line=ServiceOrderLine,
    )
    move_service_order_lines = mutation(
        operations.move_service_order_lines,
        MoveServiceOrderLinesInput,
        "Moves open lines to another order of the same service agreement, which is given, with the visits they share.",
        service_order=ServiceOrder,
    )
    create_service_activity = mutation(
        operations.create_service_activity,
        CreateServiceActivityInput,
        "Creates an activity that nobody has yet; `assignActivity` gives it to a worker.",
        activity=ServiceActivity,
    )
    change_service_activity = mutation(
        operations.change_service_activity,
        ChangeServiceActivityInput,
        "Changes what an activity is called, and what kind of visit it is.",
        activity=ServiceActivity,
    )
    create_activity_type = mutation(
        operations.create_activity_type,
        CreateActivityTypeInput,
        "Creates an activity type.",
        activity_type=ActivityType,
    )
    change_activity_type = mutation(
        operations.change_activity_type,
        ChangeActivityTypeInput,
        "Changes an activity type.",
        activity_type=ActivityType,
    )
