# Owns: the canonical wire form of Python values, guest side (domain/src/python-value.ts reads it on the trusted side).
# Must not know: who asks. Runs beside model-written code, so nothing that it writes is trusted.
import codecs
import os
import sys

if "" in sys.path:  # the work directory is no place for modules
    sys.path.remove("")

MAX_DEPTH = 200


class TooLarge(Exception):
    """The value does not fit the wire: over the size limit, nested too deep, or cyclic."""


def encode(value, limit):
    """The wire form of `value`, at most `limit` characters. Raises TooLarge."""
    return _encode(value, 0, [limit])


def _encode(value, depth, room):
    if depth > MAX_DEPTH:
        raise TooLarge("nested deeper than %d" % MAX_DEPTH)
    kind = type(value)
    if value is None:
        text = "N"
    elif kind is bool:
        text = "T" if value else "F"
    elif kind is str:
        text = _escaped("s", value, room)
    elif kind is int:
        text = _int(value, room)
    elif kind is float:
        text = "f%s;" % float.__repr__(value)
    elif kind is list or kind is tuple:
        return _sequence("l" if kind is list else "t", value, depth, room)
    elif kind is dict:
        return _dict(value, depth, room)
    elif kind is set or kind is frozenset:
        return _sequence("e" if kind is set else "z", value, depth, room)
    elif kind is complex:
        text = "c%s,%s;" % (float.__repr__(value.real), float.__repr__(value.imag))
    elif kind is bytes:
        _spend(room, 2 * len(value))
        text = "b%d:%s" % (2 * len(value), value.hex())
    else:
        return _derived(value, kind, depth, room)
    _spend(room, len(text))
    return text


def _spend(room, amount):
    room[0] -= amount
    if room[0] < 0:
        raise TooLarge("larger than the output limit")


def _int(value, room):
    _spend(room, value.bit_length() // 4)
    return "i%s;" % hex(value)


def _escaped(tag, value, room):
    if len(value) > room[0]:
        _spend(room, len(value))
    text = value.encode("unicode_escape").decode("ascii")
    return "%s%d:%s" % (tag, len(text), text)


def _sequence(tag, items, depth, room):
    _spend(room, len(items) + 3)
    parts = [_encode(item, depth + 1, room) for item in items]
    if tag == "e" or tag == "z":
        parts.sort()
    return "%s%d:%s" % (tag, len(parts), "".join(parts))


def _dict(value, depth, room):
    _spend(room, 2 * len(value) + 3)
    parts = []
    for key, item in dict.items(value):
        parts.append(_encode(key, depth + 1, room))
        parts.append(_encode(item, depth + 1, room))
    return "m%d:%s" % (len(parts) // 2, "".join(parts))


def _derived(value, kind, depth, room):
    # A subclass travels as its base, read by the base's own methods: a Counter is its dict, a namedtuple its tuple, as `==` has it.
    # An object without a wire form travels as its type's name, and equals nothing.
    # `is`, and the real order of bases: a metaclass can lie through `==` and `mro`.
    for base in type.__dict__["__mro__"].__get__(kind):
        if base is int:
            return _encode(int.__add__(value, 0), depth, room)
        if base is float:
            return _encode(float.__add__(value, 0.0), depth, room)
        if base is str:
            return _encode(str.__getitem__(value, slice(None)), depth, room)
        if base is list:
            return _encode(list.__getitem__(value, slice(None)), depth, room)
        if base is tuple:
            return _encode(tuple(tuple.__iter__(value)), depth, room)
        if base is dict:
            return _dict(value, depth, room)
        if base is set:
            return _sequence("e", list(set.__iter__(value)), depth, room)
        if base is frozenset:
            return _sequence("z", list(frozenset.__iter__(value)), depth, room)
    text = _escaped("o", str(kind.__name__)[:100], room)
    _spend(room, len(text))
    return text


class Opaque:
    """Stands in the checker for a candidate's object that has no wire form: equal to nothing."""

    def __init__(self, type_name):
        self.type_name = type_name

    def __repr__(self):
        return "<object of type %s>" % self.type_name

    def __eq__(self, other):
        return False

    __hash__ = object.__hash__


def decode(text):
    """The value of a wire form that the trusted side has validated."""
    value, end = _decode(text, 0)
    if end != len(text):
        raise ValueError("text after the value")
    return value


def _decode(text, at):
    tag = text[at]
    at += 1
    if tag == "N":
        return None, at
    if tag == "T":
        return True, at
    if tag == "F":
        return False, at
    if tag == "i":
        end = text.index(";", at)
        return int(text[at:end], 16), end + 1
    if tag == "f":
        end = text.index(";", at)
        return float(text[at:end]), end + 1
    if tag == "c":
        end = text.index(";", at)
        re, im = text[at:end].split(",")
        return complex(float(re), float(im)), end + 1
    end = text.index(":", at)
    count = int(text[at:end])
    at = end + 1
    if tag == "s":
        return codecs.decode(text[at : at + count], "unicode_escape"), at + count
    if tag == "b":
        return bytes.fromhex(text[at : at + count]), at + count
    if tag == "o":
        return Opaque(text[at : at + count]), at + count
    items = []
    for _ in range(2 * count if tag == "m" else count):
        item, at = _decode(text, at)
        items.append(item)
    if tag == "l":
        return items, at
    if tag == "t":
        return tuple(items), at
    if tag == "e":
        return set(items), at
    if tag == "z":
        return frozenset(items), at
    if tag == "m":
        return dict(zip(items[::2], items[1::2])), at
    raise ValueError("unknown tag")
