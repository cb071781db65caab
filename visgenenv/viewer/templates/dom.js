// Building the page: every text that comes from a trace becomes a text node, never markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, kids) {
  for (const kid of kids.flat(4)) if (kid !== null && kid !== undefined && kid !== false) node.append(kid);
  return node;
}

function refill(node, ...kids) {
  node.replaceChildren();
  return fill(node, kids);
}

function dress(node, props) {
  for (const [name, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "vars") for (const [key, one] of Object.entries(value)) node.style.setProperty(key, one);
    else if (name === "value" || name === "checked" || name === "open") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  return node;
}

const h = (tag, props, ...kids) => fill(dress(document.createElement(tag), props), kids);
const s = (tag, props, ...kids) => fill(dress(document.createElementNS(SVG, tag), props), kids);

const words = (text, ...names) => h("span", { class: names.join(" "), dir: "auto" }, String(text));
const button = (label, run, props) => h("button", { type: "button", onclick: run, ...props }, label);

function fold(kind, head, body, open, props) {
  // A foldable block whose body is built when it is first opened.
  const node = h("details", { class: `fold ${kind}`, ...props }, h("summary", null, head));
  let built = false;
  const build = () => { if (!built && node.open) { built = true; fill(node, [body()]); } };
  node.addEventListener("toggle", build);
  if (open) { node.open = true; build(); }
  return node;
}

const one = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat("en");
const score = (value) => value === null || value === undefined ? "–" : value.toFixed(3);
const money = (value) => "$" + (value >= 100 ? one.format(value) : value.toFixed(2));

function clock(seconds) {
  if (!(seconds >= 60)) return one.format(seconds) + " s";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  return `${Math.floor(seconds / 3600)} h ${String(Math.floor(seconds / 60) % 60).padStart(2, "0")}`;
}

const mean = (values) => values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null;

function spread(values) {
  const middle = mean(values);
  return values.length ? Math.sqrt(mean(values.map((value) => (value - middle) ** 2))) : 0;
}

function clip(text, length) { return text.length > length ? text.slice(0, length - 1) + "…" : text; }

function heat(value) {
  // From red by amber to green, as a class, so that both themes choose their own colours.
  return value === null || value === undefined ? "heat none" : "heat h" + Math.min(4, Math.floor(value * 4 + (value >= 1 ? 0 : 0.25)));
}
