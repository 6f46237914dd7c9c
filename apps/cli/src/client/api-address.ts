// Owns: which API a verb talks to. Must not know: what it says there.
import { readRunning } from "../up/data-folder.ts";
import { gradusHome } from "../up/gradus-folders.ts";
import { UnusableError } from "../up/unusable.ts";
import { RefusedError } from "./refused.ts";

/**
 * `--api`, else `GRADUS_API_URL`, else the API that `gradus up` left word of in the data folder. Without a slash at its end.
 * @throws RefusedError for what is no http URL; UnusableError where none is known
 */
export function findApiUrl(given: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  const home = gradusHome(env);
  const url = given ?? (env["GRADUS_API_URL"] || readRunning(home)?.apiUrl);
  if (url === undefined) {
    throw new UnusableError({
      what: "No Gradus is known to run here",
      why: `neither --api nor GRADUS_API_URL is given, and no \`gradus up\` runs on ${home}`,
      whatToDo: "Start one with `gradus up`, or name the API of another machine with --api http://host:port",
    });
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new RefusedError("the address of the API is wrong", [
      { path: "--api", value: url, expected: "an address such as http://127.0.0.1:7400" },
    ]);
  }
  return url.replace(/\/+$/, "");
}
