// Owns: the panels of a page as text, and what of an address a view is. Must not know: what a panel shows, where views are kept.

/** Metrics in the order of their panels, as the URL has them: separated by spaces, those inside a name written %20. */
export const panelsOf = (text: string): string[] =>
  text
    .split(" ")
    .filter((one) => one !== "")
    .map((one) => one.replaceAll("%20", " ").replaceAll("%25", "%"));

export const panelsText = (metrics: readonly string[]): string =>
  metrics.map((metric) => metric.replaceAll("%", "%25").replaceAll(" ", "%20")).join(" ");

/** One of them a place on: earlier for -1, later for 1. */
export function moved(metrics: readonly string[], from: number, to: number): string[] {
  const rest = metrics.filter((_, at) => at !== from);
  const one = metrics[from];
  return one === undefined ? [...metrics] : rest.toSpliced(Math.max(0, Math.min(rest.length, to)), 0, one);
}

/** What of an address a view is: which panels, and how they are drawn. Not the place in the data. */
const KEPT = ["charts", "x", "y", "smooth", "seeds", "stages"];

/** The view of an address; `defaults`: the panels where the address names none. */
export function viewOf(search: string, defaults: string): string {
  const query = new URLSearchParams(search);
  const kept = new URLSearchParams(KEPT.flatMap((key) => (query.has(key) ? [[key, query.get(key) ?? ""]] : [])));
  if (!kept.has("charts")) kept.set("charts", defaults);
  return kept.toString();
}

/** The address's query with a view put into it; what is of no view stays. */
export function withView(search: string, view: string): string {
  const query = new URLSearchParams(search);
  for (const key of KEPT) query.delete(key);
  for (const [key, value] of new URLSearchParams(view)) if (KEPT.includes(key)) query.set(key, value);
  return query.toString();
}
