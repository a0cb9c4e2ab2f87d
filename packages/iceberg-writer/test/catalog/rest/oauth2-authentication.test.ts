import { describe, expect, it } from "vitest";

import { createOAuth2Authentication } from "../../../src/catalog/rest/oauth2-authentication.ts";
import type { ClientCredentials } from "../../../src/catalog/rest/oauth2-settings.ts";
import { fetchFrom } from "./fake-server.ts";
import type { SeenRequest } from "./fake-server.ts";

const settings: ClientCredentials = {
  kind: "client-credentials",
  uri: "http://login/token?tenant=hidden",
  clientId: "me",
  clientSecret: "s3cr&t",
  parameters: { scope: "a b" },
  headers: { realm: "r" },
  isRenewed: true,
};
const request = { method: "GET", url: "http://catalog/v1/x", headers: { accept: "x" } } as const;
const hour = 3_600_000;

type Answer = { readonly status?: number; readonly body: string } | Error;

/** A token server that gives `t1`, `t2`, … for an hour each, or what `answers` says, in order. */
function open(answers: readonly Answer[] = [], changed: Partial<ClientCredentials> = {}) {
  const asked: SeenRequest[] = [];
  let gate = Promise.resolve();
  const clock = { nowMs: 0 };
  const fetch = fetchFrom(async (seen) => {
    const count = asked.push(seen);
    await gate;
    const answer = answers[count - 1] ?? {
      body: `{"access_token":"t${count}","token_type":"bearer","expires_in":3600}`,
    };
    if (answer instanceof Error) throw answer;
    return new Response(answer.body, { status: answer.status ?? 200 });
  });
  const authentication = createOAuth2Authentication(
    { ...settings, ...changed },
    { fetch, timeoutMs: 60_000, nowMs: () => clock.nowMs },
  );
  return {
    authentication,
    asked,
    clock,
    close: (): (() => void) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    token: async (): Promise<string | undefined> =>
      (await authentication.prove(request)).headers["authorization"],
  };
}

/** All that is ready has run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("OAuth2 by client credentials", () => {
  it("asks as RFC 6749 has it, and proves with the bearer token", async () => {
    const { authentication, asked } = open();
    expect(await authentication.prove(request)).toEqual({
      ...request,
      headers: { accept: "x", authorization: "Bearer t1" },
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.method).toBe("POST");
    expect(asked[0]?.url).toBe(settings.uri);
    expect(asked[0]?.headers.get("content-type")).toBe("application/x-www-form-urlencoded");
    expect(asked[0]?.headers.get("realm")).toBe("r");
    // Appendix B: space is a plus, the rest is percent-encoded.
    expect(asked[0]?.body).toBe(
      "grant_type=client_credentials&client_id=me&client_secret=s3cr%26t&scope=a+b",
    );
  });

  it("gives one token to all who wait, and keeps it", async () => {
    const { token, asked } = open();
    expect(await Promise.all([token(), token(), token()])).toEqual(Array(3).fill("Bearer t1"));
    expect(await token()).toBe("Bearer t1");
    expect(asked).toHaveLength(1);
  });

  it("replaces a token beside the requests before it ends", async () => {
    const { token, asked, clock } = open();
    await token();
    // Five minutes are less than a tenth of the hour.
    clock.nowMs = hour - 300_001;
    await token();
    await settled();
    expect(asked).toHaveLength(1);
    clock.nowMs = hour - 300_000;
    expect(await token()).toBe("Bearer t1");
    await settled();
    expect(await token()).toBe("Bearer t2");
    expect(asked).toHaveLength(2);
  });

  it("replaces a token of a short life when a tenth is left", async () => {
    const { token, asked, clock } = open([
      { body: '{"access_token":"short","token_type":"Bearer","expires_in":"10"}' },
    ]);
    await token();
    clock.nowMs = 8_999;
    await token();
    await settled();
    expect(asked).toHaveLength(1);
    clock.nowMs = 9_000;
    expect(await token()).toBe("Bearer short");
    await settled();
    expect(await token()).toBe("Bearer t2");
  });

  it("waits where no token is left", async () => {
    const { token, clock } = open();
    await token();
    clock.nowMs = hour;
    expect(await token()).toBe("Bearer t2");
  });

  it("serves the old token while none can be had, with a pause between the tries", async () => {
    const failure = { status: 503, body: "" };
    const { token, asked, clock } = open([
      { body: '{"access_token":"t1","token_type":"bearer","expires_in":3600}' },
      failure,
      failure,
      failure,
    ]);
    await token();
    clock.nowMs = hour - 300_000;
    for (let count = 0; count < 5; count += 1) {
      expect(await token()).toBe("Bearer t1");
      await settled();
    }
    expect(asked).toHaveLength(2);
    clock.nowMs += 10_000;
    await token();
    await settled();
    expect(asked).toHaveLength(3);
    clock.nowMs = hour;
    await expect(token()).rejects.toMatchObject({ code: "CATALOG_UNAVAILABLE", retryable: true });
    expect(await token()).toBe("Bearer t5");
  });

  it("replaces a refused token once, whoever was refused", async () => {
    const { authentication, token, asked } = open();
    const proved = await authentication.prove(request);
    expect(authentication.renewAfter(proved)).toBe(true);
    expect(await token()).toBe("Bearer t2");
    expect(authentication.renewAfter(proved)).toBe(true);
    expect(await token()).toBe("Bearer t2");
    expect(asked).toHaveLength(2);
  });

  it("never replaces a token where that is turned off", async () => {
    const { authentication, token, asked, clock } = open([], { isRenewed: false });
    const proved = await authentication.prove(request);
    expect(authentication.renewAfter(proved)).toBe(false);
    clock.nowMs = 2 * hour;
    expect(await token()).toBe("Bearer t1");
    expect(asked).toHaveLength(1);
  });

  it("keeps a token without an end until it is refused", async () => {
    const { token, asked, clock } = open([{ body: '{"access_token":"t","token_type":"bearer"}' }]);
    await token();
    clock.nowMs = 1000 * hour;
    expect(await token()).toBe("Bearer t");
    expect(asked).toHaveLength(1);
  });

  it("lets a waiting caller go, and the others have their token", async () => {
    const { authentication, token, close } = open();
    const opened = close();
    const controller = new AbortController();
    const gone = authentication.prove(request, { signal: controller.signal });
    const stays = token();
    controller.abort();
    await expect(gone).rejects.toThrow(/abort/iu);
    opened();
    expect(await stays).toBe("Bearer t1");
  });

  it("ends its request when it is disposed of", async () => {
    const { authentication, token, close } = open();
    const opened = close();
    const waiting = token();
    authentication[Symbol.dispose]();
    opened();
    await expect(waiting).rejects.toMatchObject({ code: "CATALOG_UNAVAILABLE" });
  });

  it.each([
    [
      "a refused client",
      { status: 401, body: '{"error":"invalid_client","error_description":"no s3cr&t here"}' },
      "CATALOG_UNAUTHORIZED",
      "invalid_client: no *** here",
      false,
    ],
    [
      "a refused scope",
      { status: 400, body: '{"error":"invalid_scope"}' },
      "CATALOG_UNAUTHORIZED",
      "invalid_scope",
      false,
    ],
    [
      "Iceberg's own error model",
      { status: 401, body: '{"error":{"message":"bad","type":"NotAuthorizedException"}}' },
      "CATALOG_UNAUTHORIZED",
      "NotAuthorizedException: bad",
      false,
    ],
    ["no such server", { status: 404, body: "" }, "SETTINGS_INVALID", "oauth2-server-uri", false],
    ["a broken server", { status: 502, body: "" }, "CATALOG_UNAVAILABLE", "status 502", true],
    ["no answer", new Error("gone"), "CATALOG_UNAVAILABLE", "gone", true],
    ["no JSON", { body: "<html>" }, "CATALOG_UNAUTHORIZED", "none that can be used", false],
    [
      "another kind of token",
      { body: '{"access_token":"x","token_type":"mac"}' },
      "CATALOG_UNAUTHORIZED",
      "mac",
      false,
    ],
  ])("tells %s, without secrets", async (_, answer, code, text, retryable) => {
    const thrown = await open([answer])
      .token()
      .catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code, retryable });
    expect(String(thrown)).toContain(text);
    expect(String(thrown)).toContain("http://login/token");
    const shown = String(thrown) + JSON.stringify(thrown);
    expect(shown).not.toContain(settings.clientSecret);
    expect(shown).not.toContain("hidden");
  });
});
