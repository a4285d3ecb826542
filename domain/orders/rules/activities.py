"""When the lines of a service order have visits on the board. Pure."""

from collections.abc import Sequence

from domain.stages.rules import Stage


def has_reached(stage_id: int | None, generation_stage_id: int | None, stages: Sequence[Stage]) -> bool:
    """Whether an order has come to the stage at which its visits are made, or beyond it; without one it always has.

    Source: DOMAIN.md 1.1, D-1.
    """
    if generation_stage_id is None:
        return True
    parents = {stage.id: stage.parent_id for stage in stages}
    while stage_id is not None:
        if stage_id == generation_stage_id:
            return True
        stage_id = parents.get(stage_id)
    return False
