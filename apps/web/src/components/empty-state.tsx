// Owns: what stands where nothing is yet: why, and the command that changes it. Must not know: of what.
import type { ReactNode } from "react";
import { Command } from "./command.tsx";

export function EmptyState({
  title,
  command,
  children,
}: {
  readonly title: string;
  readonly command?: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="empty">
      <h3>{title}</h3>
      {children && <div className="muted">{children}</div>}
      {command !== undefined && <Command text={command} />}
    </div>
  );
}
