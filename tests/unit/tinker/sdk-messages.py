"""Makes sdk-messages.json with the PyPI SDK's own messages and converters. usage (tinker==0.38.0): python sdk-messages.py > sdk-messages.json"""

import base64
import json

import numpy as np
from tinker import types
from tinker.proto import tinker_public_pb2 as pb
from tinker.proto.request_conv import forward_backward_request_to_proto
from tinker.types.forward_backward_request import ForwardBackwardRequest


def tensor(dtype, data):
    return types.TensorData(data=data, dtype=dtype, shape=[len(data)])


datum = types.Datum(
    model_input=types.ModelInput.from_ints([5, 151643, 7]),
    loss_fn_inputs={
        "target_tokens": tensor("int64", [151643, 7, 2]),
        "logprobs": tensor("float32", [-0.5, -1.25, -2]),
        "advantages": tensor("float32", [0, 0.5, -0.5]),
    },
)
request = ForwardBackwardRequest(
    model_id="m-1",
    seq_id=3,
    forward_backward_input=types.ForwardBackwardInput(
        data=[datum], loss_fn="ppo", loss_fn_config={"clip_low_threshold": 0.75, "clip_high_threshold": 1.25}
    ),
)
i32 = lambda *values: np.array(values, dtype=np.int32).tobytes()
i64 = lambda *values: np.array(values, dtype=np.int64).tobytes()
f32 = lambda *values: np.array(values, dtype=np.float32).tobytes()
trained = pb.ForwardBackwardOutput(loss_fn_output_type="ArrayRecord", metrics={"loss:sum": 3.5})
record = trained.loss_fn_outputs.add(type_tag="ArrayRecord", num_datums=2)
record.fields["logprobs"].CopyFrom(pb.BatchedTensor(data=f32(-1, -2, -0.5), offsets=i64(0, 8, 12), dtype=pb.DTYPE_FLOAT32))
narrow = pb.ForwardBackwardOutput(loss_fn_output_type="ArrayRecord")
record = narrow.loss_fn_outputs.add(type_tag="ArrayRecord", num_datums=1)
halves = (np.array([1, -2.5], dtype=np.float32).view(np.uint32) >> 16).astype(np.uint16).tobytes()
record.fields["halves"].CopyFrom(pb.BatchedTensor(data=halves, offsets=i64(0, 4), dtype=pb.DTYPE_BFLOAT16))
record.fields["counts"].CopyFrom(pb.BatchedTensor(data=i32(7, -8), offsets=i64(0, 8), dtype=pb.DTYPE_INT32))
image = pb.ForwardBackwardRequest(model_id="m", loss_fn="ppo")
image.data.add().model_input.add().image.format = "png"
sparse = pb.ForwardBackwardRequest(model_id="m", loss_fn="ppo")
sparse.data.add().loss_fn_inputs["weights"].sparse_csr.values = f32(1)

messages = {
    "training": forward_backward_request_to_proto(request),
    "sampled": pb.SampleResponse(
        sequences=[
            pb.SampledSequence(stop_reason=pb.STOP_REASON_STOP, tokens=i32(1, 2, 151643), logprobs=f32(-0.25, -0.5, -1)),
            pb.SampledSequence(stop_reason=pb.STOP_REASON_LENGTH, tokens=i32(9)),
        ]
    ),
    "trained": trained,
    "narrow": narrow,
    "image": image,
    "sparse": sparse,
}
print(json.dumps({name: base64.b64encode(message.SerializeToString(deterministic=True)).decode() for name, message in messages.items()}, indent=1))
