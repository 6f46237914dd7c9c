# Owns: running a trusted check whose `candidate` lives in another confined process. Must not know: the candidate's source.
# Nothing model-written runs here: what comes from the candidate is data in wire form, or the name of an exception.
import builtins


class CandidateFailed(Exception):
    """The candidate raised something that is no built-in exception."""


def serve_check(read_line, write_line, source, entry, limit):
    failures = []

    def candidate(*args, **kwargs):
        write_line("C " + encode((args, kwargs), limit))
        tag, _, rest = read_line().partition(" ")
        if tag != "R":
            name, _, message = rest.split(" ", 2)
            kind = getattr(builtins, name, None)
            known = isinstance(kind, type) and issubclass(kind, Exception)
            text = codecs.decode(message, "unicode_escape")
            try:
                error = kind(text) if known else CandidateFailed("%s: %s" % (name, text))
            except TypeError:  # UnicodeDecodeError and the like take more arguments than a message
                error = CandidateFailed("%s: %s" % (name, text))
            failures.append(error)
            raise error
        reply = decode(rest)
        if len(reply) == 2:
            for old, new in zip(args, reply[1][0]):
                restore(old, new)
            for key, new in reply[1][1].items():
                restore(kwargs[key], new)
        return reply[0]

    space = {"__name__": "check", entry: candidate}
    try:
        exec(compile(source, "<check>", "exec", dont_inherit=True), space)
        space[entry] = candidate
        space["check"](candidate)
    except BaseException as error:
        write_line(("X " if any(error is failure for failure in failures) else "F ") + describe(error, "<check>"))
        return
    write_line("P")


def restore(old, new):
    """Gives a caller's argument the contents that the candidate left in its copy."""
    if type(old) is list:
        old[:] = new
    elif type(old) is dict or type(old) is set:
        old.clear()
        old.update(new)
