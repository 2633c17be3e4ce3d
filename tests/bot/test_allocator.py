"""Freed memory is kept: seen by the page faults of making the same array again, in a process of its own."""

import platform
import subprocess
import sys

import pytest

from bot.settings import PROJECT

FAULTS = """
import resource, sys
import numpy as np
from bot.allocator import keep_freed_memory
if sys.argv[1] == "kept":
    keep_freed_memory()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    np.ones(60_000_000 // 8 // 4)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="there is only glibc's store to set")
def test_the_same_memory_is_used_again():
    def faults(how: str) -> int:
        run = subprocess.run(
            [sys.executable, "-c", FAULTS, how], cwd=PROJECT, capture_output=True, text=True, check=True
        )
        return int(run.stdout)

    assert faults("kept") < faults("as it comes") / 10
