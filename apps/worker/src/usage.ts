// Owns: what `gradus worker --help` says: its flags and every variable that it reads. Must not know: what they do.

export const USAGE = `gradus worker: takes stages of training runs.

  --role all|control|policy|sandbox   what it does (default all; several with commas)
  --node NAME                         stable name of this node (default: the host's name)
  --engine embedded|tinker            where its policies' weights are: here (default), or behind the server at GRADUS_TINKER_URL;
                                      it serves experiments with that policy.engine alone
  --labels NAME=VALUE,...             what runs may ask of their node (policy.placement of an experiment), such as gpu=h100,mem=80
  --capacity N                        runs that it holds at a time (default: as many as come); they take turns on its engines
  --skyrl                             with --engine tinker: keep a SkyRL server on this machine, started again when it ends, and use it. GRADUS_SKYRL_PYTHON (of an
                                      environment with skyrl and uv), GRADUS_SKYRL_MODEL and GRADUS_SKYRL_FOLDER (checkpoints, log) are needed; GRADUS_SKYRL_PORT (8200),
                                      GRADUS_SKYRL_BACKEND (jax, or fsdp and megatron on Ray) and GRADUS_SKYRL_CONFIG (its JSON) may be given

SIGTERM or SIGINT stops it in order: what is under way goes on elsewhere. With GRADUS_DRAIN_SECONDS it first lets its runs finish their step and move to
other nodes, for so long at most; a second signal ends that.

Environment: TEMPORAL_ADDRESS (required), TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS (true), TEMPORAL_TLS_SERVER_CA_CERT_PATH,
TEMPORAL_TLS_SERVER_NAME, TEMPORAL_TLS_CLIENT_CERT_PATH with TEMPORAL_TLS_CLIENT_KEY_PATH; DATABASE_URL and GRADUS_BLOBS (a folder or s3://bucket/prefix), or for a node of the
policy and sandbox roles without the database GRADUS_API_URL and GRADUS_NODE_KEY (the API's); GRADUS_POLICY_SLOTS, GRADUS_SANDBOX_SLOTS,
GRADUS_SANDBOX_BACKEND (auto, bubblewrap, pyodide, or sandboxfusion with the service's address in GRADUS_SANDBOX_URL),
GRADUS_MODULES (folders, parted as in PATH, from which users' own samplers, gates, rewards and environments may be loaded; none without it),
GRADUS_ROLLOUTS_AT_ONCE (rollouts made durable at a time: fewer lose less to a crash, more sample faster), GRADUS_POLICY_PROVIDER (cpu, webgpu or
cuda), GRADUS_TINKER_URL and GRADUS_TINKER_KEY (a server of the Tinker API, such as 'gradus engine serve' or SkyRL, and its key); for a server that is not ours
GRADUS_TINKER_TOKENIZER (a folder with the model's tokenizer.json and tokenizer_config.json, or sha256:<hash> of one that 'gradus engine tokenizer' stored; default
with --skyrl: the model's own folder), GRADUS_TINKER_RANK (of LoRA, default 32), GRADUS_TINKER_CONTEXT (tokens, default what the server says, or 4096) and GRADUS_TINKER_LOSS (sequence-mean as in SkyRL, the default, or sum as in hosted Tinker); GRADUS_BLOB_RETENTION_HOURS (how long a blob that nothing points at stays, default 24, or off),
GRADUS_MODEL_KEY_<NAME> with GRADUS_MODEL_URL_<NAME> (the key of a model server for syntheses, and the one address that it is sent to);
OTEL_EXPORTER_OTLP_ENDPOINT (a collector of traces, with OpenTelemetry's other variables: docs/operations.md).

Examples
  gradus worker --role all
  gradus worker --role sandbox --node sandbox-2
  gradus worker --role policy --node gpu-1 --engine tinker --labels gpu=h100,mem=80`;
