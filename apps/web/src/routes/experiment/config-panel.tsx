// Owns: in what the arms' configurations differ, beside each other. Must not know: what keys mean.
import { ArmKey } from "../../components/arm-key.tsx";
import { Button } from "../../components/button.tsx";
import { Panel } from "../../components/panel.tsx";
import { DownloadMenu } from "../../download/download-menu.tsx";
import { useUrlState } from "../../url/use-url-state.ts";
import { configDiff } from "./config-diff.ts";
import type { Experiment } from "./use-experiment-live.ts";

export function ConfigPanel({ arms }: { readonly arms: Experiment["arms"] }) {
  const [shown, setShown] = useUrlState("config");
  const rows = configDiff(
    arms.map(({ configuration, curriculum }) => ({ ...(configuration as object), curriculum: curriculum.specification })),
    shown === "all",
  );
  const table = {
    columns: ["key", ...arms.map(({ name }) => name)],
    rows: rows.map(({ path, values }) => [path, ...values]),
  };
  return (
    <Panel
      title="Configuration"
      flush
      aside={
        <span className="row no-print">
          <Button aria-pressed={shown === "all"} onClick={() => setShown(shown === "all" ? "" : "all")}>
            Equal keys too
          </Button>
          <DownloadMenu title="Configuration" figure={() => ({ table })} />
        </span>
      }
    >
      {rows.length === 0 ? (
        <p className="muted" style={{ padding: "0 16px 16px" }}>
          {arms.length < 2 ? "One arm: nothing to differ from." : "The arms differ in nothing but their names."}
        </p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Key</th>
              {arms.map(({ id, ordinal, name }) => (
                <th key={id} scope="col">
                  <ArmKey ordinal={ordinal} name={name} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ path, values }) => (
              <tr key={path} data-key={path}>
                <th scope="row" className="mono" style={{ minWidth: 150 }}>
                  {path}
                </th>
                {values.map((value, at) => (
                  <td key={at} className="mono small" style={{ minWidth: 170, maxWidth: 360, overflowWrap: "anywhere" }}>
                    {value ?? <span className="muted">–</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
