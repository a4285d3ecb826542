"""Stages for tests."""

from domain.stages.rules import Stage


def a_stage(
    id: int,
    number: str,
    parent_id: int | None = None,
    *,
    allow_delete: bool = True,
    allow_modify: bool = True,
    allow_cancel: bool = True,
    allow_post: bool = False,
    stops_time_recording: bool = False,
    require_reason: bool = False,
) -> Stage:
    """A stage that allows everything but posting, stops nothing and asks nothing, unless said otherwise."""
    return Stage(
        id=id,
        number=number,
        parent_id=parent_id,
        allow_delete=allow_delete,
        allow_modify=allow_modify,
        allow_cancel=allow_cancel,
        allow_post=allow_post,
        stops_time_recording=stops_time_recording,
        require_reason=require_reason,
    )
