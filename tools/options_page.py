"""Write the reference of options, docs/reference/options.md, to standard output.

It is kept in the repository, since OpenStack is not there where the documentation is built; a test in
tests_openstack/ holds it to the options.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points

from oslo_config import cfg

HEAD = """# Options for OpenStack

Made of the options themselves by `tools/options_page.py`. A sample file, with these explanations as comments:

```console
$ oslo-config-generator --namespace openhyperv > openhyperv.conf.sample
```

An option that is marked secret is never logged.
"""
SERVICES = (
    ("openhyperv", "nova-compute", "These are in `nova.conf`, or in the file of one host of a fleet."),
    (
        "openhyperv.neutron",
        "openhyperv-neutron-agent",
        "These are in the agent's file. A group `[openhyperv_host:NAME]` has what is true of one host only.",
    ),
)


def page() -> Iterator[str]:
    """The parts of the page."""
    yield HEAD
    found = {each.name: each for each in entry_points(group="oslo.config.opts")}
    for namespace, service, words in SERVICES:
        yield f"## {service}\n\n{words}\n"
        for group, options in found[namespace].load()():
            yield f"### `[{group.name}]`\n\n{table(options)}\n"


def table(options: Iterable[cfg.Opt]) -> str:
    """One line for each option."""
    head = "| option | values | default | meaning |\n| --- | --- | --- | --- |"
    return "\n".join([head, *map(line, options)])


def line(option: cfg.Opt) -> str:
    secret = " Secret." if option.secret else ""
    default = "" if option.default in (None, []) else f"`{shown(option.default)}`"
    return f"| `{option.dest}` | {values(option.type)} | {default} | {option.help}{secret} |"


def shown(default: object) -> str:
    """As it is written in a file."""
    if isinstance(default, dict):
        return ",".join(f"{key}:{value}" for key, value in default.items())
    return str(default).lower() if isinstance(default, bool) else str(default)


def values(kind: object) -> str:
    match kind:
        case cfg.types.Boolean():
            return "`true`, `false`"
        case cfg.types.String(choices=choices) if choices:
            return ", ".join(f"`{choice}`" for choice in choices)
        case cfg.types.Port():
            return "a port"
        case cfg.types.Integer(min=least) | cfg.types.Float(min=least) if least is not None:
            return f"{least:g} and more"
        case cfg.types.List():
            return "a list"
        case cfg.types.Dict():
            return "pairs `key:value`"
        case _:
            return "text"


print("\n".join(page()).rstrip())
