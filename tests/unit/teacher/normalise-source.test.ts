// Proves: the normal form is equal exactly where Python's own syntax trees are equal up to the names a program binds.
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { generateProblems } from "@gradus/worker/teacher/generate";
import { normaliseSource } from "@gradus/domain/normalise-source";
import { drawSnippets, readStandardLibrary } from "@gradus/worker/teacher/snippets";

describe("a normalised source", () => {
  const base = "def f(x):\n    y = [a + 1 for a in x]\n    return sorted(y, key=abs)\n";

  it("is blind to names, spaces, comments, docstrings, quotes and blank lines", () => {
    const same = [
      "def f(items):\n  z = [ b+1 for b in items ]  # add\n\n  return sorted( z , key = abs )",
      'def f(x):\n    """Add."""\n    y = [a + 1\n         for a in x]\n    return sorted(y, key=abs)\n',
    ];
    for (const text of same) expect(normaliseSource(text)).toBe(normaliseSource(base));
    expect(normaliseSource("def f(x):\n return x + 'a'")).toBe(normaliseSource('def f(y):\n return y + "a"'));
  });

  it("sees constants, operators, called functions, keyword arguments and structure", () => {
    const other = [
      base.replace("+ 1", "+ 2"),
      base.replace("+", "-"),
      base.replace("abs", "str"),
      base.replace("key=", "reverse="),
      base.replace("sorted(y, key=abs)", "y"),
    ];
    for (const text of other) expect(normaliseSource(text)).not.toBe(normaliseSource(base));
    expect(normaliseSource("if a:\n b()\nc()")).not.toBe(normaliseSource("if a:\n b()\n c()"));
  });

  it("keeps apart what Python's ast keeps apart, over generated programs with their names changed", () => {
    const references = generateProblems({ seed: 3, count: 400 }).map(({ content }) => content.reference);
    const renamed = references.map((text) => text.replace(/\bx\b/g, "values").replace(/^ /gm, "    "));
    expect(renamed.map(normaliseSource)).toEqual(references.map(normaliseSource));
    const script = "import ast,json,sys\nprint(len({ast.dump(ast.parse(s)) for s in json.load(sys.stdin)}))";
    const trees = Number(execFileSync("python3", ["-I", "-c", script], { input: JSON.stringify(references) }).toString());
    expect(new Set(references.map(normaliseSource)).size).toBe(trees);
  });
});

describe("seed snippets", () => {
  it("are windows of 25 to 50 lines of the pinned standard library, the same for the same seed, that steer operations", async () => {
    const files = await readStandardLibrary();
    expect(files.length).toBeGreaterThan(300);
    const snippets = drawSnippets(files, 1, 200);
    expect(drawSnippets(files, 1, 5)).toEqual(snippets.slice(0, 5));
    for (const { text } of snippets) {
      const lines = text.split("\n").length;
      expect(lines >= 25 && lines <= 50).toBe(true);
    }
    expect(snippets.filter(({ operations }) => operations.length > 0).length).toBeGreaterThan(90);
    expect(snippets[0]!.place).toMatch(/^pyodide@[\d.]+\/.+\.py:\d+-\d+$/);
    expect(snippets[0]!.hash).toMatchInlineSnapshot(`"018e753df4ea05da926318a42628673de3144883391152f5dfdf3847541e86e0"`);
  });

  it("name only operations that exist", async () => {
    const { OPERATIONS } = await import("@gradus/worker/teacher/operations");
    const names = new Set(OPERATIONS.map((operation) => operation.name));
    const steered = drawSnippets(await readStandardLibrary(), 2, 400).flatMap(({ operations }) => operations);
    expect(steered.filter((name) => !names.has(name))).toEqual([]);
  });
});
