// Owns: finding the Python program inside a completion. Must not know: environments, whether the program is right or even parses.

const FENCE = /```(?:python|py)?[ \t]*\n([\s\S]*?)(?:```|$)/g;

/**
 * The program in a completion that should define `entryPoint`, or null. Chat models fence their code: the last fenced block that has the
 * definition counts. Otherwise the text itself, from its first line of code on.
 */
export function findProgram(completion: string, entryPoint: string): string | null {
  const defines = new RegExp(String.raw`^(?:async[ \t]+)?def[ \t]+${entryPoint}[ \t]*\(`, "m");
  const fenced = [...completion.matchAll(FENCE)].map((match) => match[1]!).filter((block) => defines.test(block));
  const source = fenced.at(-1) ?? (completion.includes("```") ? null : completion);
  if (source === null || !defines.test(source)) return null;
  const lines = source.replaceAll("\r\n", "\n").split("\n");
  const start = lines.findIndex((line) => /^(?:def|async|import|from|class|@|[A-Za-z_]\w*[ \t]*=)/.test(line));
  return `${lines.slice(start).join("\n").trimEnd()}\n`;
}

/** The program of a completion that may be anything: the last fenced block, or the whole text where nothing is fenced. Null where it is blank. */
export function findSource(completion: string): string | null {
  const fenced = [...completion.matchAll(FENCE)].map((match) => match[1]!);
  const source = fenced.at(-1) ?? completion;
  return source.trim() === "" ? null : `${source.replaceAll("\r\n", "\n").trimEnd()}\n`;
}
