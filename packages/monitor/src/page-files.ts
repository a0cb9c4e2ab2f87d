import { readFile } from "node:fs/promises";

const DIRECTORY = new URL("../page/", import.meta.url);
const JAVASCRIPT = "text/javascript; charset=utf-8";

/** What can be asked for, and nothing else: no path of a request reaches the file system. */
const FILES: ReadonlyMap<string, { readonly name: string; readonly type: string }> = new Map([
  ["/", { name: "index.html", type: "text/html; charset=utf-8" }],
  ["/page.css", { name: "page.css", type: "text/css; charset=utf-8" }],
  ["/page.js", { name: "page.js", type: JAVASCRIPT }],
  ["/sections.js", { name: "sections.js", type: JAVASCRIPT }],
  ["/elements.js", { name: "elements.js", type: JAVASCRIPT }],
  ["/chart.js", { name: "chart.js", type: JAVASCRIPT }],
  ["/format.js", { name: "format.js", type: JAVASCRIPT }],
  ["/icon.svg", { name: "icon.svg", type: "image/svg+xml" }],
]);

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
}

/** The file of the page at a path; undefined where there is none. */
export async function readPageFile(path: string): Promise<PageFile | undefined> {
  const file = FILES.get(path);
  if (file === undefined) return undefined;
  return { type: file.type, body: await readFile(new URL(file.name, DIRECTORY)) };
}
