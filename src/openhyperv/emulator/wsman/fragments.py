"""The columns of a query as items: ``w:XmlFragment`` (MS-WSMV 3.1.4.1.30).

Recorded from Windows Server 2003 to 2012 (github.com/zenoss/txwinrm, test/data): nothing inside of a fragment
has a namespace, not even ``Datetime``, which in whole instances is WS-CIM's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen
from lxml import etree

from openhyperv.emulator.wsman.items import declaration
from openhyperv.wire import uris
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import CimType, ClassDecl, ClassLookup, PropertyDecl
from openhyperv.wire.wscim_writing import Skeleton, write_value
from openhyperv.wire.xml import Element, local_name, qualified

_FRAGMENT = qualified(uris.WSMAN, "XmlFragment")
_TIMES = (qualified(uris.CIM_COMMON, "Datetime"), qualified(uris.CIM_COMMON, "Interval"))


def fragments_of(
    instances: Iterable[Instance], columns: tuple[str, ...], lookup: ClassLookup
) -> Iterator[Element]:
    """Each instance as a fragment of some properties, alphabetically and without its class (MS-WSMV)."""
    fragments: dict[ClassDecl, _Fragment] = {}
    for instance in instances:
        decl = declaration(instance, lookup)
        if decl not in fragments:
            fragments[decl] = _fragment(decl, columns)
        yield fragments[decl].filled(instance)


@frozen
class _Fragment:
    """What the fragments of one class have in common.

    ``undeclared`` are the columns that the class does not declare: WMI's system properties, and members of
    embedded objects under their dotted names.
    """

    declared: Skeleton
    undeclared: tuple[str, ...]

    def filled(self, instance: Instance) -> Element:
        element = self.declared.filled(instance)
        for name in self.undeclared:
            value = instance.get(name)
            decl = PropertyDecl(name, CimType.STRING, is_array=isinstance(value, list | tuple))
            write_value(element, name, value, decl)
        for time in list(element.iter(*_TIMES)):
            time.tag = local_name(time)
        if self.undeclared:
            element[:] = sorted(element, key=lambda column: str(column.tag).lower())
        return element


def _fragment(decl: ClassDecl, columns: tuple[str, ...]) -> _Fragment:
    element = etree.Element(_FRAGMENT, nsmap={"xsi": uris.XSI, "w": uris.WSMAN})
    declared = [decl.property(name) for name in sorted(name.lower() for name in columns)]
    skeleton = Skeleton(element, None, [prop for prop in declared if prop is not None])
    # UNVERIFIED: members of embedded objects keep their dotted names as columns
    undeclared = tuple(_spelled(name) for name in columns if decl.property(name) is None)
    return _Fragment(skeleton, undeclared)


def _spelled(name: str) -> str:
    """System properties are in capitals; a dotted name is as the query has it."""
    return name.upper() if name.startswith("__") else name
