// Owns: the menu that gives a figure as PNG, SVG or CSV, all three from the same numbers. Must not know: which figure.
import { useRef } from "react";
import { Button } from "../components/button.tsx";
import { toCsv } from "./csv.ts";
import type { DataTable } from "./csv.ts";
import { fileName, saveFile, svgToPng } from "./save.ts";
import { tableSvg } from "./table-svg.ts";

export interface Figure {
  readonly table: DataTable;
  /** Absent: the table itself is drawn. */
  readonly svg?: string;
}

/** `figure` is called when a file is wanted and not before. */
export function DownloadMenu({ title, figure }: { readonly title: string; readonly figure: () => Figure }) {
  const menu = useRef<HTMLDetailsElement>(null);
  const save = async (kind: "png" | "svg" | "csv"): Promise<void> => {
    menu.current?.removeAttribute("open");
    const { table, svg = tableSvg(title, table) } = figure();
    const name = `${fileName(title)}.${kind}`;
    if (kind === "csv") saveFile(name, toCsv(table), "text/csv");
    else if (kind === "svg") saveFile(name, svg, "image/svg+xml");
    else saveFile(name, await svgToPng(svg));
  };
  return (
    <details className="menu no-print" ref={menu}>
      <summary className="button" data-kind="quiet" aria-label={`Download ${title}`} title="Download">
        <span aria-hidden="true">⤓</span>
      </summary>
      <div className="menu-items">
        {(["png", "svg", "csv"] as const).map((kind) => (
          <Button key={kind} kind="quiet" onClick={() => void save(kind)}>
            {kind.toUpperCase()}
          </Button>
        ))}
      </div>
    </details>
  );
}
