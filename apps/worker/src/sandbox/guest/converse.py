# Owns: the beginning of every conversation: who we are to be, and with what. Must not know: how lines travel.


def converse(read_line, write_line):
    """Reads the request, one wire value, and does as it says until the channel ends."""
    # Said before anything model-written is read: without it, the machine failed and not the program.
    write_line("H")
    role, source, entry, limit, seed = decode(read_line())
    if "random" in sys.modules or "random" in source:
        import random

        random.seed(seed)
    if role == "check":
        serve_check(read_line, write_line, source, entry, limit)
    else:
        serve_candidate(read_line, write_line, source, limit)
