// The protobuf dialect beside bytes that the PyPI SDK's own messages (tinker 0.38.0) made: tests/unit/tinker/sdk-messages.py.
import { readFileSync } from "node:fs";
import {
  decodeSampled,
  decodeTrained,
  decodeTraining,
  encodeSampled,
  encodeTrained,
  encodeTraining,
} from "@gradus/worker/tinker-wire/messages";
import { expect, test } from "vitest";

const sdk = JSON.parse(readFileSync(new URL("sdk-messages.json", import.meta.url), "utf8")) as Record<string, string>;
const bytesOf = (name: string): Uint8Array => Buffer.from(sdk[name] ?? "", "base64");

const tensor = (dtype: "float32" | "int64", data: number[]) => ({ data, dtype, shape: [data.length] });
const training = {
  model_id: "m-1",
  seq_id: 3,
  forward_only: false,
  forward_backward_input: {
    data: [
      {
        model_input: { chunks: [{ type: "encoded_text" as const, tokens: [5, 151_643, 7] }] },
        loss_fn_inputs: {
          target_tokens: tensor("int64", [151_643, 7, 2]),
          logprobs: tensor("float32", [-0.5, -1.25, -2]),
          advantages: tensor("float32", [0, 0.5, -0.5]),
        },
      },
    ],
    loss_fn: "ppo",
    loss_fn_config: { clip_low_threshold: 0.75, clip_high_threshold: 1.25 },
  },
};

test("reads a training request as the SDK writes it, and writes one that reads the same", () => {
  expect(decodeTraining(bytesOf("training"))).toEqual(training);
  expect(decodeTraining(encodeTraining(training))).toEqual(training);
});

const sampled = {
  sequences: [
    { tokens: [1, 2, 151_643], logprobs: [-0.25, -0.5, -1], stop_reason: "stop" as const },
    { tokens: [9], logprobs: null, stop_reason: "length" as const },
  ],
};

test("reads and writes samples as the SDK does, byte for byte", () => {
  expect(decodeSampled(bytesOf("sampled"))).toEqual(sampled);
  expect(Buffer.from(encodeSampled(sampled)).toString("base64")).toBe(sdk["sampled"]);
});

test("cuts a batch of arrays of unequal lengths by its byte offsets, and joins one the same way", () => {
  const trained = {
    loss_fn_output_type: "ArrayRecord",
    loss_fn_outputs: [{ logprobs: tensor("float32", [-1, -2]) }, { logprobs: tensor("float32", [-0.5]) }],
    metrics: { "loss:sum": 3.5 },
  };
  expect(decodeTrained(bytesOf("trained"))).toEqual(trained);
  expect(decodeTrained(encodeTrained(trained))).toEqual(trained);
});

test("widens bfloat16 and reads whole numbers of either width", () => {
  expect(decodeTrained(bytesOf("narrow")).loss_fn_outputs).toEqual([
    { halves: tensor("float32", [1, -2.5]), counts: tensor("int64", [7, -8]) },
  ]);
});

test("names what of a message it does not take", () => {
  expect(() => decodeTraining(bytesOf("image"))).toThrow(/kind image/);
  expect(() => decodeTraining(bytesOf("sparse"))).toThrow(/weights is sparse/);
});
