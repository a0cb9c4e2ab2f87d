// Wraps comments that are wider than the guide allows, which the code formatter leaves alone:
// `node tools/wrap-prose.mjs [file …]`, all sources of the workspace if none is named.
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const COLUMNS_MAX = 100;
const root = fileURLToPath(new URL("..", import.meta.url));
const sources = "{packages/*,apps/*,tools,bench,chaos,docker}/**/*.{ts,mjs,py}";
const exclude = ["**/node_modules/**", "**/dist/**", "**/fixtures/**"];
const named = process.argv.slice(2);
const paths = named.length > 0 ? named : globSync(sources, { cwd: root, exclude });

for (const path of paths) {
  const file = named.length > 0 ? path : root + path;
  const text = readFileSync(file, "utf8");
  const wrapped = wrapComments(text.split("\n")).join("\n");
  if (wrapped !== text) writeFileSync(file, wrapped);
}

/** Rewraps from each line that is too wide to the end of its paragraph. */
function wrapComments(lines) {
  const result = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index];
    const [, indent, prose] = /^(\s*)\/\*\* (.+) \*\/$/.exec(line) ?? [];
    if (line.length <= COLUMNS_MAX || line.includes("://")) {
      result.push(line);
    } else if (prose !== undefined) {
      result.push(`${indent}/**`, ...fill(`${indent} * `, prose), `${indent} */`);
    } else {
      const paragraph = paragraphAt(lines, index);
      result.push(...(paragraph?.lines ?? [line]));
      index += (paragraph?.taken ?? 1) - 1;
    }
  }
  return result;
}

/** The paragraph of a block or line comment that starts with this line, filled anew. */
function paragraphAt(lines, start) {
  const [, prefix, first] = /^(\s*(?:\*|\/\/|#) )(\S.*)$/.exec(lines[start]) ?? [];
  if (prefix === undefined) return undefined;
  const texts = [first];
  const startsAnew = /^(?:- |\d+\. |@|\||```|Errors: )/;
  for (let next = start + 1; next < lines.length; next++) {
    const line = lines[next];
    const text = line.slice(prefix.length);
    if (!line.startsWith(prefix) || !/^\S/.test(text) || startsAnew.test(text)) break;
    texts.push(text);
  }
  return { taken: texts.length, lines: fill(prefix, texts.join(" ")) };
}

function fill(prefix, text) {
  const lines = [];
  let line = prefix.trimEnd();
  for (const word of text.split(/\s+/)) {
    if (`${line} ${word}`.length > COLUMNS_MAX) {
      lines.push(line);
      line = prefix.trimEnd();
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
