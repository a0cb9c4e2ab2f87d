import { join } from "node:path";
import { startBrowser } from "@salon/testkit";
import type { Browser, Page } from "@salon/testkit";
import axe from "axe-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { showPage } from "./kit/shown-page.ts";
import type { Scene } from "./kit/shown-page.ts";
import { chunk, committed } from "./kit/sink-events.ts";

/** Where pictures of the page go, for people to look at; none are made where it is not set. */
const PICTURES = process.env["SALON_TEST_PICTURES"];

const sizes = { desk: [1280, 900], phone: [390, 844] } as const;

/** The element that the keyboard is at. */
const FOCUSED =
  "document.activeElement.getAttribute('aria-labelledby') || document.activeElement.textContent";

interface View {
  readonly scene: Scene;
  readonly size?: keyof typeof sizes;
  readonly scheme?: "light" | "dark";
}

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

interface Shown extends AsyncDisposable {
  readonly page: Page;
  readonly tell: Awaited<ReturnType<typeof showPage>>["tell"];
  /** Ends the server while the page stays open. */
  readonly end: () => Promise<void>;
  /** What the browser complained of. */
  readonly faults: readonly string[];
  /** Hosts that were asked for anything. */
  readonly hosts: ReadonlySet<string>;
}

async function look({ scene, size = "desk", scheme = "light" }: View): Promise<Shown> {
  const shown = await showPage(scene);
  const page = await browser.newPage();
  const faults: string[] = [];
  const hosts = new Set<string>();
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => hosts.add(new URL(request.url()).host));
  const [width, height] = sizes[size];
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(shown.url);
  await page.waitForSelector("#connection[data-is=live]");
  // What has only just begun has no hour behind it to draw.
  if (scene !== "starting") await page.waitForSelector("#charts path.series[d*=L]");
  if (PICTURES !== undefined) {
    await page.screenshot({
      path: join(PICTURES, `${scene}-${size}-${scheme}.png`),
      fullPage: true,
    });
  }
  return {
    page,
    tell: shown.tell,
    end: async () => shown[Symbol.asyncDispose](),
    faults,
    hosts,
    async [Symbol.asyncDispose]() {
      await page.close();
      await shown[Symbol.asyncDispose]();
    },
  };
}

function textOf(page: Page, selector: string): Promise<string> {
  return page.$eval(selector, (element) => element.textContent ?? "");
}

const scenes = ["busy", "idle", "starting", "degraded", "many-dead-letters"] as const;
const views: readonly View[] = [
  ...scenes.flatMap((scene): readonly View[] => [{ scene }, { scene, scheme: "dark" }]),
  { scene: "busy", size: "phone" },
  { scene: "degraded", size: "phone", scheme: "dark" },
];

describe("the page", () => {
  it.each(views)("is for everybody: $scene $size $scheme", async (view) => {
    await using shown = await look(view);
    const { page, faults, hosts } = shown;
    // The policy of the page lets no script in but its own: this one comes from outside.
    const { violations } = (await page.evaluate(`${axe.source}; axe.run()`)) as {
      readonly violations: readonly {
        readonly id: string;
        readonly nodes: readonly { readonly html: string }[];
      }[];
    };
    const found = violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
    expect(found).toEqual([]);
    expect(faults).toEqual([]);
    expect([...hosts]).toEqual([new URL(page.url()).host]);
    const isTooWide = await page.evaluate(
      "document.documentElement.scrollWidth > document.documentElement.clientWidth",
    );
    expect(isTooWide).toBe(false);
  });

  it("says at once how the sink is, and that nothing is lost", async () => {
    await using shown = await look({ scene: "busy" });
    expect(await textOf(shown.page, "#word")).toBe("running");
    expect(await textOf(shown.page, "#reason")).toBe("everything is committed");
    expect(await textOf(shown.page, "#verdict")).toBe("0 lost · 0 twice");
    expect(await textOf(shown.page, "#account")).toMatch(
      /^4 partitions, each contiguous: [\d,]+ offsets = [\d,]+ rows \+ [\d,]+ dead letters$/,
    );
    expect(await textOf(shown.page, "#commits tbody tr td:nth-child(8)")).toMatch(/^\d+ · \d+ · /);
    expect(await shown.page.$$("#commits tbody tr")).toHaveLength(50);
    expect(await shown.page.$$("#partitions tbody tr")).toHaveLength(4);
    expect(await textOf(shown.page, "#configuration")).toContain("(hidden)");
  });

  it("says who else is in the group, and what each reads", async () => {
    await using shown = await look({ scene: "busy" });
    expect(await textOf(shown.page, "#group-line")).toMatch(/^salon\.\S+: Stable, 3 members$/);
    const rows = await shown.page.$$eval("#members tbody tr", (elements) =>
      elements.map(({ cells }) => [...cells].slice(0, -1).map(({ textContent }) => textContent)),
    );
    expect(rows).toEqual([
      ["10.0.3.17", "yes", "4", "0–3", "salon-consume"],
      ["10.0.3.18", "no", "5", "4, 6, 8, 10–11", "salon-consume"],
      ["fd00::3:19", "no", "0", "", "salon-consume"],
    ]);
  });

  it.each([
    ["degraded", /: unknown since \S+.*: cannot describe group .*; below as it was at /, 3],
    ["starting", /: unknown since \S+.*: cannot describe group [^;]*$/, 1],
    ["idle", /^no group: partitions are given$/, 1],
  ] as const)("says what it does not know of a group: %s", async (scene, line, rowCount) => {
    await using shown = await look({ scene });
    expect(await textOf(shown.page, "#group-line")).toMatch(line);
    expect(await shown.page.$$("#members tbody tr")).toHaveLength(rowCount);
  });

  it("says what is wrong, and of when its lag is", async () => {
    await using shown = await look({ scene: "degraded" });
    expect(await textOf(shown.page, "#lag-more")).toBe("as it was 9.0 s ago");
    expect(await textOf(shown.page, "#word")).toBe("degraded");
    expect(await textOf(shown.page, "#reason")).toContain("no broker of localhost:29092 answers");
    expect(await shown.page.title()).toBe("degraded · bronze_ratings_streaming · salon");
  });

  it("changes as the sink does, without moving anything", async () => {
    await using shown = await look({ scene: "idle" });
    const { page, tell } = shown;
    const places = (): Promise<unknown> =>
      page.$$eval("h2, figure, .tile, table", (elements) =>
        elements.map((element) => {
          const { top, height } = element.getBoundingClientRect();
          return `${element.tagName} ${top} ${height}`;
        }),
      );
    const before = await places();
    tell(chunk(0, 99_000_000, 99_000_010));
    tell({ kind: "trouble", code: "STORAGE_UNAVAILABLE", message: "the store is away" });
    await page.waitForSelector("#state[data-word=degraded]");
    expect(await textOf(page, "#reason")).toBe("the store is away");
    expect(await places()).toEqual(before);
  });

  it("says that it knows nothing where the process is gone", async () => {
    await using shown = await look({ scene: "busy" });
    await shown.end();
    await shown.page.waitForSelector("#state[data-word=unknown]", { timeout: 15_000 });
    expect(await textOf(shown.page, "#word")).toBe("unknown");
    expect(await textOf(shown.page, "#connection")).toMatch(/^no answer for \d+ s$/);
  });

  it("shows what is in records as text, whatever it is", async () => {
    await using shown = await look({ scene: "idle" });
    const { page, tell, faults } = shown;
    const value = "<img src=x onerror='document.title=1'><script>document.title=2</script>";
    const event = committed(0, { start: 0, end: 10, dead: 1 });
    if (event.kind !== "committed" || event.unit === undefined) throw new Error("no unit");
    const samples = event.unit.samples.map((sample) => ({ ...sample, value, message: value }));
    tell({ ...event, unit: { ...event.unit, samples } });
    await page.waitForFunction("document.querySelector('#samples').textContent.includes('<img')");
    expect(await page.$$("#samples img, #samples script")).toEqual([]);
    expect(await page.title()).toContain("bronze_ratings_streaming");
    expect(faults).toEqual([]);
  });

  it("can be used from the keyboard alone", async () => {
    await using shown = await look({ scene: "busy" });
    const { page } = shown;
    const reached: string[] = [];
    for (let presses = 0; presses < 20; presses++) {
      await page.keyboard.press("Tab");
      reached.push(String(await page.evaluate(FOCUSED)));
    }
    expect(reached[0]).toBe("Skip to the figures");
    expect(reached).toEqual(
      expect.arrayContaining([
        "commits-heading",
        "partitions-heading",
        "group-heading",
        "samples-heading",
      ]),
    );
    await page.focus("#configuration-summary");
    await page.keyboard.press("Enter");
    expect(await page.$eval("details", (details) => details.open)).toBe(true);
  });

  it("says the state's word aloud, and nothing else", async () => {
    await using shown = await look({ scene: "busy" });
    const live = await shown.page.$$eval("[aria-live], [role=status]", (elements) =>
      elements.map(({ id }) => id),
    );
    expect(live).toEqual(["word"]);
  });
});
