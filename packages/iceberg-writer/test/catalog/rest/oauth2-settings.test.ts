import { describe, expect, it } from "vitest";

import { authenticationSettingsOf } from "../../../src/catalog/rest/authentication-settings.ts";

const uri = "http://catalog/api/";

describe("settings of authentication", () => {
  it("are none, or what a token or a credential implies", () => {
    expect(authenticationSettingsOf({ uri })).toEqual({ kind: "none" });
    expect(authenticationSettingsOf({ uri, token: "t", "rest.auth.type": "none" })).toEqual({
      kind: "none",
    });
    expect(authenticationSettingsOf({ uri, token: "t" })).toEqual({ kind: "token", token: "t" });
    expect(
      authenticationSettingsOf({
        "rest.auth.type": "BASIC",
        "rest.auth.basic.username": "u",
        "rest.auth.basic.password": "p:q",
      }),
    ).toEqual({ kind: "basic", username: "u", password: "p:q" });
  });

  it("have Java's defaults for OAuth2", () => {
    expect(authenticationSettingsOf({ uri, credential: "id:secret" })).toEqual({
      kind: "client-credentials",
      uri: "http://catalog/api/v1/oauth/tokens",
      clientId: "id",
      clientSecret: "secret",
      parameters: { scope: "catalog" },
      headers: {},
      isRenewed: true,
    });
  });

  it("take all that Java takes, and a credential before a token", () => {
    expect(
      authenticationSettingsOf({
        uri,
        token: "t",
        credential: " s:e:c ",
        "oauth2-server-uri": "https://login.example/token",
        scope: "a b",
        audience: "who",
        resource: "what",
        "header.Polaris-Realm": "r",
        "token-refresh-enabled": "false",
      }),
    ).toEqual({
      kind: "client-credentials",
      uri: "https://login.example/token",
      clientId: "s",
      clientSecret: "e:c",
      parameters: { scope: "a b", audience: "who", resource: "what" },
      headers: { "polaris-realm": "r" },
      isRenewed: false,
    });
    const alone = { uri, credential: "secret", "oauth2-server-uri": "/v1/tokens", scope: "" };
    expect(authenticationSettingsOf(alone)).toMatchObject({
      uri: "http://catalog/api/v1/tokens",
      clientSecret: "secret",
      parameters: {},
    });
    expect(authenticationSettingsOf(alone)).not.toHaveProperty("clientId");
  });

  it.each([
    [{ credential: "" }, "SETTINGS_INVALID"],
    [{ credential: "hidden:" }, "SETTINGS_INVALID"],
    [{ "rest.auth.type": "oauth2" }, "SETTINGS_INVALID"],
    [{ "rest.auth.type": "oauth2", token: "" }, "SETTINGS_INVALID"],
    [{ credential: "hidden", "oauth2-server-uri": "http://" }, "SETTINGS_INVALID"],
    [{ "rest.auth.type": "basic" }, "SETTINGS_INVALID"],
    [
      {
        "rest.auth.type": "basic",
        "rest.auth.basic.username": "a:b",
        "rest.auth.basic.password": "hidden",
      },
      "SETTINGS_INVALID",
    ],
    [{ "rest.auth.type": "google" }, "UNSUPPORTED"],
  ])("refuse %o without showing a secret", (properties, code) => {
    let thrown: unknown;
    try {
      authenticationSettingsOf({ uri, ...properties });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code });
    expect(String(thrown)).not.toContain("hidden");
  });
});
