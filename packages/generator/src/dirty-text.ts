import type { Random } from "./random.ts";

/** JSON texts of comments that parsers, Parquet bounds and terminals trip over. All are valid. */
export const SPECIAL_COMMENT_TEXTS: readonly string[] = [
  JSON.stringify("Loved it 💅✨ 5/5 👩🏽‍🎨"),
  JSON.stringify('She said "wow" \\ and left'),
  JSON.stringify("tab\tbreak\nreturn\rfeed\fback\b"),
  JSON.stringify("\u0000 nul, \u001b[31mred\u001b[0m, \u007f del"),
  '"caf\\u00e9 \\/ \\ud83d\\ude00 \\u0022quoted\\u0022"',
  '"צבע מושלם, תודה רבה"',
  '"\u202Eright to left override\u202C"',
  '"أظافر جميلة جدا"',
  '"美甲非常漂亮,謝謝"',
  '"Zalgo: n\u0334\u0301a\u0334\u0302i\u0335\u0303l\u0336\u0304s"',
  '"separators \u2028 and \u2029, no-break\u00a0space, \uFEFF inside"',
  '"highest \u{10FFFF} and \uFFFD replacement"',
  '"</script><script>alert(1)</script>"',
  '"\'; DROP TABLE ratings; --"',
  '"{\\"customer_id\\":1}"',
  '"null"',
];

/** Values that are JSON, but no objects. */
export const NOT_AN_OBJECT_TEXTS: readonly string[] = [
  "[]",
  '[{"customer_id":1}]',
  '"{}"',
  '"rating"',
  "42",
  "-1.5e3",
  "true",
  "null",
];

/** Byte sequences that are in no UTF-8 text (RFC 3629 section 3). */
const NOT_UTF8: readonly (readonly number[])[] = [
  [0xff],
  [0x80],
  [0xc0, 0x80],
  [0xe2, 0x82],
  [0xed, 0xa0, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
];

/** Ways to break a JSON object that has a string `comment`; none of them leaves JSON. */
const BREAKS: readonly ((json: string, random: Random) => string)[] = [
  () => "",
  () => " ",
  () => "rating",
  () => "{customer_id:1}",
  (json, random) => json.slice(0, 1 + random.below(json.length - 1)),
  (json) => json.slice(1),
  (json) => json.replaceAll('"', "'"),
  (json) => json.replace(/\}$/, ",}"),
  (json) => json.replace('":', '"'),
  (json) => json.replace(',"', '"'),
  (json) => json.replace(/"rating_value":[^,]*/, '"rating_value":NaN'),
  (json) => json.replace('"rating_value":', '"rating_value":+'),
  (json) => json.replace('"rating_value":', '"rating_value":0'),
  (json) => json.replace(/"rating_value":[^,]*/, '"rating_value":4.'),
  (json) => json.replace(/"rating_value":[^,]*/, '"rating_value":.5'),
  (json) => json.replace('"comment":"', '"comment":"""'),
  (json) => json.replace('"comment":"', '"comment":"\t'),
  (json) => json.replace('"comment":"', '"comment":"\\x41'),
  (json) => json.replace('"comment":"', '"comment":"\\u12G4'),
  (json) => `${json}${json}`,
  (json) => `${json}]`,
  (json) => `${json}//`,
];

/** A text that is no JSON, made of one that is. It has no line break. */
export function malformedJson(json: string, random: Random): string {
  return random.pick(BREAKS)(json, random);
}

/** The bytes of the JSON object, with bytes in its comment that are no UTF-8. */
export function brokenBytes(json: string, random: Random): Uint8Array {
  const at = json.indexOf('"comment":"') + '"comment":"'.length;
  const encoder = new TextEncoder();
  const head = encoder.encode(json.slice(0, at));
  const tail = encoder.encode(json.slice(at));
  const broken = random.pick(NOT_UTF8);
  const bytes = new Uint8Array(head.length + broken.length + tail.length);
  bytes.set(head);
  bytes.set(broken, head.length);
  bytes.set(tail, head.length + broken.length);
  return bytes;
}
