"""Turn gathered class facts (one JSON file per namespace) into the schema that the package ships.

    python tools/build_schema.py FACTS_DIR

Kept: what the two ends need to type values and to answer by version. Dropped: where each fact was found.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

NAMESPACES = ("root_virtualization_v2", "root_cimv2", "root_standardcimv2", "root_system")
CLASS_KEYS = ("super", "abstract", "association", "indication", "singleton", "keys", "min_server", "seen_on")
PROPERTY_KEYS = ("type", "array", "rw", "ref", "emb", "default", "values", "since", "override")
ONLY_KEYS = {
    "Win32_ComputerSystem": "Name",
    "Win32_DiskDrive": "DeviceID",
    "Win32_LogicalDisk": "DeviceID",
    "Win32_NetworkAdapter": "DeviceID",
    "Win32_Processor": "DeviceID",
    "Win32_Service": "Name",
}
"""Classes of CIMWin32 whose pages mark one key, where the gathered facts follow DMTF's rule of four."""
ALWAYS_THERE = {("Msvm_VirtualHardDiskSettingData", "Format")}
"""Properties that are gated by a note on one of their values: it is VHDSet, not Format, that came in 2016."""
PARAMETER_KEYS = ("name", "dir", "type", "array", "ref", "emb", "optional")


def kept(record: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: record[name] for name in names if record.get(name) not in (None, False, [], {})}


def slim_method(record: dict[str, Any]) -> dict[str, Any]:
    slim = kept(record, ("returns", "static", "codes", "signature_unknown"))
    slim["params"] = [kept(parameter, PARAMETER_KEYS) for parameter in record.get("params", [])]
    if "ws23h2" in record.get("on", []):
        slim["since"] = "2022-23H2"
    return slim


def slim_class(record: dict[str, Any]) -> dict[str, Any]:
    slim = kept(record, CLASS_KEYS)
    slim["props"] = {name: kept(prop, PROPERTY_KEYS) for name, prop in record["props"].items()}
    methods = {name: slim_method(method) for name, method in record.get("methods", {}).items()}
    return slim | ({"methods": methods} if methods else {})


def corrected(name: str, record: dict[str, Any]) -> dict[str, Any]:
    slim = slim_class(record)
    for prop in slim["props"]:
        if (name, prop) in ALWAYS_THERE:
            slim["props"][prop].pop("since", None)
    return slim | ({"keys": [ONLY_KEYS[name]]} if name in ONLY_KEYS else {})


def build(source: Path, target: Path) -> None:
    facts = json.loads(source.read_text("utf-8"))
    lines = [
        f"{json.dumps(name)}:{json.dumps(corrected(name, record), ensure_ascii=False, separators=(',', ':'))}"
        for name, record in sorted(facts["classes"].items())
    ]
    head = f'{{"namespace":{json.dumps(facts["namespace"])},\n"classes":{{\n'
    target.write_text(head + ",\n".join(lines) + "\n}}\n", "utf-8")


if __name__ == "__main__":
    data = Path(__file__).parent.parent / "src/openhyperv/cim/schema_data"
    for name in NAMESPACES:
        build(Path(sys.argv[1]) / f"{name}.json", data / f"{name}.json")
