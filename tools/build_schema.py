"""Turn gathered class facts (one JSON file per namespace) into the schema that the package ships.

    python tools/build_schema.py FACTS_DIR

Kept: what the two ends need to type values and to answer by version. Dropped: where each fact was found.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

NAMESPACES = (
    "root_virtualization_v2",
    "root_cimv2",
    "root_standardcimv2",
    "root_default",
    "root_hypervcluster_v2",
    "root_microsoft_windows_hgs",
    "root_microsoft_windows_smb",
    "root_microsoft_windows_storage",
    "root_microsoftdns",
    "root_mscluster",
    "root_msps",
    "root_wmi",
    "root_system",
)
CLASS_KEYS = ("super", "abstract", "association", "indication", "singleton", "keys", "min_server", "seen_on")
PROPERTY_KEYS = ("type", "array", "rw", "ref", "emb", "default", "values", "since", "override")
ONLY_KEYS = {
    "Win32_ComputerSystem": "Name",
    "Win32_DiskDrive": "DeviceID",
    "Win32_LogicalDisk": "DeviceID",
    "Win32_NetworkAdapter": "DeviceID",
    "Win32_PnPEntity": "DeviceID",
    "Win32_Processor": "DeviceID",
    "Win32_Service": "Name",
}
"""Classes of CIMWin32 whose pages mark one key, where the gathered facts follow DMTF's rule of four."""
ALWAYS_THERE = {
    ("Msvm_VirtualHardDiskSettingData", "Format"),
    ("Msvm_VirtualSystemExportSettingData", "CopySnapshotConfiguration"),
    ("Msvm_Synthetic3DDisplayControllerSettingData", "MaximumScreenResolution"),
}
"""Properties that are gated by a note on one of their values: it is VHDSet, not Format, that came in 2016."""
CALLED_ON_THE_CLASS = ("root/default", "root/microsoft/windows/")
"""Namespaces whose classes without keys have methods alone: there is no instance to call them on."""
CHANGED_AS_INSTANCES = "MSFT_NetVirtualization"
"""Beginning of classes that the documented Set- cmdlets change, though the gathered facts do not say so."""
MAKERS = {
    "MSFT_HgsGuardian.Export",
    "MSFT_HgsGuardian.Import",
    "MSFT_HgsGuardian.NewByCertificateThumbprints",
    "MSFT_HgsGuardian.NewByGenerateCertificates",
    "MSFT_HgsGuardian.Remove",
    "MSFT_SmbGlobalMapping.Create",
    "MSFT_SmbMapping.Create",
    "MSFT_SmbShare.CreateShare",
}
"""Methods that are called on a class which has keys: they make its instances, or are given them."""
NEW_BY_GUARDIANS = {
    "returns": "uint32",
    "params": [
        {"name": "AllowUntrustedRoot", "dir": "in", "type": "boolean"},
        {"name": "AllowExpired", "dir": "in", "type": "boolean"},
        {"name": "Owner", "dir": "in", "type": "object", "emb": "MSFT_HgsGuardian"},
        {"name": "Guardian", "dir": "in", "type": "object", "array": True, "emb": "MSFT_HgsGuardian"},
        {"name": "cmdletOutput", "dir": "out", "type": "object", "emb": "MSFT_HgsKeyProtector"},
    ],
}
ONLY_DOCUMENTED = {
    "MSFT_HgsKeyProtector": {"methods": {"NewByGuardians": NEW_BY_GUARDIANS}},
    "Msps_PDK": {
        "props": {
            "KeyProtector": {"type": "uint8", "array": True},
            "PolicyData": {"type": "uint8", "array": True},
        }
    },
}
"""Members that Microsoft's pages of these classes have, but no dumped host nor the gathered facts."""
LATER_METHODS = {"Win32_PnPEntity.GetDeviceProperties": "2016"}
"""Methods whose page names a release, as do the gathered facts for the class of their results alone."""
LATER_PROPERTIES = {
    "Win32_Processor": {
        "AssetTag",
        "Characteristics",
        "NumberOfEnabledCore",
        "PartNumber",
        "SerialNumber",
        "ThreadCount",
    }
}
"""Properties that came with Windows Server 2016 (Microsoft, "Win32_Processor class")."""
GONE_PROPERTIES = {"Win32_OperatingSystem": {"QuantumLength", "QuantumType"}}
"""Properties of Windows Server 2008 alone (Microsoft, "Win32_OperatingSystem class")."""
OF_FEATURES = ("root/microsoftdns", "root/wmi")
"""Namespaces with classes of features that no dumped host had, so that documents alone know them."""
ABSTRACT_CIM = ("root/hypervcluster/v2", "root/mscluster")
"""Namespaces whose dumps do not tell abstract classes; DMTF's own are."""
PARAMETER_KEYS = ("name", "dir", "type", "array", "ref", "emb", "optional")


def kept(record: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: record[name] for name in names if record.get(name) not in (None, False, [], {})}


def slim_method(record: dict[str, Any]) -> dict[str, Any]:
    slim = kept(record, ("returns", "static", "codes", "signature_unknown"))
    if slim.get("returns") == "void":
        del slim["returns"]
    slim["params"] = [kept(parameter, PARAMETER_KEYS) for parameter in record.get("params", [])]
    if "ws23h2" in record.get("on", []):
        slim["since"] = "2022-23H2"
    return slim


def slim_class(record: dict[str, Any]) -> dict[str, Any]:
    slim = kept(record, CLASS_KEYS)
    slim["props"] = {name: kept(prop, PROPERTY_KEYS) for name, prop in record["props"].items()}
    methods = {name: slim_method(method) for name, method in record.get("methods", {}).items()}
    return slim | ({"methods": methods} if methods else {})


def with_documented_members(name: str, slim: dict[str, Any]) -> dict[str, Any]:
    more = ONLY_DOCUMENTED.get(name, {})
    return slim | {kind: slim.get(kind, {}) | members for kind, members in more.items()}


def with_corrected_methods(name: str, slim: dict[str, Any], namespace: str) -> dict[str, Any]:
    has_no_instance = namespace.lower().startswith(CALLED_ON_THE_CLASS) and not {"keys", "super"} & set(slim)
    for method, decl in slim.get("methods", {}).items():
        if has_no_instance or f"{name}.{method}" in MAKERS:
            decl["static"] = True
        if f"{name}.{method}" in LATER_METHODS:
            decl["since"] = LATER_METHODS[f"{name}.{method}"]
    return slim


def with_dated_properties(name: str, slim: dict[str, Any]) -> dict[str, Any]:
    later, gone = LATER_PROPERTIES.get(name, set()), GONE_PROPERTIES.get(name, set())
    dated = {
        prop: decl | {"since": "2016"} if prop in later else decl for prop, decl in slim["props"].items()
    }
    return slim | {"props": {prop: decl for prop, decl in dated.items() if prop not in gone}}


def corrected(name: str, record: dict[str, Any], namespace: str) -> dict[str, Any]:
    documented = with_dated_properties(name, with_documented_members(name, slim_class(record)))
    slim = with_corrected_methods(name, documented, namespace)
    if namespace.lower() in OF_FEATURES and slim.get("seen_on") == ["docs only"]:
        del slim["seen_on"]
    if namespace.lower() in ABSTRACT_CIM and name.startswith("CIM_"):
        slim["abstract"] = True
    for prop in slim["props"]:
        if name.startswith(CHANGED_AS_INSTANCES):
            slim["props"][prop]["rw"] = True
        if (name, prop) in ALWAYS_THERE:
            slim["props"][prop].pop("since", None)
    return slim | ({"keys": [ONLY_KEYS[name]]} if name in ONLY_KEYS else {})


def build(source: Path, target: Path) -> None:
    facts = json.loads(source.read_text("utf-8"))
    classes = {name: corrected(name, record, facts["namespace"]) for name, record in facts["classes"].items()}
    lines = [
        f"{json.dumps(name)}:{json.dumps(record, ensure_ascii=False, separators=(',', ':'))}"
        for name, record in sorted(classes.items())
    ]
    head = f'{{"namespace":{json.dumps(facts["namespace"])},\n"classes":{{\n'
    target.write_text(head + ",\n".join(lines) + "\n}}\n", "utf-8")


if __name__ == "__main__":
    data = Path(__file__).parent.parent / "src/openhyperv/cim/schema_data"
    for name in NAMESPACES:
        build(Path(sys.argv[1]) / f"{name}.json", data / f"{name}.json")
