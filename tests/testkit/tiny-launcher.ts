// Owns: `gradus up` as a program of its own with tiny programs in the places of API and worker, for tests that kill it.
// Must not know: what the tests expect.
import { fileURLToPath } from "node:url";
import { appPrograms, type AppProgramsInput } from "@gradus/cli/up/app-programs";
import { up } from "@gradus/cli/up/up";
import { exitCodeOf, tellError } from "@gradus/cli/tell-error";

const entry = fileURLToPath(new URL("tiny-app.ts", import.meta.url));
const programs = (input: AppProgramsInput) => {
  const { api, worker } = appPrograms(input);
  return { api: { ...api, entry, args: ["api"] }, worker: { ...worker, entry, args: ["worker"] } };
};

try {
  process.exitCode = await up(
    { port: Number(process.env["GRADUS_TEST_PORT"]), exit: process.argv.includes("--exit") },
    { programs, quickstart: async () => 0 },
  );
} catch (error) {
  tellError(error);
  process.exitCode = exitCodeOf(error);
}
process.exit();
