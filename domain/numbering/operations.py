"""Drawing business numbers, and keeping the sequences they come from."""

from dataclasses import dataclass

from tortoise.models import Model

from domain.core.actor import Permission
from domain.core.errors import Code, Refused
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation, subject_type
from domain.core.rows import free_number
from domain.numbering import rules
from domain.numbering.models import NumberSequence

# The sequences the product draws from, with the prefix each starts with.
SEQUENCES = {
    "customer": "CUS-",
    "contact": "CON-",
    "address": "ADR-",
    "worker": "WRK-",
    "dispatch_team": "TEAM-",
    "calendar": "CAL-",
    "activity_type": "ACT-",
    "activity_phase": "PHS-",
    "service_task": "TSK-",
    "project": "PRJ-",
    "project_category": "CAT-",
    "item": "ITM-",
    "service_order": "SO-",
    "line_property": "LPR-",
    "service_object_group": "OGR-",
    "service_object": "OBJ-",
    "service_object_relation": "REL-",
    "agreement_group": "AGR-",
    "template_group": "TGR-",
    "service_interval": "INT-",
    "time_window": "WIN-",
    "service_agreement": "SA-",
    "service_level": "SLA-",
    "project_group": "PGR-",
    "ledger_account": "ACC-",
    "journal": "JRN-",
    "project_price": "PRI-",
    "project_validation": "PVL-",
    "webhook": "WHK-",
    "journal_posting": "VOU-",
}


async def draw(work: Work, code: str) -> str:  # noqa: ARG001 - only an open transaction may draw
    """The next number of the sequence `code`; a transaction that rolls back gives it back.

    Raises:
        Refused: NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 1.3.
    """
    sequence = await locked_sequence(code)
    number = sequence.next
    sequence.next = number + 1
    await sequence.save(update_fields=["next"])
    return f"{sequence.prefix}{number}"


async def locked_sequence(code: str) -> NumberSequence:
    """The sequence `code`, locked.

    Raises:
        Refused: NUMBER_SEQUENCE_MISSING.
    """
    sequence = await NumberSequence.filter(code=code).select_for_update().first()
    if sequence is None:
        raise rules.sequence_missing(code)
    return sequence


async def number_for(work: Work, model: type[Model], number: str | None) -> str:
    """`number` when it is given and free, else the next one of the table's sequence; one that is taken is passed over.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.
    """
    if number is not None:
        return await free_number(model, number)
    while True:
        drawn = await draw(work, subject_type(model))
        if not await model.filter(number=drawn).exists():
            return drawn


async def numbers_for(work: Work, model: type[Model], count: int) -> list[str]:  # noqa: ARG001 - as `draw`
    """The next `count` numbers of the table's sequence at once; those that are taken are passed over.

    Raises:
        Refused: NUMBER_SEQUENCE_MISSING.
    """
    if count == 0:
        return []
    sequence = await locked_sequence(subject_type(model))
    free: list[str] = []
    while len(free) < count:
        drawn = [f"{sequence.prefix}{sequence.next + place}" for place in range(count - len(free))]
        sequence.next += len(drawn)
        taken = {str(number) for number in await model.filter(number__in=drawn).values_list("number", flat=True)}
        free += [number for number in drawn if number not in taken]
    await sequence.save(update_fields=["next"])
    return free


@dataclass(frozen=True, slots=True)
class ChangeNumberSequence:
    """Give a sequence another prefix or next number."""

    code: str
    prefix: str | None | Keep = KEEP
    next: int | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_PARAMETERS)
async def change_number_sequence(work: Work, command: ChangeNumberSequence) -> int:
    """Change the prefix or the next number, or create a known sequence that is missing; numbers never run backwards.

    Raises:
        Refused: NOT_FOUND, INVALID, VERSION_CONFLICT.
    """
    sequence = await NumberSequence.filter(code=command.code).select_for_update().first()
    reached = 1
    if sequence is None:
        if command.code not in SEQUENCES:
            known = ", ".join(SEQUENCES)
            raise Refused(Code.NOT_FOUND, f"There is no number sequence {command.code}; there are {known}.", ("code",))
        sequence = await work.create(
            NumberSequence(code=command.code, prefix=SEQUENCES[command.code]), "number_sequence_created"
        )
    else:
        reached = sequence.next
    await check_version(sequence, command.expected_version)
    await work.change(
        sequence,
        "number_sequence_changed",
        prefix=rules.check_prefix(chosen(command.prefix, sequence.prefix)),
        next=rules.check_next(chosen(command.next, sequence.next), reached),
    )
    return sequence.id
