"""The machines of ctl -H: URLs, names in ~/.config/muster/hosts, and MUSTER_HOST; and that nothing
of what is said there can be an option of ssh or a line of a shell."""

import json

import pytest

from completion_test import completed
from daemon import STAYS


@pytest.fixture
def shop(app, far):
    app.procfile(worker=STAYS)
    app.start()
    far.start()
    return app


def test_a_machine_has_a_name(shop, far):
    far.write_hosts(f"# machines\n\nprod {far.url}/app  # the shop\nbare\t{far.url}\n")
    assert "worker.1" in far.ok("ps", host="prod")
    assert "worker.1" in far.ok("ps", host=None, env={"MUSTER_HOST": "prod"})
    assert "worker.1" in far.ok("ps", "--host=prod", host=None)
    assert "worker.1" in far.ok("--host", "prod", "ps", host=None)
    assert "worker.1" in far.ok("-Hbare", "-a", "app", "ps", host=None)
    # -H counts more than the environment, -a more than the URL.
    assert "worker.1" in far.ok("ps", host="prod", env={"MUSTER_HOST": "ssh://nowhere.invalid/x"})
    assert "no app 'x'" in far.refused("ps", "-a", "x", host="prod", status=3)


def test_the_app_is_that_of_the_directory_here(shop, far):
    tree = far.near / "app" / "below"
    tree.mkdir(parents=True)
    (tree.parent / "Procfile").write_text("web: true\n")
    assert "worker.1" in far.ok("ps", host=far.url, cwd=tree)
    assert "worker.1" in far.ok("ps", host=far.url, env={"MUSTER_APP": "app"})


def test_a_list_that_is_wrong_says_where(far):
    place = far.write_hosts("good ssh://box\nbad ssh://bo x\n")
    assert f"{place}:2: " in far.refused("ps", host="good", status=2)
    place.write_text("a ssh://box\n\na ssh://other\n")
    assert f"{place}:3: 'a' stands there twice" in far.refused("ps", host="a", status=2)
    place.write_text("a http://box\n")
    assert f"{place}:1: " in far.refused("ps", host="a", status=2)
    place.write_text("a ssh://box\nb ssh://box\n")
    assert "has: a, b" in far.refused("ps", host="prod", status=2)
    place.unlink()
    assert "'prod' is neither a URL" in far.refused("ps", host="prod", status=2)
    place.mkdir()
    assert str(place) in far.refused("ps", host="prod", status=2)


@pytest.mark.parametrize("url", [
    "ssh://-oProxyCommand=touch%20x/app", "ssh://%2doProxyCommand=x/app", "ssh://-x@box/app",
    "ssh://%2Dx@box", "ssh://a;b@box", "ssh://$(id)@box", "ssh://box;id", "ssh://bo%0ax",
    "ssh://eve:secret@box", "ssh://box:0", "ssh://box:65536", "ssh://box:x", "ssh://box:",
    "ssh://::1/app", "ssh://[::1/app", "ssh://[box]/app", "ssh://", "ssh:///app", "ssh://@box",
    "ssh://box/a/b", "ssh://box/-a", "ssh://box/%zz", "ssh://box?x", "muster://box/app",
    "muster://eve@box:5555", "http://box"])
def test_what_is_no_machine_is_refused_before_ssh_is_called(far, url):
    said = far.refused("ps", host=url, status=2)
    assert "is no URL such as ssh://" in said and not far.calls
    assert "MUSTER_HOST: " in far.refused("ps", host=None, env={"MUSTER_HOST": url}, status=2)


def test_parts_of_a_url_reach_ssh_as_they_are_meant(far):
    wrapper = far.place / "bin" / "ssh"
    wrapper.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" > {far.place}/words\nexit 255\n")
    for url, words in {
            "ssh://box/shop": ["--", "box", "env MUSTER_HOST= ctl where --json -a shop"],
            "SSH://de%70loy@box:2222/sh%6fp": ["-p", "2222", "-l", "deploy", "--", "box",
                                               "env MUSTER_HOST= ctl where --json -a shop"],
            "ssh://eve%40corp@[::1]:22/": ["-p", "22", "-l", "eve@corp", "--", "::1",
                                           "env MUSTER_HOST= ctl where --json"]}.items():
        far.ctl("ps", host=url)
        called = (far.place / "words").read_text().splitlines()
        assert called[-len(words):] == words


def test_words_for_a_verb_over_there_are_not_read_by_its_shell(shop, far):
    done = far.ctl("destroy", "a'b $(touch x); \"c\"\\", "--confirm", "*")
    assert done.returncode == 2 and "a'b $(touch x); \"c\"\\" in done.stderr


def test_its_own_machine_is_not_led_on_by_a_variable_there(shop, far):
    far.stop_sshd()
    far.variables["MUSTER_HOST"] = "ssh://elsewhere.invalid"
    far.start()
    assert json.loads(far.ok("where", "--json"))["running"]


def test_names_are_completed(shop, far, monkeypatch):
    far.write_hosts(f"prod {far.url}/app\ntest ssh://box\n")
    far.ok("ps")
    monkeypatch.setenv("PATH", far.environment["PATH"])
    monkeypatch.setattr(shop.home, "environment", far.environment)
    assert completed(shop, "ctl", "ps", "-H", "") == ["prod", "test"]
    assert completed(shop, "ctl", "--host", "pr") == ["prod"]
    assert completed(shop, "ctl", "-H", "prod", "stop", "wo") == ["worker", "worker.1"]
    assert completed(shop, "ctl", "stop", "-H", "prod", "wo") == ["worker", "worker.1"]
