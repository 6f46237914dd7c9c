// Owns: how the page is built, and where its API is while it is developed. Must not know: the page.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";
import type { Plugin } from "vite";

/** Beside each script and stylesheet it compressed: who serves it need not do that at every request. */
const compressed: Plugin = {
  name: "compressed-beside",
  writeBundle({ dir = "" }, bundle) {
    for (const [name, file] of Object.entries(bundle)) {
      if (!/\.(?:js|css)$/.test(name)) continue;
      writeFileSync(join(dir, `${name}.gz`), gzipSync(file.type === "chunk" ? file.code : file.source, { level: 9 }));
    }
  },
};

export default defineConfig(({ mode }) => {
  const api = loadEnv(mode, ".", "GRADUS_")["GRADUS_API_URL"] ?? "http://127.0.0.1:4800";
  return {
    plugins: [react(), compressed],
    // The API refuses foreign Origins: in development the page's own is rewritten to the API's.
    server: { proxy: { "/graphql": { target: api, changeOrigin: true, ws: true, headers: { origin: api } } } },
    build: { target: "es2024", reportCompressedSize: false },
  };
});
