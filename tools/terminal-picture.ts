/** Signs of color that commands print, as the class of the text behind them. */
const STYLES: Readonly<Record<string, string>> = {
  1: "bold",
  31: "bad",
  32: "good",
  33: "warning",
  34: "quiet",
  36: "info",
  90: "quiet",
};
const COLUMN_WIDTH = 8.4;
const LINE_HEIGHT = 19;
const MARGIN = 16;
const COLUMNS_MAX = 130;
const LINES_MAX = 36;
const ESCAPE = "\u001b";

/** Colors of both themes; a reader's own setting decides. */
const CSS = `text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre;fill:#1f2328}
rect{fill:#f6f8fa;stroke:#d1d9e0}.bold{font-weight:700}.good{fill:#1a7f37}.bad{fill:#cf222e}
.warning{fill:#9a6700}.info{fill:#0969da}.quiet{fill:#59636e}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}rect{fill:#0d1117;stroke:#30363d}.good{fill:#3fb950}
.bad{fill:#f85149}.warning{fill:#d29922}.info{fill:#58a6ff}.quiet{fill:#8b949e}}`;

/**
 * What a terminal shows after this output, as an SVG that is light or dark as its reader wants it.
 * Lines that were rewritten are there as they were last.
 */
export function terminalPicture(output: string, title: string): string {
  const lines = lastShown(output);
  const columns = Math.max(...lines.map((line) => withoutSigns(line).length), 60);
  const width = Math.ceil(columns * COLUMN_WIDTH) + 2 * MARGIN;
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN;
  const texts = lines.map((line, index) => {
    const y = MARGIN + (index + 0.75) * LINE_HEIGHT;
    return `<text x="${MARGIN}" y="${y}">${spans(line)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title><style>${CSS}</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${texts.join("\n")}
</svg>
`;
}

function lastShown(output: string): readonly string[] {
  const lines = output.replaceAll("\r\n", "\n").trimEnd().split("\n");
  // Rewritten from its first column, and cleared to its end.
  const last = lines.map((line) =>
    line.slice(line.lastIndexOf("\r") + 1).replaceAll(`${ESCAPE}[K`, ""),
  );
  const wrapped = last.flatMap(wrappedLine);
  return wrapped.length <= LINES_MAX ? wrapped : [...wrapped.slice(0, LINES_MAX), "…"];
}

/** As a terminal wraps what is too wide; headings, which have signs, never are. */
function wrappedLine(line: string): readonly string[] {
  if (line.includes(ESCAPE)) return [line];
  return line.match(new RegExp(`.{1,${COLUMNS_MAX}}`, "gu")) ?? [""];
}

function withoutSigns(line: string): string {
  return line
    .split(ESCAPE)
    .map((part, index) => (index === 0 ? part : part.replace(/^\[[\d;]*m/, "")))
    .join("");
}

function spans(line: string): string {
  const [first = "", ...rest] = line.split(ESCAPE);
  const parts = rest.map((part) => {
    const [sign = "", code = ""] = /^\[([\d;]*)m/.exec(part) ?? [];
    const style = STYLES[code];
    const text = escaped(part.slice(sign.length));
    return style === undefined || text === "" ? text : `<tspan class="${style}">${text}</tspan>`;
  });
  return [escaped(first), ...parts].join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
