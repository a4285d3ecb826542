"""The stage tree as the rules see it."""

from domain.stages import models
from domain.stages.rules import Stage, initial_stage


async def all_stages() -> list[Stage]:
    """Every stage, by number."""
    return [stage_of(row) for row in await models.Stage.all().order_by("number")]


def stage_of(row: models.Stage) -> Stage:
    """A stage as the rules see it."""
    return Stage(
        id=row.id,
        number=row.number,
        parent_id=row.parent_id,
        allow_delete=row.allow_delete,
        allow_modify=row.allow_modify,
        allow_cancel=row.allow_cancel,
        allow_post=row.allow_post,
        stops_time_recording=row.stops_time_recording,
        require_reason=row.require_reason,
        activity_phase_id=row.activity_phase_id,
    )


async def stage_with(stage_id: int | None) -> Stage | None:
    """The stage of an order; None for one without, as orders are while the company has no stages."""
    return None if stage_id is None else stage_of(await models.Stage.get(id=stage_id))


async def initial_stage_id() -> int:
    """The stage in which an order begins.

    Raises:
        Refused: NO_INITIAL_STAGE.
    """
    return initial_stage(await all_stages()).id
