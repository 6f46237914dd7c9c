// Owns: programs that try to be rewarded without an answer, to outlive their limits, or to reach outside, one per line of issue S's list.
// An ATTACK never returns the expected secret: it must not be OK. A SCOUT returns the list of what it managed: that list must be empty.
import type { TestVerdict } from "@gradus/domain/verdict";

export interface HostileProgram {
  readonly name: string;
  readonly kind: "ATTACK" | "SCOUT";
  readonly source: string;
  /** Verdicts of the first test that are right under bubblewrap; under Pyodide any but OK is. */
  readonly verdicts?: readonly TestVerdict[];
}

/** What the trusted side expects and no program can know. */
export const SECRET = "correct horse 7215";

const attack = (name: string, body: string, ...verdicts: TestVerdict[]): HostileProgram => ({
  name,
  kind: "ATTACK",
  source: body.trim(),
  verdicts,
});
/** `tries` maps a label to an expression or block that must fail; `reached` collects those that did not. */
const scout = (name: string, body: string): HostileProgram => ({ name, kind: "SCOUT", source: `${SCOUTING}\n${body.trim()}` });

const SCOUTING = `
reached = []
def attempt(label, action):
    try:
        got = action()
    except BaseException:
        return
    if got is not False:
        reached.append(label)
def f(x):
    scout()
    return reached
`.trim();

export const HOSTILE_PROGRAMS: readonly HostileProgram[] = [
  // Resources
  attack(
    "a fork bomb",
    "import os\ndef f(x):\n    while True:\n        try:\n            os.fork()\n        except OSError:\n            pass",
    "TIMEOUT",
    "RUNTIME",
    "MEMORY",
  ),
  attack("a memory bomb", "def f(x):\n    held = []\n    while True:\n        held.append(bytearray(10_000_000))", "MEMORY"),
  attack(
    "a memory bomb in many processes",
    "import os, time\ndef f(x):\n    for _ in range(20):\n        if os.fork() == 0:\n            held = bytearray(40_000_000)\n            time.sleep(60)\n    time.sleep(60)",
    "TIMEOUT",
    "MEMORY",
    "RUNTIME",
  ),
  attack("a stdout flood", "def f(x):\n    while True:\n        print('x' * 10_000)", "OUTPUT_LIMIT", "TIMEOUT"),
  attack("a stderr flood", "import sys\ndef f(x):\n    while True:\n        sys.stderr.write('x' * 10_000)", "OUTPUT_LIMIT", "TIMEOUT"),
  attack("a huge return value", "def f(x):\n    return 'x' * 10_000_000", "OUTPUT_LIMIT"),
  attack(
    "a small value that is huge when written out",
    "def f(x):\n    held = []\n    for _ in range(200):\n        held = [held, held]\n    return held",
    "OUTPUT_LIMIT",
  ),
  attack("a value that contains itself", "def f(x):\n    held = []\n    held.append(held)\n    return held", "OUTPUT_LIMIT"),
  attack(
    "a disk fill",
    "def f(x):\n    n = 0\n    while True:\n        with open('fill%d' % n, 'wb') as file:\n            file.write(b'x' * 4_000_000)\n        n += 1",
    "RUNTIME",
    "MEMORY",
  ),
  attack(
    "many small files",
    "def f(x):\n    n = 0\n    while True:\n        open('small%d' % n, 'w').close()\n        n += 1",
    "RUNTIME",
    "TIMEOUT",
    "MEMORY",
  ),
  attack("file-descriptor exhaustion", "def f(x):\n    held = []\n    while True:\n        held.append(open('/dev/null'))", "RUNTIME"),
  attack("an endless loop in Python", "def f(x):\n    while True:\n        pass", "TIMEOUT"),
  attack("an endless loop while loading", "while True:\n    pass", "TIMEOUT"),
  attack(
    "an endless loop that catches everything",
    "def f(x):\n    while True:\n        try:\n            while True:\n                pass\n        except BaseException:\n            pass",
    "TIMEOUT",
  ),
  attack("an endless computation in C", "def f(x):\n    return 10 ** 10 ** 8", "TIMEOUT", "MEMORY", "OUTPUT_LIMIT"),
  attack("regular-expression backtracking", "import re\ndef f(x):\n    return re.match(r'(a+)+$', 'a' * 40 + 'b')", "TIMEOUT"),
  attack("a long sleep", "import time\ndef f(x):\n    time.sleep(600)", "TIMEOUT"),
  attack(
    "threads without end",
    "import threading, time\ndef f(x):\n    while True:\n        try:\n            threading.Thread(target=time.sleep, args=(600,)).start()\n        except RuntimeError:\n            time.sleep(0.01)",
    "TIMEOUT",
    "MEMORY",
    "RUNTIME",
  ),
  attack("deep recursion", "def f(x):\n    return f(x)", "RUNTIME"),
  attack(
    "deep recursion with the limit lifted",
    "import sys\nsys.setrecursionlimit(10 ** 8)\ndef f(x):\n    return [f(x)]",
    "RUNTIME",
    "MEMORY",
    "TIMEOUT",
  ),
  // Leaving early, and crashing
  attack("os._exit(0)", "import os\ndef f(x):\n    os._exit(0)", "RUNTIME"),
  attack("os._exit(0) while loading", "import os\nos._exit(0)", "RUNTIME"),
  attack("sys.exit", "import sys\ndef f(x):\n    sys.exit(0)", "RUNTIME"),
  attack(
    "an exit handler that would answer",
    "import atexit\natexit.register(lambda: print('OK'))\ndef f(x):\n    raise SystemExit",
    "RUNTIME",
  ),
  attack(
    "printing success early",
    `print("PASSED")\nprint("P")\nprint("R s18:${SECRET}".upper())\ndef f(x):\n    import os\n    os._exit(0)`,
    "RUNTIME",
  ),
  attack("a segmentation fault by ctypes", "import ctypes\ndef f(x):\n    ctypes.string_at(0)", "RUNTIME"),
  attack("an abort through faulthandler", "import faulthandler\ndef f(x):\n    faulthandler._sigsegv()", "RUNTIME", "WRONG"),
  attack(
    "signals to itself",
    "import os, signal\ndef f(x):\n    for number in range(1, 32):\n        try:\n            os.kill(os.getpid(), number)\n        except BaseException:\n            pass\n    return 'alive'",
    "WRONG",
    "RUNTIME",
    "TIMEOUT",
  ),
  attack(
    "ignoring every signal and going on",
    "import signal\nfor number in range(1, 32):\n    try:\n        signal.signal(number, signal.SIG_IGN)\n    except (OSError, ValueError):\n        pass\ndef f(x):\n    while True:\n        pass",
    "TIMEOUT",
  ),
  attack(
    "killing everything it can name",
    "import os\ndef f(x):\n    for pid in (-1, 0, 1, os.getppid(), *range(2, 300)):\n        try:\n            os.kill(pid, 9)\n        except OSError:\n            pass\n    return 'alive'",
    "WRONG",
    "RUNTIME",
  ),
  attack(
    "killing its parent",
    "import os, signal\ndef f(x):\n    parent = os.getppid()\n    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):\n        try:\n            os.kill(parent, number)\n        except OSError:\n            pass\n    return 'orphan'",
    "WRONG",
    "RUNTIME",
    "TIMEOUT",
  ),
  attack(
    "daemonising",
    "import os, time\ndef f(x):\n    if os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0:\n            while True:\n                time.sleep(0.01)\n        os._exit(0)\n    return 'daemon left behind'",
    "WRONG",
  ),
  attack(
    "zombies",
    "import os\ndef f(x):\n    for _ in range(10_000):\n        try:\n            if os.fork() == 0:\n                os._exit(0)\n        except OSError:\n            break\n    return 'zombies'",
    "WRONG",
    "TIMEOUT",
    "MEMORY",
  ),
  // Forging
  attack(
    "forging the result channel through every descriptor",
    "import os\nfor fd in range(256):\n    for line in (b'L\\n', b'R T\\n', b'P\\n', b'PASSED\\n', b'R N\\n'):\n        try:\n            os.write(fd, line)\n        except OSError:\n            pass\ndef f(x):\n    return True",
    "RUNTIME",
  ),
  attack(
    "an extra answer after its own",
    "import os, threading, time\ndef f(x):\n    threading.Thread(target=lambda: (time.sleep(0.05), os.write(3, b'R N\\n'))).start()\n    os.write(3, b'R T\\n')\n    return 1",
    "RUNTIME",
  ),
  attack("a broken answer", "import os\ndef f(x):\n    os.write(3, b'R l999999999:' + b'N' * 100 + b'\\n')\n    os._exit(0)", "RUNTIME"),
  attack(
    "a flood on the result channel",
    "import os\ndef f(x):\n    while True:\n        os.write(3, b'x' * 65536)",
    "RUNTIME",
    "TIMEOUT",
    "OUTPUT_LIMIT",
  ),
  attack("closing the result channel", "import os\ndef f(x):\n    os.close(3)\n    return 1", "RUNTIME"),
  attack(
    "swallowing the questions",
    "import os\ndata = os.read(3, 65536) if False else b''\ndef f(x):\n    os.dup2(os.open('/dev/null', os.O_RDWR), 3)\n    return 1",
    "RUNTIME",
  ),
  attack(
    "patched builtins",
    "import builtins\nfor name in ('repr', 'str', 'len', 'isinstance', 'type', 'hasattr', 'compile', 'eval'):\n    setattr(builtins, name, lambda *a, **k: True)\ndef f(x):\n    return 1",
    "WRONG",
    "RUNTIME",
  ),
  attack(
    "a patched __eq__",
    "class Same(str):\n    def __eq__(self, other):\n        return True\n    __hash__ = str.__hash__\ndef f(x):\n    return Same('anything')",
    "WRONG",
  ),
  attack(
    "a patched __repr__",
    `class Liar:\n    def __repr__(self):\n        return '${SECRET}'.upper()\n    __str__ = __repr__\ndef f(x):\n    return Liar()`,
    "WRONG",
  ),
  attack(
    "a patched json",
    "import json\njson.dumps = lambda *a, **k: 'true'\njson.loads = lambda *a, **k: True\ndef f(x):\n    return 1",
    "WRONG",
  ),
  attack(
    "an object equal to everything",
    "class Any:\n    def __eq__(self, other):\n        return True\n    def __ne__(self, other):\n        return False\n    def __getattr__(self, name):\n        return self\n    def __call__(self, *a, **k):\n        return self\n    __hash__ = object.__hash__\ndef f(x):\n    return Any()",
    "WRONG",
  ),
  attack(
    "an object that lies about its class",
    "class Any:\n    __class__ = property(lambda self: int)\ndef f(x):\n    return Any()",
    "WRONG",
  ),
  attack(
    "a metaclass that lies about its bases",
    "class Meta(type):\n    def mro(cls):\n        return [cls, object]\n    def __eq__(cls, other):\n        return True\n    __hash__ = type.__hash__\n    def __instancecheck__(cls, it):\n        return True\nclass Any(metaclass=Meta):\n    pass\ndef f(x):\n    return Any()",
    "WRONG",
  ),
  attack(
    "a monkey-patched harness",
    "import sys\ndef f(x):\n    frame = sys._getframe()\n    while frame is not None:\n        for name, value in list(frame.f_globals.items()):\n            if callable(value) and name in ('encode', 'describe', 'attempt', 'call_source'):\n                frame.f_globals[name] = lambda *a, **k: 'R T'\n        frame = frame.f_back\n    return 1",
    "WRONG",
    "RUNTIME",
  ),
  attack(
    "taking the harness apart from a tracer",
    "import sys\ndef tracer(frame, event, arg):\n    for name in list(frame.f_locals):\n        try:\n            frame.f_locals[name] = True\n        except BaseException:\n            pass\n    return tracer\nsys.settrace(tracer)\ndef f(x):\n    return 1",
    "WRONG",
    "RUNTIME",
  ),
  // Reaching outside
  scout(
    "finding the expected output through frames, gc, arguments and environment",
    `
import gc, sys, os
def scout():
    word = ' '.join(['correct', 'horse'])
    for thing in gc.get_objects():
        if type(thing) in (dict, list, tuple, set):
            attempt('gc', lambda: any(type(item) is str and item != word and word in item for item in (thing.values() if type(thing) is dict else thing)))
    frame = sys._getframe()
    while frame is not None:
        attempt('frames', lambda: any(type(item) is str and item != word and word in item for item in frame.f_locals.values()))
        frame = frame.f_back
    attempt('arguments', lambda: word in ' '.join(sys.argv + getattr(sys, 'orig_argv', [])))
    attempt('environment', lambda: word in repr(dict(os.environ)))
    for path in ('/proc/self/cmdline', '/proc/self/environ', '/proc/1/cmdline', '/proc/self/mem', '/proc/self/maps'):
        attempt(path, lambda: open(path, 'rb').read(100) != b'')
`,
  ),
  scout(
    "sockets",
    `
import socket
def scout():
    attempt('inet socket', lambda: socket.create_connection(('127.0.0.1', 22), 1))
    for family in ('AF_INET', 'AF_INET6', 'AF_NETLINK', 'AF_PACKET', 'AF_VSOCK', 'AF_ALG'):
        number = getattr(socket, family, None)
        if number is not None:
            attempt(family, lambda: socket.socket(number, socket.SOCK_RAW if family in ('AF_NETLINK', 'AF_PACKET') else socket.SOCK_STREAM).connect(('127.0.0.1', 1)))
    for name in ('\\0gradus', '/run/dbus/system_bus_socket', '/var/run/docker.sock', '/tmp/.X11-unix/X0'):
        attempt('unix ' + name, lambda: socket.socket(socket.AF_UNIX).connect(name))
`,
  ),
  scout(
    "DNS",
    `
import socket
def scout():
    attempt('getaddrinfo', lambda: socket.getaddrinfo('example.com', 80) if not __import__('sys').platform.startswith('emscripten') else socket.create_connection(('example.com', 80), 1))
`,
  ),
  scout(
    "reading the host's files",
    `
import os
def scout():
    for path in ('/etc/passwd', '/etc/shadow', '/etc/hosts', '/etc/hostname', '/root', '/var/log', '/sys/class', '/proc/version', '/run', '/work', '/opt'):
        attempt(path, lambda: os.listdir(path) if os.path.isdir(path) else open(path).read())
    attempt('home', lambda: False if os.path.expanduser('~') in ('/tmp', '/home/pyodide', '/home/web_user') else os.listdir(os.path.expanduser('~')))
    top = set(os.listdir('/'))
    attempt('top level', lambda: top - {'bin', 'dev', 'etc', 'lib', 'lib32', 'lib64', 'proc', 'tmp', 'usr', 'home'} or False)
`,
  ),
  scout(
    "reading the host's environment",
    `
import os
def scout():
    known = {'PYTHONSAFEPATH', 'PATH', 'HOME', 'LANG', 'TZ', 'PYTHONHASHSEED', 'PYTHONDONTWRITEBYTECODE', 'PWD', 'LC_CTYPE', 'USER', 'LOGNAME', '_', 'PYTHONINSPECT', 'PYTHONHOME', 'LD_LIBRARY_PATH'}
    attempt('environment', lambda: set(os.environ) - known or False)
`,
  ),
  scout(
    "looking at other processes in /proc",
    `
import os
def scout():
    attempt('listing', lambda: [name for name in os.listdir('/proc') if name.isdigit() and name not in ('1', '42', str(os.getpid()))] or False)
    attempt('/proc/1/environ', lambda: open('/proc/1/environ', 'rb').read())
    attempt('/proc/1/root', lambda: os.listdir('/proc/1/root'))
`,
  ),
  scout(
    "writing outside of its work directory",
    `
import os
def scout():
    for folder in ('/', '/usr', '/usr/bin', '/usr/lib', '/etc', '/dev', '/proc', '/dev/shm', '/var/tmp', '/run', '/root', '/sys'):
        attempt(folder, lambda: EMSCRIPTEN or (open(os.path.join(folder, 'gradus-was-here'), 'w').write('x'), True)[1])
    attempt('remove', lambda: EMSCRIPTEN or os.remove('/usr/bin/env'))
    attempt('chmod', lambda: EMSCRIPTEN or os.chmod('/usr/bin/env', 0o777))
    attempt('device', lambda: EMSCRIPTEN or os.mknod('disk', 0o600 | 0o060000, os.makedev(8, 0)))
`.replaceAll("EMSCRIPTEN or ", "(_ for _ in ()).throw(OSError()) if __import__('sys').platform == 'emscripten' else "),
  ),
  scout(
    "symlink and path tricks",
    `
import os
def scout():
    for at, target in enumerate(('/etc/passwd', '/proc/1/root/etc/passwd', '../../../etc/passwd', '/root', '/proc/self/fd/3/..')):
        link = 'link%d' % at
        attempt('symlink to ' + target, lambda: (os.symlink(target, link), os.listdir(link) if os.path.isdir(link) else open(link).read()))
    attempt('hard link', lambda: os.link('/etc/ld.so.cache', 'hard') if os.path.exists('/etc/ld.so.cache') else False)
    deep = os.open('/', os.O_RDONLY)
    attempt('dotdot', lambda: set(os.listdir(os.open('..', os.O_RDONLY, dir_fd=deep))) != set(os.listdir('/')))
    for fd in range(256):
        attempt('descriptor %d' % fd, lambda: fd != deep and 'passwd' in os.listdir(os.open('etc', os.O_RDONLY, dir_fd=fd)))
        attempt('inherited folder %d' % fd, lambda: fd != deep and 'etc' in os.listdir(os.open('..', os.O_RDONLY, dir_fd=fd)) and fd < 3)
`,
  ),
  scout(
    "ptrace, and memory of others",
    `
import ctypes, os
def scout():
    libc = ctypes.CDLL(None, use_errno=True)
    attempt('ptrace parent', lambda: libc.ptrace(16, os.getppid(), 0, 0) == 0)
    attempt('ptrace me', lambda: libc.ptrace(0, 0, 0, 0) == 0)
    attempt('process_vm_readv', lambda: libc.syscall(310 if os.uname().machine == 'x86_64' else 270, os.getppid(), 0, 0, 0, 0, 0) == 0)
    for pid in range(1, 100):
        if pid != os.getpid():
            attempt('signal %d' % pid, lambda: os.kill(pid, 0) is None)
`,
  ),
  scout(
    "user namespaces, mounts, and other doors into the kernel",
    `
import ctypes, os
def scout():
    libc = ctypes.CDLL(None, use_errno=True)
    call = lambda number, *args: libc.syscall(number, *args) >= 0
    attempt('unshare user', lambda: libc.unshare(0x10000000) == 0)
    attempt('unshare net', lambda: libc.unshare(0x40000000) == 0)
    attempt('mount', lambda: libc.mount(b'tmpfs', b'/tmp', b'tmpfs', 0, b'') == 0)
    attempt('umount', lambda: libc.umount2(b'/proc', 2) == 0)
    attempt('chroot', lambda: libc.chroot(b'/tmp') == 0)
    attempt('setuid', lambda: os.setuid(0) is None)
    attempt('sethostname', lambda: libc.sethostname(b'x', 1) == 0)
    if os.uname().machine == 'x86_64':
        for name, number in dict(keyctl=250, add_key=248, bpf=321, perf=298, userfaultfd=323, io_uring=425, clone3=435, memfd=319, open_tree=428, fsopen=430, handle=304).items():
            attempt(name, lambda: call(number, 0, 0, 0, 0, 0, 0))
        attempt('clone newuser', lambda: call(56, 0x10000000 | 17, 0, 0, 0, 0) and os.getpid() and True)
        attempt('x32', lambda: call(0x40000000 | 39))
    attempt('capabilities', lambda: libc.prctl(23, 21, 0, 0, 0) == 1)
`.replace("        attempt('x32', lambda: call(0x40000000 | 39))\n", ""),
  ),
  attack(
    "the x32 door",
    "import ctypes, os\ndef f(x):\n    ctypes.CDLL(None).syscall(0x40000000 | 39)\n    return 'survived'",
    "RUNTIME",
    "WRONG",
  ),
];
