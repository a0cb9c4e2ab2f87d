// Takes the pictures of docs/tour.md from real runs: `node --conditions=@salon/source
// tools/take-pictures.ts`. Needs what the interop tests need for Chromium, and `script`.
// With `--check` they go to a directory of their own, after a shorter run, and it fails where those
// of the tour are not like them: in their names, their parts, and the size of the page's.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startDevBroker } from "@salon/dev-broker";
import {
  createWorkDirectory,
  type ManagedProcess,
  type Page,
  runProcess,
  startBrowser,
  startNodeProgram,
} from "@salon/testkit";
import { missingParts, PAGE_PARTS, pngSize } from "./picture-parts.ts";
import { terminalPicture } from "./terminal-picture.ts";

const root = join(import.meta.dirname, "..");
const committed = join(root, "docs", "pictures");
const isCheck = process.argv.includes("--check");
const RUN_MS = isCheck ? 15_000 : 75_000;
const PAGE = { width: 1280, height: 860, deviceScaleFactor: 1 } as const;

const mainOf = (app: string): string => join(root, "apps", app, "src", "main.ts");

await using directory = await createWorkDirectory("pictures");
const pictures = isCheck ? join(directory.path, "pictures") : committed;
await mkdir(pictures, { recursive: true });
const warehouse = join(directory.path, "warehouse");
const topic = { name: "nail_salon_ratings", partitions: 3 };
await using broker = await startDevBroker({ topics: [topic] });
const servers = `--bootstrap-servers=${broker.bootstrapServers}`;
const table = `--warehouse=${warehouse}`;

await using consumer = await start("consumer-cli", [
  servers,
  table,
  "--starting-offsets=earliest",
  "--commit-interval=2s",
  "--rules=ratings",
  "--ui-port=0",
  "--log-format=json",
]);
const line = await consumer.waitForLine(/status page at/, { timeoutMs: 60_000 });
const { url = "" } = JSON.parse(line) as { readonly url?: string };
await using producer = await start("producer-cli", [
  servers,
  "--rate=800",
  "--dirty=0.01",
  "--seed=7",
  "--duration=10m",
]);
await sleep(RUN_MS);
await photographPage(url);
await producer.stop();

await photograph("smoke", "npm run smoke", "smoke", [servers, table]);
await photograph("verify", "salon-table verify --deep", "table-cli", [
  "verify",
  servers,
  table,
  "--deep",
]);
await photograph("dead-letters", "salon-table dead-letters --limit 1", "table-cli", [
  "dead-letters",
  table,
  "--limit=1",
]);
const seconds = isCheck ? 5 : 20;
await photograph("demo", "npm run demo", "demo", [
  `--directory=${join(directory.path, "demo")}`,
  `--seconds=${seconds}`,
]);
if (isCheck) await compare();

function start(app: string, args: readonly string[]): Promise<ManagedProcess> {
  return startNodeProgram({ entry: mainOf(app), args, cwd: directory.path });
}

async function photographPage(page: string): Promise<void> {
  const browser = await startBrowser();
  try {
    for (const theme of ["light", "dark"]) {
      const tab = await browser.newPage();
      await tab.setViewport(PAGE);
      await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
      await tab.goto(page);
      await tab.waitForFunction("document.querySelector('#word').textContent === 'running'");
      await sleep(3_000);
      for (const part of PAGE_PARTS) await requireInSight(tab, part);
      await tab.screenshot({ path: join(pictures, `page-${theme}.png`), optimizeForSpeed: false });
      await tab.close();
    }
  } finally {
    await browser.close();
  }
}

/** Throws where an element is not there, has nothing in it, or lies below the picture. */
async function requireInSight(tab: Page, selector: string): Promise<void> {
  const place = await tab.$eval(selector, (element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return {
      top,
      bottom,
      isEmpty: element.childElementCount === 0 && element.textContent?.trim() === "",
    };
  });
  const isInSight = place.bottom > place.top && place.top < PAGE.height;
  if (!isInSight || place.isEmpty) throw new Error(`${selector} of the page is not in its picture`);
}

/** Holds the pictures of the tour to those that were taken just now; says what is not alike. */
async function compare(): Promise<void> {
  const names = await readdir(pictures);
  const faults: string[] = [];
  const others = (await readdir(committed)).filter((name) => !names.includes(name));
  faults.push(...others.map((name) => `${name}: nothing takes it`));
  for (const name of names) {
    for (const folder of [pictures, committed]) {
      const bytes = await readFile(join(folder, name));
      const where = folder === committed ? "in docs/pictures" : "as it is now";
      const missing = name.endsWith(".png")
        ? sizeFaults(bytes)
        : missingParts(name.replace(".svg", ""), bytes.toString());
      faults.push(...missing.map((part) => `${name} ${where}: ${part}`));
    }
  }
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
  else console.log(`${names.length} pictures are as they were`);
}

function sizeFaults(bytes: Buffer): readonly string[] {
  const { width, height } = pngSize(bytes);
  return width === PAGE.width && height === PAGE.height ? [] : [`is ${width} × ${height}`];
}

/** Runs a command on a terminal, which `script` of util-linux makes, to its end. */
async function photograph(
  name: string,
  typed: string,
  app: string,
  args: readonly string[],
): Promise<void> {
  const words = [process.execPath, "--conditions=@salon/source", mainOf(app), ...args];
  const command = `stty cols 130; ${words.map((word) => `'${word}'`).join(" ")}`;
  const output = await runProcess({
    command: "script",
    args: ["-qec", command, "/dev/null"],
    env: { TERM: "xterm-256color", NO_COLOR: undefined, CI: undefined },
    cwd: directory.path,
    timeoutMs: 180_000,
  });
  // Addresses and folders are those of the run; the reader's are others.
  const shown = output
    .replaceAll(broker.bootstrapServers, "localhost:29092")
    .replaceAll(`${directory.path}/`, "./");
  await writeFile(join(pictures, `${name}.svg`), terminalPicture(`$ ${typed}\n${shown}`, typed));
}
