"""The whole schema, put together."""

import strawberry
from graphql import GraphQLOneOfDirective, GraphQLSchema

from api.schema.access import AccessMutations, AccessQueries
from api.schema.agreements.fields import AgreementMutations, AgreementQueries
from api.schema.agreements.setup import AgreementSetupMutations, AgreementSetupQueries
from api.schema.audit import AuditQueries
from api.schema.calendar_feeds import CalendarFeedMutations, CalendarFeedQueries
from api.schema.calendars import CalendarMutations, CalendarQueries
from api.schema.conversion import call_directly
from api.schema.customers import CustomerMutations, CustomerQueries
from api.schema.dispatch.errors import BOARD_ERROR_TYPES
from api.schema.dispatch.fields import DispatchLive, DispatchMutations, DispatchQueries
from api.schema.dispatch.types import BOARD_TYPES
from api.schema.errors import ERROR_TYPES
from api.schema.invoicing import InvoicingMutations
from api.schema.items import ItemMutations, ItemQueries
from api.schema.nodes import NodeQueries
from api.schema.numbering import NumberingMutations, NumberingQueries
from api.schema.orders.compliance import ComplianceQueries
from api.schema.orders.copying import OrderCopyMutations
from api.schema.orders.ends import OrderEndMutations
from api.schema.orders.fields import OrderMutations, OrderQueries
from api.schema.orders.live import SERVICE_LEVEL_TYPES, ServiceLevelLive
from api.schema.orders.papers import PaperQueries
from api.schema.orders.recording import RecordingMutations
from api.schema.orders.relations import OrderRelationMutations
from api.schema.orders.requirements import RequirementMutations, RequirementQueries
from api.schema.parameters import ParametersMutations, ParametersQueries
from api.schema.planning import PlanningMutations, PlanningQueries
from api.schema.postings import PostingMutations, PostingQueries
from api.schema.projects.charging import ChargingMutations, ChargingQueries
from api.schema.projects.fields import ProjectMutations, ProjectQueries
from api.schema.scalars import CONFIG
from api.schema.service_objects import ServiceObjectMutations, ServiceObjectQueries
from api.schema.slas import ServiceLevelMutations, ServiceLevelQueries
from api.schema.stages import StageMutations, StageQueries
from api.schema.strictness import make_strict
from api.schema.webhooks import WebhookMutations, WebhookQueries
from api.schema.workforce import WorkforceMutations, WorkforceQueries


@strawberry.type(description="Everything that can be read.")
class Query(
    NodeQueries,
    DispatchQueries,
    OrderQueries,
    PaperQueries,
    RequirementQueries,
    StageQueries,
    ServiceLevelQueries,
    ComplianceQueries,
    AgreementQueries,
    AgreementSetupQueries,
    PlanningQueries,
    CustomerQueries,
    WorkforceQueries,
    CalendarQueries,
    ProjectQueries,
    ChargingQueries,
    PostingQueries,
    ItemQueries,
    ServiceObjectQueries,
    NumberingQueries,
    ParametersQueries,
    AccessQueries,
    CalendarFeedQueries,
    AuditQueries,
    WebhookQueries,
):
    """The root of queries."""


@strawberry.type(description="Everything that can be changed.")
class Mutation(
    DispatchMutations,
    OrderMutations,
    OrderEndMutations,
    RecordingMutations,
    OrderCopyMutations,
    StageMutations,
    ServiceLevelMutations,
    OrderRelationMutations,
    RequirementMutations,
    AgreementMutations,
    AgreementSetupMutations,
    PlanningMutations,
    CustomerMutations,
    WorkforceMutations,
    CalendarMutations,
    ProjectMutations,
    ChargingMutations,
    PostingMutations,
    InvoicingMutations,
    ItemMutations,
    ServiceObjectMutations,
    NumberingMutations,
    ParametersMutations,
    AccessMutations,
    CalendarFeedMutations,
    WebhookMutations,
):
    """The root of mutations."""


@strawberry.type(description="Everything that can be followed live.")
class Subscription(DispatchLive, ServiceLevelLive):
    """The root of live fields."""


_schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    # Reached through interfaces only.
    types=[*ERROR_TYPES, *BOARD_ERROR_TYPES, *BOARD_TYPES, *SERVICE_LEVEL_TYPES],
    config=CONFIG,
)
# Printed for clients that are older than the directive, without the description that everything else has.
_ONE_OF = "directive @oneOf on INPUT_OBJECT\n"
schema: GraphQLSchema = _schema._schema  # noqa: SLF001 - Strawberry keeps graphql-core's schema there
make_strict(schema)
call_directly(schema, CONFIG)


def printed_schema() -> str:
    """The schema in its definition language, as committed in `schema.graphql`."""
    described = f'"""{GraphQLOneOfDirective.description}"""\n{_ONE_OF}'
    return f"{_schema.as_str()}\n".replace(_ONE_OF, described, 1)
