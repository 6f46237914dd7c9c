// Owns: what a node without the database works with: a sink and a blob store behind the API. Must not know: the database, roles.
import { ConfigurationError } from "@gradus/domain";
import type { BlobStore, RolloutSink } from "@gradus/domain";
import { ApiConnection } from "./api-connection.ts";
import { httpBlobStore } from "./http-blob-store.ts";
import { httpSink } from "./http-sink.ts";

/**
 * @param headers of every request, beside its own
 * @throws ConfigurationError for what is no http address
 */
export function joinApi(
  url: string,
  key: string | undefined,
  headers?: () => Readonly<Record<string, string>>,
): { readonly sink: RolloutSink; readonly blobs: BlobStore } {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new ConfigurationError(`GRADUS_API_URL: expected an address such as http://10.0.0.5:7400, got ${url}`);
  const api = new ApiConnection({ url, headers, ...(key ? { key } : {}) });
  return { sink: httpSink(api), blobs: httpBlobStore(api) };
}
