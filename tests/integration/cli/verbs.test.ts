// Owns: the verbs of `gradus` as processes against a real API and database. Workflows are asked, not run: e2e has those.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { setRunStatus } from "@gradus/prisma/training/run-store";
import { sha256Hex } from "@gradus/domain/content-hash";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSample, SAMPLE } from "../../testkit/api/sample-experiment.ts";
import { startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { gradus as run } from "../../testkit/cli/gradus.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: TestApi;
let folder: string;

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
  folder = await mkdtemp(join(tmpdir(), "gradus-cli-"));
});
afterAll(async () => {
  await api.close();
  await world.close();
});

const gradus = (...args: readonly string[]) => run(args, { GRADUS_API_URL: api.url });
const asJson = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await gradus(...args, "--json");
  expect(stderr === "" || code === 0, stderr).toBe(true);
  return JSON.parse(stdout) as never;
};

async function fileOf(name: string, text: string | Uint8Array): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

const problem = (answer: number, split = "TRAIN"): string =>
  JSON.stringify({
    environment: "INDUCTION",
    message: `add ${answer}`,
    entryPoint: "f",
    reference: `def f(x):\n    return x + ${answer}`,
    tests: [{ kind: "call", args: "1", expected: String(1 + answer) }],
    visibleTests: 1,
    split,
    passRate: { passes: 16, attempts: 32 },
  });

describe("gradus run", () => {
  test("starts the experiment of a file and says its id", async () => {
    const { code, stdout } = await gradus("run", await fileOf("sample.yaml", SAMPLE), "--no-watch");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^sample-[0-9a-f]{8}$/);
    expect(api.control.asked).toContain(`startExperiment ${stdout}`);
  });

  test("reads JSON too, and with the same key names the same experiment", async () => {
    const file = await fileOf(
      "sample.json",
      JSON.stringify({ name: "as-json", seeds: [7], arms: [{ name: "uniform", curriculum: "uniform" }] }),
    );
    const once = await asJson("run", file, "--no-watch", "--key", "k");
    expect(await asJson("run", file, "--no-watch", "--key", "k")).toEqual(once);
    expect(once).toMatchObject({ name: "as-json", runIds: [expect.stringMatching(/uniform\.7$/)] });
  });

  test("prints every default with --dry-run and stores nothing", async () => {
    const file = await fileOf("dry.yaml", "name: dry\nseeds: [1]\narms: [{ name: only, curriculum: classic }]\n");
    const { code, stdout } = await gradus("run", file, "--dry-run");
    expect(code).toBe(0);
    expect(stdout).toContain("groupSize: 8");
    expect(stdout).toContain("learningRate: 0.0003");
    expect((await gradus("status", "--json")).stdout).not.toContain('"dry-');
  });

  test("says with --dry-run what a step behind a server takes in tokens, and what nobody can say before it has run", async () => {
    const { code, stdout, stderr } = await gradus(
      "run",
      fileURLToPath(new URL("../../../examples/gpu/one-card.yaml", import.meta.url)),
      "--dry-run",
    );
    expect(code).toBe(0);
    expect(stdout).toContain("engine: tinker");
    expect(stderr).toContain(
      "uniform, classic, reverse-medium-start: a step samples 128 completions of at most 4,096 tokens (524,288 tokens)",
    );
    expect(stderr).toContain("an evaluation at most 400 completions (1,638,400 tokens)");
    expect(stderr).toMatch(/memory: Qwen\/Qwen3-4B has 4\.02 billion parameters, 8\.0 GB in bfloat16/);
    expect(stderr).toMatch(
      /seconds on one h100, where every completion takes all its tokens: sampling about [\d,.]+ s .* updating about [\d,.]+ s/,
    );
    expect(stderr).toMatch(/not estimated: tokens of prompts/);
    const embedded = await gradus(
      "run",
      await fileOf("dry.yaml", "name: dry\nseeds: [1]\narms: [{ name: only, curriculum: classic }]\n"),
      "--dry-run",
    );
    expect(embedded.stderr).toMatch(/a step samples 64 completions of at most 40 tokens[^]*memory and seconds: .*npm run bench -- step/);
  });

  test("names path, value and what was expected of every wrong field, with exit code 2", async () => {
    const file = await fileOf(
      "wrong.yaml",
      "name: wrong\nseeds: [1]\ntraining: { steps: -3 }\nstps: 4\narms: [{ name: a, curriculum: easyfirst }]\n",
    );
    const { code, stderr } = await gradus("run", file, "--no-watch");
    expect(code).toBe(2);
    expect(stderr).toContain("training.steps: is -3, expected at least 1");
    expect(stderr).toContain("stps: is 4, expected no such key");
    expect(stderr).toMatch(/arms\[0\]\.curriculum: is "easyfirst", expected .*classic/);
    const { stdout } = await gradus("run", file, "--no-watch", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      error: { fields: expect.arrayContaining([expect.objectContaining({ path: "training.steps", value: -3 })]) },
    });
  });

  test("says which file cannot be read", async () => {
    const missing = await gradus("run", join(folder, "no-such.yaml"));
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain("no-such.yaml");
    const inside = await gradus(
      "run",
      await fileOf("names-missing.yaml", "name: a\nproblems: { file: gone.jsonl }\nseeds: [1]\narms: [{ name: a, curriculum: uniform }]\n"),
    );
    expect(inside.code).toBe(2);
    expect(inside.stderr).toContain("gone.jsonl");
  });

  test("uploads the problems and the weights that the file names, relative to it", async () => {
    await fileOf("my-problems.jsonl", [problem(1), problem(2), problem(3, "HELD_OUT")].join("\n"));
    const weights = new TextEncoder().encode("weights of a test");
    await fileOf("my.safetensors", weights);
    const file = await fileOf(
      "uploads.yaml",
      "name: uploads\nproblems: { file: my-problems.jsonl }\npolicy: { warmStart: my.safetensors }\nseeds: [1]\narms: [{ name: a, curriculum: uniform }]\n",
    );
    const { id } = await asJson("run", file, "--no-watch");
    const { specification } = await world.database.prisma.experiment.findUniqueOrThrow({ where: { id } });
    const hash = sha256Hex(weights);
    expect(specification).toMatchObject({ policy: { warmStart: `sha256:${hash}` }, problems: { set: expect.any(String) } });
    const stored = await fetch(`${api.url}/blobs/${hash}`);
    expect(new Uint8Array(await stored.arrayBuffer())).toEqual(weights);
  });

  test("refuses a file of problems that has lines which are none, by number", async () => {
    await fileOf("bad.jsonl", `${problem(1)}\n{"environment":"INDUCTION"}\n`);
    const { code, stderr } = await gradus(
      "run",
      await fileOf("bad.yaml", "name: a\nproblems: { file: bad.jsonl }\nseeds: [1]\narms: [{ name: a, curriculum: uniform }]\n"),
    );
    expect(code).toBe(2);
    expect(stderr).toContain("bad.jsonl:2");
  });
});

describe("gradus status", () => {
  test("shows one experiment with its runs, and all of them without an id", async () => {
    const { id } = await createSample(world.database, "status");
    expect((await gradus("status", id)).stdout).toMatch(/classic +seed 2.*0\/12.*QUEUED/);
    expect((await gradus("status")).stdout).toContain(`${id}  QUEUED  4 runs, 0/48 steps`);
    expect(await asJson("status", id)).toMatchObject({ id, runs: { length: 4 } });
  });

  test("refuses an id that is none with exit code 2", async () => {
    expect(await gradus("status", "nobody")).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no experiment nobody") });
  });
});

describe("gradus pause, resume and cancel", () => {
  test("ask it of one run", async () => {
    const { runIds } = await createSample(world.database, "steer one");
    const [runId = ""] = runIds;
    await setRunStatus(world.database.sql, runId, "RUNNING");
    expect(await gradus("pause", runId, "--cause", "lunch")).toMatchObject({ code: 0, stdout: `${runId} will wait after its step` });
    expect(api.control.asked).toContain(`pauseRun ${runId} lunch`);
    await setRunStatus(world.database.sql, runId, "PAUSED");
    expect((await gradus("resume", runId)).code).toBe(0);
    expect(api.control.asked).toContain(`resumeRun ${runId}`);
    expect((await gradus("cancel", runId)).code).toBe(0);
    expect(api.control.asked).toContain(`cancelRun ${runId}`);
  });

  test("ask it of every run of an experiment that it applies to", async () => {
    const { id, runIds } = await createSample(world.database, "steer all");
    const [first = "", second = "", third = "", fourth = ""] = runIds;
    expect(await gradus("resume", id)).toMatchObject({ code: 2, stderr: expect.stringContaining("PAUSED") });
    for (const runId of [first, third]) await setRunStatus(world.database.sql, runId, "RUNNING");
    // Those that wait for their turn do not take the places of those that are paused.
    expect(await asJson("pause", id)).toEqual([
      { id: first, status: "RUNNING" },
      { id: second, status: "PAUSED" },
      { id: third, status: "RUNNING" },
      { id: fourth, status: "PAUSED" },
    ]);
    expect(api.control.asked).toEqual(expect.arrayContaining([`pauseRun ${first}`, `pauseRun ${third}`]));
    expect((await gradus("resume", second)).stdout).toBe(`${second} waits for its turn`);
    expect((await gradus("cancel", id)).code).toBe(0);
    expect(api.control.asked).toContain(`cancelExperiment ${id}`);
  });
});

describe("gradus compare", () => {
  test("shows arms without values as such, and the guard-rails with them", async () => {
    const { id } = await createSample(world.database, "compare");
    const { code, stdout } = await gradus("compare", id);
    expect(code).toBe(0);
    expect(stdout).toContain("no seed has a value");
    expect(stdout).toContain("Before you believe it");
    expect(await asJson("compare", id, "--baseline", "classic", "--metric", "train/reward")).toMatchObject({
      baselineArm: "classic",
      metrics: ["train/reward"],
    });
  });

  test("refuses an experiment that is none, by arms and by groups, and a report where none can be written", async () => {
    for (const args of [[], ["--by", "training.lr"]])
      expect(await gradus("compare", "nowhere", ...args)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("there is no experiment nowhere"),
      });
    const { id } = await createSample(world.database, "compare");
    expect(await gradus("compare", id, "--report", join(folder, "none", "report.html"))).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/cannot be written: its folder does not exist\n {2}--report: /),
    });
  });

  test("refuses a baseline that is no arm", async () => {
    const { id } = await createSample(world.database, "compare");
    expect(await gradus("compare", id, "--baseline", "none")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("uniform, classic"),
    });
  });
});

describe("gradus import", () => {
  test("stores all 164 problems of HumanEval, packed as published, and the same set for the same file", async () => {
    const file = fileURLToPath(new URL("../../testkit/humaneval/HumanEval.jsonl.gz", import.meta.url));
    const imported: { problemSetId: string } = await asJson("import", "humaneval", file);
    expect(imported).toMatchObject({ imported: 164, rejected: [] });
    expect(await asJson("import", "humaneval", file)).toEqual(imported);
  });

  test("passes over bad lines, names them, and ends with 1", async () => {
    const { code, stdout, stderr } = await gradus("import", "gradus", await fileOf("some.jsonl", `${problem(5)}\nnonsense\n`));
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^line 2: not JSON/) });
    expect(stdout).toMatch(/^1 problems are set .*, 1 lines hold none$/);
  });

  test("reads without a server and stores nothing in a dry run, and leaves out what an evaluation set has", async () => {
    const file = await fileOf("two.jsonl", `${problem(5)}\n${problem(6)}\n`);
    const { code, stdout } = await run(["import", "gradus", file, "--dry-run", "--json"]);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { problemSetId: null, imported: 2 }]);
    const against = await run(["import", "gradus", file, "--dry-run", "--json", "--against", `gradus:${file}`]);
    expect(JSON.parse(against.stdout)).toMatchObject({ imported: 0, contaminated: [{ line: 1 }, { line: 2 }] });
  });

  test("names a set after its file in the letters that a set may have", async () => {
    expect(await asJson("import", "gradus", await fileOf("My Problems_2.jsonl", problem(7)))).toMatchObject({
      problemSetId: expect.stringMatching(/^my-problems-2-/),
    });
  });

  test("says what is wrong with an evaluation set, and with a folder in the place of a file", async () => {
    expect(await run(["import", "gradus", await fileOf("one.jsonl", problem(5)), "--dry-run", "--against", "foo"])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--against: is "foo", expected <format>:<file>/),
    });
    expect(await run(["import", "gradus", folder, "--dry-run"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("it is a folder"),
    });
  });

  test("refuses a format it does not know, with exit code 2", async () => {
    expect((await gradus("import", "spreadsheet", "x")).code).toBe(2);
  });
});

describe("gradus export", () => {
  test("tells of its file as JSON, and refuses JSON without one and a folder that is none", async () => {
    const { runIds } = await createSample(world.database, "exported");
    const run = runIds[0] ?? "";
    const file = join(folder, "points.csv");
    const told: { files: unknown[] } = await asJson("export", "--run", run, "--out", file);
    expect(told).toEqual({ asOf: expect.any(String), files: [{ name: file, sha256: sha256Hex(await readFile(file)) }] });
    expect((await gradus("export", "--run", run, "--json")).code).toBe(2);
    expect(await gradus("export", "--run", run, "--out", join(folder, "none", "points.csv"))).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/its folder does not exist\n {2}--out: /),
    });
  });
});

describe("any verb", () => {
  test("says which version it is, tells refusals as JSON without a server too, and ends in peace when nobody reads on", async () => {
    expect(await run(["--version"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
    expect(JSON.parse((await run(["curricula", "nowhere", "--json"])).stdout)).toMatchObject({ error: { fields: [{ path: "name" }] } });
    const main = fileURLToPath(new URL("../../../apps/cli/src/main.ts", import.meta.url));
    const { stderr } = await promisify(execFile)("bash", ["-c", `"$0" "$1" curricula --json | head -c 1`, process.execPath, main]);
    expect(stderr).toBe("");
  });

  test("ends with 3 and says what to do where no API answers", async () => {
    const { code, stderr } = await run(["status", "--api", "http://127.0.0.1:9"]);
    expect(code).toBe(3);
    expect(stderr).toContain("gradus up");
    expect((await run(["status"])).code).toBe(3);
  });

  test("ends with 2 for a wrong flag and with 0 for --help, which has examples", async () => {
    expect((await gradus("status", "--colour")).code).toBe(2);
    for (const verb of ["run", "status", "watch", "compare", "pause", "resume", "cancel", "import", "curricula", "pretrain"]) {
      const { code, stdout } = await gradus(verb, "--help");
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`Examples:\n {2}\\$ gradus ${verb}\\b`));
      expect(stdout).toContain("Exit codes: 0");
    }
  });
});
