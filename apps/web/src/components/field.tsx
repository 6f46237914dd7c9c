// Owns: a control of a form under its name, with what is wrong with it. Must not know: which control.
import { useId } from "react";
import type { ReactNode } from "react";

/** What ties a control to its name, and to what is wrong with it. */
interface Told {
  readonly id: string;
  readonly "aria-invalid"?: true;
  readonly "aria-describedby"?: string;
}

interface FieldProps {
  readonly title: string;
  /** What is wanted instead of what it holds; absent: nothing is wrong. */
  readonly wrong?: string | undefined;
  readonly children: (told: Told) => ReactNode;
}

export function Field({ title, wrong, children }: FieldProps) {
  const id = useId();
  const wrongId = `${id}-wrong`;
  return (
    <div className="field">
      <label htmlFor={id}>{title}</label>
      {children({ id, ...(wrong === undefined ? {} : { "aria-invalid": true as const, "aria-describedby": wrongId }) })}
      {wrong !== undefined && (
        <p id={wrongId} className="field-wrong">
          {wrong}
        </p>
      )}
    </div>
  );
}
