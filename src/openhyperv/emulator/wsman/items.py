"""Instances as the items of an enumeration: the object, its reference, or both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml import etree

from openhyperv.emulator.wsman.embedded import with_whole_members
from openhyperv.wire import uris
from openhyperv.wire.enumeration import Mode
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import ClassDecl, ClassLookup
from openhyperv.wire.wscim_references import write_reference
from openhyperv.wire.wscim_writing import instance_element
from openhyperv.wire.xml import Element, qualified

_EPR = qualified(uris.ADDRESSING, "EndpointReference")
_ITEM = qualified(uris.WSMAN, "Item")


def declaration(instance: Instance, lookup: ClassLookup) -> ClassDecl:
    """The class of an instance that a provider made.

    :raises LookupError: no such class in this release: a provider is wrong
    """
    decl = lookup.find(instance.namespace, instance.class_name)
    if decl is None:
        raise LookupError(f"{instance.class_name} is not in the schema")
    return decl


def items_of(instances: Iterable[Instance], mode: Mode, lookup: ClassLookup) -> Iterator[Element]:
    """Each instance as an item of the mode asked for."""
    for instance in instances:
        decl = declaration(instance, lookup)
        yield _item(with_whole_members(instance, decl, lookup), decl, mode)


def _item(instance: Instance, decl: ClassDecl, mode: Mode) -> Element:
    if mode is Mode.OBJECT:
        return instance_element(instance, decl)
    if mode is Mode.EPR:
        return _reference(instance)
    item = etree.Element(_ITEM)
    item.append(instance_element(instance, decl))
    item.append(_reference(instance))
    return item


def _reference(instance: Instance) -> Element:
    if instance.path is None:
        raise LookupError(f"an instance of {instance.class_name} has no path")
    element = etree.Element(_EPR, nsmap={"a": uris.ADDRESSING, "w": uris.WSMAN})
    write_reference(element, instance.path)
    return element
