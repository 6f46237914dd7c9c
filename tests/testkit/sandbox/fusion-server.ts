// Owns: a small server that answers `POST /run_code` as SandboxFusion's public description has it, and can fail as a service does.
// It isolates nothing: feed it programs of the tests only.
import { spawn } from "node:child_process";
import { type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type FusionMood = "WELL" | "HTTP_500" | "SANDBOX_ERROR" | "RUNNER_ERROR" | "GARBAGE" | "HANG";

export interface FusionServer {
  readonly url: string;
  mood: FusionMood;
  /** Requests that it has met. */
  readonly asked: number;
  close(): Promise<void>;
}

const answerWith =
  (response: ServerResponse) =>
  (status: number, body: unknown): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(typeof body === "string" ? body : JSON.stringify(body));
  };

export async function startFusionServer(): Promise<FusionServer> {
  const state: { mood: FusionMood; asked: number } = { mood: "WELL", asked: 0 };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const answer = answerWith(response);
      state.asked += 1;
      if (request.method !== "POST" || request.url !== "/run_code") return answer(404, { detail: "Not Found" });
      if (state.mood === "HANG") return;
      if (state.mood === "HTTP_500") return answer(500, "Internal Server Error");
      if (state.mood === "GARBAGE") return answer(200, "<html>");
      if (state.mood === "SANDBOX_ERROR")
        return answer(200, { status: "SandboxError", message: "no runner", compile_result: null, run_result: null, files: {} });
      const { code, language, run_timeout } = JSON.parse(Buffer.concat(parts).toString("utf8")) as {
        code: string;
        language: string;
        run_timeout: number;
      };
      if (language !== "python") return answer(422, { detail: [{ msg: "unexpected language" }] });
      if (state.mood === "RUNNER_ERROR") {
        const run_result = { status: "Error", execution_time: null, return_code: null, stdout: null, stderr: "fork: retry" };
        return answer(200, { status: "Failed", message: "", compile_result: null, run_result, files: {} });
      }
      void (async () => {
        const run_result = await runPython(code, run_timeout);
        const status = run_result.status === "Finished" && run_result.return_code === 0 ? "Success" : "Failed";
        answer(200, { status, message: "", compile_result: null, run_result, executor_pod_name: null, files: {} });
      })();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get mood() {
      return state.mood;
    },
    get asked() {
      return state.asked;
    },
    set mood(mood) {
      state.mood = mood;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

interface RunResult {
  readonly status: "Finished" | "TimeLimitExceeded";
  readonly execution_time: number;
  readonly return_code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The first MiB, and a text that begins so where it is no UTF-8. */
function kept(parts: readonly Buffer[]): string {
  const bytes = Buffer.concat(parts).subarray(0, 2 ** 20);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return "[DecodeError] 'utf-8' codec can't decode";
  }
}

function runPython(code: string, timeoutSeconds: number): Promise<RunResult> {
  const started = performance.now();
  const child = spawn("/usr/bin/env", ["python3", "-S", "-"], { env: { PATH: process.env["PATH"] ?? "", PYTHONHASHSEED: "0" } });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  let late = false;
  child.stdout.on("data", (part: Buffer) => stdout.push(part));
  child.stderr.on("data", (part: Buffer) => stderr.push(part));
  child.stdin.on("error", () => {}); // a program that ends before it was read
  child.stdin.end(code);
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, timeoutSeconds * 1000);
  const SIGNALS: Readonly<Record<string, number>> = { SIGKILL: 9, SIGSEGV: 11, SIGXCPU: 24, SIGABRT: 6 };
  return new Promise((resolve) =>
    child.once("close", (status, signal) => {
      clearTimeout(timer);
      const return_code = late ? null : (status ?? -(SIGNALS[signal ?? ""] ?? 1));
      resolve({
        status: late ? "TimeLimitExceeded" : "Finished",
        execution_time: (performance.now() - started) / 1000,
        return_code,
        stdout: kept(stdout),
        stderr: kept(stderr),
      });
    }),
  );
}
