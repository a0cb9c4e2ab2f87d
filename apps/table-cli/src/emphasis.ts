import { styleText } from "node:util";
import type { Emphasis } from "./command-output.ts";

const FORMATS = {
  good: "green",
  bad: "red",
  warning: "yellow",
  heading: "bold",
} as const;

/** Emphasizes by color where the stream is a terminal and `NO_COLOR` does not forbid it. */
export function emphasizeFor(stream: NodeJS.WritableStream): Emphasis {
  return (style, text) => styleText(FORMATS[style], text, { stream });
}
