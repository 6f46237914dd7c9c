// Owns: light, dark, or what the system says; kept in the browser. Must not know: colours.
import { useState } from "react";
import { Button } from "./button.tsx";
import { themeChanged } from "./theme-signal.ts";

const THEMES = ["system", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];
const SIGNS = { system: "◐", light: "☀", dark: "☾" } as const;
const KEY = "gradus.theme";

export function ThemeToggle() {
  const [theme, setTheme] = useState<Theme>(() => (document.documentElement.dataset["theme"] as Theme | undefined) ?? "system");
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
  const turn = (): void => {
    if (next === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = next;
    try {
      if (next === "system") localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, next);
    } catch {
      // Tolerates a browser that keeps nothing: the theme lasts as long as the page.
    }
    setTheme(next);
    themeChanged();
  };
  return (
    <Button kind="quiet" onClick={turn} title={`Theme: ${theme}. Next: ${next}.`} aria-label={`Theme: ${theme}. Change to ${next}.`}>
      <span aria-hidden="true">{SIGNS[theme]}</span>
    </Button>
  );
}
