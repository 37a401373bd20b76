"""The shop's orders as files: new/N, packed/N. No database, and safe for any number of workers.

Keeps: an order is in exactly one place; a rename takes it, so two workers never take the same.
"""

import os
from pathlib import Path

SHOP = Path(os.environ.get("SHOP_DIR", "orders"))
NEW, TAKEN, PACKED = (SHOP / name for name in ("new", "taken", "packed"))


def open_shop():
    for place in (NEW, TAKEN, PACKED):
        place.mkdir(parents=True, exist_ok=True)


def put(text):
    number = f"{os.times().elapsed:.3f}-{os.getpid()}"
    (SHOP / number).write_text(text)
    (SHOP / number).rename(NEW / number)
    return number


def take():
    for order in sorted(NEW.iterdir()):
        try:
            return order.rename(TAKEN / order.name)
        except FileNotFoundError:
            continue  # another worker was quicker
    return None


def counts():
    return {place.name: sum(1 for _ in place.iterdir()) for place in (NEW, TAKEN, PACKED)}
