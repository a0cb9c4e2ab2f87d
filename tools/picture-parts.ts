/** Elements of the status page that its pictures show, by their selectors. */
export const PAGE_PARTS: readonly string[] = [
  "#topic",
  "#table",
  "#connection",
  "#word",
  "#reason",
  "#verdict",
  "#account",
  "#read",
  "#committed",
  "#lag",
  "#freshness",
  "#last",
  "#dead",
  "#charts svg",
  "#commits tbody tr",
];

/** What each picture of a terminal shows, from above to below. */
export const TERMINAL_PARTS: Readonly<Record<string, readonly RegExp[]>> = {
  demo: [
    /^\$ npm run demo$/mu,
    /^salon: JSON events from Kafka into Apache Iceberg/mu,
    /^broker {2}/mu,
    /[\d,]+ sent {2}[\d,]+ rows {2}[\d,]+ dead letters {2}\d+ commits {2}lag 0$/mu,
    /^proved: every record is there exactly once$/mu,
    /^some rows:$/mu,
    /^some dead letters:$/mu,
    /^read it with DuckDB/mu,
  ],
  smoke: [
    /^\$ npm run smoke$/mu,
    /^sent +3 ratings to topic /mu,
    /^read back +3 of 3, byte for byte/mu,
    /^in table +3 of 3 once, by value/mu,
    /^ +partition \d+, offset \d+: /mu,
  ],
  verify: [
    /^\$ salon-table verify --deep$/mu,
    /^source nail_salon_ratings, topic nail_salon_ratings of cluster /mu,
    /^ +partition +first +next +rows +dead .* compared +verdict$/mu,
    /^ +0 .* proved$/mu,
    /: proved: every recorded offset is there exactly once$/mu,
  ],
  "dead-letters": [
    /^\$ salon-table dead-letters --limit 1$/mu,
    /^cause +field +records +waiting$/mu,
    /^INVALID_JSON +\d+ +0$/mu,
    /^rule:rating-given +rating_value +\d+ +0$/mu,
    /^ {2}nail_salon_ratings \d+\/\d+ of \d{4}-/mu,
  ],
};

/** The parts of a terminal's picture that are not in it, or not in their order. */
export function missingParts(name: string, svg: string): readonly string[] {
  const parts = TERMINAL_PARTS[name];
  if (parts === undefined) return [`what ${name} shows is not said`];
  let rest = textOf(svg);
  return parts.flatMap((part) => {
    const found = part.exec(rest);
    if (found === null) return [String(part)];
    rest = rest.slice(found.index + found[0].length);
    return [];
  });
}

/** Width and height of a PNG (PNG: IHDR). */
export function pngSize(bytes: Buffer): { readonly width: number; readonly height: number } {
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

function textOf(svg: string): string {
  const texts = Array.from(svg.matchAll(/<text [^>]*>(.*)<\/text>/gu), ([, text = ""]) => text);
  return texts.map((text) => text.replaceAll(/<[^>]*>/gu, "")).join("\n");
}
