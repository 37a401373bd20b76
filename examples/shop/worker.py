"""Packs orders, one after the other. Run as many as you like: `ctl scale worker=3`."""

import signal
import threading

import orders

stop = threading.Event()


def main():
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    orders.open_shop()
    print("Worker ready to do work")
    while not stop.is_set():
        order = orders.take()
        if order is None:
            stop.wait(0.5)
            continue
        stop.wait(0.2)  # packing takes its time; an order that was begun is finished
        order.rename(orders.PACKED / order.name)
        print(f"Packed order {order.name}")
    print("Worker goes home")


main()
