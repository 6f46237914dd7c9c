// Owns: a page that broke says so, and the frame around it stands. Must not know: pages.
import { Component } from "react";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { EmptyState } from "./empty-state.tsx";

interface BrokenProps {
  readonly children: ReactNode;
}

/** Give it the path as its key: another page begins whole. */
export class Broken extends Component<BrokenProps, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div role="alert">
        <EmptyState title="This page broke.">
          <p className="mono">{error instanceof Error ? error.message : String(error)}</p>
          <Button onClick={() => location.reload()}>Load it again</Button>
        </EmptyState>
      </div>
    );
  }
}
