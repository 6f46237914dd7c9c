# Owns: random Python values, each as one line `<wire form>\t<repr>\t<1 where it equals the value before it>`, for the property test.
# Usage: python3 generate-values.py <wire.py> <seed> <count>
import random
import sys

exec(open(sys.argv[1]).read())
rng = random.Random(int(sys.argv[2]))
ATOMS = "none bool small int huge float special complex str bytes".split()


def text():
    pools = (range(32, 127), range(0, 32), range(127, 256), range(0x100, 0x3000), range(0xD800, 0xE000), range(0x10000, 0x10FFFF), (34, 39, 92))
    return "".join(chr(rng.choice(rng.choice(pools))) for _ in range(rng.randrange(6)))


def atom():
    kind = rng.choice(ATOMS)
    if kind == "none":
        return None
    if kind == "bool":
        return rng.random() < 0.5
    if kind == "small":
        return rng.randrange(-3, 4)
    if kind == "int":
        return rng.randrange(-(2**70), 2**70)
    if kind == "huge":
        return rng.choice((1, -1)) * rng.getrandbits(rng.randrange(1, 4000))
    if kind == "float":
        return rng.choice((rng.uniform(-10, 10), rng.uniform(-1, 1) * 10.0 ** rng.randrange(-320, 308), float(rng.randrange(-3, 4)), rng.randrange(2**60) / 7))
    if kind == "special":
        return rng.choice((float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 5e-324, 1.7976931348623157e308, 1e16, 1e-4, 1e-5, 123456789012345680.0))
    if kind == "complex":
        return complex(rng.choice((0.0, -0.0, 1.5, float("nan"), float("inf"), 1e30)), rng.choice((0.0, -2.5, float("inf"), float("-inf"), 1e-9)))
    if kind == "str":
        return text()
    return bytes(rng.randrange(256) for _ in range(rng.randrange(6)))


def hashable(depth):
    if depth == 0 or rng.random() < 0.7:
        return atom()
    items = [hashable(depth - 1) for _ in range(rng.randrange(4))]
    return tuple(items) if rng.random() < 0.6 else frozenset(items)


def value(depth):
    if depth == 0 or rng.random() < 0.4:
        return atom()
    size = rng.randrange(5)
    kind = rng.randrange(5)
    if kind == 0:
        return [value(depth - 1) for _ in range(size)]
    if kind == 1:
        return tuple(value(depth - 1) for _ in range(size))
    if kind == 2:
        return {hashable(depth - 1): value(depth - 1) for _ in range(size)}
    items = [hashable(depth - 1) for _ in range(size)]
    return set(items) if kind == 3 else frozenset(items)


def no_nan(held):
    return "nan" not in repr(held)


before = None
for _ in range(int(sys.argv[3])):
    now = value(rng.randrange(4))
    equal = now == before
    if no_nan(now) and no_nan(before) and decode(encode(now, 10**6)) != now:
        raise SystemExit("Python's own round trip failed: %r" % (now,))
    sys.set_int_max_str_digits(0)
    # Real and imaginary parts of a complex with a signed zero or an infinity do not survive Python's own repr: they travel by wire only.
    literal = ascii(now).replace("\t", " ")
    sys.stdout.write("%s\t%s\t%d\n" % (encode(now, 10**6), literal, equal))
    before = now
