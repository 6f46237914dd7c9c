// Owns: an author behind a chat server: writes problems that were prepared, answers them as student, half of the time wrongly. Must not know: tests.
import type { ChatReply, ChatRequest } from "./openai-server.ts";

/** Programs that are not alike, with the hint of each. */
const PROGRAMS: readonly (readonly [message: string, body: string])[] = [
  ["turn the list round", "return x[::-1]"],
  ["from the least to the greatest", "return sorted(x)"],
  ["each number times itself", "return [a * a for a in x]"],
  ["how much it is together", "return sum(x, 0) + len(x)"],
  ["how far the numbers are apart", "return max(x, default=0) - min(x, default=0)"],
  ["what halving leaves over", "return [a for a in x if a % 2 == 1]"],
  ["the first one moves to the end", "return x[1:] + x[:1]"],
  ["how many different ones", "return len(set(x)) * 10"],
  ["nothing twice", "return list(dict.fromkeys(x))"],
  ["neighbours together", "return [a + b for a, b in zip(x, x[1:])]"],
  ["a sum that grows", "total = 0\n    out = []\n    for a in x:\n        total += a\n        out.append(total)\n    return out"],
  ["pairs with their place", "return [(i, a) for i, a in enumerate(x)]"],
  ["signs do not matter", "return [abs(a) - 1 for a in x]"],
  ["the middle one", "return sorted(x)[len(x) // 2] if x else None"],
  ["count by size", "return {a: x.count(a) for a in sorted(set(x))}"],
  ["as text", "return '-'.join(str(a) for a in x)"],
];

const block = (tag: string, text: string): string => `\`\`\`${tag}\n${text}\n\`\`\``;
const INPUTS = ["[3, 1, 2]", "[5, 5, -4]", "[]", "[7]", "[1, 2, 3, 4]"].map((input) => block("input", input));
const program = (body: string): string => `def f(x):\n    ${body}`;

/** A good reply, the `at`th. */
export function goodReply(at: number): string {
  const [message, body] = PROGRAMS[at % PROGRAMS.length] as (typeof PROGRAMS)[number];
  return `<think>A list is a good start.</think>\n<answer>\n${[block("python", program(body)), ...INPUTS, block("message", message)].join("\n")}\n</answer>`;
}

/** What replies can be, by the mark that a seed's text carries: `# seed: two-programs`. */
export const HOSTILE: Readonly<Record<string, ChatReply>> = {
  empty: { text: "" },
  truncated: { text: `<answer>\n${block("python", program("return x"))}\n\`\`\`input\n[1, 2`, finish: "length" },
  "wrong-fences": { text: goodReply(0).replaceAll("```python", "```json") },
  "two-programs": { text: goodReply(1).replace("<answer>", `<answer>\n${block("python", program("return x"))}`) },
  endless: { text: goodReply(2).replace("return [a * a for a in x]", "while True: pass") },
  banned: { text: goodReply(3).replace("def f", "import os\ndef f") },
  leak: { text: goodReply(4).replace("how far the numbers are apart", "return max(x, default=0) - min(x, default=0)") },
  chance: {
    text: goodReply(5).replace(
      "def f(x):\n    return",
      "import statistics\ndef f(x):\n    return [statistics.random.SystemRandom().random()] +",
    ),
  },
  same: { text: goodReply(6).replace("return x[1:] + x[:1]", "return 7") },
  crash: { text: goodReply(7).replace("return len(set(x)) * 10", "return x[0]") },
  rejected: { status: 400, message: "this prompt is against our rules" },
  "no-choices": { raw: '{"choices":[]}' },
};

/** What each of them is refused for. */
export const REFUSED_FOR: Readonly<Record<string, string>> = {
  empty: "FORMAT",
  truncated: "FORMAT",
  "wrong-fences": "FORMAT",
  "two-programs": "FORMAT",
  endless: "DOES_NOT_RUN",
  banned: "BANNED_CODE",
  leak: "LEAKS_CODE",
  chance: "NOT_DETERMINISTIC",
  same: "ONE_OUTPUT",
  crash: "DOES_NOT_RUN",
  rejected: "NO_REPLY",
  "no-choices": "FORMAT",
};

const textOf = ({ messages }: ChatRequest): string => messages.map(({ content }) => content).join("\n");
export const markOf = (request: ChatRequest): string => /# seed: ([\w-]+)/.exec(textOf(request))?.[1] ?? "";
export const isTeacher = (request: ChatRequest): boolean => /^# (?:Write|Mutate)/m.test(textOf(request));
export const isFirst = (request: ChatRequest): boolean => /^# Write/m.test(textOf(request));

/** A student's reply: right for even seeds. */
export function studentReply(request: ChatRequest): ChatReply {
  const [, body = "return None"] = PROGRAMS.find(([message]) => textOf(request).includes(message)) ?? [];
  return { text: `I think so.\n${block("python", (request.seed ?? 0) % 2 === 0 ? program(body) : program("return 'no idea'"))}` };
}
