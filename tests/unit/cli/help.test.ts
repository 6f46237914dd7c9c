// Owns: that every verb tells a person its examples and a script its exit codes and JSON. Must not know: what a verb does.
import { expect, test } from "vitest";
import { gradus } from "../../testkit/cli/gradus.ts";

interface Help {
  readonly verb: string;
  readonly code: number | null;
  readonly text: string;
}

/** The help of every verb below the words given, those of a group one by one (`simulate curriculum`). */
async function helpOf(words: readonly string[]): Promise<Help[]> {
  const { stdout, code } = await gradus([...words, "--help"]);
  const listed = /^Commands:\n([\s\S]*?)\n\n?$/m.exec(`${stdout}\n\n`)?.[1];
  if (listed === undefined) return [{ verb: words.join(" "), code, text: stdout }];
  const names = [...listed.matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1] ?? "").filter((name) => name !== "help");
  return (await Promise.all(names.map((name) => helpOf([...words, name])))).flat();
}

test("every verb has --json, examples and exit codes in its help", { timeout: 180_000 }, async () => {
  const helps = await helpOf([]);
  const known = ["up", "doctor", "run", "status", "watch", "compare", "pause", "resume", "cancel", "import", "pretrain", "engine serve"];
  expect(helps.map(({ verb }) => verb)).toEqual(expect.arrayContaining(known));
  for (const { verb, code, text } of helps) {
    expect({ verb, code }).toEqual({ verb, code: 0 });
    expect(text, verb).toMatch(/^ {2}--json /m);
    expect(text, verb).toMatch(new RegExp(`^Examples:\\n +\\$ .*\\b${verb}\\b`, "m"));
    expect(text, verb).toMatch(/^Exit codes: 0 /m);
    for (const [example, command = ""] of text.matchAll(/^ +\$ [^|>#\n]*?\bgradus ([^|>#\n]*)/gm)) {
      expect(command.split(" ")[0], example).toBe(verb.split(" ")[0]);
      for (const [flag] of command.matchAll(/(?<= )--?[a-z][a-z-]*/g))
        expect(text, example).toMatch(new RegExp(`^ {2}(?:-\\w, )?${flag}\\b`, "m"));
    }
  }
});

test("what cannot be meant ends with 2, and says so on standard error alone", { timeout: 120_000 }, async () => {
  for (const args of [["frobnicate"], ["compare"], ["pause"], ["up", "--port", "none"], ["curricula", "none-of-that-name"]]) {
    const { code, stdout, stderr } = await gradus(args);
    expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: "" });
    expect(stderr, args.join(" ")).toMatch(/^(error: |Refused: )/m);
  }
});
