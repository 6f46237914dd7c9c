// Owns: printing a page whole: parts that nobody has scrolled to are made and filled first. Must not know: which parts.

const SHOW_ALL = "gradus:show-all";
const MOST_MS = 15_000;

/** Calls back when every part of the page is wanted, by our button or the browser's own menu. */
export function onShowAll(listener: () => void): () => void {
  const events = [SHOW_ALL, "beforeprint"];
  for (const event of events) addEventListener(event, listener);
  return () => events.forEach((event) => removeEventListener(event, listener));
}

/** Prints when nothing is a skeleton any more, or after some seconds as it is. */
export async function printWhole(): Promise<void> {
  dispatchEvent(new Event(SHOW_ALL));
  const until = Date.now() + MOST_MS;
  // A part that has just been made shows its skeleton in the next frame.
  do await new Promise((resolve) => setTimeout(resolve, 150));
  while (document.querySelector(".skeleton") !== null && Date.now() < until);
  print();
}
