// Owns: by what runs are grouped: named, taken out, proposed. Must not know: runs, groups.
import { useId } from "react";
import { Button } from "../components/button.tsx";

interface KeyPickerProps {
  readonly keys: readonly string[];
  /** What is likely to be wanted. */
  readonly proposed: readonly string[];
  readonly onChoose: (keys: readonly string[]) => void;
}

export function KeyPicker({ keys, proposed, onChoose }: KeyPickerProps) {
  const id = useId();
  const add = (form: HTMLFormElement): void => {
    const key = String(new FormData(form).get("key") ?? "");
    form.reset();
    if (key.trim() !== "") onChoose([...keys, key]);
  };
  return (
    <form
      className="row no-print"
      onSubmit={(event) => {
        event.preventDefault();
        add(event.currentTarget);
      }}
    >
      <label className="row small muted">
        Group by
        <input name="key" list={id} size={24} spellCheck={false} autoComplete="off" placeholder="training.groupSize" />
      </label>
      <datalist id={id}>
        {proposed
          .filter((one) => !keys.includes(one))
          .map((one) => (
            <option key={one} value={one} />
          ))}
      </datalist>
      <Button type="submit">Add</Button>
      {keys.map((key) => (
        <Button key={key} aria-label={`Do not group by ${key}`} onClick={() => onChoose(keys.filter((one) => one !== key))}>
          <span className="mono">{key}</span> <span aria-hidden="true">✕</span>
        </Button>
      ))}
    </form>
  );
}
