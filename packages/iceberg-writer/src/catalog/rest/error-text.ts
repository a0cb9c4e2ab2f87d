import { parseJson } from "../../spec/iceberg-json.ts";
import type { JsonValue } from "../../spec/iceberg-json.ts";

const lengthMax = 200;
/** A page says what it is about in its head. */
const pageLengthMax = 4000;

/**
 * What a body says of a failure, on one line: the error model of the REST specification
 * (`{ error: { message, type } }`), that of OAuth2 (RFC 6749, section 5.2), a plain `message`, the
 * title of an HTML page, or the text as it is.
 */
export function errorText(body: string): string {
  return oneLine(fromJson(body) ?? fromPage(body.slice(0, pageLengthMax)) ?? body);
}

function fromJson(body: string): string | undefined {
  let json: JsonValue;
  try {
    json = parseJson(body, "answer");
  } catch {
    // A proxy or another server has answered.
    return undefined;
  }
  const error = memberOf(json, "error");
  if (typeof error === "string") {
    const description = memberOf(json, "error_description");
    return typeof description === "string" ? `${error}: ${description}` : error;
  }
  const type = memberOf(error, "type");
  const message = memberOf(error, "message") ?? memberOf(json, "message");
  if (typeof message !== "string") return undefined;
  return typeof type === "string" ? `${type}: ${message}` : message;
}

function fromPage(body: string): string | undefined {
  if (!/^\s*<(?:!doctype\s+)?html\b/iu.test(body)) return undefined;
  const title = /<title>([^<]*)<\/title>/iu.exec(body)?.[1] ?? "";
  if (title.trim() !== "") return withoutEntities(title);
  return withoutEntities(body.replaceAll(/<[^>]*>/gu, " "));
}

const entities: ReadonlyMap<string, string> = new Map([
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&apos;", "'"],
  ["&#39;", "'"],
  ["&nbsp;", " "],
  ["&amp;", "&"],
]);

function withoutEntities(text: string): string {
  return text.replaceAll(/&(?:[a-z]+|#\d+);/giu, (entity) => entities.get(entity) ?? entity);
}

function oneLine(text: string): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  return line.length > lengthMax ? `${line.slice(0, lengthMax)}…` : line;
}

function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
