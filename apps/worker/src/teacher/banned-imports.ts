// Owns: what a problem's reference may not touch, since it could make it nondeterministic or reach outside. Must not know: sandboxes.

/** The list of Absolute Zero Reasoner, which the paper's filters descend from (paper 2.5, 2.6), with what it names by prefix. */
const BANNED_MODULES =
  "random time datetime os sys subprocess threading multiprocessing logging hashlib hmac bcrypt calendar secrets uuid socket pathlib shutil tempfile signal ctypes importlib builtins asyncio inspect gc".split(
    " ",
  );
const BANNED_CALLS = "open input eval exec compile __import__ globals locals vars breakpoint exit quit id hash".split(" ");

const IMPORT = /^[ \t]*(?:import[ \t]+(?<names>[^#\n]+)|from[ \t]+(?<from>[\w.]+)[ \t]+import\b)/gm;
const CALL = new RegExp(String.raw`(?<![\w.])(?:${BANNED_CALLS.join("|")})[ \t]*\(`);

/** The first thing in a Python source that is banned, in words, or null. A filter for honest code: the sandbox is the wall. */
export function findBanned(source: string): string | null {
  for (const { groups } of source.matchAll(IMPORT)) {
    const modules =
      groups!["from"] === undefined ? groups!["names"]!.split(",").map((part) => part.trim().split(/\s/)[0]!) : [groups!["from"]];
    const banned = modules.find((module) => BANNED_MODULES.includes(module.split(".")[0]!));
    if (banned !== undefined) return `import of ${banned}`;
  }
  return CALL.exec(source)?.[0].replace(/[ \t]*\($/, " is called") ?? null;
}
