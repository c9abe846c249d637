"""Works until the file `done` is there, or a minute has passed."""

import os
import time


def work(n):
    twice = n * 2
    return twice


end = time.monotonic() + 60
while not os.path.exists("done") and time.monotonic() < end:
    work(21)
    time.sleep(0.01)
