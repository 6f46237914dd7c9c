# Owns: becoming the program that is the first argument. It is compiled in a process that ends: what compiling leaves in memory would be copied,
# page tables and all, into every process that is forked from this one. Must not know: what the program does.
import marshal
import os
import sys


def compiled(source):
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        with open(writing, "wb") as pipe:
            marshal.dump(compile(source, "<guest>", "exec"), pipe)
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        code = marshal.load(pipe)
    os.waitpid(pid, 0)
    return code


exec(compiled(sys.argv.pop(1)))
