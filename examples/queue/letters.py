"""The work: a letter goes to the mail server, which takes its time. That is all a worker does."""

import os
import time

import rq

SECONDS = float(os.environ.get("LETTER_SECONDS", "0.05"))


def send(number):
    time.sleep(SECONDS)
    print("sent letter", number)
    rq.get_current_job().connection.incr("sent")
