"""docs/muster.schema.json is what `ctl manual schema` prints, and takes what musterd takes."""

import json
import re
import subprocess
import tomllib

import pytest

from home import BIN, REPOSITORY
from waiting import PATIENCE

KEPT = REPOSITORY / "docs" / "muster.schema.json"


def printed():
    done = subprocess.run([BIN / "ctl", "manual", "schema"], capture_output=True, text=True,
                          timeout=PATIENCE, check=True)
    return done.stdout


def test_the_schema_that_is_kept_is_the_one_of_the_table_of_keys():
    assert KEPT.read_text() == printed(), "ctl manual schema > docs/muster.schema.json"


def test_every_key_of_the_reference_stands_there_and_no_other():
    reference = (REPOSITORY / "docs" / "muster.toml.md").read_text()
    keys = re.findall(r"^### `(\w+)`$", reference, re.MULTILINE)
    schema = json.loads(printed())
    assert sorted(schema["definitions"]["settings"]["properties"]) == sorted(keys)


def test_it_takes_the_examples_and_refuses_slips():
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(printed())
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    reference = (REPOSITORY / "docs" / "muster.toml.md").read_text()
    blocks = re.findall(r"^```toml\n(.*?)^```", reference, re.MULTILINE | re.DOTALL)
    assert len(blocks) > 10
    for block in blocks:
        assert not list(validator.iter_errors(tomllib.loads(block))), block
    for slip in ("[web]\ngracee = 1\n", "[web]\nnice = 20\n", "[web]\nrestart = 'sometimes'\n",
                 "[web]\ngrace = '5 seconds'\n", "[web]\nhealth = { every = '1s' }\n", "web = 1\n"):
        assert list(validator.iter_errors(tomllib.loads(slip))), slip
