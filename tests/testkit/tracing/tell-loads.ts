// Owns: writing down every module that a program loads: `node --import` this, with GRADUS_TEST_LOADS as the file. Must not know: the program.
import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";

const file = process.env["GRADUS_TEST_LOADS"] ?? "";
registerHooks({
  load(url, context, nextLoad) {
    appendFileSync(file, `${url}\n`);
    return nextLoad(url, context);
  },
});
