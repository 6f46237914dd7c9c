// Owns: making the messages of the Tinker API from their descriptors (tools/read-tinker-descriptors.py says where those are from).
// Must not know: what the messages are for.
import { spawnSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { create, fromBinary, fromJson, toBinary } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema, CodeGeneratorResponseSchema, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

const folder = fileURLToPath(new URL("../apps/worker/src/tinker-wire/", import.meta.url));
const file = fromJson(FileDescriptorProtoSchema, JSON.parse(await readFile(join(folder, "tinker-public.descriptors.json"), "utf8")));
const request = create(CodeGeneratorRequestSchema, {
  fileToGenerate: [file.name],
  protoFile: [file],
  // Enums in TypeScript are not erasable, so the code is JavaScript with its types beside it.
  parameter: "target=js+dts",
});
const plugin = join(dirname(fileURLToPath(import.meta.resolve("@bufbuild/protoc-gen-es/package.json"))), "bin/protoc-gen-es");
const { status, stdout, stderr, error } = spawnSync(process.execPath, [plugin], { input: toBinary(CodeGeneratorRequestSchema, request) });
if (error !== undefined) throw error;
if (status !== 0) throw new Error(`protoc-gen-es ended with ${status}: ${stderr.toString()}`);
const made = fromBinary(CodeGeneratorResponseSchema, stdout);
if (made.error !== "") throw new Error(made.error);
await mkdir(join(folder, "generated"), { recursive: true });
for (const { name, content } of made.file) await writeFile(join(folder, "generated", name), content);
