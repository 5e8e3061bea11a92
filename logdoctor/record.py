"""Named tuples that cost next to nothing to define.

They behave like those of `typing`, which type checkers take them for. A command that answers in tens
of milliseconds cannot spend ten of them on importing `typing` and on writing and compiling a
constructor for each of sixty classes; here one is compiled when its class is used often.
"""

from __future__ import annotations

from _collections import _tuplegetter  # type: ignore[import-not-found]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
    from typing import NamedTuple as NamedTuple
else:
    _OFTEN = 8

    class _Defined(type):
        """Makes the fields that a class body names."""

        def __new__(meta, name, bases, body):
            fields = tuple(body.get("__annotations__", ()))
            body["_field_defaults"] = {field: body.pop(field) for field in fields if field in body}
            body.update((field, _tuplegetter(place, None)) for place, field in enumerate(fields))
            body["_fields"] = body["__match_args__"] = fields
            body["__slots__"] = ()
            body["_made"] = 0
            return super().__new__(meta, name, bases, body)

    class NamedTuple(tuple, metaclass=_Defined):
        """A tuple whose places have names, in the order of the class body."""

        def __new__(cls, *values: Any, **named: Any):
            cls._made += 1
            fields = cls._fields
            if cls._made < _OFTEN and len(values) + len(named) <= len(fields):
                left = fields[len(values) :]
                found = cls._field_defaults | named
                if found.keys() >= set(left) and named.keys() <= set(left):
                    return tuple.__new__(cls, (*values, *[found[field] for field in left]))
            cls.__new__ = _constructor(cls)
            return cls(*values, **named)

        _make = classmethod(tuple.__new__)

        def _replace(self, **named):
            found = self._asdict()
            if unknown := named.keys() - found.keys():
                raise ValueError(f"Got unexpected field names: {sorted(unknown)!r}")
            return tuple.__new__(type(self), (found | named).values())

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            said = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({said})"

        def __getnewargs__(self):
            return tuple(self)

    def _constructor(cls):
        """What makes one of these from its values, by place or by name."""
        names = ", ".join(cls._fields)
        values = f"({names}{',' if len(cls._fields) == 1 else ''})"
        made = eval(f"lambda _cls, {names}: _new(_cls, {values})", {"_new": tuple.__new__})
        made.__defaults__ = tuple(cls._field_defaults.values()) or None
        made.__name__ = "__new__"
        made.__qualname__ = f"{cls.__name__}.__new__"
        return staticmethod(made)
