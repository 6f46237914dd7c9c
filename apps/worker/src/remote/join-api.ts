// Owns: what a node without the database works with: a sink and a blob store behind the API. Must not know: the database, roles.
import { ConfigurationError } from "@gradus/domain";
import type { BlobStore, RolloutSink } from "@gradus/domain";
import { ApiConnection } from "./api-connection.ts";
import { httpBlobStore } from "./http-blob-store.ts";
import { httpSink } from "./http-sink.ts";

/** @throws ConfigurationError for what is no http address */
export function joinApi(url: string, key: string | undefined): { readonly sink: RolloutSink; readonly blobs: BlobStore } {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new ConfigurationError(`GRADUS_API_URL: expected an address such as http://10.0.0.5:7400, got ${url}`);
  const api = new ApiConnection({ url, ...(key ? { key } : {}) });
  return { sink: httpSink(api), blobs: httpBlobStore(api) };
}
