"""What we read and write of the database Open_vSwitch (ovs-vswitchd.conf.db(5)), as RFC 7047, 3.2, writes it.

The server has more; a client is sent the columns that it knows.
"""

from __future__ import annotations

from typing import Any


def _references(table: str) -> dict[str, Any]:
    return {"type": {"key": {"type": "uuid", "refTable": table}, "min": 0, "max": "unlimited"}}


_NAME = {"type": "string", "mutable": False}
_TEXT_IF_ANY = {"type": {"key": "string", "min": 0, "max": 1}}
_TEXTS = {"type": {"key": "string", "value": "string", "min": 0, "max": "unlimited"}}

SCHEMA: dict[str, Any] = {
    "name": "Open_vSwitch",
    "version": "8.0.0",
    "tables": {
        "Open_vSwitch": {"columns": {"bridges": _references("Bridge")}, "isRoot": True, "maxRows": 1},
        "Bridge": {"columns": {"name": _NAME, "ports": _references("Port")}, "indexes": [["name"]]},
        "Port": {"columns": {"name": _NAME, "interfaces": _references("Interface")}, "indexes": [["name"]]},
        "Interface": {
            "columns": {"name": _NAME, "external_ids": _TEXTS, "error": _TEXT_IF_ANY},
            "indexes": [["name"]],
        },
    },
}
