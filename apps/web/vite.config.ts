// Owns: how the page is built, and where its API is while it is developed. Must not know: the page.
import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";

export default defineConfig(({ mode }) => {
  const api = loadEnv(mode, ".", "GRADUS_")["GRADUS_API_URL"] ?? "http://127.0.0.1:4800";
  return {
    plugins: [react()],
    // The API refuses foreign Origins: in development the page's own is rewritten to the API's.
    server: { proxy: { "/graphql": { target: api, changeOrigin: true, ws: true, headers: { origin: api } } } },
    build: { target: "es2024", reportCompressedSize: false },
  };
});
