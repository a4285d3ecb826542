"""What several operations on service orders share: locking, the roll-up, and reasons."""

from collections.abc import Sequence

from domain.core.checks import optional_text
from domain.core.errors import Code, Refused, not_found
from domain.core.operation import Work
from domain.core.rows import existing, locked
from domain.orders import rules
from domain.orders.agreed import locked_order
from domain.orders.measuring import follow_progress
from domain.orders.models import ServiceOrder, ServiceOrderLine, StageReason
from domain.orders.rules import LineStatus, OrderProgress, OrderState
from domain.parameters.queries import company_parameters
from domain.stages.models import StageReasonCode
from domain.stages.queries import stage_with
from domain.stages.rules import ReasonType, check_reason
from domain.workforce.models import Worker


async def locked_line(line_id: int) -> tuple[ServiceOrderLine, ServiceOrder]:
    """A line and its order, the order locked first as everywhere.

    Raises:
        Refused: NOT_FOUND.
    """
    found = await ServiceOrderLine.get_or_none(id=line_id)
    if found is None:
        raise not_found("order line", "lineId")
    order = await locked_order(found.order_id, "order line", "lineId")
    return await locked(ServiceOrderLine, line_id, "order line", "lineId"), order


async def state_of(order: ServiceOrder, lines: Sequence[ServiceOrderLine] | None = None) -> OrderState:
    """What of a locked order decides what may be done to it; `lines` are all of its lines, read when not given."""
    known = await ServiceOrderLine.filter(order_id=order.id) if lines is None else lines
    statuses = [line.status for line in known]
    # An order without lines has the progress it was given.
    progress = rules.progress_of(statuses) if statuses else order.progress
    return OrderState(
        number=order.number,
        stage=await stage_with(order.stage_id),
        progress=progress,
        has_posted_lines=LineStatus.POSTED in statuses,
        has_item_requirements=bool(order.has_item_requirements),
        incoming_web_order=order.incoming_web_order,
        sla_status=order.sla_status,
        agreement_id=order.agreement_id,
        project_id=order.project_id,
    )


async def roll_up(work: Work, order: ServiceOrder, kind: str = "service_order_progressed") -> None:
    """Set what follows from the order's lines: its progress, whether one is posted, and whether its time runs.

    Source: DOMAIN.md 5.5.
    """
    was = order.progress
    stored = await ServiceOrderLine.filter(order_id=order.id).values_list("status", flat=True)
    statuses = [LineStatus(str(status)) for status in stored]
    progress: OrderProgress = rules.progress_of(statuses)
    await work.change(order, kind, progress=progress, has_posted_lines=True if LineStatus.POSTED in statuses else None)
    if progress is not was:
        await follow_progress(work, order)


async def log_reason(
    work: Work, order: ServiceOrder, type_: ReasonType, code_id: int | None, description: str | None
) -> StageReason | None:
    """Write down why, with the stage the order is in; without a code nothing is written.

    Raises:
        Refused: NOT_FOUND, INVALID, REASON_REQUIRED for a description alone, NO_INITIAL_STAGE.

    Source: DOMAIN.md 6.3.
    """
    text = optional_text(description, "description", longest=1000)
    check_reason(code_id, needed=text is not None, to="go with the description")
    if code_id is None:
        return None
    await existing(StageReasonCode, code_id, "stage reason code", "reasonCodeId")
    stage = rules.check_in_stage(await state_of(order))
    highest = await StageReason.filter(order_id=order.id).order_by("-line_number").first()
    reason = StageReason(
        order_id=order.id,
        line_number=highest.line_number + 1 if highest else 1,
        code_id=code_id,
        stage_id=stage.id,
        type=type_,
        description=text or "",
        created_at=work.now,
        created_by=work.actor.name[:120],
    )
    return await work.create(reason, "stage_reason_created")


async def active_worker(worker_id: int | None, path: str) -> int | None:
    """`worker_id`, known to be with the company unless others may be chosen; None stays None.

    Raises:
        Refused: NOT_FOUND, WORKER_INACTIVE.

    Source: DOMAIN.md 2.
    """
    if worker_id is None:
        return None
    worker = await Worker.get_or_none(id=worker_id)
    if worker is None:
        raise not_found("worker", path)
    if not worker.active and not (await company_parameters()).terminated_workers_selectable:
        raise Refused(Code.WORKER_INACTIVE, f"{worker.name} has left the company.", (path,))
    return worker_id
