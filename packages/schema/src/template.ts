import { findJsonMembers, type JsonMember } from "./json-members.ts";

/**
 * The form of a producer's records: what they have in common besides the values. A record of the
 * template is segment 0, value 0, segment 1, … value n, segment n + 1, to the byte.
 */
export interface Template {
  /** Braces, keys with their quotes, colons, commas and spaces; one more than there are values. */
  readonly segments: readonly Uint8Array[];
  /** The name of the member that each value is of; each once. */
  readonly names: readonly string[];
}

const MEMBERS_MAX = 256;
const SEGMENT_LENGTH_MAX = 1024;

/**
 * The template of a record that JSON.parse took for an object; undefined where it has no members,
 * too many or too long ones, or a key that repeats (of which only the last counts).
 */
export function findTemplate(buffer: Uint8Array, start: number, end: number): Template | undefined {
  const members = findJsonMembers(buffer, start, end);
  if (members.length === 0 || members.length > MEMBERS_MAX) return undefined;
  const names = members.map((member) => readKey(buffer, member));
  if (new Set(names).size < names.length) return undefined;
  const segments = [...members.keys(), members.length].map((index) => {
    const from = members[index - 1]?.valueEnd ?? start;
    return buffer.slice(from, members[index]?.valueStart ?? end);
  });
  if (segments.some((segment) => segment.length > SEGMENT_LENGTH_MAX)) return undefined;
  return { segments, names };
}

/** A text that two templates share only where they are the same. */
export function templateKey({ segments }: Template): string {
  // A segment has no byte 0: keys are JSON text, which has no control characters.
  return segments.map((segment) => Buffer.from(segment).toString("latin1")).join("\0");
}

function readKey(buffer: Uint8Array, { keyStart, keyEnd }: JsonMember): string {
  return String(JSON.parse(Buffer.from(buffer.subarray(keyStart, keyEnd)).toString("utf8")));
}
