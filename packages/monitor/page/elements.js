// Texts and tables of the page; only what has changed is touched.

const SVG = "http://www.w3.org/2000/svg";
const SHARE_WIDTH = 100;

/** @param {string} id */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no ${id}`);
  return element;
}

/**
 * @param {Element | string} target
 * @param {string} text
 */
export function setText(target, text) {
  const element = typeof target === "string" ? byId(target) : target;
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {string} id
 * @param {readonly (readonly [string, string])[]} entries
 */
export function facts(id, entries) {
  const list = byId(id);
  while (list.children.length < entries.length * 2) {
    list.append(document.createElement("dt"), document.createElement("dd"));
  }
  for (const [index, [name, value]] of entries.entries()) {
    const [term, detail] = [list.children[index * 2], list.children[index * 2 + 1]];
    if (term !== undefined) setText(term, name);
    if (detail !== undefined) setText(detail, value);
  }
}

/**
 * @typedef {object} Cell
 * @property {string} text
 * @property {string} [kind] Its classes.
 * @property {boolean} [isHead]
 * @property {readonly number[]} [bar] Parts of a bar before the text.
 * @property {number} [share] Length of a bar, of one.
 */

/**
 * @param {string} text
 * @returns {Cell}
 */
export function head(text) {
  return { text, isHead: true };
}

/**
 * Makes the rows of a table these, and keeps the elements that are there.
 *
 * @param {string} id
 * @param {readonly (readonly Cell[])[]} rows
 * @param {string} none
 */
export function fill(id, rows, none) {
  const body = byId(id).querySelector("tbody");
  const columns = byId(id).querySelectorAll("thead th").length;
  if (body === null) return;
  if (rows.length === 0) {
    if (body.dataset["is"] === "none") return;
    const cell = document.createElement("td");
    cell.colSpan = columns;
    cell.className = "none";
    cell.textContent = none;
    const row = document.createElement("tr");
    row.append(cell);
    body.replaceChildren(row);
    body.dataset["is"] = "none";
    return;
  }
  if (body.dataset["is"] === "none") body.replaceChildren();
  body.dataset["is"] = "filled";
  while (body.rows.length > rows.length) body.deleteRow(-1);
  for (const [index, cells] of rows.entries()) {
    const row = body.rows[index] ?? body.insertRow();
    for (const [at, cell] of cells.entries()) setCell(row, at, cell);
  }
}

/**
 * @param {HTMLTableRowElement} row
 * @param {number} at
 * @param {Cell} cell
 */
function setCell(row, at, { text, kind = "", isHead = false, bar, share }) {
  let element = row.cells[at];
  if (element === undefined) {
    element = document.createElement(isHead ? "th" : "td");
    if (isHead) element.scope = "row";
    row.append(element);
  }
  if (element.className !== kind) element.className = kind;
  const key = `${text}|${bar?.join() ?? ""}|${share ?? ""}`;
  if (element.dataset["key"] === key) return;
  element.dataset["key"] = key;
  if (bar !== undefined) {
    const wrapper = document.createElement("div");
    wrapper.className = "phases";
    wrapper.append(barOf(bar), text);
    element.replaceChildren(wrapper);
  } else if (share !== undefined) {
    element.replaceChildren(shareOf(share));
  } else {
    element.textContent = text;
  }
}

/** @param {readonly number[]} parts */
function barOf(parts) {
  const svg = box("phase-bar");
  const all = parts.reduce((total, part) => total + part, 0) || 1;
  let x = 0;
  for (const [index, part] of parts.entries()) {
    const width = (part / all) * SHARE_WIDTH;
    svg.append(rectangle(x, width, `phase-${index}`));
    x += width;
  }
  return svg;
}

/** @param {number} share */
function shareOf(share) {
  const svg = box("share");
  svg.append(rectangle(0, Math.max(share, 0.01) * SHARE_WIDTH, ""));
  return svg;
}

/** @param {string} name */
function box(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", name);
  svg.setAttribute("viewBox", `0 0 ${SHARE_WIDTH} 10`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  return svg;
}

/**
 * @param {number} x
 * @param {number} width
 * @param {string} name
 */
function rectangle(x, width, name) {
  const rectangle = document.createElementNS(SVG, "rect");
  rectangle.setAttribute("x", `${x}`);
  rectangle.setAttribute("width", `${width}`);
  rectangle.setAttribute("height", "10");
  rectangle.setAttribute("class", name);
  return rectangle;
}
