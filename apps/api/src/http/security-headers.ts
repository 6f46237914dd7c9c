// Owns: what browsers are told about every answer: not to frame it, not to guess its type, and which scripts the page may run. Must not know: routes, the page.
import { createHash } from "node:crypto";
import type { RequestHandler } from "express";

/** Of what is no page: nothing in it is run, wherever a browser shows it. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'";

/** A page elsewhere that frames ours could have its visitor press our buttons. */
export const securityHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    "Content-Security-Policy": NOTHING,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
  });
  next();
};

/** The policy of a page whose own inline scripts are allowed, and no others. Styles may be inline: charts and components set them. */
export function pagePolicy(html: string): string {
  const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(
    ([, script = ""]) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`,
  );
  return [
    "default-src 'self'",
    ["script-src 'self'", ...scripts].join(" "),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
