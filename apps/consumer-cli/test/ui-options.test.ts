import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createWorkDirectory } from "@salon/testkit";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseArgs } from "../src/args.ts";
import { loadUiSettings } from "../src/ui-options.ts";

const TOKEN = "0123456789abcdef";
const LOOPBACK = { host: "127.0.0.1", port: 4_040 };

afterEach(() => {
  vi.unstubAllEnvs();
});

function uiOf(text = ""): unknown {
  const outcome = parseArgs(text.split(" ").filter(Boolean), "1.0.0");
  return outcome.kind === "settings" ? outcome.settings.ui : outcome;
}

describe("the flags of the status page", () => {
  it("open it on loopback, or elsewhere, or not at all", () => {
    expect(uiOf()).toEqual(LOOPBACK);
    expect(uiOf("--ui-host ::1 --ui-port 0")).toEqual({ host: "::1", port: 0 });
    expect(uiOf("--no-ui")).toBeUndefined();
  });

  it.each([
    ["1", undefined],
    ["true", undefined],
    ["", LOOPBACK],
    ["no", LOOPBACK],
  ])("are also variables: SALON_NO_UI=%s", (value, expected) => {
    vi.stubEnv("SALON_NO_UI", value);
    expect(uiOf()).toEqual(expected);
  });

  it.each([
    ["--ui-port 70000", /from 0 to 65535/],
    ["--ui-port http", /whole number/],
    ["--ui-host=", /--ui-host must not be empty/],
    ["--ui-token short", /at least 16 characters/],
    [`--ui-token ${TOKEN} --ui-token-file x`, /exclude each other/],
  ])("are checked: %s", (text, message) => {
    expect(uiOf(text)).toEqual({
      kind: "usage-error",
      message: expect.stringMatching(message) as string,
    });
  });

  it("never show the token", () => {
    const outcome = parseArgs(["--ui-token", TOKEN], "1.0.0");
    const shown = outcome.kind === "settings" ? JSON.stringify(outcome.settings.configuration) : "";
    expect(shown).toContain("--ui-token");
    expect(shown).not.toContain(TOKEN);
    const faulty = JSON.stringify(uiOf("--ui-token sécret-sécret-sécret"));
    expect(faulty).toContain("usage-error");
    expect(faulty).not.toContain("sécret");
  });
});

describe("loadUiSettings", () => {
  it("reads the token from its file, without the line's end", async () => {
    await using directory = await createWorkDirectory("ui-token");
    const tokenFile = join(directory.path, "token");
    await writeFile(tokenFile, `${TOKEN}\n`);
    const host = "0.0.0.0";
    expect(await loadUiSettings({ host, port: 1, tokenFile })).toEqual({
      host,
      port: 1,
      token: TOKEN,
    });
    await writeFile(tokenFile, "short\n");
    await expect(loadUiSettings({ host, port: 1, tokenFile })).rejects.toMatchObject({
      code: "USAGE_INVALID",
    });
    await expect(
      loadUiSettings({ host, port: 1, tokenFile: join(directory.path, "absent") }),
    ).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
  });

  it.each(["0.0.0.0", "::", "10.1.2.3", "salon.example"])(
    "refuses a page that others can reach without a token: %s",
    async (host) => {
      await expect(loadUiSettings({ host, port: 1 })).rejects.toMatchObject({
        code: "USAGE_INVALID",
        message: expect.stringContaining("needs --ui-token-file") as string,
      });
      expect(await loadUiSettings({ host, port: 1, token: TOKEN })).toMatchObject({ host });
    },
  );
});
