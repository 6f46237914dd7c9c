// Owns: an export with what runs kept beside points: a folder of files of one moment, and storing one elsewhere. Must not know: flags, formats of points.
import { createReadStream, openAsBlob } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { ApiError, readJson, send } from "../client/api-client.ts";
import { download, downloadTo } from "../client/download.ts";
import { RefusedError } from "../client/refused.ts";
import { writing } from "../client/unwritable.ts";
import { readLines } from "../client/upload.ts";

interface Api {
  readonly apiUrl: string;
  readonly signal: AbortSignal;
}

interface Wanted {
  readonly folder: string;
  readonly format: string;
  /** `checkpoints`, `samples`. */
  readonly kept: readonly string[];
  readonly tell: (what: string) => void;
}

export interface ExportedFolder {
  /** The moment's cursor. */
  readonly asOf: string;
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
}

/** Writes `points.<format>`, and as asked `samples.jsonl`, `checkpoints.jsonl` with `blobs/<hash>`. */
export async function exportFolder(
  { apiUrl, signal }: Api,
  query: URLSearchParams,
  { folder, format, kept, tell }: Wanted,
): Promise<ExportedFolder> {
  await writing(folder, "--out", mkdir(folder, { recursive: true }));
  if (kept.includes("checkpoints")) query.set("checkpoints", "1");
  const files: { name: string; sha256: string }[] = [];
  const write = async (path: string, name: string): Promise<string> => {
    const { bytes, asOf } = await download(apiUrl, path, signal);
    files.push({ name, sha256: await downloadTo(bytes, join(folder, name)) });
    return asOf;
  };
  const asOf = await write(`/export/points?${query}`, `points.${format}`);
  tell(`as of ${asOf}`);
  const ofMoment = new URLSearchParams({ asOf });
  if (kept.includes("samples")) await write(`/export/samples?${ofMoment}`, "samples.jsonl");
  if (kept.includes("checkpoints")) {
    await write(`/export/checkpoints?${ofMoment}`, "checkpoints.jsonl");
    await mkdir(join(folder, "blobs"), { recursive: true });
    for (const hash of await hashesIn(join(folder, "checkpoints.jsonl"))) {
      const file = join(folder, "blobs", hash);
      // A folder of an earlier export has most of them.
      if (await isThere(file)) continue;
      const written = await downloadTo((await download(apiUrl, `/blobs/${hash}`, signal)).bytes, file);
      if (written !== hash) throw new ApiError(`blob ${hash} came with the bytes of ${written}`);
    }
  }
  return { asOf, files };
}

/** What an import of a folder came to; null for a file that is not there. */
export interface ImportedFolder {
  /** Null: the runs were here already. */
  readonly points: number | null;
  readonly samples: number | null;
  readonly checkpoints: number | null;
}

/**
 * Stores what `exportFolder` wrote: blobs first, then points, then what points at either. What is stored already is not stored again, so an import
 * that broke off is begun anew. @throws RefusedError in the API's words
 */
export async function importFolder({ apiUrl, signal }: Api, folder: string, tell: (what: string) => void): Promise<ImportedFolder> {
  const file = (name: string): string => join(folder, name);
  if (!(await isThere(file("points.jsonl"))))
    throw new RefusedError(`${folder} has no points.jsonl`, [
      {
        path: file("points.jsonl"),
        expected: "points as JSON lines: gradus export --format jsonl --with checkpoints,samples --out <folder>",
      },
    ]);
  const post = async <Answer>(
    path: string,
    from: string,
  ): Promise<{ readonly status: number; readonly answer: Answer & { error?: string } }> => {
    const body = Readable.toWeb(createReadStream(from)) as ReadableStream;
    const headers = { "content-type": "application/x-ndjson" };
    const response = await send(apiUrl, path, { method: "POST", headers, body, duplex: "half", signal });
    return { status: response.status, answer: await readJson(response) };
  };
  const [hasSamples, hasCheckpoints] = [await isThere(file("samples.jsonl")), await isThere(file("checkpoints.jsonl"))];
  if (hasCheckpoints)
    for (const hash of await hashesIn(file("checkpoints.jsonl"))) await putFile({ apiUrl, signal }, hash, file(join("blobs", hash)));
  const points = await post<{ points: number }>("/import/points", file("points.jsonl"));
  if (points.status === 409 && (hasSamples || hasCheckpoints)) tell(`${points.answer.error}: its points stay as they are`);
  else if (points.status !== 200) throw new RefusedError(points.answer.error ?? `the points were refused with ${points.status}`, []);
  const kept = async (what: "samples" | "checkpoints"): Promise<number> => {
    const { status, answer } = await post<Record<typeof what, number>>(`/import/${what}`, file(`${what}.jsonl`));
    if (status !== 200) throw new RefusedError(answer.error ?? `the ${what} were refused with ${status}`, []);
    return answer[what];
  };
  return {
    points: points.status === 200 ? points.answer.points : null,
    samples: hasSamples ? await kept("samples") : null,
    checkpoints: hasCheckpoints ? await kept("checkpoints") : null,
  };
}

async function putFile({ apiUrl, signal }: Api, hash: string, file: string): Promise<void> {
  if ((await send(apiUrl, `/blobs/${hash}`, { method: "HEAD", signal })).ok) return;
  if (!(await isThere(file))) throw new RefusedError(`${file} is missing`, [{ path: file, expected: "the bytes of a checkpoint" }]);
  // Its length is known beforehand, which the API asks for; its bytes pass through.
  const body = await openAsBlob(file);
  const headers = { "content-type": "application/octet-stream" };
  const response = await send(apiUrl, `/blobs/${hash}`, { method: "PUT", headers, body, signal });
  const answer = await readJson<{ hash?: string; error?: string }>(response);
  if (answer.hash !== hash) throw new RefusedError(answer.error ?? `${file} was not stored`, []);
}

async function hashesIn(file: string): Promise<Set<string>> {
  const hashes = new Set<string>();
  for await (const line of await readLines(file)) {
    const { hash } = JSON.parse(line) as { hash?: string };
    // It becomes a file's name here.
    if (hash !== undefined && /^[0-9a-f]{64}$/.test(hash)) hashes.add(hash);
  }
  return hashes;
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
