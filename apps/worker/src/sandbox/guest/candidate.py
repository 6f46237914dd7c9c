# Owns: loading model-written code and answering calls of it, one reply line for each command line, in order.
# Must not know: expected outputs. Model code shares this process and can forge any reply: a reply is a claimed value, nothing more.


def escape(text, most=300):
    return str(text)[:most].encode("unicode_escape").decode("ascii")


def describe(error, filename):
    """`<type> <line> <message>` of an exception; line 0 where it was not raised in `filename`."""
    line = 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    try:
        message = escape(error)
    except BaseException:
        message = ""
    return "%s %d %s" % (escape(type(error).__name__, 100), line, message)


def serve_candidate(read_line, write_line, source, limit):
    """Commands: `A <entry> <args source>` and `C <entry> <wire of (args, kwargs)>`, both texts escaped. Returns at the end of input."""
    try:
        code = compile(source, "<candidate>", "exec", dont_inherit=True)
    except BaseException as error:
        line = getattr(error, "lineno", 0) or 0
        write_line("S %s %d %s" % (escape(type(error).__name__, 100), line, escape(getattr(error, "msg", error))))
        return
    module = type(sys)("candidate")
    sys.modules["candidate"] = module
    answering = os.getpid()
    space = module.__dict__
    reply = attempt(lambda: exec(code, space) or "L")
    del code, source
    write_line(reply)
    if reply != "L":
        return
    while True:
        command = read_line()
        if not command:
            return
        tag, entry, text = command.split(" ", 2)
        text = codecs.decode(text, "unicode_escape") if tag == "A" else text
        reply = attempt(lambda: call_source(space, entry, text, limit) if tag == "A" else call_values(space, entry, text, limit))
        if os.getpid() != answering:  # a fork that came back from the call is not the one who was asked
            os._exit(0)
        write_line(reply)


def attempt(action):
    """The reply to one command. Catches everything, SystemExit and KeyboardInterrupt too: whatever the program raises is data."""
    try:
        reply = action()
    except MemoryError:
        reply = "M"
    except TooLarge as error:
        reply = "Z %s" % error
    except BaseException as error:
        reply = "E " + describe(error, "<candidate>")
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # the program may have closed or replaced its streams
            pass
    return reply


def call_source(space, entry, text, limit):
    function = eval(entry, space)
    call = eval(compile("lambda f: f(%s\n)" % text, "<arguments>", "eval", dont_inherit=True), space)
    return "R " + encode(call(function), limit)


def call_values(space, entry, text, limit):
    function = eval(entry, space)
    args, kwargs = decode(text)
    result = function(*args, **kwargs)
    # A check may look at an argument that the candidate changed in place: send the arguments back where they differ.
    after = encode((args, kwargs), limit)
    return "R t%s:%s%s" % (("1", encode(result, limit), "") if after == text else ("2", encode(result, limit), after))
