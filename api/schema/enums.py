"""Enums: the domain's words with a description for the caller."""

from enum import Enum
from typing import TypeVar

import strawberry

from domain.agreements.rules import CombineBy, Fate, IntervalRange, ItemSetup, SkipReason, WindowMethod
from domain.core.actor import Permission, Role, TokenScope
from domain.core.errors import Code
from domain.dispatch.rules import BoardAction
from domain.items.rules import ItemType
from domain.orders.papers import PaperKind
from domain.orders.rules import (
    DispatchStatus,
    LineStatus,
    OrderAction,
    OrderOrigin,
    OrderProgress,
    OrderWarning,
    Priority,
    RequirementSupply,
)
from domain.parameters.rules import SlaCalendarMode
from domain.planning.rules import RunStatus
from domain.postings.queries import MarginSubject
from domain.projects.rules import ProjectType, TransactionType
from domain.slas.rules import SlaRisk, SlaStatus
from domain.stages.rules import ReasonType
from domain.webhooks.rules import DeliveryStatus
from domain.workforce.rules import WorkerType

EnumT = TypeVar("EnumT", bound=type[Enum])


def described(enum: EnumT, description: str, values: dict[str, str], *, name: str | None = None) -> EnumT:
    """A domain enum as a GraphQL enum, each value described.

    Raises:
        KeyError: a value has no description.
    """
    made = strawberry.enum(enum, name=name or enum.__name__, description=description)
    for value in made.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]
    return made


described(
    Role,
    "What a signed-in person or program is to the company.",
    {
        "SERVICE_MANAGER": "Maintains parameters, master data, orders and users; views the dispatch board.",
        "DISPATCHER": "Maintains service orders and the dispatch board.",
        "TECHNICIAN": "Sees and maintains own activities.",
        "CUSTOMER": "Sees own orders and visits.",
        "INTEGRATION": "A program with an API token; may do what a dispatcher may.",
    },
)
described(
    SlaCalendarMode,
    "What a service level's calendar does.",
    {
        "OPEN_TIME": "Only the calendar's open time counts.",
        "START_ONLY": "The calendar puts off the start to its next open time; from then on all time counts.",
    },
)
described(
    DeliveryStatus,
    "Where a message to a webhook stands.",
    {
        "PENDING": "It waits to be sent, or to be sent again.",
        "DELIVERED": "The receiver has taken it.",
        "DEAD": "It was given up after twelve tries in four days.",
    },
    name="WebhookDeliveryStatus",
)
described(
    Permission,
    "What a caller may do; follows from the role. New values can come: keep a default branch.",
    {
        "ANYONE": "What needs no sign-in: to sign in.",
        "SIGNED_IN": "What everybody may do who is signed in.",
        "READ": "Read what one may see.",
        "MAINTAIN_USERS": "Create and change users and API tokens.",
        "MAINTAIN_PARAMETERS": "Change the company's settings and number sequences.",
        "MAINTAIN_MASTER_DATA": "Create and change workers, teams, calendars, projects, items and the like.",
        "MAINTAIN_ORDERS": "Create and change customers, service orders and their lines.",
        "CREATE_WEB_ORDERS": "Ask for service over the web, as a customer for oneself.",
        "MAINTAIN_DISPATCH": "Assign, dispatch and move activities on the board.",
        "MAINTAIN_ACTIVITIES": "Change activities one may see.",
        "READ_COMPANY": "See what only the company's own people see.",
        "READ_AUDIT": "Read the audit trail.",
        "READ_EVENTS": "Follow what happens with `events`.",
        "MAINTAIN_WEBHOOKS": "Create and change webhooks.",
        "MAINTAIN_CALENDAR_FEEDS": "Make and end calendar feeds; technicians and customers those of their own visits.",
        "READ_MARGINS": "See what work costs the company, and what it earns.",
        "APPROVE_POSTING": "Post service orders.",
        "RECORD_INVOICES": "Say on which invoice posted lines are.",
        "IMPORT": "Load data from files.",
    },
)
described(
    TokenScope,
    "What an API token may do. New values can come: keep a default branch.",
    {
        "READ": "Read and follow everything a program may see.",
        "EVENTS": "Read, and ask for what happened with `events`.",
        "ORDERS": "Read; create and change customers, service orders and what belongs to them, plan, record invoices.",
        "WEB_ORDERS": "Hand in web orders, without reading anything.",
        "DISPATCH": "Read; assign, dispatch, move and close activities on the board.",
    },
    name="ApiTokenScope",
)
described(
    Priority,
    "How urgent an order or activity is. The board's colours come from the parameters.",
    {
        "HIGH": "Red unless the company chose otherwise.",
        "NORMAL": "Yellow unless the company chose otherwise.",
        "LOW": "Green unless the company chose otherwise.",
    },
    name="ActivityPriority",
)
described(
    DispatchStatus,
    "Whether an activity has been sent to its worker.",
    {
        "UNDISPATCHED": "Waits to be sent out; always so without a worker or a time.",
        "DISPATCHED": "Sent to its worker.",
    },
)
described(
    OrderProgress,
    "How far a service order has come; follows from its lines.",
    {
        "IN_PROCESS": "Has open lines, or none yet.",
        "POSTED": "Every line is posted or cancelled, and at least one is posted.",
        "CANCELED": "Every line is cancelled.",
    },
)
described(
    OrderOrigin,
    "Where a service order came from.",
    {
        "MANUAL": "Made by hand.",
        "AGREEMENT": "Planned from a service agreement.",
        "PROJECT": "Made from a project.",
        "SALES_ORDER": "Made from a sales order.",
        "WEB": "Asked for over the web, by a customer or a technician.",
    },
)
described(
    OrderWarning,
    "What is odd about a service order; nothing is refused for it. New values can come: keep a default branch.",
    {
        "CALENDAR_CONFLICT": "It is wished for a day on which the company's calendar is closed.",
        "TECHNICIAN_NOT_ON_BOARD": "The preferred technician is in no team, and so on no dispatch board.",
    },
)
described(
    RequirementSupply,
    "Where a required item comes from.",
    {
        "CONSUME": "From stock, at once.",
        "PURCHASE": "It is bought, to arrive just before it is needed.",
        "PRODUCTION": "It is made, to be there just before it is needed.",
    },
)
described(
    LineStatus,
    "What has become of an order line.",
    {"CREATED": "Open.", "POSTED": "Posted; cannot be changed any more.", "CANCELED": "Cancelled."},
    name="ServiceOrderLineStatus",
)
described(
    TransactionType,
    "What is used and charged on a line.",
    {"HOUR": "Working time.", "EXPENSE": "An expense.", "ITEM": "An item.", "FEE": "A fee."},
)
described(
    WorkerType,
    "How a worker belongs to the company.",
    {"EMPLOYEE": "Employed; may own a dispatch team.", "CONTRACTOR": "Hired from elsewhere; may not own a team."},
)
described(
    ProjectType,
    "How a project is charged.",
    {
        "TIME_AND_MATERIAL": "By what was used.",
        "FIXED_PRICE": "At an agreed price.",
        "INVESTMENT": "Capitalised.",
        "COST": "Cost only.",
        "INTERNAL": "The company's own.",
        "TIME": "Time only; not for service agreements.",
    },
)
described(
    ItemType,
    "What an item is.",
    {"ITEM": "A single part.", "BOM": "Made of parts: it has a bill of materials.", "SERVICE": "Work sold as an item."},
)
described(
    Code,
    "Why a request was refused. New values can come: keep a default branch.",
    {
        "NOT_FOUND": "It does not exist, or you may not see it.",
        "INVALID": "The value itself cannot be right; the message says why.",
        "ALREADY_EXISTS": "The number or name is taken.",
        "IN_USE": "Something refers to it, so it cannot be deleted or retired.",
        "VERSION_CONFLICT": "Somebody has changed it since you read it. Read it again.",
        "CURSOR_TOO_OLD": "The log does not, or no longer, reach back to this cursor.",
        "KEY_REUSED": "The `clientMutationKey` was used for another request.",
        "WRONG_CREDENTIALS": "E-mail address or password is wrong, or the sign-in has ended.",
        "OWNER_NOT_EMPLOYEE": "A dispatch team is owned by an employee, not by a contractor.",
        "WORKER_REQUIRED": "An activity is dispatched to a worker; assign one first.",
        "WORKER_INACTIVE": "The worker has left the company.",
        "TIME_REQUIRED": "A start or a length is missing.",
        "ACTIVITY_CLOSED": "The activity is closed.",
        "LINE_NOT_OPEN": "The line is posted or cancelled.",
        "OVERLAP": "Warning: the worker has other activities at that time. May be accepted.",
        "OUTSIDE_CALENDAR": "Warning: the worker's calendar is closed for part of that time. May be accepted.",
        "NOT_IN_TEAM": "Warning: the worker is in no dispatch team, so it would not be on the board. May be accepted.",
        "SLA_AT_RISK": "Warning: the activity would end after its order's service level runs out. May be accepted.",
        "NOTHING_TO_UNDO": "You have no change left to take back.",
        "PROJECT_TYPE_NOT_ALLOWED": "The project's type does not fit.",
        "NUMBER_SEQUENCE_MISSING": "There is no number sequence to draw from.",
        "BUSY": "Others are changing the same thing; try again.",
        "STORAGE_FULL": "The server's disk is full; nothing was changed. Reading goes on.",
        "INITIAL_STAGE_EXISTS": "There is a stage without a parent already; there is only one.",
        "NO_INITIAL_STAGE": "There is no stage without a parent for an order to begin in.",
        "PARENT_IMMUTABLE": "A stage keeps its parent; delete it and create it again.",
        "STAGE_IN_USE": "The stage has children, or orders are in it.",
        "STAGE_TRANSITION_NOT_ALLOWED": "An order moves to a child of its stage, or back to the parent.",
        "REASON_REQUIRED": "Give a stage reason code.",
        "STAGE_FORBIDS_MODIFY": "The order's stage does not allow changes.",
        "STAGE_FORBIDS_CANCEL": "The order's stage does not allow to cancel, or to take that back.",
        "STAGE_FORBIDS_DELETE": "The order's stage does not allow to delete it.",
        "STAGE_FORBIDS_POST": "The order's stage does not allow to post.",
        "SLA_ALREADY_STARTED": "The order's time is being recorded already.",
        "SLA_NOT_STARTED": "The order's time is not being recorded.",
        "SLA_CANCELED": "Measurement of the order has ended for good.",
        "INVALID_TIME": "The moment is in the future, or before the last start or stop.",
        "AGREEMENT_SUSPENDED": "The service agreement is suspended.",
        "LINE_STOPPED": "The agreement line is stopped, or its agreement is suspended.",
        "AGREEMENT_IS_TEMPLATE": "The service agreement is a template.",
        "AGREEMENT_HAS_ORDERS": "The service agreement has service orders.",
        "ORDERS_OUTSIDE_VALIDITY": "Service orders would lie outside the agreement's dates.",
        "AGREEMENT_REQUIRED": "The company wants every service order to have a service agreement.",
        "OUTSIDE_VALIDITY": "The date is outside the dates of the service agreement or its line.",
        "PROJECT_MISMATCH": "The service agreement has another project.",
        "PROJECT_REQUIRED": "There is no project to post to.",
        "ALREADY_DELIVERED": "The required item has been delivered.",
        "ADDRESS_NAME_EXISTS": "The customer has an address of that name; choose it, or overwrite it.",
        "WEB_ORDER_WAITS": "The web order has to be transferred first.",
        "NOT_A_WEB_ORDER": "The order does not wait to be transferred.",
        "HAS_ITEM_REQUIREMENTS": "Item requirements hang on the order; delete them first.",
        "ALREADY_POSTED": "Something is posted already.",
        "NOT_CANCELED": "It is not cancelled.",
        "DIFFERENT_AGREEMENT": "The two orders do not belong to the same service agreement.",
        "NOT_SIGNED_OFF": "The line is not signed off.",
        "JOURNAL_MISSING": "The parameters name no journal for this transaction type.",
        "CONFIRM_ALL_REQUIRED": "No criteria were given, so this is about everything; confirm it.",
        "ITEM_ALREADY_SERVICE_OBJECT": "The item, with this serial number, is another service object already.",
        "OBJECT_NOT_RELATED": "Neither the line's header nor its agreement is about the service object.",
        "TASK_NOT_RELATED": "Neither the line's header nor its agreement is about the service task.",
        "RELATION_IN_USE": "Lines refer to the relation.",
        "PROJECT_VALIDATION": "The project is not for this worker or project category.",
    },
    name="UserErrorCode",
)
described(
    BoardAction,
    "What can be done to an activity.",
    {
        "ASSIGN": "`assignActivity`: another worker or time.",
        "DISPATCH": "`dispatchActivity`.",
        "UNASSIGN": "`unassignActivity`.",
        "SET_PRIORITY": "`setActivityPriority`.",
        "CLOSE": "`closeActivity`.",
    },
)
described(
    OrderAction,
    "What can be done to a service order; of these, to a line: CHANGE, SIGN_OFF, CANCEL and REVOKE_CANCELLATION."
    " Each is named after its mutation. New values can come: keep a default branch.",
    {
        "CHANGE": "Change its header; of a line, change it.",
        "ADD_LINE": "Put a line on it.",
        "MOVE_TO_NEXT_STAGE": "Move it to a stage that follows.",
        "MOVE_TO_PREVIOUS_STAGE": "Move it back to the stage before.",
        "START_SLA_TIME": "Start the time that counts for its service level again.",
        "STOP_SLA_TIME": "Stop the time that counts for its service level.",
        "CANCEL_SLA": "End the measurement by its service level for good.",
        "SIGN_OFF": "Sign it off as done.",
        "CANCEL": "Cancel it.",
        "REVOKE_CANCELLATION": "Take it up again after it was cancelled.",
        "DELETE": "Delete it.",
        "TRANSFER": "Take it over from the web among the ordinary orders.",
        "POST": "Post it.",
    },
)
described(
    SlaStatus,
    "Whether the time of an order is being recorded against a service level.",
    {
        "NONE": "The order is not measured.",
        "STARTED": "Its time runs.",
        "STOPPED": "Its time is stopped; it may be started again.",
        "CANCELED": "It is not measured any more.",
    },
)
described(
    SlaRisk,
    "How an order stands against its service level.",
    {
        "NONE": "It is not measured, or not any more.",
        "ON_TIME": "Less than 80 % of its time is used up.",
        "AT_RISK": "80 % of its time or more is used up, and not more than all of it.",
        "BREACHED": "It has taken longer than promised.",
    },
)
described(
    ReasonType,
    "On what occasion a reason was given.",
    {
        "STAGE_CHANGE": "The order entered a stage.",
        "CLOSE": "The order or a line was signed off, or its time was stopped.",
        "CANCEL": "Its service level was cancelled.",
        "MANUAL": "Somebody noted it.",
    },
)
described(
    IntervalRange,
    "The unit of a service interval.",
    {
        "DAILY": "Days.",
        "WEEKLY": "Weeks.",
        "MONTHLY": "Months; one that is too short counts to its last day.",
        "QUARTERLY": "Quarters of a year.",
        "YEARLY": "Years.",
    },
    name="ServiceIntervalRange",
)
described(
    WindowMethod,
    "How a time window lies around the calculated day.",
    {
        "WEEK": "The day's week, Monday first.",
        "MONTH": "The day's month.",
        "MANUAL": "So many days before it and after it.",
    },
    name="TimeWindowMethod",
)
described(
    CombineBy,
    "Which occurrences of a service agreement may be done on one visit.",
    {
        "BY_SERVICE_AGREEMENT": "All of the agreement.",
        "BY_SERVICE_TASK": "Those of one service task.",
        "BY_EMPLOYEE": "Those of one worker.",
        "BY_SERVICE_OBJECT": "Those of one service object.",
    },
)
described(
    ItemSetup,
    "What becomes of the item of an agreement line.",
    {
        "ITEM_CONSUMPTION": "It is used from stock, on a line of the visit.",
        "ITEM_REQUIREMENT": "It is bought or made for the visit; needs a site.",
    },
)
described(
    PaperKind,
    "Which paper of a service order.",
    {
        "WORK_DESCRIPTION": "Before the visit: what is to be done, where and for whom.",
        "WORK_RECEIPT": "After it: what was done and used, with a place for the customer's signature.",
    },
    name="WorkPaperKind",
)
described(
    Fate,
    "What becomes of an occurrence.",
    {
        "CREATED": "A service order is created for it.",
        "ALREADY_THERE": "It has an order line, be it a cancelled one.",
        "SKIPPED": "It is passed over.",
    },
    name="OccurrenceFate",
)
described(
    SkipReason,
    "Why an occurrence is passed over. New values can come: keep a default branch.",
    {
        "AGREEMENT_SUSPENDED": "The agreement is suspended.",
        "AGREEMENT_IS_TEMPLATE": "The agreement is a template.",
        "CUSTOMER_MISSING": "The agreement's project has no customer.",
        "CUSTOMER_NOT_IN_USE": "The customer is no longer in use.",
        "PROJECT_NOT_IN_USE": "The agreement's project is no longer in use.",
        "LINE_STOPPED": "The line is stopped.",
        "TYPE_NOT_CHOSEN": "Its transaction type was not chosen.",
        "ITEM_NOT_IN_USE": "Its item is no longer in use.",
    },
    name="OccurrenceSkipReason",
)
described(
    RunStatus,
    "How far a planning run has come.",
    {
        "WAITING": "Nothing is planned yet.",
        "RUNNING": "It plans.",
        "DONE": "Everything is planned.",
        "STOPPED": "Somebody stopped it.",
        "FAILED": "It could not go on; `problem` says why.",
    },
    name="PlanningRunStatus",
)
described(
    MarginSubject,
    "What margins are of.",
    {"ORDER": "Service orders.", "AGREEMENT": "Service agreements.", "PROJECT": "Projects."},
)
