import puppeteer from "puppeteer-core";
import type { Browser } from "puppeteer-core";
import { installChromium } from "../install/chromium.ts";

export type { Browser, Page } from "puppeteer-core";

/**
 * Starts Chromium without a window; `close` ends it.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export async function startBrowser(): Promise<Browser> {
  const executablePath = await installChromium();
  // Tests run as root in containers, where Chromium's sandbox cannot be set up.
  return puppeteer.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}
