// Owns: what one sets: this browser's time zone, alert rules and what they found, API keys, and what was changed by whom. Must not know: how each of them is made.
import { Panel } from "../../components/panel.tsx";
import { chooseZone, ownZone, useChosenZone } from "../../format/time-zone.ts";
import { useTitle } from "../../use-title.ts";
import { AlertList } from "./alert-list.tsx";
import { AlertRules } from "./alert-rules.tsx";
import { ApiKeys } from "./api-keys.tsx";
import { AuditLog } from "./audit-log.tsx";

export function SettingsPage() {
  useTitle("Settings");
  const zone = useChosenZone();
  return (
    <div className="stack">
      <h1>Settings</h1>
      <Panel title="This browser">
        <label className="row">
          Times are written in
          <select value={zone} onChange={({ target }) => chooseZone(target.value)}>
            <option value="">my time zone, {ownZone()}</option>
            <option value="UTC">UTC, as logs have it</option>
          </select>
        </label>
      </Panel>
      <AlertRules />
      <AlertList />
      <ApiKeys />
      <AuditLog />
    </div>
  );
}
