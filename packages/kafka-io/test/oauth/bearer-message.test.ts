import { describe, expect, test } from "vitest";
import {
  bearerMessage,
  bearerRefusal,
  isBearerToken,
  unsendableExtension,
} from "../../src/oauth/bearer-message.ts";

describe("bearerMessage", () => {
  test("is RFC 7628's, without an authorization identity, host and port", () => {
    expect(bearerMessage("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==")).toBe(
      "n,,\u0001auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\u0001\u0001",
    );
  });

  test("has the extensions beside the token, as Kafka's client sends them", () => {
    expect(bearerMessage("t", { logicalCluster: "lkc-1", identityPoolId: "pool-2" })).toBe(
      "n,,\u0001auth=Bearer t\u0001logicalCluster=lkc-1\u0001identityPoolId=pool-2\u0001\u0001",
    );
  });
});

test.each(["a.b-c_d~e+f/g==", "t"])("%j can be a token", (text) => {
  expect(isBearerToken(text)).toBe(true);
});

test.each(["", "a b", "a\u0001auth=Bearer b", "é", "a=b", "a\n"])("%j cannot", (text) => {
  expect(isBearerToken(text)).toBe(false);
});

test.each([
  [{ auth: "x" }, "auth"],
  [{ good: "x", "1": "x" }, "1"],
  [{ name: "" }, "name"],
  [{ name: "a\u0001b" }, "name"],
  [{ good: "x" }, undefined],
])("of the extensions %j %j cannot be sent", (extensions, name) => {
  expect(unsendableExtension(extensions)).toBe(name);
});

test.each([
  ['{"status":"invalid_token","scope":"s"}', "the token is refused: invalid_token"],
  ["no json", "the token is refused: no json"],
])("%s is a refusal in words", (message, text) => {
  expect(bearerRefusal(Buffer.from(message))).toBe(text);
});
