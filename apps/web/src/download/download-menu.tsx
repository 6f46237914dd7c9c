// Owns: the menu that gives a figure as PNG, SVG or CSV, all three from the same numbers. Must not know: which figure.
import { Button } from "../components/button.tsx";
import { Menu } from "../components/menu.tsx";
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
  const save = async (kind: "png" | "svg" | "csv"): Promise<void> => {
    const { table, svg = tableSvg(title, table) } = figure();
    const name = `${fileName(title)}.${kind}`;
    if (kind === "csv") saveFile(name, toCsv(table), "text/csv");
    else if (kind === "svg") saveFile(name, svg, "image/svg+xml");
    else saveFile(name, await svgToPng(svg));
  };
  return (
    <Menu button={<span aria-hidden="true">⤓</span>} label={`Download ${title}`} kind="quiet">
      {(close) =>
        (["png", "svg", "csv"] as const).map((kind) => (
          <Button
            key={kind}
            kind="quiet"
            onClick={() => {
              close();
              void save(kind);
            }}
          >
            {kind.toUpperCase()}
          </Button>
        ))
      }
    </Menu>
  );
}
