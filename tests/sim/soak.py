"""Seeds until one fails or somebody stops it: `python -m tests.sim.soak`; one again, told in full: `--seed N`."""

import argparse
import itertools
import logging
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait

from tests.sim.judge import Outcome
from tests.sim.scenario import draw
from tests.sim.simulation import simulate
from tests.sim.wild import draw_wild

BATCH = 10
EVERY = 10.0
"""Seconds between two lines about the progress."""


def say(words: str) -> None:
    """A line, at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def once(seed: int, *, plain: bool = False, told: bool = False) -> Outcome:
    """One seed. plain: only faults and deaths, as the seeds that were kept first."""
    return simulate(draw(seed) if plain else draw_wild(seed), told=told)


def tell(seed: int, *, plain: bool) -> int:
    """Run one seed with its story."""
    outcome = once(seed, plain=plain, told=True)
    for at, words in outcome.story:
        say(f"{at:10.3f}  {words}")
    say("\n".join(outcome.violations) or f"seed {seed}: nothing is wrong; {dict(outcome.verdicts)}")
    return 1 if outcome.violations else 0


def _quiet() -> None:
    """Only the first process hears that somebody stops it."""
    logging.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _batch(first: int, count: int) -> tuple[Counter[str], list[tuple[int, str]]]:
    verdicts: Counter[str] = Counter()
    for seed in range(first, first + count):
        outcome = once(seed)
        verdicts.update(outcome.verdicts)
        if outcome.violations:
            return verdicts, [(seed, words) for words in outcome.violations]
    return verdicts, []


def _batches(first: int, count: int | None) -> Iterator[tuple[int, int]]:
    for start in itertools.count(first, BATCH):
        left = BATCH if count is None else min(BATCH, first + count - start)
        if left <= 0:
            return
        yield start, left


def soak(first: int, count: int | None, jobs: int) -> int | None:
    """The first seed that failed, or None once `count` are done."""
    began = shown = time.monotonic()
    done, verdicts, batches = 0, Counter[str](), _batches(first, count)
    with ProcessPoolExecutor(jobs, initializer=_quiet) as pool:
        running: dict[Future[tuple[Counter[str], list[tuple[int, str]]]], int] = {}
        try:
            while True:
                for start, size in itertools.islice(batches, jobs - len(running)):
                    running[pool.submit(_batch, start, size)] = size
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    done += running.pop(future)
                    more, failures = future.result()
                    verdicts += more
                    if failures:
                        say("\n".join(words for _, words in failures))
                        return failures[0][0]
                now = time.monotonic()
                if now - shown >= EVERY or not running:
                    shown = now
                    told = ", ".join(f"{name} {number}" for name, number in sorted(verdicts.items()))
                    say(f"{done} seeds from {first}, {done / (now - began):.1f} seeds/s: {told}")
        finally:
            for future in running:
                future.cancel()
    return None


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 nothing is wrong, 1 a seed failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.sim.soak", description=__doc__)
    parser.add_argument("--seed", type=int, help="only this one, with the story of what happened")
    parser.add_argument("--plain", action="store_true", help="with --seed: only faults and deaths, nothing wild")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, help="so many, then stop; default: until stopped")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--brief", action="store_true", help="leave out the story of the seed that failed")
    given = parser.parse_args(arguments)
    logging.disable()
    if given.seed is not None:
        return tell(given.seed, plain=given.plain)
    try:
        failed = soak(given.first, given.count, given.jobs)
    except KeyboardInterrupt:
        return 0
    if failed is None:
        return 0
    say(f"\nseed {failed} failed; the same again: python -m tests.sim.soak --seed {failed}\n")
    if not given.brief:
        tell(failed, plain=False)
    return 1


if __name__ == "__main__":
    sys.exit(main())
