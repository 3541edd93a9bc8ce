"""Enumerate, Pull and Release as values (MS-WSMV 3.1.4.1.30, DSP0226 8, DSP0227 filters)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias

from attrs import field, frozen
from lxml import etree

from openhyperv.errors import ProtocolError
from openhyperv.wire import uris
from openhyperv.wire.path import KeyValue, ObjectPath
from openhyperv.wire.wscim_references import read_reference, read_selectors, write_reference, write_selectors
from openhyperv.wire.xml import Element, add, child, child_text, qualified


class Mode(StrEnum):
    """What an enumeration's items are."""

    OBJECT = "EnumerateObject"
    EPR = "EnumerateEPR"
    OBJECT_AND_EPR = "EnumerateObjectAndEPR"


class Polymorphism(StrEnum):
    """What an enumeration by class does with subclasses (DSP0227 10.1)."""

    INCLUDE_SUBCLASS_PROPERTIES = "IncludeSubClassProperties"
    EXCLUDE_SUBCLASS_PROPERTIES = "ExcludeSubClassProperties"
    NONE = "None"


@frozen
class WqlFilter:
    """A WQL query; the resource URI is then the namespace's."""

    text: str


@frozen
class SelectorFilter:
    """Equality of properties; the resource URI is the class'."""

    selectors: Mapping[str, KeyValue]


@frozen
class AssociationFilter:
    """The instances associated with an object, or with ``is_references`` the associations themselves."""

    object: ObjectPath
    is_references: bool = False
    association_class: str | None = None
    result_class: str | None = None
    role: str | None = None
    result_role: str | None = None


@frozen
class UnknownFilter:
    """A filter in a dialect that nobody here speaks."""

    dialect: str


Filter: TypeAlias = WqlFilter | SelectorFilter | AssociationFilter | UnknownFilter


@frozen
class Enumerate:
    """The body of an Enumerate request."""

    filter: Filter | None = None
    mode: Mode = Mode.OBJECT
    is_optimized: bool = True
    max_elements: int | None = None
    polymorphism: Polymorphism | None = None


@frozen
class Pull:
    """The body of a Pull request."""

    context: str
    max_elements: int | None = None


@frozen
class Batch:
    """The answer to Enumerate or Pull: items, and the context to pull more with, or None at the end."""

    items: Sequence[Element] = field(factory=tuple, eq=False)
    context: str | None = None


_ASSOCIATION_FIELDS = (
    ("AssociationClassName", "association_class"),
    ("Role", "role"),
    ("ResultClassName", "result_class"),
    ("ResultRole", "result_role"),
)


# --- client side -----------------------------------------------------------------------------------------


def enumerate_body(request: Enumerate) -> Element:
    """``n:Enumerate``, children in the order of the schema."""
    body = etree.Element(
        qualified(uris.ENUMERATION, "Enumerate"), nsmap={"n": uris.ENUMERATION, "w": uris.WSMAN}
    )
    if request.is_optimized:
        add(body, uris.WSMAN, "OptimizeEnumeration")
    if request.max_elements is not None:
        add(body, uris.WSMAN, "MaxElements", str(request.max_elements))
    if request.mode is not Mode.OBJECT:
        add(body, uris.WSMAN, "EnumerationMode", request.mode)
    if request.filter is not None:
        _write_filter(body, request.filter)
    if request.polymorphism is not None:
        add(body, uris.CIM_BINDING, "PolymorphismMode", request.polymorphism)
    return body


def _write_filter(body: Element, wanted: Filter) -> None:
    if isinstance(wanted, WqlFilter):
        add(body, uris.WSMAN, "Filter", wanted.text, Dialect=uris.DIALECT_WQL)
    elif isinstance(wanted, SelectorFilter):
        write_selectors(add(body, uris.WSMAN, "Filter", Dialect=uris.DIALECT_SELECTOR), wanted.selectors)
    elif isinstance(wanted, AssociationFilter):
        _write_association(add(body, uris.WSMAN, "Filter", Dialect=uris.DIALECT_ASSOCIATION), wanted)
    else:
        add(body, uris.WSMAN, "Filter", Dialect=wanted.dialect)


def _write_association(element: Element, wanted: AssociationFilter) -> None:
    name = "AssociationInstances" if wanted.is_references else "AssociatedInstances"
    inner = add(element, uris.CIM_BINDING, name)
    write_reference(add(inner, uris.CIM_BINDING, "Object"), wanted.object)
    fields = reversed(_REFERENCE_FIELDS) if wanted.is_references else _ASSOCIATION_FIELDS
    for tag, attribute in fields:
        if (value := getattr(wanted, attribute)) is not None:
            add(inner, uris.CIM_BINDING, tag, value)


_REFERENCE_FIELDS = (("Role", "role"), ("ResultClassName", "result_class"))


def pull_body(request: Pull) -> Element:
    """``n:Pull``; without ``max_elements`` Windows delivers one item."""
    body = etree.Element(qualified(uris.ENUMERATION, "Pull"), nsmap={"n": uris.ENUMERATION})
    add(body, uris.ENUMERATION, "EnumerationContext", request.context)
    if request.max_elements is not None:
        add(body, uris.ENUMERATION, "MaxElements", str(request.max_elements))
    return body


def release_body(context: str) -> Element:
    """``n:Release``."""
    body = etree.Element(qualified(uris.ENUMERATION, "Release"), nsmap={"n": uris.ENUMERATION})
    add(body, uris.ENUMERATION, "EnumerationContext", context)
    return body


_RESPONSES = (
    qualified(uris.ENUMERATION, "EnumerateResponse"),
    qualified(uris.ENUMERATION, "PullResponse"),
)


def read_batch(response: Element) -> Batch:
    """The items of an EnumerateResponse or PullResponse, and how to go on.

    :raises ProtocolError: it is neither
    """
    if response.tag not in _RESPONSES:
        raise ProtocolError(f"The host answered an enumeration with {response.tag!r:.80}.")
    items = child(response, uris.WSMAN, "Items")
    if items is None:
        items = child(response, uris.ENUMERATION, "Items")
    is_last = any(
        child(response, namespace, "EndOfSequence") is not None
        for namespace in (uris.WSMAN, uris.ENUMERATION)
    )
    context = child_text(response, uris.ENUMERATION, "EnumerationContext")
    return Batch(() if items is None else tuple(items), None if is_last else context or None)


# --- server side -----------------------------------------------------------------------------------------


def read_enumerate(body: Element) -> Enumerate:
    """The request in ``n:Enumerate``.

    :raises ProtocolError: a mode or number that is none
    """
    mode = child_text(body, uris.WSMAN, "EnumerationMode")
    polymorphism = child_text(body, uris.CIM_BINDING, "PolymorphismMode")
    try:
        return Enumerate(
            filter=_read_filter(body),
            mode=Mode(mode) if mode else Mode.OBJECT,
            is_optimized=child(body, uris.WSMAN, "OptimizeEnumeration") is not None,
            max_elements=_count(child_text(body, uris.WSMAN, "MaxElements")),
            polymorphism=Polymorphism(polymorphism) if polymorphism else None,
        )
    except ValueError as error:
        raise ProtocolError("The Enumerate request has an unknown mode or number.") from error


def _count(text: str | None) -> int | None:
    count = int(text) if text else None
    if count is not None and count < 1:
        raise ValueError(text)
    return count


def _read_filter(body: Element) -> Filter | None:
    element = child(body, uris.WSMAN, "Filter")
    if element is None:
        element = child(body, uris.ENUMERATION, "Filter")
    if element is None:
        return None
    dialect = element.get("Dialect", uris.DIALECT_XPATH)
    if dialect == uris.DIALECT_WQL:
        return WqlFilter((element.text or "").strip())
    if dialect == uris.DIALECT_SELECTOR:
        selector_set = child(element, uris.WSMAN, "SelectorSet")
        return SelectorFilter({} if selector_set is None else dict(read_selectors(selector_set)))
    return _read_association(element) if dialect == uris.DIALECT_ASSOCIATION else UnknownFilter(dialect)


def _read_association(element: Element) -> AssociationFilter:
    inner = element[0] if len(element) else None
    subject = None if inner is None else child(inner, uris.CIM_BINDING, "Object")
    if inner is None or subject is None:
        raise ProtocolError("The association filter names no object.")
    names = {attribute: child_text(inner, uris.CIM_BINDING, tag) for tag, attribute in _ASSOCIATION_FIELDS}
    is_references = inner.tag == qualified(uris.CIM_BINDING, "AssociationInstances")
    return AssociationFilter(read_reference(subject), is_references=is_references, **names)


def read_pull(body: Element) -> Pull:
    """The request in ``n:Pull``.

    :raises ProtocolError: no context, or a number that is none
    """
    context = child_text(body, uris.ENUMERATION, "EnumerationContext")
    if context is None:
        raise ProtocolError("The Pull request has no enumeration context.")
    try:
        return Pull(context, _count(child_text(body, uris.ENUMERATION, "MaxElements")))
    except ValueError as error:
        raise ProtocolError("MaxElements is no number.") from error


def read_release(body: Element) -> str:
    """The context that ``n:Release`` ends."""
    return child_text(body, uris.ENUMERATION, "EnumerationContext") or ""


def enumerate_response(items: Sequence[Element], context: str | None, *, is_optimized: bool) -> Element:
    """``n:EnumerateResponse``: items only where the client asked for them at once."""
    response = etree.Element(
        qualified(uris.ENUMERATION, "EnumerateResponse"), nsmap={"n": uris.ENUMERATION, "w": uris.WSMAN}
    )
    add(response, uris.ENUMERATION, "EnumerationContext", context)
    if is_optimized and items:  # recorded: no Items where there is none
        add(response, uris.WSMAN, "Items").extend(items)
    if is_optimized and context is None:
        add(response, uris.WSMAN, "EndOfSequence")
    return response


def pull_response(items: Sequence[Element], context: str | None) -> Element:
    """``n:PullResponse``; no context means the end of the sequence."""
    response = etree.Element(qualified(uris.ENUMERATION, "PullResponse"), nsmap={"n": uris.ENUMERATION})
    if context is not None:
        add(response, uris.ENUMERATION, "EnumerationContext", context)
    add(response, uris.ENUMERATION, "Items").extend(items)
    if context is None:
        add(response, uris.ENUMERATION, "EndOfSequence")
    return response
