"""`python -m tests.bench.generator`: users who ask a server, made by locust; job in, times out, as JSON.

A process of its own, since locust replaces the sockets and threads of the process that imports it. Users ask without
a pause; each keeps to one conversation for some turns and then begins another.
"""

from __future__ import annotations

import itertools
import json
import resource
import sys
import time
import uuid
from dataclasses import asdict

import gevent
from locust import FastHttpUser, task
from locust.env import Environment

from tests.bench.load import Answered, Job
from tests.bench.sides import PATH, is_answer, message


class Asker(FastHttpUser):
    """One user."""

    abstract = True
    job: Job
    texts: itertools.cycle[str]
    answered: list[Answered]

    def on_start(self) -> None:
        """Begin a conversation."""
        self._sender, self._turns = str(uuid.uuid4()), 0

    @task
    def ask(self) -> None:
        """Send the next question and note how long its answer took."""
        if self._turns == self.job.turns_each:
            self.on_start()
        self._turns += 1
        body = message(self._sender, next(self.texts))
        start = time.perf_counter()
        with self.client.post(PATH, json=body, catch_response=True) as response:
            end = time.perf_counter()
            right = response.status_code == 200 and is_answer(response.json())
            self.answered.append(Answered(start, end, self._turns, right))


def run(job: Job) -> dict[str, object]:
    """Let the users ask for as long as the job says."""
    user = type("User", (Asker,), {"job": job, "texts": itertools.cycle(job.texts), "answered": [], "host": job.url})
    environment = Environment(user_classes=[user])
    runner = environment.create_local_runner()
    start = time.perf_counter()
    runner.start(job.users, spawn_rate=1000)
    gevent.sleep(job.warm_up)
    cpu = _cpu_seconds()
    gevent.sleep(job.seconds)
    cpu = _cpu_seconds() - cpu
    runner.stop()
    runner.quit()
    window = (start + job.warm_up, start + job.warm_up + job.seconds)
    return {"answered": [asdict(each) for each in user.answered], "window": window, "cpu_seconds": cpu}


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    print(json.dumps(run(Job(**json.load(sys.stdin)))))
