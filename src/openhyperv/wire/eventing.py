"""Subscribe and Unsubscribe as values, in pull mode (MS-WSMV 3.1.4.1.31, DSP0226 10)."""

from __future__ import annotations

from datetime import timedelta

from attrs import frozen
from lxml import etree

from openhyperv.errors import InvalidInputError, ProtocolError
from openhyperv.wire import uris
from openhyperv.wire.scalars import read_time
from openhyperv.wire.xml import Element, add, child, child_text, qualified


@frozen
class Subscribe:
    """The body of a Subscribe request; ``expires_s`` None leaves it to the host."""

    query: str | None
    expires_s: float | None = None
    delivery_mode: str = uris.DELIVERY_PULL
    heartbeat_s: float | None = None
    dialect: str = uris.DIALECT_WQL


@frozen
class Subscribed:
    """What the host granted: the context to pull with, and the identifier that ends it."""

    context: str
    identifier: str | None
    expires_s: float | None


def _seconds(value: float) -> str:
    return f"PT{value:.3f}S"


def subscribe_body(request: Subscribe) -> Element:
    """``e:Subscribe``."""
    body = etree.Element(qualified(uris.EVENTING, "Subscribe"), nsmap={"e": uris.EVENTING, "w": uris.WSMAN})
    delivery = add(body, uris.EVENTING, "Delivery", Mode=request.delivery_mode)
    if request.heartbeat_s is not None:
        add(delivery, uris.WSMAN, "Heartbeats", _seconds(request.heartbeat_s))
    if request.expires_s is not None:
        add(body, uris.EVENTING, "Expires", _seconds(request.expires_s))
    if request.query is not None:
        add(body, uris.WSMAN, "Filter", request.query, Dialect=request.dialect)
    return body


def read_subscribe(body: Element) -> Subscribe:
    """The request in ``e:Subscribe``.

    :raises ProtocolError: a time that is no duration
    """
    delivery = child(body, uris.EVENTING, "Delivery")
    query = child(body, uris.WSMAN, "Filter")
    heartbeat = None if delivery is None else child_text(delivery, uris.WSMAN, "Heartbeats")
    return Subscribe(
        query=None if query is None else (query.text or "").strip(),
        expires_s=_read_seconds(child_text(body, uris.EVENTING, "Expires")),
        delivery_mode="" if delivery is None else delivery.get("Mode", ""),
        heartbeat_s=_read_seconds(heartbeat),
        dialect="" if query is None else query.get("Dialect", uris.DIALECT_XPATH),
    )


def _read_seconds(text: str | None) -> float | None:
    if not text:
        return None
    try:
        value = read_time(text)
    except InvalidInputError as error:
        raise ProtocolError("This is no duration.", target=text) from error
    return value.total_seconds() if isinstance(value, timedelta) else None


def subscribe_response(granted: Subscribed, resource_uri: str, address: str) -> Element:
    """``e:SubscribeResponse`` of a pull subscription."""
    # UNVERIFIED: where Windows puts the identifier of a WMI pull subscription (no public recording)
    response = etree.Element(
        qualified(uris.EVENTING, "SubscribeResponse"), nsmap={"e": uris.EVENTING, "n": uris.ENUMERATION}
    )
    subscriptions = add(response, uris.EVENTING, "SubscriptionManager")
    add(subscriptions, uris.ADDRESSING, "Address", address)
    parameters = add(subscriptions, uris.ADDRESSING, "ReferenceParameters")
    add(parameters, uris.WSMAN, "ResourceURI", resource_uri)
    add(parameters, uris.EVENTING, "Identifier", granted.identifier)
    if granted.expires_s is not None:
        add(response, uris.EVENTING, "Expires", _seconds(granted.expires_s))
    add(response, uris.ENUMERATION, "EnumerationContext", granted.context)
    return response


def read_subscribe_response(response: Element) -> Subscribed:
    """What the host granted.

    :raises ProtocolError: no enumeration context, so that nothing could be pulled
    """
    context = child_text(response, uris.ENUMERATION, "EnumerationContext")
    if not context:
        raise ProtocolError("The host granted a subscription without a context to pull from.")
    identifier = response.find(f".//{qualified(uris.EVENTING, 'Identifier')}")
    return Subscribed(
        context=context,
        identifier=None if identifier is None else identifier.text,
        expires_s=_read_seconds(child_text(response, uris.EVENTING, "Expires")),
    )


def unsubscribe_body() -> Element:
    """``e:Unsubscribe``; which one is told by the ``e:Identifier`` header."""
    return etree.Element(qualified(uris.EVENTING, "Unsubscribe"), nsmap={"e": uris.EVENTING})
