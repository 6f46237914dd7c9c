// Owns: which blob store the surroundings name: a folder, or a bucket. Must not know: what is kept there.
import { ConfigurationError } from "@gradus/domain/failure";
import type { StreamingBlobStore } from "@gradus/domain/blob-store";
import { localBlobStore } from "./local-blob-store.ts";
import { s3BlobStore } from "./s3-blob-store.ts";

/**
 * `where` is a folder, or `s3://bucket/prefix` with the variables that every S3 tool reads: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN,
 * AWS_REGION (us-east-1), and AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL for a store that is not Amazon's.
 * @throws ConfigurationError that names what is missing
 */
export function openBlobStore(where: string, env: NodeJS.ProcessEnv): StreamingBlobStore {
  const [, bucket, prefix = ""] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(where) ?? [];
  if (where.startsWith("s3:") && bucket === undefined)
    throw new ConfigurationError(`GRADUS_BLOBS: expected s3://bucket or s3://bucket/prefix, got ${where}`);
  if (bucket === undefined) return localBlobStore(where);
  const required = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === "") throw new ConfigurationError(`${name} is not set, and GRADUS_BLOBS names a bucket`);
    return value;
  };
  const region = env["AWS_REGION"] || "us-east-1";
  const sessionToken = env["AWS_SESSION_TOKEN"];
  return s3BlobStore({
    endpoint: env["AWS_ENDPOINT_URL_S3"] || env["AWS_ENDPOINT_URL"] || `https://s3.${region}.amazonaws.com`,
    bucket,
    prefix,
    region,
    accessKeyId: required("AWS_ACCESS_KEY_ID"),
    secretAccessKey: required("AWS_SECRET_ACCESS_KEY"),
    ...(sessionToken ? { sessionToken } : {}),
  });
}
