"""Waiting for what must come true, with a deadline and never longer than needed."""

import time


class TooLate(AssertionError):
    """What was waited for did not happen in time."""


def eventually(condition, what, seconds=20):
    """Returns the first true answer of `condition()`; raises `TooLate` naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    pause = 0.005
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise TooLate(f"waited {seconds} s for {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
