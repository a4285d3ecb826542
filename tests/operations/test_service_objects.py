"""Service objects: what item and which piece of it they are."""

from dataclasses import replace

import pytest

from domain.core.errors import Code
from domain.core.operation import perform
from domain.service_objects.operations import (
    ChangeServiceObject,
    CreateServiceObject,
    change_service_object,
    create_service_object,
)
from tests.builders import agreed, rows
from tests.builders.actors import MANAGER
from tests.builders.log import refusal

pytestmark = pytest.mark.usefixtures("initial_stage")


async def test_one_item_is_one_object_for_each_serial_number() -> None:
    item, group = await rows.an_item(number="LIFT"), await agreed.a_service_object_group()
    await agreed.a_service_object(item_id=item.id, serial_number="1")
    second = CreateServiceObject("Lift 2", group.id, "OBJ-2", item.id, "1")

    assert await refusal(create_service_object, second, actor=MANAGER) == (
        Code.ITEM_ALREADY_SERVICE_OBJECT,
        ("itemId",),
    )
    made = await perform(create_service_object, replace(second, serial_number="2"), actor=MANAGER)
    taken = ChangeServiceObject(made.result, serial_number="1")
    assert await refusal(change_service_object, taken, actor=MANAGER) == (
        Code.ITEM_ALREADY_SERVICE_OBJECT,
        ("itemId",),
    )


async def test_the_settings_may_allow_several_objects_of_one_item() -> None:
    await rows.the_parameters(allow_identical_items_as_objects=True)
    item, group = await rows.an_item(), await agreed.a_service_object_group()
    await agreed.a_service_object(item_id=item.id)

    done = await perform(create_service_object, CreateServiceObject("Lift 2", group.id, "O", item.id), actor=MANAGER)

    assert done.result > 0


async def test_a_serial_number_is_of_an_item() -> None:
    group = await agreed.a_service_object_group()

    command = CreateServiceObject("Lift 2", group.id, "OBJ-2", None, "1")

    assert await refusal(create_service_object, command, actor=MANAGER) == (Code.INVALID, ("serialNumber",))
