"""Every part of graphql-core and strawberry-graphql that the executor leans on beyond their documented interface."""

from graphql.execution.collect_fields import FieldDetails, FieldDetailsList, FragmentDetails, collect_subfields
from graphql.execution.executor import CollectedErrors, Executor
from graphql.execution.executor_throwing_on_incremental import ExecutorThrowingOnIncremental
from graphql.execution.values import VariableValues
from graphql.pyutils import AwaitableOrValue, Path, Undefined
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField

# Read beside the imports: `_is_default` on Strawberry's resolvers, `is_basic_field` and `default_resolver` on its
# fields, `resolve_type`, `is_type_of`, `concrete_of` on its definitions. Overridden in graphql-core's executor:
# `build_resolve_info`, `complete_value`, `complete_list_value`, `complete_object_value`, `complete_abstract_value`;
# read there: `collected_errors`, `async_helpers`, `background_futures`, `collect_subfields`. A new version of either
# library is a change to read through, so a test holds these.
PINNED = {"graphql-core": "3.3.2", "strawberry-graphql": "0.341.2"}

# Where a graphql-core type or field keeps the Strawberry definition it was made from.
DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF

__all__ = [
    "DEFINITION",
    "PINNED",
    "TYPE_CAST_ATTRIBUTE",
    "AwaitableOrValue",
    "CollectedErrors",
    "Executor",
    "ExecutorThrowingOnIncremental",
    "FieldDetails",
    "FieldDetailsList",
    "FragmentDetails",
    "Path",
    "StrawberryEnumDefinition",
    "StrawberryField",
    "StrawberryObjectDefinition",
    "Undefined",
    "VariableValues",
    "collect_subfields",
    "optimized_is_awaitable",
]
