// Owns: choosing which shelf a list shows. Must not know: the list.
import type { Shelf } from "../generated/graphql.ts";

const SHELVES: readonly (readonly [value: string, title: string, shelf: Shelf])[] = [
  ["", "in lists", "ACTIVE"],
  ["archived", "archived", "ARCHIVED"],
  ["deleted", "deleted", "DELETED"],
];

/** `value` as the address has it; what there is not is the list's own shelf. */
export const shelfOf = (value: string): Shelf => SHELVES.find(([name]) => name === value)?.[2] ?? "ACTIVE";

interface ShelfChoiceProps {
  readonly value: string;
  readonly onChoose: (value: string) => void;
}

export const ShelfChoice = ({ value, onChoose }: ShelfChoiceProps) => (
  <label className="row small muted">
    Show
    <select value={value} onChange={({ target }) => onChoose(target.value)}>
      {SHELVES.map(([name, title]) => (
        <option key={name} value={name}>
          {title}
        </option>
      ))}
    </select>
  </label>
);
