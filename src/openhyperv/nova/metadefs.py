"""Metadata definitions for Glance, so that a dashboard offers every word with its values.

``python -m openhyperv.nova.metadefs DIRECTORY`` writes one file for images and one for flavors, as
``glance-manage db load_metadefs --path DIRECTORY`` reads them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from openhyperv.machine.rules.secure_boot import EXTRA_SPEC
from openhyperv.machine.vocabulary.extra_specs import EXTRA_SPECS
from openhyperv.machine.vocabulary.image_properties import IMAGE_PROPERTIES
from openhyperv.machine.vocabulary.words import Choice, Number, Truth, Value, Word

# What the rules take and Nova's API refuses.
_NOT_OF_NOVA = {EXTRA_SPEC: frozenset({"optional"})}

# Glance has no names with a number in them: the nodes that most machines with NUMA have are listed.
_NUMBERED = ("0", "1")


def namespaces() -> Mapping[str, Mapping[str, Any]]:
    """Each namespace by the name of its file."""
    return {
        "compute-hyperv-image.json": _namespace(
            "OS::Compute::HyperVImage",
            "Hyper-V: images",
            "What machines on Hyper-V hosts are made of by their images.",
            "OS::Glance::Image",
            IMAGE_PROPERTIES,
        ),
        "compute-hyperv-flavor.json": _namespace(
            "OS::Compute::HyperVFlavor",
            "Hyper-V: flavors",
            "What machines on Hyper-V hosts are made of by their flavors.",
            "OS::Nova::Flavor",
            EXTRA_SPECS,
        ),
    }


def _namespace(
    name: str, display_name: str, description: str, resource_type: str, words: Iterable[Word]
) -> Mapping[str, Any]:
    return {
        "namespace": name,
        "display_name": display_name,
        "description": description,
        "visibility": "public",
        "protected": True,
        "resource_type_associations": [{"name": resource_type}],
        "properties": dict(entry for word in words for entry in _properties(word)),
    }


def _properties(word: Word) -> Iterable[tuple[str, Mapping[str, Any]]]:
    if "{num}" not in word.name:
        yield word.name, _property(word, word.title)
        return
    for number in _NUMBERED:
        yield word.name.replace("{num}", number), _property(word, f"{word.title}: {number}")


def _property(word: Word, title: str) -> Mapping[str, Any]:
    return {"title": title, "description": word.meaning.replace("`", ""), **_schema(_offered(word))}


def _offered(word: Word) -> Value:
    refused = _NOT_OF_NOVA.get(word.name, frozenset())
    if refused and isinstance(word.value, Choice):
        return Choice(tuple(value for value in word.value.values if value not in refused))
    return word.value


def _schema(value: Value) -> Mapping[str, Any]:
    match value:
        case Choice(values):
            return {"type": "string", "enum": list(values)}
        case Number(numbers):
            return {"type": "integer", "minimum": numbers[0], "maximum": numbers[-1]}
        case Truth():
            return {"type": "boolean"}
        case _:
            return {"type": "string"}


def main(directory: Path) -> None:
    """Write the files into the directory, over those of an earlier version."""
    for name, namespace in namespaces().items():
        (directory / name).write_text(json.dumps(namespace, indent=4) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
