// Owns: how every chart of a page is drawn (axis, scale, smoothing, pin), in the URL, and the controls of that. Must not know: which charts.
import { useEffect } from "react";
import { Button } from "../components/button.tsx";
import { useUrlState } from "../url/use-url-state.ts";
import { AXIS_TITLES, X_AXES, isXAxis } from "./x-axis.ts";
import type { XAxis } from "./x-axis.ts";

export interface ViewOptions {
  readonly axis: XAxis;
  readonly isLog: boolean;
  /** Weight of the exponential moving average; 0 = none. */
  readonly smoothing: number;
  /** A step. */
  readonly pin: number | null;
  readonly setPin: (step: number | null) => void;
}

const SMOOTHINGS = ["", "0.5", "0.8", "0.9", "0.97"] as const;
const AXIS_NAMES: Readonly<Record<XAxis, string>> = { step: "steps", rollouts: "rollouts", tokens: "tokens", time: "time" };

export function useViewOptions(): ViewOptions {
  const [axis] = useUrlState("x", "step");
  const [scale] = useUrlState("y");
  const [smooth] = useUrlState("smooth");
  const [pin, setPin] = useUrlState("pin");
  useEffect(() => {
    if (pin === "") return;
    const unpin = ({ key }: KeyboardEvent): void => {
      if (key === "Escape") setPin("", { replace: true });
    };
    addEventListener("keydown", unpin);
    return () => removeEventListener("keydown", unpin);
  }, [pin, setPin]);
  const weight = Number(smooth);
  return {
    axis: isXAxis(axis) ? axis : "step",
    isLog: scale === "log",
    smoothing: weight > 0 && weight < 1 ? weight : 0,
    pin: /^\d+$/.test(pin) ? Number(pin) : null,
    setPin: (step) => setPin(step === null ? "" : String(step), { replace: true }),
  };
}

export function ViewControls({ options }: { readonly options: ViewOptions }) {
  const [axis, setAxis] = useUrlState("x", "step");
  const [scale, setScale] = useUrlState("y");
  const [smooth, setSmooth] = useUrlState("smooth");
  return (
    <div className="row small no-print" role="group" aria-label="How charts are drawn">
      <label className="row muted">
        Over
        <select value={axis} onChange={({ target }) => setAxis(target.value)}>
          {X_AXES.map((one) => (
            <option key={one} value={one} title={AXIS_TITLES[one]}>
              {AXIS_NAMES[one]}
            </option>
          ))}
        </select>
      </label>
      <label className="row muted">
        Smoothing
        <select value={smooth} onChange={({ target }) => setSmooth(target.value)}>
          {SMOOTHINGS.map((weight) => (
            <option key={weight} value={weight}>
              {weight === "" ? "none" : `EMA ${weight}`}
            </option>
          ))}
        </select>
      </label>
      <Button aria-pressed={scale === "log"} onClick={() => setScale(scale === "log" ? "" : "log")}>
        Log scale
      </Button>
      {options.pin !== null && (
        <Button onClick={() => options.setPin(null)} title="Esc does too">
          Pinned at step {options.pin} ✕
        </Button>
      )}
    </div>
  );
}
