"""Positions: an act broken off at each step that touches the disk, in a process of its own for each.

    python -m tests.crash.positions MODE [EVERY [ACT ...]]

Prints one line of JSON an act. MODE says what happens at a position:

- `call`: a kill before the nth statement, opening, renaming, linking or removing of a file;
- `torn`: a kill inside the write that passes the nth size, which leaves part of it, as a power cut does;
- `full`: that write fails, as on a full disk; the act has to say so, or be whole.

EVERY keeps one position of so many. No tracer is needed: an audit hook sees the calls, a limit of file size the writes.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import filelock  # noqa: F401 - a child must not be killed while it imports
import numpy as np  # noqa: F401

import pilotlab.workspace  # noqa: F401
from pilotlab.errors import PilotlabError
from tests.crash.acts import ACTS, entries, faults

SIZES = (*range(0, 8192, 512), *range(8192, 200_000, 4096), *range(200_000, 1_500_000, 32_768))
DONE, REFUSED = 0, 7
TOUCHES = ("open", "os.", "shutil.", "sqlite3.connect")


def kill_at_call(position: int, folder: Path) -> None:
    """Kill this process before its nth call that touches the folder, SQL statements among them."""
    left = [position]

    def count(*_: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(TOUCHES) and str(folder) in repr(arguments):
            count()

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(count)
        return connection

    connect, sqlite3.connect = sqlite3.connect, traced  # type: ignore[assignment]
    sys.addaudithook(hook)


def limit_size(size: int, *, kills: bool) -> None:
    """Let no file grow past a size: the write that would is cut there, and kills or fails."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL if kills else signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def positions(mode: str, every: int) -> Iterator[int]:
    """Yield positions; of calls there are as many as there are until one is not reached."""
    yield from range(0, 100_000, every) if mode == "call" else SIZES[::every]


def broken_off(name: str, folder: Path, mode: str, position: int) -> int:
    """Run an act in a child that is broken off at a position; return how it ended."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if mode == "call":
        kill_at_call(position, folder)
    else:
        limit_size(position, kills=mode == "torn")
    code = 70
    try:
        ACTS[name].do(folder)
        code = DONE
    except PilotlabError as error:
        code = REFUSED if error.fix else 71
    except BaseException as error:
        code = 72
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    os._exit(code)


def tried(name: str, template: Path, mode: str, position: int) -> tuple[int, list[str]]:
    """Break an act off in a copy of its folder, and say what is wrong afterwards."""
    folder = Path(tempfile.mkdtemp())
    try:
        shutil.copytree(template, folder, dirs_exist_ok=True)
        before = entries(folder / "pilots.db")
        code = broken_off(name, folder, mode, position)
        wrong = [] if code in (DONE, REFUSED, -signal.SIGKILL, -signal.SIGXFSZ) else [f"ended with {code}"]
        if mode == "full" and (left := [file.name for file in folder.glob(".*")]):
            wrong.append(f"left {left}")
        if code == REFUSED and mode == "full" and name != "upgrade" and _grew(folder, before):
            wrong.append("refused, and stored")
        return code, wrong + faults(name, folder, before, done=code == DONE)
    except (PilotlabError, sqlite3.Error) as error:
        return 0, [f"the next command failed: {error}"]
    finally:
        shutil.rmtree(folder)


def _grew(folder: Path, before: int) -> bool:
    return entries(folder / "pilots.db") > before


def every_position(name: str, mode: str, every: int) -> dict[str, Any]:
    """Try every position of an act; count them, and keep what went wrong at which."""
    with tempfile.TemporaryDirectory() as made:
        template = Path(made)
        ACTS[name].prepare(template)
        ended: dict[str, int] = {}
        wrong: dict[int, list[str]] = {}
        for position in positions(mode, every):
            code, problems = tried(name, template, mode, position)
            how = {DONE: "done", REFUSED: "refused"}.get(code, "killed")
            ended[how] = ended.get(how, 0) + 1
            if problems:
                wrong[position] = problems
            if mode == "call" and how != "killed":
                break  # nothing was left to be killed at
    return {"act": name, "mode": mode, "ended": ended, "wrong": wrong}


if __name__ == "__main__":
    mode, every = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for name in sys.argv[3:] or ACTS:
        sys.stdout.write(json.dumps(every_position(name, mode, every)) + "\n")
        sys.stdout.flush()
