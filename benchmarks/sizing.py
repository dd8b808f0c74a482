"""What a page costs a machine: memory of its own, processor time of a visit, and what the server takes once.

Run from the root of the project: ``python benchmarks/sizing.py`` (half a minute; Linux). It prints a table; ``--write``
puts it in docs/deployment.md. Pages are opened without a browser, each over the sample, and stay open.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from serving import DEMO, Server, end_by, serving, write_table

HEAD = ("| page | memory of its own | processor time of a visit |", "|---|---|---|")
PAGES = ("2_caseload", "3_case", "4_ruptures_and_repairs", "5_consultation")
VISITS, AT_WORK_SECONDS = 4, 8.0


def processes_of(pid: int) -> list[int]:
    """Return a server's process and all below it."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    below = [int(one) for thread in threads for one in (thread / "children").read_text().split()]
    return [pid, *(other for one in below for other in processes_of(one))]


def mib(pid: int, *kinds: str) -> float:
    """Return the memory of a process that is of these kinds, in MiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(kinds)) / 1024


def seconds_used(pids: list[int]) -> float:
    """Return the processor time of some processes so far."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


def measure(server: Server) -> Iterator[str]:
    """Open each page some times, and give the lines of the table."""
    time.sleep(AT_WORK_SECONDS)  # what is prepared after the start
    once = sum(mib(pid, "Pss:") for pid in processes_of(server.pid))
    for page in PAGES:
        before = processes_of(server.pid)
        used = seconds_used(before)
        for _ in range(VISITS):
            with urllib.request.urlopen(f"{server.address}/voila/render/{page}.ipynb", timeout=60) as answer:  # noqa: S310 - our own server
                answer.read()
        time.sleep(AT_WORK_SECONDS / 2)
        opened = [pid for pid in processes_of(server.pid) if pid not in before]
        each = (seconds_used([*before, *opened]) - used) / VISITS
        yield f"| {page}.ipynb | {statistics.median(mib(pid, 'Private_') for pid in opened):.0f} MiB | {each:.2f} s |"
    yield f"| server and warmed process, once | {once:.0f} MiB | |"


def main() -> None:
    """Measure, print, and write the page where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the table in docs/deployment.md")
    asked = parser.parse_args()
    end_by(180)
    with tempfile.TemporaryDirectory() as place, serving(DEMO, "", folder=Path(place)) as server:
        rows = list(measure(server))
    print(*HEAD, *rows, sep="\n")
    if asked.write:
        write_table("sizing", [*HEAD, *rows], page="deployment")


if __name__ == "__main__":
    main()
