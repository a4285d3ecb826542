"""Figures as tables, with the goals beside the ratios."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from bench.stores import Engine
from bench.workloads import NAMES, TITLES, Name

# Of PERFORMANCE: how many times as many requests as the plain server.
GOALS: dict[Engine, dict[Name, float]] = {
    "postgres": {"Q1": 2.5, "Q2": 25.0, "Q3": 20.0, "M1": 4.0},
    "sqlite": {"Q1": 3.0, "Q2": 25.0, "Q3": 20.0, "M1": 2.5},
}
SLOWEST_FRAME_MS, MOST_OF_A_CORE, MOST_MEMORY_MB = 50.0, 0.50, 90.0
# Fewer are not told of so much.
MANY = 1_000
# A crowd: so many followers, whose frames may take longer.
CROWD, SLOWEST_OF_CROWD_MS = 5_000, 1_000.0
SLOWEST_HALF_OF_ONE_MS, FEWEST_FRAMES = 10.0, 15_000
MOST_KIB, STOP_SECONDS = 40.0, 5.0
FEWEST_WRITES, LEAST_GAIN = 500.0, 1.6
LONGEST_PLANNING_SECONDS = 60.0
SERVERS = ("ours", "plain", "limit")


@dataclass(frozen=True, slots=True)
class Round:
    """One measurement of one server."""

    requests_per_second: float
    cpu_ms: float


@dataclass(slots=True)
class Measured:
    """Everything that was measured on one engine."""

    rounds: dict[Name, dict[str, list[Round]]] = field(default_factory=dict)
    memory_mb: dict[str, float] = field(default_factory=dict)
    live: "LiveFigures | None" = None
    planning: "PlanningFigures | None" = None
    writes: "WriteFigures | None" = None
    workers: "list[WorkersRound]" = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LiveFigures:
    """What following came to."""

    followers: int
    changes: int
    delivered: int
    out_of_order: int
    p50_of_one_ms: float
    p50_ms: float
    p99_ms: float
    frames_per_second: float
    core: float
    kib_per_follower: float
    memory_mb: float
    told_of_stop: int
    stop_seconds: float


@dataclass(frozen=True, slots=True)
class WriteFigures:
    """What writing without HTTP came to; it is whole when a reader of the log heard of everything in order."""

    changes: int
    events: int
    seconds: float
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Reads:
    """Reads of one server: how many, and what each took of the server, and of PostgreSQL and the load generator."""

    per_second: float
    cpu_ms: float
    cpu_ms_beside: float


@dataclass(frozen=True, slots=True)
class WorkersRound:
    """Reads of one process and of two, with what the machine gives, and each process held to a share of a core."""

    free: tuple[Reads, Reads]
    held: tuple[Reads, Reads]


@dataclass(frozen=True, slots=True)
class PlanningFigures:
    """What planning came to, and what the board's changes took alone and beside it, in milliseconds."""

    agreement_lines: int
    orders: int
    lines: int
    events: int
    seconds: float
    alone: Sequence[float]
    beside: Sequence[float]


def ratio(rounds: dict[str, list[Round]], other: str, of: Callable[[Round], float]) -> float:
    """The median over the rounds of ours against another's of the same round."""
    return median(of(ours) / of(theirs) for ours, theirs in zip(rounds["ours"], rounds[other], strict=True))


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, re.sub(r"[^|]", "-", lines[0]))
    return "\n".join(lines)


def requests_table(engine: Engine, measured: Measured) -> str:
    """Requests per second and processor time of every server, and what ours is to the others."""
    rows = [["", *SERVERS, "ours / plain", "goal", "", "ours / limit"]]
    for name in NAMES:
        rounds = measured.rounds.get(name)
        if rounds is None:
            continue
        against = ratio(rounds, "plain", lambda each: each.requests_per_second)
        goal = GOALS[engine][name]
        rows.append(
            [
                f"{name} {TITLES[name]}",
                *[_speed(rounds[server]) for server in SERVERS],
                f"{against:.1f} x",
                f"≥ {goal:g} x",
                _met(is_met=against >= goal),
                f"{ratio(rounds, 'limit', lambda each: each.requests_per_second):.2f} x",
            ]
        )
    if len(rows) == 1:
        return ""
    if "ours" in measured.memory_mb:
        own = measured.memory_mb["ours"]
        cells = [f"{measured.memory_mb[server]:.0f} MB" for server in SERVERS]
        rows.append(
            ["memory after that", *cells, "", f"≤ {MOST_MEMORY_MB:g} MB", _met(is_met=own <= MOST_MEMORY_MB), ""]
        )
    return table(rows)


def live_table(live: LiveFigures) -> str:
    """What following came to, beside its goals."""
    wanted = live.followers * live.changes
    is_complete = live.delivered == wanted and not live.out_of_order
    slowest = SLOWEST_OF_CROWD_MS if live.followers >= CROWD else SLOWEST_FRAME_MS
    is_told = live.told_of_stop == live.followers and live.stop_seconds <= STOP_SECONDS
    rows = [
        ["live", "measured", "goal", ""],
        ["followers x changes", f"{live.followers} x {live.changes}", "", ""],
        ["delivered, in order", f"{live.delivered} of {wanted}", "all", _met(is_met=is_complete)],
        [
            "transaction begun → frame, one writer and one follower, p50",
            f"{live.p50_of_one_ms:.1f} ms",
            f"≤ {SLOWEST_HALF_OF_ONE_MS:g} ms",
            _met(is_met=live.p50_of_one_ms <= SLOWEST_HALF_OF_ONE_MS),
        ],
        ["… all followers, p50", f"{live.p50_ms:.1f} ms", "", ""],
        ["… p99", f"{live.p99_ms:.1f} ms", f"≤ {slowest:g} ms", _met(is_met=live.p99_ms <= slowest)],
        [
            "frames per second",
            f"{live.frames_per_second:,.0f}",
            f"≥ {FEWEST_FRAMES:,}" if live.followers >= MANY else "",
            _met(is_met=live.frames_per_second >= FEWEST_FRAMES) if live.followers >= MANY else "",
        ],
        ["share of a core", f"{live.core:.0%}", f"≤ {MOST_OF_A_CORE:.0%}", _met(is_met=live.core <= MOST_OF_A_CORE)],
        [
            "memory per follower",
            f"{live.kib_per_follower:.0f} KiB",
            f"≤ {MOST_KIB:g} KiB",
            _met(is_met=live.kib_per_follower <= MOST_KIB),
        ],
        ["memory", f"{live.memory_mb:.0f} MB", "", ""],
        [
            "SIGTERM: told 1012, and gone",
            f"{live.told_of_stop} in {live.stop_seconds:.1f} s",
            f"all in ≤ {STOP_SECONDS:g} s",
            _met(is_met=is_told),
        ],
    ]
    return table(rows)


def writes_table(writes: WriteFigures) -> str:
    """What writing without HTTP came to, beside its goal."""
    speed = writes.changes / writes.seconds
    rows = [
        ["writes, 8 writers", "measured", "goal", ""],
        ["changes per second", f"{speed:,.0f}", f"≥ {FEWEST_WRITES:g}", _met(is_met=speed >= FEWEST_WRITES)],
        ["changes", f"{writes.changes:,}", "", ""],
        ["events, all heard in order", f"{writes.events:,}", "all", _met(is_met=writes.is_whole)],
    ]
    return table(rows)


def workers_table(rounds: Sequence[WorkersRound], *, share: float, cores: int) -> str:
    """What two processes answer against one, beside the goal, and beside what the cores allow."""
    free, held = [each.free for each in rounds], [each.held for each in rounds]
    gain = _gain(held, lambda each: each.per_second)
    allowed = median(_most(one, 2, cores) / _most(one, 1, cores) for one, _ in free)
    costs = [f"{median(each[place].cpu_ms for each in free):.2f} ms" for place in (0, 1)]
    beside = [f"{median(each[place].cpu_ms_beside for each in free):.2f} ms" for place in (0, 1)]
    rows = [
        ["Q2 by processes", "one", "two", "two / one", "goal", ""],
        [
            f"answers per second, each process held to {share:g} of a core",
            *_answers(held),
            f"{gain:.2f} x",
            f"≥ {LEAST_GAIN:g} x",
            _met(is_met=gain >= LEAST_GAIN),
        ],
        [
            "answers per second, not held",
            *_answers(free),
            f"{_gain(free, lambda each: each.per_second):.2f} x",
            "",
            f"{cores} cores allow {allowed:.2f} x",
        ],
        [
            "processor time of the server for an answer",
            *costs,
            f"{_gain(free, lambda each: each.cpu_ms):.2f} x",
            "",
            "",
        ],
        ["… of PostgreSQL and the load generator", *beside, "", "", ""],
    ]
    return table(rows)


def _most(reads: Reads, processes: int, cores: int) -> float:
    """Reads a millisecond that so many processes could do on the cores, at what a read costs."""
    return min(processes / reads.cpu_ms, cores / (reads.cpu_ms + reads.cpu_ms_beside))


def _gain(pairs: Sequence[tuple[Reads, Reads]], of: Callable[[Reads], float]) -> float:
    return median(of(two) / of(one) for one, two in pairs)


def _answers(pairs: Sequence[tuple[Reads, Reads]]) -> list[str]:
    return [f"{median(each[place].per_second for each in pairs):,.0f}" for place in (0, 1)]


def planning_table(planning: PlanningFigures) -> str:
    """What planning came to, beside its goal."""
    is_met = planning.seconds <= LONGEST_PLANNING_SECONDS
    rows = [
        ["planning", "measured", "goal", ""],
        ["agreement lines, over a year", f"{planning.agreement_lines:,}", "", ""],
        ["orders, with lines", f"{planning.orders:,}, {planning.lines:,}", "", ""],
        ["events", f"{planning.events:,}", "", ""],
        ["planned and written", f"{planning.seconds:.1f} s", f"≤ {LONGEST_PLANNING_SECONDS:g} s", _met(is_met=is_met)],
        ["change of the board meanwhile, p50 / p99 / longest", _spread(planning.beside), "", ""],
        ["… before", _spread(planning.alone), "", ""],
    ]
    return table(rows)


def _spread(milliseconds: Sequence[float]) -> str:
    every = sorted(milliseconds)
    return f"{median(every):.0f} / {every[int(len(every) * 0.99)]:.0f} / {every[-1]:.0f} ms"


def as_json(measured: dict[Engine, Measured]) -> dict[str, Any]:
    """The medians, for machines."""
    return {
        engine: {
            name: {
                server: {
                    "requests_per_second": round(median(each.requests_per_second for each in rounds), 1),
                    "cpu_ms": round(median(each.cpu_ms for each in rounds), 3),
                }
                for server, rounds in servers.items()
            }
            for name, servers in each.rounds.items()
        }
        for engine, each in measured.items()
    }


def _speed(rounds: list[Round]) -> str:
    speed, cpu = median(each.requests_per_second for each in rounds), median(each.cpu_ms for each in rounds)
    return f"{speed:,.0f}/s ({cpu:.2f} ms)"


def _met(*, is_met: bool) -> str:
    return "met" if is_met else "MISSED"
