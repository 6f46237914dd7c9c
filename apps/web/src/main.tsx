// Owns: putting the page into the document. Must not know: routes.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import "./design/tokens.css";
import "./design/base.css";
import "./components/components.css";

// A newer page was built since this one was opened: the part that is wanted has another name now. Once: what is missing for good must not load for ever.
addEventListener("vite:preloadError", (event) => {
  if (performance.now() < 10_000) return;
  event.preventDefault();
  location.reload();
});

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
