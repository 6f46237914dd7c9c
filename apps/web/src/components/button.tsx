// Owns: a button. Must not know: what it does.
import type { ButtonHTMLAttributes } from "react";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: "plain" | "primary" | "danger" | "quiet";
}

export const Button = ({ kind = "plain", type = "button", ...rest }: ButtonProps) => (
  <button type={type === "submit" ? "submit" : "button"} className="button" data-kind={kind} {...rest} />
);
