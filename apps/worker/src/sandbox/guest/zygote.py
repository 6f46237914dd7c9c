# Owns: the warm interpreter of a slot: it forks each rollout into fresh namespaces, watches its time, and tells how it ended. The process of the
# rollout to come is made while one runs, and waits: confined, in namespaces of its own, with nothing of any rollout in it.
# Must not know: anything of any rollout. It reads small numbers only, so that no child can find another's traces in its memory.
import _socket
import ctypes
import gc
import select
import signal
import time

# mount, cgroup, uts, ipc, user, pid, net
ROLLOUT_NAMESPACES = 0x20000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
# A check is trusted code: it gets a work directory and a process tree of its own, and shares the rest with its slot's other checks only.
CHECK_NAMESPACES = 0x20000 | 0x10000000 | 0x20000000
MS_NOSUID, MS_NODEV, MS_RDONLY = 2, 4, 1
CAPSET, CLOSE_RANGE = {"x86_64": (126, 436), "aarch64": (91, 436)}.get(os.uname().machine, (0, 0))
CLONE = {"x86_64": 56, "aarch64": 220}.get(os.uname().machine, 0)
FOLDER = 3  # the folder of the slot's sockets: an open descriptor, never a path in the mount tree
STREAMS = [b"/proc/self/fd/%d/%s" % (FOLDER, name) for name in (b"c", b"o", b"e")]
# What most programs import. More of it is dearer than it looks: each megabyte costs every fork what importing it costs the few who do.
PRELOADED = (
    "__future__ abc array bisect cmath collections collections.abc copy enum functools heapq io itertools json keyword math numbers operator "
    "random re string struct time typing unicodedata"
).split()


class Zygote:
    def __init__(self, work_mb, processes, namespaces):
        self.namespaces = namespaces
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.work_options = b"size=%dm,nr_inodes=4096,mode=0700" % work_mb
        self.filter = seccomp_header()
        self.work_mb, self.processes = work_mb, processes
        uid, gid = os.getuid(), os.getgid()
        self.identity = (
            ("/proc/self/setgroups", b"deny"),
            ("/proc/self/uid_map", b"%d %d 1" % (uid, uid)),
            ("/proc/self/gid_map", b"%d %d 1" % (gid, gid)),
        )
        self.cpus = os.cpu_count() or 1
        with open("/proc/sys/kernel/cap_last_cap") as last:
            self.capabilities = int(last.read()) + 1
        self.null = os.open("/dev/null", os.O_RDWR)
        self.made, self.waiting, self.failure = 0, -1, 0

    def run(self):
        self.base_bytes = base_address_space()  # a fork has as much
        self.prepare()
        self.tell("ready %d" % self.made)
        control = b""
        while True:
            while b"\n" not in control:
                part = os.read(0, 4096)
                if not part:
                    os._exit(0)
                control += part
            line, control = control.split(b"\n", 1)
            word, *numbers = line.split()
            if word == b"go":
                control = self.rollout(control, *map(int, numbers))

    def tell(self, text):
        os.write(1, (text + "\n").encode())

    def prepare(self):
        """Makes the process of the rollout to come. It does all that needs no limits, and waits for them on its channel."""
        self.made += 1
        sockets = self.connect()
        self.waiting = self.libc.syscall(CLONE, self.namespaces | signal.SIGCHLD, 0, 0, 0, 0)
        if self.waiting == 0:
            try:
                self.become_rollout(sockets)
                read_line = read_lines(CHANNEL)
                limits = read_line()
                if limits:
                    cpu_ms, memory_mb = map(int, limits.split())
                    limit_program((cpu_ms + 999) // 1000, memory_mb, self.base_bytes)
                    converse_over_channel(read_line)
                os._exit(0)
            except BaseException as error:
                os.write(2, ("%s: %s" % (type(error).__name__, error)).encode()[:500])
            os._exit(70)
        self.failure = ctypes.get_errno()
        for socket in sockets:
            os.close(socket)

    def rollout(self, held, ordinal, cpu_ms, wall_ms):
        """Runs in the process that waits, number `ordinal`; makes the next one, watches, tells. `held` came on the control line with the word to
        begin; returns what came after it and is no word to this rollout."""
        started = time.monotonic()
        pid = self.waiting
        if pid < 0 or ordinal != self.made:
            self.tell("lost %d clone: %s" % (ordinal, os.strerror(self.failure)))
            return held
        self.expose(pid)
        before = self.starved(pid)
        self.prepare()
        cause, starved, rest = self.watch(pid, ordinal, started, cpu_ms, wall_ms, held)
        _, status, usage = os.wait4(pid, 0)
        cpu = (usage.ru_utime + usage.ru_stime) * 1000
        how, code = ("SIGNAL", os.WTERMSIG(status)) if os.WIFSIGNALED(status) else ("EXIT", os.WEXITSTATUS(status))
        if code == signal.SIGKILL and how == "SIGNAL" and cause is None and cpu > cpu_ms:
            cause = "CPU"
        # A program that takes all of the slot's memory may have kept the next process from being made.
        if self.waiting < 0 or os.waitpid(self.waiting, os.WNOHANG)[0] != 0:
            self.prepare()
        wall = (time.monotonic() - started) * 1000
        if starved >= 0:
            starved -= max(0, before)
        self.tell("done %d %s %d %.3f %.3f %.3f %d" % (ordinal, cause or how, code, cpu, wall, starved, self.made))
        return rest

    def connect(self):
        """Channel, standard output, standard error. Connected one right after another: who accepts them wakes once and not three times."""
        made = [_socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM) for _ in STREAMS]
        for socket, path in zip(made, STREAMS):
            socket.connect(path)
        return [socket.detach() for socket in made]

    def watch(self, pid, ordinal, started, cpu_ms, wall_ms, held):
        """Waits for the end of `pid`, or ends it. The CPU time is looked at when the tree could have used it up at the earliest."""
        cause, starved = None, -1.0
        watched = os.pidfd_open(pid)
        poll = select.poll()
        poll.register(watched, select.POLLIN)
        poll.register(0, select.POLLIN)
        while True:
            *lines, held = held.split(b"\n")
            if b"kill %d" % ordinal in lines:
                cause = cause or "KILLED"
                os.kill(pid, signal.SIGKILL)
            elapsed = (time.monotonic() - started) * 1000
            left = wall_ms - elapsed
            # Before this much time has passed, not even all processors together can have used it up.
            early = elapsed * self.cpus < cpu_ms
            spare = cpu_ms - elapsed * self.cpus if early else cpu_ms - self.cpu_of_tree()
            if cause is None and (left <= 0 or spare <= 0):
                cause = "CPU" if spare <= 0 else "WALL"
                starved = self.starved(pid)
                os.kill(pid, signal.SIGKILL)
            wait = 1000 if cause else max(1, min(left + 1, spare / self.cpus + 2))
            ready = [fd for fd, _ in poll.poll(wait)]
            if watched in ready:
                break
            if 0 in ready:
                part = os.read(0, 4096)
                if not part:
                    os._exit(0)
                held += part
        os.close(watched)
        return cause, starved, held

    def expose(self, pid):
        """Where memory runs out the kernel takes the rollout first: not the warm interpreter, and not the process that waits."""
        try:
            score = os.open("/proc/%d/oom_score_adj" % pid, os.O_WRONLY)
        except OSError:  # it has ended already: that is told when it is waited for
            return
        try:
            os.write(score, b"1000")
        except OSError:  # it ended just now
            pass
        os.close(score)

    def cpu_of_tree(self):
        total = 0
        others = ("1", str(self.waiting))
        for name in os.listdir("/proc"):
            if name.isdigit() and name not in others:
                try:
                    with open("/proc/%s/stat" % name, "rb") as stat:
                        fields = stat.read().rpartition(b")")[2].split()
                except OSError:  # ended between the listing and the look
                    continue
                total += sum(map(int, fields[11:15])) * 10
        return total

    def starved(self, pid):
        # Without file objects: this runs for every rollout, and each page that it writes is copied once more after each fork.
        try:
            schedstat = os.open("/proc/%d/schedstat" % pid, os.O_RDONLY)
        except OSError:
            return -1.0
        try:
            return int(os.read(schedstat, 256).split()[1]) / 1e6
        except OSError:
            return -1.0
        finally:
            os.close(schedstat)

    def become_rollout(self, sockets):
        channel, out, err = sockets
        # Standard error first: a failure from here on has somewhere to be told.
        os.dup2(err, 2)
        os.setsid()
        for path, text in self.identity:
            file = os.open(path, os.O_WRONLY)
            os.write(file, text)
            os.close(file)
        limit_resources(self.processes, self.work_mb)
        self.mount(b"/tmp", self.work_options, MS_NOSUID | MS_NODEV)
        self.mount(b"/proc", b"size=4k,nr_inodes=2,mode=0555", MS_NOSUID | MS_NODEV | MS_RDONLY)
        os.chdir("/tmp")
        os.dup2(self.null, 0)
        os.dup2(out, 1)
        os.dup2(channel, CHANNEL)
        if self.libc.syscall(CLOSE_RANGE, CHANNEL + 1, 0xFFFFFFFF, 0) != 0:
            os.closerange(CHANNEL + 1, 4096)
        self.drop_capabilities()
        filter_system_calls(self.libc, self.filter)

    def mount(self, path, options, flags):
        if self.libc.mount(b"tmpfs", path, b"tmpfs", ctypes.c_ulong(flags), options) != 0:
            raise OSError(ctypes.get_errno(), "mount %s" % path.decode())

    def drop_capabilities(self):
        for capability in range(self.capabilities):
            self.libc.prctl(24, capability, 0, 0, 0)
        header, none = struct.pack("II", 0x20080522, 0), bytes(24)
        if self.libc.syscall(CAPSET, header, none) != 0:
            raise OSError(ctypes.get_errno(), "capset")


def rehearse():
    """A conversation with programs of our own: what is imported, allocated and specialised on the way is shared by every fork."""
    check = "def check(candidate):\n    assert candidate([1], x='a') == [1]"
    for role, source, lines in (
        ("candidate", "def f(xs, x=0):\n    return xs", ("A f [1]", "C f t2:t1:l1:i0x1;m1:s1:xs1:a", "")),
        ("check", check, ("R t1:l1:i0x1;",)),
    ):
        request = encode((role, source, "f", 65536, 0), 65536)
        converse(iter((request, *lines)).__next__, lambda text: None)
    sys.modules.pop("candidate", None)


def start_zygote():
    # Rollouts are batch work: whoever moves runs on goes first. No more than 5, which leaves a quarter of a core beside one that is all busy, so
    # that the wall limit (five times the CPU's) stays a backstop.
    os.nice(5)
    try:
        # Where the kernel groups processes by session, a nice level counts within its session only; this is the session's own.
        with open("/proc/self/autogroup", "w") as level:
            level.write("5")
    except OSError:  # no autogroups here: the nice level does it, or a control group
        pass
    del os.environ["LD_BIND_NOW"]
    work_mb, processes = (int(argument) for argument in sys.argv[1:3])
    for name in PRELOADED:
        try:
            __import__(name)
        except ImportError:  # a Python without it: a program that wants it fails by itself
            pass
    zygote = Zygote(work_mb, processes, CHECK_NAMESPACES if sys.argv[3] == "check" else ROLLOUT_NAMESPACES)
    del sys.argv[1:]
    rehearse()
    gc.collect()
    gc.freeze()
    zygote.run()


start_zygote()
