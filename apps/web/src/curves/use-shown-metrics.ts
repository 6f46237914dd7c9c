// Owns: which metrics the panels of an address need, those that place steps on another axis too. Must not know: panels.
import { useUrlState } from "../url/use-url-state.ts";
import { panelsOf } from "./workspace.ts";
import { axisMetrics, isXAxis } from "./x-axis.ts";

export function useShownMetrics(defaults: string): readonly string[] {
  const [charts] = useUrlState("charts", defaults);
  const [axis] = useUrlState("x", "step");
  return [...panelsOf(charts), ...(isXAxis(axis) ? axisMetrics(axis) : [])];
}
