"""The same work for many students, in several processes."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed


def _start_worker() -> None:
    """Ctrl-C is for the process that waits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def map_students(work: Callable, tasks: Sequence[tuple], workers: int = 0) -> Iterator[tuple]:
    """Number of the task and its result, as they come; one process where more would not pay."""
    from tqdm import tqdm

    workers = min(workers or os.cpu_count() or 1, len(tasks))
    with tqdm(total=len(tasks), unit="student", disable=None) as bar:
        if workers <= 1 or len(tasks) <= 2:
            for i, task in enumerate(tasks):
                yield i, work(*task)
                bar.update()
            return
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(name, "1")  # a core for each process, not all for each
        pool = ProcessPoolExecutor(
            workers, mp_context=multiprocessing.get_context("spawn"), initializer=_start_worker
        )
        try:
            futures = {pool.submit(work, *task): i for i, task in enumerate(tasks)}
            for future in as_completed(futures):
                yield futures[future], future.result()
                bar.update()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
