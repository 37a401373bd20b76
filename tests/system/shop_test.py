"""The example app works as its README says."""

import json
import shutil
import urllib.request

import pytest
from home import REPOSITORY


@pytest.fixture
def shop(app):
    shutil.copytree(REPOSITORY / "examples" / "shop", app.directory, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("orders"))
    app.start()
    app.wait_states({"clock.1": "up", "flaky.1": "up", "web.1": "up", "worker.1": "up"})
    return app


def test_the_tour(shop):
    def ask(data=None):
        with urllib.request.urlopen(f"http://127.0.0.1:{shop.home.port}/", data) as answer:
            return json.load(answer)
    told = ask()
    assert told["shop"] == "The corner shop"
    assert told["served by"] == "web.1"
    order = ask(b"tea")["order"]
    shop.wait_log(f"app[worker.1]: Packed order {order}")
    shop.ok("scale", "worker=3")
    shop.wait_log("app[worker.3]: Worker ready to do work")
    shop.ok("scale", "worker-2")
    shop.wait_log("app[worker.3]: Worker goes home")
    assert "packed" in shop.ok("run", "--", "sh", "-c", "ls $SHOP_DIR")
    assert shop.stop() == 0
    assert "app[web.1]: Closed for today" in shop.logs()
