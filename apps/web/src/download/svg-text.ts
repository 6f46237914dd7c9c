// Owns: what drawings for download share: escaping, colours of now, a frame with a title. Must not know: charts, tables.

export const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The value of a colour's variable, so that the file stands alone. */
export const ink = (variable: string): string => getComputedStyle(document.documentElement).getPropertyValue(variable).trim();

export function svgFrame(width: number, height: number, title: string, body: string): string {
  const font = "font-family='Helvetica, Arial, sans-serif'";
  return (
    `<svg xmlns='http://www.w3.org/2000/svg' width='${width}' height='${height}' viewBox='0 0 ${width} ${height}' ${font} font-size='11'>` +
    `<title>${escaped(title)}</title><rect width='100%' height='100%' fill='${ink("--surface")}'/>` +
    `<text x='16' y='22' font-size='14' font-weight='600' fill='${ink("--ink")}'>${escaped(title)}</text>${body}</svg>`
  );
}

/** A drawing of the page as a file that stands alone: variables become their values. */
export function standalone(title: string, element: SVGSVGElement | null): string {
  if (element === null) return svgFrame(240, 60, title, "");
  const body = element.innerHTML.replaceAll(/var\((--[\w-]+)\)/g, (_, variable: string) => ink(variable));
  const { width, height } = element.viewBox.baseVal;
  return svgFrame(width + 32, height + 56, title, `<g transform='translate(16 40)'>${body}</g>`);
}
