"""The shop's counter: GET / shows the orders, POST /order takes one. Listens on $PORT."""

import json
import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orders


class Counter(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer({"shop": os.environ.get("SHOP_NAME"), "served by": os.environ.get("PS"),
                     "orders": orders.counts()})

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.answer({"order": orders.put(self.rfile.read(length).decode(errors="replace"))})

    def answer(self, body):
        data = (json.dumps(body) + "\n").encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format, *words):
        print(format % words)


def main():
    orders.open_shop()
    port = int(os.environ.get("PORT", "5000"))
    server = ThreadingHTTPServer(("0.0.0.0", port), Counter)
    # shutdown() waits for serve_forever(), so it cannot be called from a signal handler there.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"Listening on port {port}")
    server.serve_forever()
    server.server_close()
    print("Closed for today")


main()
