"""What is seen of service agreements, their lines, and the tree of templates."""

from datetime import date
from decimal import Decimal

import strawberry

from api.schema.activity_types import ActivityType
from api.schema.agreements.setup import AgreementGroup, ServiceInterval, TimeWindow
from api.schema.customers import Address, Contact
from api.schema.inputs import clock_text
from api.schema.items import Item
from api.schema.money import Money, cost_of, sales_of
from api.schema.nodes import Node, node
from api.schema.projects import LedgerAccount, LineProperty, Project, ProjectCategory
from api.schema.scalars import CurrencyCode
from api.schema.service_objects import ServiceObjectRelation, ServiceTask, ServiceTaskRelation
from api.schema.slas import ServiceLevel
from api.schema.workforce import Worker
from api.selection import column, computed, identity, many, one
from domain.agreements import models
from domain.agreements.queries import visible_agreements
from domain.agreements.rules import CombineBy, ItemSetup
from domain.core.rows import company_only
from domain.projects.rules import TransactionType

_NUMBER = "For people, unique per company."
_VERSION = "Grows with every change; send it back as `expectedVersion`."


def _is_template(template_group_id: int | None) -> bool:
    return template_group_id is not None


@node(
    models.ServiceAgreementLine,
    prefix="sal",
    visible=company_only,
    description="One kind of work, expense, item or fee that a service agreement promises.",
)
class ServiceAgreementLine(Node):
    """An agreement line."""

    id: strawberry.ID = identity("sal")
    line_number: int = column(description="1, 2, 3 … within the agreement; numbers of deleted lines stay free.")
    transaction_type: TransactionType = column(description="What is used and charged.")
    description: str = column(description="What it is, in a few words; may be empty.")
    category: ProjectCategory = one(description="Project category.")
    line_property: LineProperty = one(description="How it is charged.")
    offset_account: LedgerAccount | None = one(
        description="What it is set off against; null when not said, and unless it is of type EXPENSE."
    )
    project: Project = one(description="Where cost and revenue go.")
    currency: CurrencyCode = column(description="The currency it is sold in.")
    cost_price: Money | None = cost_of(
        "cost_price_minor",
        description="What a unit costs the company; null when the set-up does not say, or when it is not for you.",
    )
    sales_price: Money | None = sales_of(
        "sales_price_minor",
        description="What a unit is sold for; null when the set-up does not say.",
    )
    sales_price_modified: bool = column(
        description="Whether somebody typed the sales price, so that the lines of orders get it too."
    )
    starts_on: date = column(description="Its first day, from which its interval counts.")
    ends_on: date | None = column(description="Its last day; null for no end.")
    worker: Worker | None = one(description="Who does it; null when anybody.")
    object_relation: ServiceObjectRelation | None = one(description="The object it is about; null when none is named.")
    task: ServiceTask | None = one(description="The task; null when none is named.")
    interval: ServiceInterval | None = one(description="How often it recurs; null for once, on its first day.")
    time_window: TimeWindow | None = one(description="How far a visit may be moved; null for not at all.")
    stopped: bool = column(description="Whether nothing is planned from it, whatever its agreement does.")
    quantity: Decimal = column(description="How much, in `unit`.")
    unit: str = column(description="What the quantity is counted in, for example `h`.")
    item: Item | None = one(description="The item; null unless the line is of type ITEM.")
    item_setup: ItemSetup | None = column(description="What becomes of the item; null when not said.")
    site: Address | None = one(description="Where the item is needed; null when not said.")
    service_starts_after: str | None = computed(
        needs=("starts_after_minute",),
        value=clock_text,
        description="Service begins at this time of day or later, `HH:MM`; null when at any.",
    )
    service_ends_before: str | None = computed(
        needs=("ends_before_minute",),
        value=clock_text,
        description="Service ends at this time of day or earlier, `HH:MM`; null when at any.",
    )
    version: int = column(description=_VERSION)


@node(
    models.ServiceAgreement,
    prefix="sa",
    visible=visible_agreements,
    description="What has been promised to a customer: which service, how often, from when to when; or a template.",
)
class ServiceAgreement(Node):
    """A service agreement."""

    id: strawberry.ID = identity("sa")
    number: str = column(description=_NUMBER)
    description: str = column(description="What it is about; may be empty.")
    group: AgreementGroup = one(description="What kind of agreement it is.")
    project: Project = one(description="Where cost and revenue go; its customer is the agreement's.")
    starts_on: date = column(description="Its first day.")
    ends_on: date | None = column(description="Its last day; null for no end.")
    suspended: bool = column(description="Whether it rests: it gives no orders, and all its lines count as stopped.")
    template: bool = computed(
        needs=("template_group_id",),
        value=_is_template,
        description="Whether it is a template, to copy lines from; a template gives no orders.",
    )
    template_group: "TemplateGroup | None" = one(description="Where it is as a template; null when it is none.")
    combine_by: CombineBy = column(description="Which of its occurrences may be done on one visit.")
    responsible: Worker | None = one(description="Who answers for it; null when nobody does.")
    preferred_technician: Worker | None = one(description="Whom the customer prefers; null when anybody.")
    contact: Contact | None = one(description="Whom to ask for; null when not said.")
    activity_type: ActivityType | None = one(
        description="Type of the activities of its orders; null for the company's."
    )
    sla: ServiceLevel | None = one(description="Its own service level; null when its group's applies, if that has one.")
    lines: list[ServiceAgreementLine] = many(order=("line_number",), description="Its lines.")
    object_relations: list[ServiceObjectRelation] = many(
        order=("number", "id"), description="The service objects it is about."
    )
    task_relations: list[ServiceTaskRelation] = many(order=("id",), description="The tasks done under it.")
    version: int = column(description=_VERSION)


@node(
    models.TemplateGroup,
    prefix="tpg",
    visible=company_only,
    description="A place in the tree that agreement templates are chosen from.",
)
class TemplateGroup(Node):
    """A template group."""

    id: strawberry.ID = identity("tpg")
    number: str = column(description=_NUMBER)
    name: str = column(description="The group's name.")
    parent: "TemplateGroup | None" = one(description="The group it is in; null at the top.")
    children: list["TemplateGroup"] = many(order=("number", "id"), description="The groups in it.")
    templates: list[ServiceAgreement] = many(order=("number", "id"), description="The templates in it.")
    version: int = column(description=_VERSION)
