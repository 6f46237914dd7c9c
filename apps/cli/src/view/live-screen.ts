// Owns: lines that are redrawn in place on a terminal, and come as they are elsewhere. Must not know: what the lines say.
import { stripVTControlCharacters } from "node:util";

/** Where progress is written. */
export interface Screen {
  /** Replaces the lines shown before; nothing off a terminal. */
  show(lines: readonly string[]): void;
  /** A line that stays, above the shown ones. */
  say(line: string): void;
  /** Leaves the shown lines where they are: what comes next is below them. */
  leave(): void;
  readonly redraws: boolean;
}

/** A screen on a stream: standard error while standard output carries a result. */
export function openScreen(stream: NodeJS.WriteStream): Screen {
  return stream.isTTY && process.env["TERM"] !== "dumb" ? liveScreen(stream) : plainScreen(stream);
}

function plainScreen(stream: NodeJS.WritableStream): Screen {
  return { redraws: false, show: () => undefined, say: (line) => void stream.write(`${line}\n`), leave: () => undefined };
}

/** Exported for its test. `columns` and `rows` are read at each drawing: windows change. */
export function liveScreen(stream: NodeJS.WritableStream & { readonly columns?: number; readonly rows?: number }): Screen {
  let shown: readonly string[] = [];
  const erase = () => (shown.length === 0 ? "" : `\u001B[${shown.length}A\r\u001B[0J`);
  const draw = (lines: readonly string[]): string => lines.map((line) => `${cut(line, (stream.columns ?? 80) - 1)}\n`).join("");
  return {
    redraws: true,
    show(lines) {
      // More lines than the window has cannot be reached again from below.
      const fitting = lines.slice(0, Math.max(1, (stream.rows ?? 24) - 1));
      stream.write(erase() + draw(fitting));
      shown = fitting;
    },
    say(line) {
      stream.write(`${erase()}${line}\n${draw(shown)}`);
    },
    leave() {
      shown = [];
    },
  };
}

/** A line that wraps would count as two: cut to the width, colours not counted. */
function cut(line: string, width: number): string {
  if (stripVTControlCharacters(line).length <= width) return line;
  const [plain = "", ...coloured] = line.split("\u001B[");
  let room = Math.max(0, width - plain.length);
  return coloured.reduce(
    (text, part) => {
      const codeEnd = part.indexOf("m") + 1;
      const visible = part.slice(codeEnd, codeEnd + room);
      room -= visible.length;
      return `${text}\u001B[${part.slice(0, codeEnd)}${visible}`;
    },
    plain.slice(0, width),
  );
}
