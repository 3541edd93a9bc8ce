"""The faults with which Windows refuses to create or change an instance as such (WS-Transfer Create, Put)."""

from __future__ import annotations

from openhyperv.emulator.cimom.faults import (
    CIM_INVALID_PARAMETER,
    CIM_NOT_SUPPORTED,
    CimFault,
    provider_fault,
)
from openhyperv.wire.fault import Fault, WbemCode, WsmanCode
from openhyperv.wire.path import ObjectPath

CIM_ALREADY_EXISTS = 11
CIM_NO_SUCH_PROPERTY = 12


def wrong_class(class_name: str, wanted: str) -> CimFault:
    """The body holds an instance of another class than the resource URI names."""
    reason = f"An instance of {class_name} was sent where one of {wanted} is wanted."
    return CimFault(
        Fault(
            "w:SchemaValidationError",
            WsmanCode.SCHEMA_VALIDATION_ERROR,
            reason,
            cim_status=CIM_INVALID_PARAMETER,
        )
    )


def unknown_property(class_name: str, name: str) -> CimFault:
    """An instance was sent with a property that its class does not have."""
    # UNVERIFIED: that WMI finds it, and not WinRM when it holds the body against the class
    reason = f"{class_name} has no property {name}."
    return provider_fault(reason, WbemCode.INVALID_PROPERTY, CIM_NO_SUCH_PROPERTY)


def read_only(class_name: str, name: str) -> CimFault:
    """A property was to be changed that cannot be: a key, or one without the Write qualifier (DSP0004)."""
    # UNVERIFIED: the CIM status beside WBEM_E_READ_ONLY
    reason = f"{name} of {class_name} cannot be changed."
    return provider_fault(reason, WbemCode.READ_ONLY, CIM_NOT_SUPPORTED)


def invalid_value(class_name: str, name: str) -> CimFault:
    """An instance was sent with a value that its class does not take, or without one that it needs."""
    reason = f"{name} of {class_name} cannot have that value."
    return provider_fault(reason, WbemCode.INVALID_PARAMETER, CIM_INVALID_PARAMETER)


def already_exists(path: ObjectPath) -> CimFault:
    """An instance was to be created under keys that are taken (DSP0226, "wsman:AlreadyExists")."""
    return CimFault(
        Fault(
            "w:AlreadyExists",
            WsmanCode.ALREADY_EXISTS,
            f"{path} exists already.",
            wbem_code=WbemCode.ALREADY_EXISTS,
            cim_status=CIM_ALREADY_EXISTS,
        )
    )
