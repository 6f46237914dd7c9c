// Owns: the bytes a Tinker checkpoint is in our stores: where its server keeps the weights. Must not know: HTTP.
import { z } from "zod";

/** The weights themselves stay on the server: whoever loads these bytes elsewhere is told so. */
const SavedWeights = z.strictObject({
  format: z.literal("gradus-tinker-checkpoint/1"),
  baseModel: z.string(),
  rank: z.number().int().min(1),
  path: z.string().startsWith("tinker://"),
});
export type SavedWeights = z.infer<typeof SavedWeights>;

export const encodeSaved = (saved: Omit<SavedWeights, "format">): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify({ format: "gradus-tinker-checkpoint/1", ...saved })}\n`);

/** @throws Error that says what the bytes are not */
export function decodeSaved(bytes: Uint8Array): SavedWeights {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // Weights of the embedded engine, or anything else: said below.
    value = null;
  }
  const saved = SavedWeights.safeParse(value);
  if (!saved.success) throw new Error("this is no checkpoint of a Tinker engine; weights of the embedded engine cannot be loaded into one");
  return saved.data;
}
