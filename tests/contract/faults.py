"""What was tried, what must come of it, and which tests show it: the table that `docs/faults.md` is printed from.

`python -m tests.contract.faults` writes that file anew.
"""

from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parents[2] / "docs" / "faults.md"
_HEAD = """# Faults

What was tried, what must come of it, and the test that shows it. Printed from `tests/contract/faults.py` by
`python -m tests.contract.faults`; a test holds that every test named here exists. Where not said otherwise it holds on
SQLite and on PostgreSQL. Figures are of one run on two busy cores on 2026-11-23: they say what to expect. The
tests hold what must come of it, with patience where a limit is a time and a machine may be busy.
"""
_TAIL = """
## Chaos

`make chaos` lets three servers, PostgreSQL and its listeners fail together for 75 s, by a seed, while eight write and
thirty follow, and judges every acknowledged write, every frame and every replica; CI does so for 20 s. `--control`
with `drop`, `double` and `swap` falsify what one follower is told: the verdict must say so. `--database sqlite`
does the same with one server. A run of 75 s:

```
NOTIFY off 3, PostgreSQL killed 14, clients cut 28, clients deaf 14, listeners killed 7, server killed 5,
server stopped for a while 1
sent again 1733, refused 277, frames 92121, came back 874, snapshots 184, 87 s together
kills         19
acknowledged  3403
lost          0
doubled       0
out of order  0
untrue        0
replicas      equal 30 of 30
```

A server is stopped (SIGSTOP) for ten seconds in it. Who is asked to stop (SIGTERM) is replaced.

Two servers behind nginx with `deploy/nginx.conf`, replaced one after the other while four write and forty follow by
the proxy: each stopped within 0.4 s, 1,862 changes were acknowledged, four were sent again, 80,378 frames were told,
nothing was lost, doubled or out of order, 40 of 40 replicas were equal, and nobody needed a second snapshot.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A fault or a load, what must hold, the tests that show it as `folder/file::name`, and what was measured."""

    fault: str
    expected: str
    shown_by: tuple[str, ...]
    measured: str = ""


ROWS = (
    Row(
        "10,000 writes by eight, 5 % of the commits slow",
        "Nothing lost, the log without a hole, versions without a gap; a plain sequence loses events",
        (
            "operations/test_operation::test_readers_see_a_log_without_holes_while_eight_write",
            "db/test_relay::test_everything_is_heard_once_and_in_order_while_eight_write",
            "db/test_relay::test_numbers_from_a_sequence_would_lose_events",
        ),
        "10,000 of 10,000, in 16 s on SQLite and 18 s on PostgreSQL",
    ),
    Row(
        "The server is killed twelve times amid writes, and planning once",
        "What was acknowledged is there once; the state equals the log; followers miss nothing",
        (
            "scenarios/test_crash::test_a_killed_server_loses_nothing_it_acknowledged_and_tells_nothing_twice",
            "scenarios/test_planning_crash::test_planning_that_is_killed_leaves_whole_visits_and_goes_on",
        ),
    ),
    Row(
        "PostgreSQL crashes or restarts (amid writes: below, under Chaos)",
        "Reads and writes go on by themselves; a write that was under way is undone",
        (
            "db/test_reading_restart::test_reads_go_on_after_the_server_was_restarted",
            "operations/test_operation_faults::test_a_connection_that_the_server_has_ended_is_replaced_before_it_is_used",
            "operations/test_operation_faults::test_a_write_whose_connection_is_lost_half_way_is_undone",
        ),
    ),
    Row(
        "300 callers go away in the middle",
        "Every connection is free again; whoever was heard was heard to the end",
        (
            "operations/test_operation::test_300_callers_who_go_away_leave_every_connection_free",
            "operations/test_operation::test_300_readers_who_go_away_leave_the_next_reader_served",
        ),
        "300 in 1.8 s",
    ),
    Row(
        "Cursors of every kind, also none of ours",
        "What was missed, or one snapshot; never an error",
        (
            "live/test_feed::test_a_cursor_gets_what_was_missed_or_one_snapshot",
            "live/test_board::test_every_cursor_resumes_with_what_was_missed_or_with_a_snapshot",
            "db/test_relay::test_a_cursor_is_read_strictly",
        ),
    ),
    Row(
        "Two servers: one writes, a follower of the other (PostgreSQL)",
        "Told within 0.5 s, also with NOTIFY off or the listener killed",
        (
            "scenarios/test_two_servers::test_a_follower_of_one_server_sees_at_once_what_another_wrote",
            "scenarios/test_two_servers::test_with_notify_off_it_sees_it_within_half_a_second",
            "scenarios/test_two_servers::test_with_its_listener_killed_it_sees_it_within_half_a_second",
        ),
        "median 15 ms; 254 ms with NOTIFY off, 242 ms with the listener killed, never more than 261 ms",
    ),
    Row(
        "A follower loses its server (PostgreSQL)",
        "Goes on at another where it was",
        ("scenarios/test_two_servers::test_who_loses_one_server_goes_on_at_the_other_where_they_were",),
    ),
    Row(
        "Of `tavle serve --workers` a process is killed or stuck, its parent is killed (PostgreSQL)",
        "It is started again, and only its own followers notice; without a parent all end, telling 1012",
        (
            "scenarios/test_workers::test_a_process_that_is_killed_is_started_again",
            "scenarios/test_workers::test_a_process_that_is_stuck_is_replaced",
            "scenarios/test_workers::test_processes_whose_parent_is_killed_stop_by_themselves",
        ),
    ),
    Row(
        "`tavle serve --workers` starts and stops (PostgreSQL)",
        "The address is said when all processes listen; connections are dealt out evenly; SIGTERM and SIGINT tell "
        "every socket 1012 within 5 s, and it exits with 0; when one cannot start, with 1",
        (
            "scenarios/test_workers::test_the_address_is_said_when_all_processes_serve",
            "scenarios/test_workers::test_connections_are_dealt_out_evenly",
            "scenarios/test_workers::test_a_server_that_is_asked_to_stop_stops_all_its_processes",
            "scenarios/test_workers::test_a_process_that_cannot_start_ends_the_server",
        ),
        "of 16 connections at once 8 and 8; on a socket that both share, 15 and 1",
    ),
    Row(
        "A transaction stalls with the log's counter (PostgreSQL)",
        "Others go on within 3.5 s",
        (
            "scenarios/test_stalls::test_a_transaction_that_stalls_with_the_counter_holds_others_for_three_seconds_at_most",
        ),
        "3.0 s",
    ),
    Row(
        "Somebody writes for three seconds",
        "The p99 of reads stays what it was, while a write waits",
        ("scenarios/test_stalls::test_reads_do_not_notice_a_write_that_takes_three_seconds",),
        "p99 2.5 and 3.9 ms meanwhile, 2.7 and 4.3 before (SQLite and PostgreSQL)",
    ),
    Row(
        "20 sockets read nothing of 3,000 events of 4 KB (SQLite; what is told does not depend on the database)",
        "The server grows by 20 MB at most; they are gone within 15 s",
        (
            "scenarios/test_crowd::test_sockets_that_read_nothing_hold_little_memory_and_are_cut_off",
            "live/test_feed::test_stalled_followers_hold_no_frames",
        ),
        "1.6 MB; gone 8 s after the last event",
    ),
    Row(
        "SIGTERM with 1,000 sockets, and 20 that read nothing",
        "Each healthy one is told 1012; the process ends within 5 s",
        (
            "scenarios/test_crowd::test_a_server_that_is_asked_to_stop_tells_all_and_waits_for_nobody_who_is_stuck",
            "live/test_socket_ends::test_a_server_that_stops_lets_its_followers_go_one_after_the_other",
        ),
        "1,000 told; ended after 2.8 s",
    ),
    Row(
        "A token ends, a right is revoked, also on another server",
        "The socket closes within 1 s, and nothing is sent afterwards",
        (
            "live/test_socket_ends::test_a_token_that_expires_closes_with_4403_and_nothing_is_sent_afterwards",
            "live/test_board::test_a_revoked_right_ends_the_socket_and_nothing_follows",
            "scenarios/test_two_servers::test_a_token_that_is_ended_on_one_server_ends_what_it_follows_on_the_other",
        ),
    ),
    Row(
        "200 keys, each sent eight times at once, also to two servers",
        "200 executions, equal answers; other parameters under a key are refused",
        (
            "operations/test_operation::test_each_of_200_keys_is_done_once_however_often_it_is_sent_at_once",
            "operations/test_operation::test_a_key_is_not_for_another_request",
            "scenarios/test_two_servers::test_each_of_200_keys_is_done_once_whichever_servers_it_is_sent_to",
        ),
        "1,600 requests to two servers in 5 s",
    ),
    Row(
        "Eight who expect the same version",
        "One wins, seven are told who did",
        (
            "operations/test_dispatch_races::test_of_eight_who_expect_the_same_version_one_wins",
            "scenarios/test_two_servers::test_of_eight_who_expect_the_same_version_on_two_servers_one_wins",
        ),
    ),
    Row(
        "1,500 racing bookings of three workers",
        "Nobody is booked twice; without lock and constraint somebody is",
        (
            "operations/test_dispatch_races::test_racing_bookings_of_few_workers_never_overlap",
            "operations/test_dispatch_races::test_without_the_lock_the_database_still_refuses_double_bookings",
            "operations/test_dispatch_races::test_without_lock_and_constraint_workers_are_booked_twice",
        ),
        "1,500 in 2.6 s on SQLite, 3.4 s on PostgreSQL",
    ),
    Row(
        "Three processes write to one SQLite file",
        "900 of 900 writes are there",
        ("scenarios/test_stalls::test_three_processes_write_to_one_file_and_all_900_writes_are_there",),
        "900 writes in 5 s, with starting the processes",
    ),
    Row(
        "Timed work, several servers",
        "Done once; a server that died holds nothing up for long",
        (
            "scenarios/test_two_servers::test_what_is_due_by_the_clock_is_done_once_among_two_servers",
            "operations/test_timetable::test_of_two_servers_one_has_the_turn",
            "operations/test_timetable::test_the_turn_of_a_server_that_died_is_free_again_when_its_lease_is_over",
        ),
    ),
    Row(
        "Every mutation of the schema",
        "Deltas applied to an old snapshot equal a fresh read",
        (
            "live/test_deltas::test_deltas_applied_to_an_old_snapshot_equal_a_fresh_read",
            "live/test_deltas::test_a_client_that_goes_away_again_and_again_misses_nothing",
            "live/test_replicas::test_whatever_happens_every_replica_equals_the_source",
        ),
    ),
    Row(
        "The disk is full",
        "Changes are refused with STORAGE_FULL, nothing is half written; with room all goes on",
        (
            "scenarios/test_full_disk::test_a_full_disk_refuses_changes_until_there_is_room_again",
            "operations/test_operation_faults::test_what_there_is_no_room_for_is_refused_and_changes_nothing",
        ),
    ),
    Row(
        "A server is cut off from its database for 13 s (PostgreSQL)",
        "It acknowledges nothing and says that it is not ready; others go on; it comes back by itself",
        ("scenarios/test_partition::test_who_is_cut_off_from_the_database_acknowledges_nothing_and_comes_back",),
        "not ready after 3 s; between network namespaces where they may be made, else through a line that is held",
    ),
    Row(
        "A back-up is put back",
        "A new epoch: every follower gets a snapshot, and work goes on",
        (
            "scenarios/test_restore::test_a_restore_gives_every_follower_a_snapshot",
            "db/test_relay::test_a_restored_database_begins_a_new_epoch_and_wakes_who_waits",
            "live/test_feed::test_a_restored_database_gives_everyone_a_snapshot",
        ),
    ),
    Row(
        "The database is lost, and a copy of last night takes over",
        "Followers with old cursors get a snapshot; what was done before the back-up is not done again",
        ("scenarios/test_restore::test_a_copy_takes_over_from_a_database_that_is_lost",),
    ),
    Row(
        "The log is pruned",
        "Who was cut off before its floor gets a snapshot",
        ("db/test_pruning::test_events_leave_the_log_from_its_beginning",),
    ),
)


def printed() -> str:
    """The file's text."""
    lines = [_HEAD, "| fault or load | must hold | shown by | measured |", "|---|---|---|---|"]
    for row in ROWS:
        tests = "<br>".join(f"`{name}`" for name in row.shown_by)
        lines.append(f"| {row.fault} | {row.expected} | {tests} | {row.measured} |")
    return "\n".join(lines) + "\n" + _TAIL


if __name__ == "__main__":
    FILE.write_text(printed(), "utf-8")
