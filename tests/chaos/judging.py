"""The verdict on a run: what was acknowledged against what is there, and what followers were told against the log."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

SNAPSHOT, CHANGED, HEARTBEAT = "BoardSnapshot", "ActivityChanged", "BoardHeartbeat"


@dataclass(frozen=True, slots=True)
class Logged:
    """An event as the log has it; `activity_id` is None for what no board shows."""

    seq: int
    batch: int
    key: str | None
    activity_id: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A frame as a follower received it."""

    kind: str
    seq: int
    activity_id: int | None = None
    version: int = 0
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a board shows of an activity. Times are in ISO's form, in UTC."""

    version: int
    worker_id: int | None
    starts_at: str | None
    ends_at: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the database holds in the end. Answers are by key, as cursors."""

    head: int
    log: Sequence[Logged]
    answers: Mapping[str, str]
    activities: Mapping[int, Shown]


@dataclass(slots=True)
class Written:
    """What writers were told: cursors by key, and the keys that were refused with nothing in doubt."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    contradicted: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Verdict:
    """What was found wrong; `faults` says where, for whoever looks into it."""

    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    untrue: int = 0
    equal: int = 0
    replicas: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether everything held, and there was something to judge."""
        found = self.lost + self.doubled + self.out_of_order + self.untrue
        return found == 0 and self.equal == self.replicas > 0

    def find(self, what: str, where: object) -> None:
        """Count one fault."""
        setattr(self, what, getattr(self, what) + 1)
        self.faults.append(f"{what.replace('_', ' ')}: {where}")


def judge(
    written: Written, evidence: Evidence, told: Iterable[Sequence[Told]], replicas: Iterable[Mapping[int, Shown]]
) -> Verdict:
    """Everything that is wrong with a run."""
    verdict = Verdict()
    _judge_log(evidence, verdict)
    _judge_activities(evidence, verdict)
    _judge_writes(written, evidence, verdict)
    for place, frames in enumerate(told):
        _judge_frames(f"follower {place}", frames, evidence.log, verdict)
    for place, replica in enumerate(replicas):
        verdict.replicas += 1
        if replica == evidence.activities:
            verdict.equal += 1
        else:
            differing = [key for key in evidence.activities if replica.get(key) != evidence.activities[key]]
            verdict.faults.append(f"replica {place} differs in activities {differing}")
    return verdict


def _judge_log(evidence: Evidence, verdict: Verdict) -> None:
    """The log counts from 1 to its head without a hole."""
    for place, event in enumerate(evidence.log, start=1):
        if event.seq != place:
            verdict.find("lost", f"event {place}, the log goes on with {event.seq}")
            break
    if evidence.head != len(evidence.log):
        verdict.find("lost", f"the log ends at {len(evidence.log)}, its head says {evidence.head}")


def _judge_activities(evidence: Evidence, verdict: Verdict) -> None:
    """Each activity is what its newest event says, came there step by step, and has its worker to itself."""
    changes: dict[int, list[Logged]] = defaultdict(list)
    for event in evidence.log:
        if event.activity_id is not None:
            changes[event.activity_id].append(event)
    for activity_id, of_one in changes.items():
        for one, two in pairwise(of_one):
            if one.after != two.before:
                verdict.find("untrue", f"event {two.seq} does not begin where {one.seq} ended")
        if _shown(of_one[-1].after) != evidence.activities.get(activity_id):
            verdict.find("untrue", f"activity {activity_id} is not what event {of_one[-1].seq} says")
    for first, second in _double_bookings(evidence.activities):
        verdict.find("doubled", f"activities {first} and {second} are at the same time of one worker")


def _judge_writes(written: Written, evidence: Evidence, verdict: Verdict) -> None:
    """Each acknowledged write is there once, where it was said to be; what was refused is not there."""
    batches: dict[str, dict[int, int]] = defaultdict(dict)
    for event in evidence.log:
        if event.key is not None:
            batches[event.key][event.batch] = event.seq
    for key, cursor in written.acknowledged.items():
        seqs = list(batches.get(key, {}).values())
        if int(cursor.partition(":")[2]) not in seqs:
            verdict.find("lost", f"{key} was acknowledged at {cursor}, and stands at {seqs}")
        elif evidence.answers.get(key) != cursor:
            verdict.find("lost", f"{key} was answered {cursor}, and {evidence.answers.get(key)} is remembered")
    for key, found in batches.items():
        if len(found) > 1:
            verdict.find("doubled", f"{key} was done at {list(found.values())}")
        if key in written.refused:
            verdict.find("untrue", f"{key} was refused, and is there")
    for key in written.contradicted:
        verdict.find("untrue", f"{key} was answered differently when it was repeated")


def _judge_frames(who: str, frames: Sequence[Told], log: Sequence[Logged], verdict: Verdict) -> None:
    """A follower was told each event after its snapshot once, and in order."""
    position: int | None = None
    due: set[int] = set()
    told: set[int] = set()
    for frame in frames:
        if frame.kind == CHANGED:
            if frame.seq in told:
                verdict.find("doubled", f"{who} was told event {frame.seq} twice")
                continue
            told.add(frame.seq)
            if not _is_true(frame, log):
                verdict.find("untrue", f"{who} was told {frame}")
        if position is not None and frame.seq < position:
            verdict.find("out_of_order", f"{who} was told {frame.kind} {frame.seq} after {position}")
            continue
        if frame.kind != SNAPSHOT and position is not None:
            due.update(_on_boards(log, position, frame.seq))
        position = frame.seq
    due.update(_on_boards(log, position or 0, len(log)))
    for seq in sorted(due - told):
        verdict.find("lost", f"{who} was never told event {seq}")


def _on_boards(log: Sequence[Logged], after: int, until: int) -> Iterable[int]:
    return (event.seq for event in log[after:until] if event.activity_id is not None)


def _is_true(frame: Told, log: Sequence[Logged]) -> bool:
    if not 0 < frame.seq <= len(log):
        return False
    event = log[frame.seq - 1]
    # A frame shows the present: its version may be newer than its event's.
    return (event.activity_id, event.key) == (frame.activity_id, frame.key) and frame.version >= event.after["version"]


def _shown(columns: Mapping[str, Any]) -> Shown:
    return Shown(columns["version"], columns["worker_id"], columns["starts_at"], columns["ends_at"])


def _double_bookings(activities: Mapping[int, Shown]) -> Iterable[tuple[int, int]]:
    booked = [(each.worker_id or 0, each.starts_at or "", each.ends_at or "", key) for key, each in activities.items()]
    for one, two in pairwise(sorted(booked)):
        if one[0] == two[0] and one[2] > two[1]:
            yield one[3], two[3]
