"""What a user of the PyPI `tinker` SDK writes: sample, train with two losses, forward, save, sample what was saved, load, go on.

usage: sdk_script.py URL BASE_MODEL PROMPT_TOKENS TARGET_TOKENS   (tokens with commas; TINKER_API_KEY is the server's)
Prints one line of JSON with what it saw.
"""

import json
import sys
import warnings

import numpy as np
import tinker
from tinker import types

warnings.simplefilter("ignore", FutureWarning)
url, base_model, prompt, target = sys.argv[1], sys.argv[2], *([int(t) for t in arg.split(",")] for arg in sys.argv[3:5])
model_input = types.ModelInput.from_ints(prompt + target[:-1])
targets = np.array(prompt[1:] + target, dtype=np.int64)
weights = np.array([0.0] * (len(prompt) - 1) + [1.0] * len(target), dtype=np.float32)
adam = types.AdamParams(learning_rate=0.01)


def tensor(values, dtype):
    return types.TensorData(data=list(values), dtype=dtype, shape=[len(values)])


def datum(**columns):
    inputs = {"target_tokens": tensor(targets.tolist(), "int64")}
    inputs.update({name: tensor(np.asarray(values, dtype=np.float32).tolist(), "float32") for name, values in columns.items()})
    return types.Datum(model_input=model_input, loss_fn_inputs=inputs)


def counted(output):
    return np.array(output.loss_fn_outputs[0]["logprobs"].data)[len(prompt) - 1 :]


service = tinker.ServiceClient(base_url=url)
training = service.create_lora_training_client(base_model=base_model, rank=32, seed=1).result()
supervised = [datum(weights=weights)]
first = training.forward(supervised, "cross_entropy").result()
losses = []
for _ in range(5):
    # Both are sent before either is waited for, as the SDK's own guide does.
    backward = training.forward_backward(supervised, "cross_entropy")
    step = training.optim_step(adam)
    losses.append(backward.result().metrics["loss:sum"])
    grad_norm = step.result().metrics["grad_norm"]

params = types.SamplingParams(max_tokens=8, temperature=1.0, seed=7)
sampler = training.save_weights_and_get_sampling_client(name="after-five")
ask = lambda client: client.sample(types.ModelInput.from_ints(prompt), num_samples=2, sampling_params=params).result().sequences
sampled = ask(sampler)
greedy = sampler.sample(
    types.ModelInput.from_ints(prompt), num_samples=1, sampling_params=types.SamplingParams(max_tokens=len(target), temperature=0.0)
).result().sequences[0]

before = counted(training.forward(supervised, "cross_entropy").result())
state = training.save_state("state").result().path
old = np.concatenate([np.zeros(len(prompt) - 1), before])
advantages = weights * 1.0
reinforced = training.forward_backward([datum(logprobs=old, advantages=advantages)], "importance_sampling").result()
training.optim_step(adam).result()
after = counted(training.forward(supervised, "cross_entropy").result())
resumed = service.create_training_client_from_state_with_optimizer(state)
resumed = resumed.result() if hasattr(resumed, "result") else resumed
loaded = counted(resumed.forward(supervised, "cross_entropy").result())

try:
    training.forward_backward([datum(weights=weights[1:])], "cross_entropy").result()
    refused = None
except Exception as error:
    refused = f"{type(error).__name__}: {error}"

print(
    json.dumps(
        {
            "sdk": tinker.__version__,
            "first": counted(first).tolist(),
            "losses": losses,
            "gradNorm": grad_norm,
            "sampled": [{"tokens": list(s.tokens), "logProbs": list(s.logprobs or []), "reason": s.stop_reason} for s in sampled],
            "again": [list(s.tokens) for s in ask(sampler)],
            "greedy": list(greedy.tokens),
            "before": before.tolist(),
            "reinforcedLoss": reinforced.metrics["loss:sum"],
            "after": after.tolist(),
            "loaded": loaded.tolist(),
            "refused": refused,
        }
    )
)
