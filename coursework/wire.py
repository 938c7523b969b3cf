"""Values between a trusted process and one that is not: plain data, no pickle, nothing that runs when it is read.

A value is None, a truth value, a number, a string, a list, a tuple, a dict with plain keys, or an array of numbers.
It becomes one line of JSON; arrays travel as their bytes.
"""

import base64
import json
import math

import numpy as np

_KINDS = "biufc"  # no objects, no strings, no records
_DEPTH = 20


class Tensor:
    """Marks an array that shall arrive as a torch tensor."""

    def __init__(self, array):
        self.array = np.asarray(array)


class Name:
    """Marks an argument that shall arrive as the student's own function of this name."""

    def __init__(self, name):
        self.name = name


def _pack(value, depth=0):
    if depth > _DEPTH:
        raise TypeError("the value is nested too deeply to be sent")
    if value is None or isinstance(value, bool | str):
        return value
    if type(value) is int:
        return {"int": str(value)}
    if type(value) is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, Name):
        return {"name": value.name}
    if isinstance(value, list):
        return [_pack(x, depth + 1) for x in value]
    if isinstance(value, tuple):
        return {"tuple": [_pack(x, depth + 1) for x in value]}
    if isinstance(value, dict):
        return {"dict": [[_pack(k, depth + 1), _pack(v, depth + 1)] for k, v in value.items()]}
    if isinstance(value, Tensor):
        return {"tensor": _pack(value.array)}
    if type(value).__module__.startswith("torch") and hasattr(value, "detach"):
        return _pack(value.detach().cpu().numpy())
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        if array.dtype.kind not in _KINDS:
            raise TypeError(f"an array of dtype {array.dtype}, where numbers were expected")
        data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
        return {"array": [array.dtype.str, list(array.shape), data]}
    raise TypeError(f"a {type(value).__name__}, where numbers, strings, arrays, lists, tuples or dicts were expected")


def _unpack(value, names, depth=0):
    if depth > _DEPTH:
        raise ValueError("nested too deeply")
    if value is None or isinstance(value, bool | str | float):
        return value
    if isinstance(value, list):
        return [_unpack(x, names, depth + 1) for x in value]
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError("not a value of this wire")
    kind, body = next(iter(value.items()))
    if kind == "int":
        if len(body) > 400:
            raise ValueError("an integer of over 400 digits")
        return int(body)
    if kind == "float":
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[body]
    if kind == "tuple":
        return tuple(_unpack(x, names, depth + 1) for x in body)
    if kind == "dict":
        return {_unpack(k, names, depth + 1): _unpack(v, names, depth + 1) for k, v in body}
    if kind == "array":
        dtype, shape, data = np.dtype(body[0]), tuple(body[1]), base64.b64decode(body[2], validate=True)
        if dtype.kind not in _KINDS or any(type(n) is not int or n < 0 for n in shape):
            raise ValueError("not an array of numbers")
        if len(data) != math.prod(shape) * dtype.itemsize:
            raise ValueError("an array whose shape is not that of its bytes")
        return np.frombuffer(data, dtype).reshape(shape).copy()[()]  # of shape (): a plain NumPy scalar
    if kind == "tensor" and names is not None:
        import torch

        return torch.from_numpy(_unpack(body, names, depth + 1))
    if kind == "name" and names is not None:
        return names[body]
    raise ValueError(f"unknown kind {kind!r}")


def dumps(value) -> bytes:
    """The value as one line of bytes.

    Raises:
        TypeError: it is, or holds, something that is not plain data; the message completes "it is ...".
    """
    return json.dumps(_pack(value), separators=(",", ":")).encode() + b"\n"


def loads(line: bytes, names=None):
    """The value of a line that may come from anywhere.

    Args:
        line: the bytes.
        names: the functions that a `Name` may mean; without them neither names nor torch tensors are taken.

    Raises:
        ValueError: the line is not such a value.
    """
    try:
        return _unpack(json.loads(line), names)
    except (KeyError, TypeError, IndexError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(f"not a value of this wire ({type(error).__name__})") from None
