# Owns: what a process gives up before model-written code runs in it: resources, privileges, system calls, descriptors.
# Must not know: what it will run. Namespaces and mounts are made by whoever started it (bubblewrap, or the warm interpreter).
import os
import resource

CHANNEL = 3


def cap(which, soft, hard=None):
    ceiling = resource.getrlimit(which)[1]
    hard = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        hard = min(hard, ceiling)
    resource.setrlimit(which, (min(soft, hard), hard))


def limit_program(cpu_seconds, memory_mb, base_bytes=0):
    """What this program may use, by its request."""
    if memory_mb > 0:  # 0: this runtime reserves more than it uses, and is bounded otherwise
        cap(resource.RLIMIT_AS, (base_bytes or base_address_space()) + memory_mb * 1024 * 1024)
    # The supervisor decides on CPU time to the millisecond; this is what stands where it cannot look.
    cap(resource.RLIMIT_CPU, cpu_seconds + 1, cpu_seconds + 2)


def limit_resources(processes, file_mb):
    """What no program may use more of."""
    cap(resource.RLIMIT_NPROC, processes)
    cap(resource.RLIMIT_FSIZE, file_mb * 1024 * 1024)
    cap(resource.RLIMIT_NOFILE, 256)
    cap(resource.RLIMIT_CORE, 0)
    cap(resource.RLIMIT_MEMLOCK, 0)
    cap(resource.RLIMIT_MSGQUEUE, 0)


def base_address_space():
    """Bytes of address space that the interpreter itself takes, so that the limit is the program's own."""
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[0]) * 4096
    except OSError:  # no /proc in this tree
        return 48 * 1024 * 1024


def read_lines(fd):
    """A `read_line` over a descriptor: the next line without its end, or an empty text at the end of input."""
    held = [b""]

    def read_line():
        while b"\n" not in held[0]:
            part = os.read(fd, 65536)
            if not part:
                return ""
            held[0] += part
        line, held[0] = held[0].split(b"\n", 1)
        return line.decode("ascii")

    return read_line


def write_lines(fd):
    def write_line(text):
        data = (text + "\n").encode("ascii")
        while data:
            data = data[os.write(fd, data) :]

    return write_line


def converse_over_channel(read_line=None):
    converse(read_line or read_lines(CHANNEL), write_lines(CHANNEL))
    os._exit(0)
