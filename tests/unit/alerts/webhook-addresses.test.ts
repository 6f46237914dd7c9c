// Owns: where webhooks may go, address by address. Must not know: sending beyond the look at an address.
import { isPublicAddress, judgeWebhook, readWebhookAddresses } from "@gradus/api/alerts/webhook-addresses";
import { sendWebhook, signWebhook } from "@gradus/api/alerts/send-webhook";
import { expect, test } from "vitest";

const allowed = (list: string, url: string): boolean => judgeWebhook(readWebhookAddresses(list), url).allowed;

test("an address of this machine, of a network here, or in other clothes is not public", () => {
  const hidden = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.31.255.255",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
  ];
  const inIpv6 = [
    "::",
    "::1",
    "fe80::1",
    "fd00::1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "2001:db8::1",
    "ff02::1",
  ];
  for (const address of [...hidden, ...inIpv6, "no address", ""]) expect([address, isPublicAddress(address)]).toEqual([address, false]);
  for (const address of ["8.8.8.8", "172.32.0.1", "2606:4700:4700::1111"])
    expect([address, isPublicAddress(address)]).toEqual([address, true]);
});

test("nothing is allowed until the operator says so, and then no more than that", () => {
  expect(allowed("", "https://hooks.example.com/x")).toBe(false);
  const list = "https://hooks.example.com, http://10.0.0.5:9000";
  for (const url of ["https://hooks.example.com/x?y", "https://hooks.example.com:443/", "http://10.0.0.5:9000/x"])
    expect([url, allowed(list, url)]).toEqual([url, true]);
  for (const url of [
    "http://hooks.example.com/",
    "https://hooks.example.com.evil.example/",
    "https://hooks.example.com@evil.example/",
    "http://10.0.0.5/",
  ])
    expect([url, allowed(list, url)]).toEqual([url, false]);
  for (const url of ["http://8.8.8.8/", "https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/", "ftp://8.8.8.8/"])
    expect([url, allowed("public", url)]).toEqual([url, false]);
  expect(allowed("public", "https://8.8.8.8/")).toBe(true);
  for (const wrong of ["hooks.example.com", "https://hooks.example.com/path", "file:///x"])
    expect(() => readWebhookAddresses(wrong)).toThrow(wrong);
});

test("a public name that points at this machine is not spoken to", async () => {
  const verdict = judgeWebhook(readWebhookAddresses("public"), "https://localhost:1/x");
  if (!verdict.allowed) throw new Error("a name is looked at when it is resolved, not before");
  await expect(sendWebhook({ id: "1", secret: "whsec_AAAA", body: "{}", ...verdict })).rejects.toThrow(
    /localhost is at .*, which is not public/,
  );
});

test("the signature is that of the specification's example", () => {
  // https://www.standardwebhooks.com: the reference libraries' test vector.
  expect(signWebhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, '{"test": 2432232314}')).toBe(
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  );
});
