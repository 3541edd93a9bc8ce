"""Glance loads the definitions, and offers every word that the rules read."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from nova.api.validation.extra_specs import validators
from tests.capabilities import shows

from openhyperv.machine.vocabulary.extra_specs import EXTRA_SPECS
from openhyperv.machine.vocabulary.image_properties import IMAGE_PROPERTIES
from openhyperv.machine.vocabulary.words import Word

QUERY = """select n.namespace, t.name, p.name, p.json_schema from metadef_properties p
    join metadef_namespaces n on n.id = p.namespace_id
    join metadef_namespace_resource_types a on a.namespace_id = n.id
    join metadef_resource_types t on t.id = a.resource_type_id"""


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, str, str]]:
    """Namespace, kind of resource, name and schema of each property, out of Glance's database."""
    directory = tmp_path_factory.mktemp("metadefs")
    run(sys.executable, "-m", "openhyperv.nova.metadefs", str(directory))
    database, configuration = directory / "glance.sqlite", directory / "glance.conf"
    configuration.write_text(f"[database]\nconnection = sqlite:///{database}\n")
    manage = (str(Path(sys.executable).with_name("glance-manage")), "--config-file", str(configuration))
    run(*manage, "db_sync")
    run(*manage, "db", "load_metadefs", "--path", str(directory))
    with sqlite3.connect(database) as connection:
        return connection.execute(QUERY).fetchall()


@shows("X9")
@pytest.mark.parametrize(
    ("resource", "words"),
    [("OS::Glance::Image", IMAGE_PROPERTIES), ("OS::Nova::Flavor", EXTRA_SPECS)],
)
def test_every_word_is_offered(
    offered: list[tuple[str, str, str, str]], resource: str, words: tuple[Word, ...]
) -> None:
    names = {name for _, kind, name, _ in offered if kind == resource}
    assert {word.name.replace("{num}", number) for word in words for number in "01"} == names


def test_novas_api_takes_every_value_that_is_offered(offered: list[tuple[str, str, str, str]]) -> None:
    for _, kind, name, schema in offered:
        if kind == "OS::Nova::Flavor":
            for value in json.loads(schema).get("enum", ()):
                validators.validate(name, value)


def test_values_are_offered_as_the_rules_have_them(offered: list[tuple[str, str, str, str]]) -> None:
    schemas = {name: json.loads(schema) for _, _, name, schema in offered}
    assert schemas["hw_machine_type"]["enum"] == ["hyperv-gen1", "hyperv-gen2"]
    assert (schemas["hyperv:memory_weight"]["minimum"], schemas["hyperv:memory_weight"]["maximum"]) == (
        0,
        10000,
    )
    assert schemas["hyperv:limit_cpu_features"]["type"] == "boolean"
    assert all(schema["title"] and schema["description"] for schema in schemas.values())
