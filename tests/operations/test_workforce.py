"""Workers, dispatch teams, and who is in which."""

import asyncio
from typing import Any

import pytest

from domain.core.actor import Actor
from domain.core.errors import Code, NotPermitted, Refused
from domain.core.operation import Operation, Stale, perform
from domain.workforce.models import DispatchTeam, Worker
from domain.workforce.operations import (
    ChangeDispatchTeam,
    ChangeWorker,
    CreateDispatchTeam,
    CreateWorker,
    DeleteDispatchTeam,
    SetTeamMember,
    change_dispatch_team,
    change_worker,
    create_dispatch_team,
    create_worker,
    delete_dispatch_team,
    set_team_member,
)
from domain.workforce.rules import WorkerType
from tests.builders import actors
from tests.builders.actors import MANAGER
from tests.builders.log import events, nothing_changes, only_event, refusal, refusals
from tests.builders.rows import a_calendar, a_team, a_worker, an_activity

pytestmark = pytest.mark.usefixtures("database")


# --- workers ---------------------------------------------------------------------------------------------------------


async def test_a_worker_is_created_with_everything_given() -> None:
    calendar = await a_calendar()

    done = await perform(
        create_worker,
        CreateWorker(
            " Jørn Åbo ", WorkerType.CONTRACTOR, "W-7", " jorn@example.test ", " +45 12 34 56 78 ", calendar.id
        ),
        actor=MANAGER,
    )

    columns = {
        "id": 1,
        "number": "W-7",
        "name": "Jørn Åbo",
        "type": "CONTRACTOR",
        "email": "jorn@example.test",
        "phone": "+45 12 34 56 78",
        "active": True,
        "calendar_id": calendar.id,
        "team_id": None,
        "version": 1,
    }
    event = await only_event()
    assert done.result == 1
    assert await Worker.all().values() == [columns]
    assert (event.kind, event.body) == ("worker_created", {"before": None, "after": columns})


async def test_what_is_wrong_with_a_worker_is_named() -> None:
    for wrong, expected in [
        ({"calendar_id": 9}, (Code.NOT_FOUND, ("calendarId",))),
        ({"email": "nobody"}, (Code.INVALID, ("email",))),
        ({"phone": "1" * 41}, (Code.INVALID, ("phone",))),
    ]:
        created = CreateWorker("Meg", WorkerType.EMPLOYEE, "W-1", **wrong)  # type: ignore[arg-type]
        assert await refusal(create_worker, created, actor=MANAGER) == expected
    worker = await a_worker()
    for wrong, expected in [
        ({"calendar_id": 9}, (Code.NOT_FOUND, ("calendarId",))),
        ({"email": "nobody"}, (Code.INVALID, ("email",))),
        ({"phone": "1" * 41}, (Code.INVALID, ("phone",))),
    ]:
        changed = ChangeWorker(worker.id, **wrong)  # type: ignore[arg-type]
        assert await refusal(change_worker, changed, actor=MANAGER) == expected


async def test_null_clears_and_a_calendar_is_changed() -> None:
    calendar = await a_calendar()
    worker = await a_worker(email="meg@example.test", phone="12345678")

    await perform(
        change_worker,
        ChangeWorker(worker.id, email=None, phone="", calendar_id=calendar.id, type=WorkerType.CONTRACTOR),
        actor=MANAGER,
    )

    stored = await Worker.get(id=worker.id)
    assert (stored.email, stored.phone, stored.calendar_id, stored.type, stored.version) == (
        None,
        None,
        calendar.id,
        WorkerType.CONTRACTOR,
        2,
    )


async def test_a_worker_who_leaves_leaves_their_team_in_the_same_change() -> None:
    worker = await a_worker()
    team = await a_team(worker)
    activity = await an_activity(worker_id=worker.id)

    await perform(change_worker, ChangeWorker(worker.id, active=False), actor=MANAGER)

    event = await only_event()
    stored = await Worker.get(id=worker.id)
    assert (stored.active, stored.team_id, stored.version) == (False, None, 2)
    assert event.kind == "worker_changed"
    assert (event.body["before"]["team_id"], event.body["after"]["team_id"]) == (team.id, None)
    assert (event.body["before"]["active"], event.body["after"]["active"]) == (True, False)
    await activity.refresh_from_db()
    assert (activity.worker_id, activity.version) == (worker.id, 1)


async def test_a_worker_who_comes_back_is_in_no_team() -> None:
    worker = await a_worker(active=False)

    await perform(change_worker, ChangeWorker(worker.id, active=True), actor=MANAGER)

    stored = await Worker.get(id=worker.id)
    assert (stored.active, stored.team_id, stored.version) == (True, None, 2)


async def test_the_owner_of_a_team_may_neither_leave_nor_become_a_contractor() -> None:
    owner = await a_worker(name="Ole Owner")
    await a_team(owner, owner_id=owner.id, number="TEAM-N")
    await a_team(owner_id=owner.id, number="TEAM-A")

    [leaves] = await refusals(change_worker, ChangeWorker(owner.id, active=False), actor=MANAGER)
    [changes] = await refusals(change_worker, ChangeWorker(owner.id, type=WorkerType.CONTRACTOR), actor=MANAGER)

    assert (leaves.code, leaves.path) == (Code.IN_USE, ("active",))
    assert leaves.message == "Ole Owner owns TEAM-A, TEAM-N; give each another owner first."
    assert (changes.code, changes.path) == (Code.OWNER_NOT_EMPLOYEE, ("type",))
    assert "TEAM-A, TEAM-N" in changes.message


async def test_the_owner_of_a_team_may_be_changed_otherwise() -> None:
    owner = await a_worker()
    await a_team(owner_id=owner.id)

    await perform(
        change_worker, ChangeWorker(owner.id, name="New Name", type=WorkerType.EMPLOYEE, active=True), actor=MANAGER
    )

    assert (await Worker.get(id=owner.id)).name == "New Name"


# --- dispatch teams --------------------------------------------------------------------------------------------------


async def test_a_team_is_created_owned_by_an_employee() -> None:
    owner = await a_worker()

    done = await perform(create_dispatch_team, CreateDispatchTeam(" North ", owner.id, "T-1"), actor=MANAGER)

    columns = {"id": 1, "number": "T-1", "name": "North", "owner_id": owner.id, "version": 1}
    event = await only_event()
    assert done.result == 1
    assert await DispatchTeam.all().values() == [columns]
    assert (event.kind, event.body) == ("dispatch_team_created", {"before": None, "after": columns})
    assert (await Worker.get(id=owner.id)).team_id is None


async def test_a_team_is_owned_by_an_active_employee_only() -> None:
    team = await a_team()
    contractor = await a_worker(type=WorkerType.CONTRACTOR)
    gone = await a_worker(active=False)

    for owner_id, code in [
        (contractor.id, Code.OWNER_NOT_EMPLOYEE),
        (gone.id, Code.WORKER_INACTIVE),
        (999, Code.NOT_FOUND),
    ]:
        created = CreateDispatchTeam("South", owner_id, "T-9")
        changed = ChangeDispatchTeam(team.id, owner_id=owner_id)
        assert await refusal(create_dispatch_team, created, actor=MANAGER) == (code, ("ownerId",))
        assert await refusal(change_dispatch_team, changed, actor=MANAGER) == (code, ("ownerId",))


async def test_a_team_gets_another_owner() -> None:
    team, owner = await a_team(), await a_worker()

    await perform(change_dispatch_team, ChangeDispatchTeam(team.id, owner_id=owner.id), actor=MANAGER)

    event = await only_event()
    assert (await DispatchTeam.get(id=team.id)).owner_id == owner.id
    assert (event.body["before"]["owner_id"], event.body["after"]["owner_id"]) == (team.owner_id, owner.id)


async def test_an_empty_team_is_deleted() -> None:
    team = await a_team()

    done = await perform(delete_dispatch_team, DeleteDispatchTeam(team.id, expected_version=1), actor=MANAGER)

    event = await only_event()
    assert done.result == team.id
    assert await DispatchTeam.all().count() == 0
    assert (event.kind, event.subject_type, event.subject_id) == ("dispatch_team_deleted", "dispatch_team", team.id)
    assert (event.body["before"]["number"], event.body["after"]) == (team.number, None)


async def test_a_team_with_members_is_not_deleted() -> None:
    team = await a_team(await a_worker(), number="TEAM-1")

    [one] = await refusals(delete_dispatch_team, DeleteDispatchTeam(team.id), actor=MANAGER)
    await a_worker(team_id=team.id)
    [two] = await refusals(delete_dispatch_team, DeleteDispatchTeam(team.id), actor=MANAGER)

    assert (one.code, one.path) == (Code.IN_USE, ("teamId",))
    assert one.message == "TEAM-1 has 1 member; move them to another team first."
    assert two.message == "TEAM-1 has 2 members; move them to another team first."


async def test_a_team_that_is_unknown_or_has_moved_on_is_not_deleted() -> None:
    team = await a_team(version=3)

    stale = DeleteDispatchTeam(team.id, expected_version=2)

    assert await refusal(delete_dispatch_team, DeleteDispatchTeam(999), actor=MANAGER) == (Code.NOT_FOUND, ("teamId",))
    assert await refusal(delete_dispatch_team, stale, actor=MANAGER) == (Code.VERSION_CONFLICT, ("expectedVersion",))


# --- membership ------------------------------------------------------------------------------------------------------


async def test_setting_a_team_moves_a_worker_and_null_takes_them_out() -> None:
    worker = await a_worker()
    first, second = await a_team(worker), await a_team()

    moved = await perform(set_team_member, SetTeamMember(worker.id, second.id, expected_version=1), actor=MANAGER)
    await perform(set_team_member, SetTeamMember(worker.id, None, expected_version=2), actor=MANAGER)

    stored = await Worker.get(id=worker.id)
    assert moved.result == worker.id
    assert (stored.team_id, stored.version) == (None, 3)
    assert [
        (event.kind, event.subject_type, event.body["before"]["team_id"], event.body["after"]["team_id"])
        for event in await events()
    ] == [("worker_team_set", "worker", first.id, second.id), ("worker_team_set", "worker", second.id, None)]


async def test_a_worker_who_is_there_already_stays_without_an_event() -> None:
    inside, outside = await a_worker(), await a_worker(active=False)
    team = await a_team(inside)

    async with nothing_changes():
        await perform(set_team_member, SetTeamMember(inside.id, team.id), actor=MANAGER)
        await perform(set_team_member, SetTeamMember(outside.id, None), actor=MANAGER)


async def test_membership_is_refused_where_it_cannot_be() -> None:
    team, worker, gone = await a_team(), await a_worker(), await a_worker(active=False)

    for command, expected in [
        (SetTeamMember(gone.id, team.id), (Code.WORKER_INACTIVE, ("workerId",))),
        (SetTeamMember(999, team.id), (Code.NOT_FOUND, ("workerId",))),
        (SetTeamMember(999, None), (Code.NOT_FOUND, ("workerId",))),
        (SetTeamMember(worker.id, 999), (Code.NOT_FOUND, ("teamId",))),
        (SetTeamMember(worker.id, team.id, expected_version=7), (Code.VERSION_CONFLICT, ("expectedVersion",))),
    ]:
        assert await refusal(set_team_member, command, actor=MANAGER) == expected


async def test_a_stale_move_names_who_moved_them() -> None:
    worker, team = await a_worker(), await a_team()
    await perform(set_team_member, SetTeamMember(worker.id, team.id), actor=MANAGER)

    [only] = await refusals(set_team_member, SetTeamMember(worker.id, None, expected_version=1), actor=MANAGER)

    assert only.details == Stale("worker", worker.id, "Mona Manager")


@pytest.mark.parametrize("actor", [actors.DISPATCHER, actors.technician(1), actors.customer(1), actors.INTEGRATION])
async def test_teams_and_membership_are_the_managers(actor: Actor) -> None:
    worker, team = await a_worker(), await a_team()

    async with nothing_changes():
        with pytest.raises(NotPermitted):
            await perform(set_team_member, SetTeamMember(worker.id, team.id), actor=actor)
        with pytest.raises(NotPermitted):
            await perform(delete_dispatch_team, DeleteDispatchTeam(team.id), actor=actor)


async def test_a_repeated_move_and_deletion_are_answered_again() -> None:
    worker, team, other = await a_worker(), await a_team(), await a_team()
    commands: list[tuple[Operation[Any, int], object, str]] = [
        (set_team_member, SetTeamMember(worker.id, team.id, expected_version=1), "a"),
        (delete_dispatch_team, DeleteDispatchTeam(other.id), "b"),
    ]

    first = [await perform(each, command, actor=MANAGER, key=key) for each, command, key in commands]
    async with nothing_changes():
        again = [await perform(each, command, actor=MANAGER, key=key) for each, command, key in commands]

    assert again == first


# --- two at once -----------------------------------------------------------------------------------------------------


async def test_a_team_is_deleted_or_gets_its_member_but_never_both() -> None:
    for _ in range(10):
        worker, team = await a_worker(), await a_team()

        outcomes = await asyncio.gather(
            perform(delete_dispatch_team, DeleteDispatchTeam(team.id), actor=MANAGER),
            perform(set_team_member, SetTeamMember(worker.id, team.id), actor=MANAGER),
            return_exceptions=True,
        )

        [refused] = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
        there = await DispatchTeam.filter(id=team.id).count()
        await worker.refresh_from_db()
        assert worker.team_id == (team.id if there else None)
        assert refused.refusals[0].code == (Code.IN_USE if there else Code.NOT_FOUND)


async def test_a_worker_leaves_or_gets_a_team_to_own_but_never_both() -> None:
    for _ in range(10):
        worker, team = await a_worker(), await a_team()

        outcomes = await asyncio.gather(
            perform(change_worker, ChangeWorker(worker.id, active=False), actor=MANAGER),
            perform(change_dispatch_team, ChangeDispatchTeam(team.id, owner_id=worker.id), actor=MANAGER),
            return_exceptions=True,
        )

        [refused] = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
        await worker.refresh_from_db()
        await team.refresh_from_db()
        assert worker.active == (team.owner_id == worker.id)
        assert refused.refusals[0].code == (Code.IN_USE if worker.active else Code.WORKER_INACTIVE)
