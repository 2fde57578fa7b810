"""What the torture found, as a page of Markdown."""

from collections.abc import Callable
from typing import Any

Row = tuple[str, str, str]
NOT_CUT = {"resume", "hostile", "overhead"}  # which --quick leaves as they are


def _resume(name: str, found: Any) -> list[Row]:
    places = "stopped at 6 kinds of place, resumed; 3 models, dropout and subword sampling on"
    return [(places, f"{found['trials']} runs", f"{found['equal']} equal in every bit")]


def _kill(name: str, found: Any) -> list[Row]:
    what = f"kill -9 at random instants, {name.partition(', ')[2]}"
    share = f"{found['kills']} kills" + (
        f", {found['in_a_save']} of them during a save" if "in_a_save" in found else ""
    )
    return [(what, share, f"{found['lost']} lost, {found['different']} of {found['runs']} runs different")]


def _syscalls(name: str, found: Any) -> list[Row]:
    what = "each system call of a save killed, out of space, or failing (strace)"
    result = (
        f"{len(found['torn'])} torn, {len(found['tracebacks'])} tracebacks, {len(found['not_repaired'])} not repaired"
    )
    if "fired" not in found:  # measured before that was counted
        return [(what, f"{found['trials']} points", result)]
    share = f"{found['trials']} fault points, {found['fired']} of which were reached"
    return [(what, share, f"{result}, {len(found['not_killed'])} survived SIGKILL")]


def _rot(name: str, found: Any) -> list[Row]:
    names = {"flip": "one flipped bit", "cut": "a file cut short", "swap": "two files that changed places"}
    return [
        (names[kind], f"{one['trials']} trials", f"{one['found']} found, {len(one['silently_used'])} silently used")
        for kind, one in found.items()
    ]


def _full(name: str, found: Any) -> list[Row]:
    if "skipped" in found:
        return [("disk full", "skipped", found["skipped"])]
    result = f"{found['clear']} clear messages, {found['intact']} intact, {found['exact']} exact after making room"
    return [("disk full", f"{found['trials']} sizes", result)]


def _hostile(name: str, found: Any) -> list[Row]:
    result = f"{found['refused']} refused before any code ran"
    if found["problems"]:
        result += f", {len(found['problems'])} problems"
    return [("hostile checkpoints", f"{found['trials']} kinds", result)]


def _processes(name: str, found: Any) -> list[Row]:
    what = "one of two processes killed under torchrun, restarted by it"
    failed = (
        f"{len(found['failed'])} runs failed, {found['hangs']} hung, {found['different']} of {found['runs']} different"
    )
    return [(what, f"{found['kills']} kills", f"{failed}; slowest restart {found['slowest_restart']} s")]


def _overhead(name: str, found: Any) -> list[Row]:
    what = f"time spent saving as a share of training ({found['recipe']})"
    share = f"{100 * found['share_of_training']:.2f} % ({found['seconds_a_save']:.2f} s every "
    return [(what, f"{found['parameters']:,} parameters", f"{share}{found['updates_between_saves']} updates)")]


ROWS: dict[str, Callable[[str, Any], list[Row]]] = {
    "resume": _resume,
    "kill": _kill,
    "system calls": _syscalls,
    "rot": _rot,
    "full disk": _full,
    "hostile": _hostile,
    "processes": _processes,
    "overhead": _overhead,
}


def markdown(tree: dict[str, Any]) -> str:
    """The page for results.json."""
    rows = []
    for name, one in tree["results"].items():
        part = name.partition(",")[0]
        commit = one["commit"][:7] if one["commit"] else "not noted"
        cut = ", cut by --quick" if one["quick"] and part not in NOT_CUT else ""
        rows += [(*row, commit, cut) for row in ROWS[part](name, one["result"])]
    minutes = sum(one["seconds"] for one in tree["results"].values()) / 60
    machines = {
        "{processor}, Python {python}, torch {torch}".format(**one["machine"]) for one in tree["results"].values()
    }
    lines = [
        "# What training runs survive",
        "",
        "    bash recipes/torture.sh",
        "",
        f"{minutes:.0f} minutes in all: {'; '.join(sorted(machines))}.",
        "The runs are tiny models in float32 on one thread, so that each takes seconds; the code is that of every run.",
        "A part can be run again (`--only rot,hostile`) and then replaces its rows: the last column has their commits.",
        "",
        "| damage | how much | found | commit |",
        "|---|---|---|---|",
        *(f"| {what} | {trials}{share} | {result} | {commit} |" for what, trials, result, commit, share in rows),
        "",
        "Power cuts (data that was not synced is lost) are in `tests/storage/test_power_cut.py`, numbers that are",
        "not finite and memory that runs out in `tests/training/test_faults.py`, several processes against one, and",
        "how they share out a corpus, in `tests/training/test_distributed.py`, and a model that is spread over them in",
        "`tests/training/test_sharding.py`: part of every run of the tests.",
        "",
    ]
    return "\n".join(lines)
