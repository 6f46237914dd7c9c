// Owns: where webhooks may go: nowhere but where the operator said, and never from a public name to an address of this network.
// Must not know: what is sent.
import { BlockList, isIP } from "node:net";

/** What the operator allows: exact origins, and with `public` any https host all of whose addresses are public. */
export interface WebhookAddresses {
  readonly origins: ReadonlySet<string>;
  readonly isPublicAllowed: boolean;
}

/** Out of a list as GRADUS_WEBHOOKS has it: `https://hooks.example.com,http://10.0.0.5:9000` or `public`. @throws Error that names what is no origin */
export function readWebhookAddresses(list: string): WebhookAddresses {
  const entries = list.split(",").flatMap((entry) => (entry.trim() === "" ? [] : [entry.trim()]));
  const origins = entries
    .filter((entry) => entry !== "public")
    .map((entry) => {
      const url = URL.parse(entry);
      if (url === null || !isHttp(url) || url.pathname !== "/" || url.search !== "")
        throw new Error(`GRADUS_WEBHOOKS: ${entry} is no origin such as https://hooks.example.com`);
      return url.origin;
    });
  return { origins: new Set(origins), isPublicAllowed: entries.includes("public") };
}

const isHttp = ({ protocol }: URL): boolean => protocol === "http:" || protocol === "https:";

export type Verdict =
  /** `checkAddress`: every address that the host resolves to must be public, at every connection. */
  { readonly allowed: true; readonly url: URL; readonly checkAddress: boolean } | { readonly allowed: false; readonly why: string };

/** Whether a webhook may go there. An origin that the operator named may be anywhere; any other must be public and https. */
export function judgeWebhook({ origins, isPublicAllowed }: WebhookAddresses, text: string): Verdict {
  const url = URL.parse(text);
  if (url === null || !isHttp(url)) return { allowed: false, why: "an http or https address" };
  if (url.username !== "" || url.password !== "") return { allowed: false, why: "an address without a user name or password" };
  if (origins.has(url.origin)) return { allowed: true, url, checkAddress: false };
  if (!isPublicAllowed) return { allowed: false, why: "an address that GRADUS_WEBHOOKS allows" };
  if (url.protocol !== "https:") return { allowed: false, why: "an https address" };
  const host = hostOf(url);
  if (isIP(host) !== 0 && !isPublicAddress(host)) return { allowed: false, why: "a public address" };
  return { allowed: true, url, checkAddress: true };
}

/** Without the brackets of IPv6. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, "$1");

// IANA's special-purpose address registries, without what is globally reachable.
const notPublic = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  notPublic.addSubnet(net, bits, "ipv4");

const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");
// Documentation, and what carries an IPv4 address inside (Teredo, 6to4).
const carved = new BlockList();
for (const [net, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  carved.addSubnet(net, bits, "ipv6");

/** Whether an IP address is reached over the internet and is not of a network here. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !notPublic.check(address, "ipv4");
  // IPv4 in the clothes of IPv6 (::ffff:, 64:ff9b::) is outside 2000::/3.
  return isIP(address) === 6 && globalUnicast.check(address, "ipv6") && !carved.check(address, "ipv6");
}
