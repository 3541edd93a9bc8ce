"""Method calls: arguments bound by position in alphabetical order, results sorted by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from openhyperv.wire.fault import WbemCode
from openhyperv.wire.instance import Instance
from openhyperv.wire.invocation import RETURN_VALUE, Output
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import CimType, MethodDecl, ParameterDecl, Value
from openhyperv.wmi.failures import failure
from openhyperv.wmi.namespace import Namespace
from openhyperv.wmi.options import OperationOptions
from openhyperv.wmi.values import read_value, write_value


class Method:
    """A method of one object, or of a class, to be called."""

    __slots__ = ("_decl", "_path", "_space", "_wrap")

    def __init__(
        self,
        space: Namespace,
        path: Callable[[], ObjectPath],
        decl: MethodDecl,
        *,
        wrap: Callable[[Instance], object],
    ) -> None:
        """``path`` is asked for when the method is called: a new object has none, but can be looked at."""
        self._space = space
        self._path = path
        self._decl = decl
        self._wrap = wrap

    def __call__(
        self,
        *args: object,
        operation_options: OperationOptions | None = None,
        keep_bool_ret_vals: bool = False,
        **kwargs: object,
    ) -> tuple[object, ...]:
        """Call it; positional arguments go to the parameters in alphabetical order, as WMI presents them.

        The result has ReturnValue and all outputs, sorted by name, upper case before lower. A ReturnValue of
        True is left out, since it stands for no value, unless ``keep_bool_ret_vals``.

        :raises x_wmi: the host failed it, or the arguments do not fit
        """
        arguments = self._arguments(args, kwargs)
        output = self._space.invoke(self._path(), self._decl.name, arguments, operation_options)
        return in_order(self._decl, output, self._result, keep_bool_ret_vals=keep_bool_ret_vals)

    def _arguments(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> dict[str, Value]:
        inputs = sorted((p for p in self._decl.parameters if p.is_in), key=lambda p: p.name)
        if len(args) > len(inputs):
            raise self._refused(f"takes {len(inputs)} arguments, not {len(args)}")
        given = dict(zip((p.name for p in inputs), args, strict=False))
        for name, value in kwargs.items():
            parameter = self._input(inputs, name)
            if parameter.name in given:
                raise self._refused(f"was given {parameter.name} twice")
            given[parameter.name] = value
        return {p.name: write_value(given[p.name], p, self._space.name) for p in inputs if p.name in given}

    def _input(self, inputs: list[ParameterDecl], name: str) -> ParameterDecl:
        found = next((p for p in inputs if p.name.lower() == name.lower()), None)
        if found is None:
            raise self._refused(f"has no input parameter {name}")
        return found

    def _refused(self, why: str) -> Exception:
        return failure(WbemCode.INVALID_METHOD_PARAMETERS, f"The method {self._decl.name} {why}.")

    def _result(self, parameter: ParameterDecl, value: Value) -> object:
        """An output: a reference as the text of its path, an object as one that can be used."""
        kind = parameter.type if isinstance(parameter.type, CimType) else None
        return read_value(value, kind, self._wrap, lambda path: str(self._space.full(path)))

    def __repr__(self) -> str:
        inputs = sorted(p.name for p in self._decl.parameters if p.is_in)
        outputs = sorted([RETURN_VALUE, *(p.name for p in self._decl.parameters if p.is_out)])
        return f"<Method {self._decl.name}({', '.join(inputs)}) => ({', '.join(outputs)})>"


def in_order(
    decl: MethodDecl,
    output: Output,
    read: Callable[[ParameterDecl, Value], object],
    *,
    keep_bool_ret_vals: bool,
) -> tuple[object, ...]:
    """ReturnValue and outputs by name; a ReturnValue of True, which stands for none, only if it is kept."""
    results = {p.name: read(p, output[p.name]) for p in decl.parameters if p.is_out}
    if decl.returns is not None and (keep_bool_ret_vals or output.return_value is not True):
        results[RETURN_VALUE] = _returned(decl.returns, output, read)
    return tuple(results[name] for name in sorted(results))


def _returned(kind: CimType, output: Output, read: Callable[[ParameterDecl, Value], object]) -> object:
    """A code as it is; a text or an object as an output."""
    if output.return_value is not None:
        return output.return_value
    return read(ParameterDecl(RETURN_VALUE, kind), output[RETURN_VALUE])
