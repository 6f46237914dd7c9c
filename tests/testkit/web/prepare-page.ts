// Owns: the page as it is in the tree, built once before tests that open it. Must not know: the tests.
import { buildPage } from "./browser.ts";

/** Vitest's global setup of every project that opens a browser. */
export default function preparePage(): void {
  buildPage();
}
