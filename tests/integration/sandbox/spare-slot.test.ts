// Owns: that a rollout which begins while another's slot is being cleared sees nothing of the other, and pays for nothing of it.
// The other holds on to all that it can after its last answer: it is ended, and until then the two are there at once.
import { readFileSync } from "node:fs";
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { DEFAULT_LIMITS, type Execution, type Sandbox, type SandboxLimits } from "@gradus/worker/sandbox/sandbox";
import { afterEach, beforeEach, expect, it } from "vitest";
import { below, descendants, isPython } from "../../testkit/sandbox/processes.ts";

let sandbox: Sandbox;
let before: number;
beforeEach(async () => {
  sandbox = await createSandbox({ backend: "bubblewrap", mode: "WARM", slots: 1, spares: 1 });
  before = descendants(process.pid);
});
afterEach(async () => {
  await expect.poll(() => descendants(process.pid), { timeout: 20_000 }).toBe(before);
  expect(sandbox.load()).toMatchObject({ running: 0, waiting: 0, sandboxErrors: 0, replacedSlots: 0, leakedProcesses: 0 });
  await sandbox.close();
});

const execute = (source: string, limits: Partial<SandboxLimits> = {}): Promise<Execution> =>
  sandbox.execute({
    language: "python",
    source: `import os, time\n${source}`,
    probes: [{ kind: "call", entry: "f", args: "" }],
    limits: { ...DEFAULT_LIMITS, ...limits },
  });
const answer = ({ outcome, probes: [probe] }: Execution): string =>
  probe === undefined ? outcome : "value" in probe ? probe.value : probe.outcome;

/** Does not leave when it is dismissed. */
const LINGERS = "os._exit = lambda code: time.sleep(600)";

/** The device number of a slot's own root: inside, all slots look alike. */
const SLOT = "def f():\n    return os.stat('/').st_dev";

it("it runs on another slot while the one before has not gone", async () => {
  const [first, second, third] = await Promise.all([execute(`${LINGERS}\n${SLOT}`), execute(`${LINGERS}\n${SLOT}`), execute(SLOT)]);
  expect(answer(first)).toMatch(/^i0x/u);
  expect(answer(second)).not.toBe(answer(first));
  // The third waited for the first of the two slots to be cleared.
  expect(answer(third)).toBe(answer(first));
});

it.skipIf(process.getuid?.() !== 0)("it runs as another user than the one before", () => {
  const users = below(process.pid)
    .filter(isPython)
    .map((pid) => /^Uid:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]);
  // Two interpreters, and the process that waits of each.
  expect(users).toHaveLength(4);
  expect(new Set(users).size).toBe(2);
});

it("it finds the whole of its memory, its processes and its work directory there, whatever the one before holds", async () => {
  // 20 processes that hold 240 MB together, which one rollout may, and a work directory that is nearly full.
  const hoard = `${LINGERS}
def f():
    reading, writing = os.pipe()
    for _ in range(20):
        if os.fork() == 0:
            held = bytearray(12 * 2**20)
            os.write(writing, b'1')
            time.sleep(600)
    ready = 0
    while ready < 20:
        ready += len(os.read(reading, 20))
    open('mark', 'wb').write(bytes(12 * 2**20))
    return 'held'`;
  const needs = `
def f():
    seen = os.listdir('.')
    for _ in range(28):
        if os.fork() == 0:
            time.sleep(600)
    open('own', 'wb').write(bytes(12 * 2**20))
    return [seen, len(bytearray(200 * 2**20))]`;
  const [hoarding, needing] = await Promise.all([execute(hoard, { memoryMb: 256 }), execute(needs, { memoryMb: 256 })]);
  expect(answer(hoarding)).toBe("s4:held");
  expect(answer(needing)).toBe("l2:l0:i0xc800000;");
});

it("it is out of reach for a daemon that the one before left in the last instant, and dead with the other's first process", async () => {
  const daemon = `${LINGERS}
import signal, socket
heard = socket.socket(socket.AF_UNIX)
def f():
    heard.bind(chr(0) + 'left behind')
    heard.listen()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                for pid in (-1, *range(2, 100)):
                    for number in (signal.SIGUSR1, signal.SIGSTOP, signal.SIGKILL):
                        try:
                            os.kill(pid, number)
                        except OSError:
                            pass
        os.kill(os.getpid(), 9)
    return 'left'`;
  // Signals without a handler would not reach the first process of a namespace from inside: with one, they would be seen.
  const quiet = `
import signal, socket
got = []
signal.signal(signal.SIGUSR1, lambda *of: got.append('a signal'))
def f():
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        try:
            socket.socket(socket.AF_UNIX).connect(chr(0) + 'left behind')
            got.append('a socket')
        except OSError:
            time.sleep(0.001)
    return [got, os.listdir('/tmp'), os.getpid()]`;
  const [left, reached] = await Promise.all([execute(daemon), execute(quiet)]);
  expect(answer(left)).toBe("s4:left");
  expect(answer(reached)).toBe("l3:l0:l0:i0x1;");
});

it("one that lingers keeps nobody waiting for good, and its answers stand", async () => {
  const executions = await Promise.all(Array.from({ length: 6 }, (_, at) => execute(`${LINGERS}\ndef f():\n    return ${at}`)));
  expect(executions.map(answer)).toEqual(Array.from({ length: 6 }, (_, at) => `i0x${at};`));
});
