"""Puts so many letters into the queue, one job each, and waits until all of them are sent.

usage: batch.py [LETTERS]
"""

import sys
import time

import redis
import rq

count = int(sys.argv[1]) if sys.argv[1:] else 200
server = redis.Redis(unix_socket_path="redis.sock")
server.set("sent", 0)

letters = rq.Queue("letters", connection=server)
letters.enqueue_many([rq.Queue.prepare_data("letters.send", [number], result_ttl=0)
                      for number in range(1, count + 1)])
print(count, "letters are in the queue", flush=True)

begin = time.monotonic()
while int(server.get("sent")) < count:
    time.sleep(0.05)
print(f"{count} letters are sent, in {time.monotonic() - begin:.1f} s")
