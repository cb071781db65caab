// The list: filters with counts, search, sorting, means of what is shown, and only those rows that are on screen.

const ROW = 38;
const FACETS = [
  ["policy", "Policy", (row) => [row.policy]],
  ["source", "File", (row) => row.source ? [row.source] : []],
  ["step", "Training step", (row) => row.step === null ? [] : [String(row.step)]],
  ["outcome", "Outcome", (row) => [outcome(row)]],
  ["failures", "Failures", failures],
  ["error", "Error and fault codes", (row) => row.errors],
  ["type", "Type", (row) => [row.type]],
  ["dimension", "Dimension", (row) => row.dimension ? [row.dimension] : []],
  ["lang", "Language", (row) => [row.lang]],
  ["modality", "Delivers", (row) => [row.modality]],
  ["difficulty", "Difficulty", (row) => [row.difficulty]],
];
const COLUMNS = [
  ["reward", "Reward", (row) => row.reward === null ? -1 : row.reward],
  ["parts", "Components", (row) => row.reward === null ? -1 : mean(row.values.filter((value) => value !== null)) ?? -1],
  ["id", "Task", (row) => row.id],
  ["gist", "Request", (row) => row.gist],
  ["policy", "Policy", (row) => row.policy],
  ["step", "Step", (row) => row.step === null ? -1 : row.step],
  ["type", "Type", (row) => typeName(row.type)],
  ["turns", "Turns", (row) => row.turns],
  ["calls", "Calls", (row) => row.calls],
  ["failed", "Failed", (row) => row.failed],
  ["latency", "Time", (row) => row.latency],
  ["cost", "Money", (row) => row.cost],
];
const hasSteps = rows.some((row) => row.step !== null);
const hasPolicies = index.policies.length > 1;
const WIDTHS = { reward: "84px", parts: "82px", id: "minmax(80px, 132px)", gist: "minmax(140px, 1fr)", policy: "minmax(52px, 92px)", step: "46px",
  type: "minmax(60px, 122px)", turns: "38px", calls: "40px", failed: "50px", latency: "66px", cost: "52px" };
const SHOWN = COLUMNS.filter(([name]) => (name !== "step" || hasSteps) && (name !== "policy" || hasPolicies));

function failures(row) {
  const out = [];
  if (row.agent) out.push("the agent's own");
  if (row.env) out.push("the services'");
  if (!row.failed) out.push("none");
  return out;
}

const sift = { q: "", min: 0, max: 1, sort: "", down: true, chosen: new Map(FACETS.map(([name]) => [name, new Set()])) };
let shown = rows, cursor = 0, marked = [];

function siftFrom(query) {
  const given = new URLSearchParams(query);
  sift.q = given.get("q") || "";
  sift.min = Number(given.get("min") ?? 0);
  sift.max = Number(given.get("max") ?? 1);
  const sort = given.get("sort") || "";
  sift.down = sort.startsWith("-");
  sift.sort = sort.replace("-", "");
  for (const [name] of FACETS) sift.chosen.set(name, new Set(given.getAll(name)));
}

function siftQuery() {
  const out = new URLSearchParams();
  if (sift.q) out.set("q", sift.q);
  if (sift.min > 0) out.set("min", sift.min);
  if (sift.max < 1) out.set("max", sift.max);
  if (sift.sort) out.set("sort", (sift.down ? "-" : "") + sift.sort);
  for (const [name, values] of sift.chosen) for (const value of values) out.append(name, value);
  const text = out.toString();
  return text ? "#/?" + text : "#/";
}

const fits = (row, name, values) => !values.size || FACETS.find((facet) => facet[0] === name)[2](row).some((value) => values.has(value));
const ranged = (row) => (sift.min <= 0 && sift.max >= 1) || row.reward !== null && row.reward >= sift.min - 1e-9 && row.reward <= sift.max + 1e-9;

function sifted() {
  const parts = sift.q.toLowerCase().split(/\s+/).filter(Boolean);
  const active = FACETS.filter(([name]) => sift.chosen.get(name).size);
  const counts = new Map(FACETS.map(([name]) => [name, new Map()]));
  const inRange = [], out = [];
  for (const row of rows) {
    if (!parts.every((part) => row.hay.includes(part))) continue;
    const misses = active.filter(([name, , values]) => !values(row).some((value) => sift.chosen.get(name).has(value)));
    if (misses.length > 1) continue;
    const inside = ranged(row);
    if (!misses.length) inRange.push(row);
    if (!inside) continue;
    for (const [name, , values] of FACETS) {
      if (misses.length && misses[0][0] !== name) continue;
      const tally = counts.get(name);
      for (const value of values(row)) tally.set(value, (tally.get(value) || 0) + 1);
    }
    if (!misses.length) out.push(row);
  }
  const column = COLUMNS.find(([name]) => name === sift.sort);
  if (column) {
    const keys = new Map(out.map((row) => [row, column[2](row)]));
    const way = sift.down ? -1 : 1;
    out.sort((a, b) => {
      const x = keys.get(a), y = keys.get(b);
      return (x < y ? -way : x > y ? way : 0) || a.i - b.i;
    });
  }
  return { out, counts, inRange };
}

function listView() {
  const side = h("aside", { class: "side", "aria-label": "Filters" });
  const summary = h("section", { class: "summary" });
  const head = h("div", { class: "row head" });
  const body = h("div", { class: "rows" });
  const window_ = h("div", { class: "window" });
  const empty = h("p", { class: "empty", hidden: true }, "No episode fits. ", button("Clear the filters", clear, { class: "link" }));
  body.append(window_);
  const pane = h("main", { class: "pane", tabindex: "-1" }, summary, h("div", { class: "table", vars: { "--columns": SHOWN.map(([name]) => WIDTHS[name]).join(" ") } }, head, body, empty));
  const search = h("input", { type: "search", class: "search", placeholder: "Search request, task or policy   /", "aria-label": "Search", value: sift.q,
    oninput: () => { sift.q = search.value; later(); } });
  const count = h("span", { class: "count", "aria-live": "polite" });
  const filters = button("Filters", () => side.classList.toggle("open"), { class: "only-narrow" });
  let first = -1, last = -1, timer = 0;

  const later = () => { clearTimeout(timer); timer = setTimeout(change, 90); };

  function change() {
    history.replaceState(null, "", siftQuery());
    cursor = 0;
    refresh();
    pane.scrollTop = 0;
  }

  function clear() {
    siftFrom("");
    search.value = "";
    change();
  }

  function refresh() {
    const { out, counts, inRange } = sifted();
    shown = out;
    count.textContent = out.length === rows.length ? `${whole.format(rows.length)} episodes` : `${whole.format(out.length)} of ${whole.format(rows.length)}`;
    refill(side, sidebar(counts, inRange));
    refill(summary, summaries(out, (step) => {
      const chosen = sift.chosen.get("step");
      if (chosen.has(step)) chosen.delete(step); else chosen.add(step);
      change();
    }));
    headings();
    body.style.height = `${out.length * ROW}px`;
    empty.hidden = out.length > 0;
    first = last = -1;
    paint();
  }

  function sidebar(counts, inRange) {
    const active = FACETS.some(([name]) => sift.chosen.get(name).size) || sift.q || sift.min > 0 || sift.max < 1;
    return [
      h("div", { class: "side-head" }, h("h2", null, "Filters"), active && button("Clear", clear, { class: "link" })),
      h("section", { class: "facet" }, h("h3", null, "Reward"), histogram(inRange, (low, high) => {
        const same = sift.min === low && sift.max === high;
        [sift.min, sift.max] = same ? [0, 1] : [low, high];
        change();
      }), h("div", { class: "range" }, bound("min", "from"), bound("max", "to"))),
      ...FACETS.map(([name, title, values]) => facet(name, title, counts.get(name))),
    ];
  }

  function bound(name, label) {
    return h("label", null, label, h("input", { type: "number", min: 0, max: 1, step: 0.05, value: sift[name],
      onchange: (event) => { sift[name] = Math.min(1, Math.max(0, Number(event.target.value) || 0)); change(); } }));
  }

  function facet(name, title, tally) {
    const chosen = sift.chosen.get(name);
    const names = new Set([...tally.keys(), ...chosen]);
    if (names.size < 2 && !chosen.size) return null;
    const order = name === "step" ? (a, b) => Number(a) - Number(b) : (a, b) => (tally.get(b) || 0) - (tally.get(a) || 0) || (a < b ? -1 : 1);
    const all = [...names].sort(order);
    const label = (value) => name === "type" ? typeName(value) : value;
    const item = (value) => h("label", { class: "option", title: value },
      h("input", { type: "checkbox", checked: chosen.has(value), onchange: () => {
        if (chosen.has(value)) chosen.delete(value); else chosen.add(value);
        change();
      } }), words(label(value), "option-name"), h("span", { class: "num soft" }, whole.format(tally.get(value) || 0)));
    return h("section", { class: "facet", "data-facet": name }, h("h3", null, title), h("div", { class: all.length > 9 ? "options long" : "options" }, all.slice(0, 300).map(item)));
  }

  function headings() {
    refill(head, SHOWN.map(([name, title]) => {
      const on = sift.sort === name;
      return button([title, on && (sift.down ? " ↓" : " ↑")], () => {
        if (on && !sift.down) { sift.sort = ""; sift.down = true; }
        else { sift.down = on ? !sift.down : !["id", "gist", "policy", "type"].includes(name); if (on) sift.down = false; sift.sort = name; }
        change();
      }, { class: `cell ${name}`, title: `Sort by ${title.toLowerCase()}`, "aria-sort": on ? (sift.down ? "descending" : "ascending") : null });
    }));
  }

  function paint() {
    const top = Math.max(0, pane.scrollTop - body.offsetTop);
    const from = Math.max(0, Math.floor(top / ROW) - 8);
    const to = Math.min(shown.length, Math.ceil((top + pane.clientHeight) / ROW) + 8);
    if (from === first && to === last) return;
    [first, last] = [from, to];
    window_.style.transform = `translateY(${from * ROW}px)`;
    refill(window_, shown.slice(from, to).map((row, place) => rowView(row, from + place)));
  }

  function rowView(row, place) {
    return h("a", { class: "row" + (place === cursor ? " cursor" : "") + (marked.includes(row.i) ? " marked" : ""), href: `#/e/${row.i}`, "data-i": row.i,
      onclick: () => { cursor = place; } },
      h("span", { class: "cell reward" }, h("i", { class: "meter", vars: { "--share": row.reward ?? 0 } }), h("b", { class: "num" }, score(row.reward))),
      h("span", { class: "cell parts", title: row.values.map((value, n) => `${index.components[n]} ${score(value)}`).join("\n") || row.status },
        row.values.map((value) => h("i", { class: heat(value) }))),
      h("span", { class: "cell id", title: row.id }, words(row.id, "plain")),
      h("span", { class: "cell gist", title: row.gist }, row.reward !== null && h("i", { class: "dot " + (row.success ? "good" : "bad"), title: outcome(row) }), words(row.gist, "plain")),
      hasPolicies && h("span", { class: "cell policy", title: row.policy }, words(row.policy, "plain")),
      hasSteps && h("span", { class: "cell step num" }, row.step === null ? "–" : whole.format(row.step)),
      h("span", { class: "cell type", title: row.type }, typeName(row.type)),
      h("span", { class: "cell turns num" }, row.turns),
      h("span", { class: "cell calls num" }, row.calls),
      h("span", { class: "cell failed num" }, row.agent ? h("b", { class: "bad", title: "the agent's own" }, row.agent) : null,
        row.agent && row.env ? " + " : null, row.env ? h("b", { class: "warn", title: "the services'" }, row.env) : null, !row.failed && h("span", { class: "soft" }, "0")),
      h("span", { class: "cell latency num" }, clock(row.latency)),
      h("span", { class: "cell cost num" }, money(row.cost)));
  }

  function move(by) {
    cursor = Math.min(shown.length - 1, Math.max(0, cursor + by));
    const y = body.offsetTop + cursor * ROW;
    if (y < pane.scrollTop + 40) pane.scrollTop = y - 40;
    if (y + ROW > pane.scrollTop + pane.clientHeight) pane.scrollTop = y + ROW - pane.clientHeight + 8;
    first = -1;
    paint();
  }

  pane.addEventListener("scroll", () => requestAnimationFrame(paint), { passive: true });
  const resized = new ResizeObserver(() => { first = -1; paint(); });
  resized.observe(pane);
  const bar = topBar([search, count, filters], "list");
  return {
    node: [bar, index.problem && h("p", { class: "problem" }, index.problem), h("div", { class: "split" }, side, pane)],
    ready() {
      refresh();
      if (cursor) move(0);
    },
    changed() { refresh(); },
    leave() { resized.disconnect(); },
    keys: {
      j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1),
      PageDown: () => move(15), PageUp: () => move(-15), Home: () => move(-1e9), End: () => move(1e9),
      Enter: () => { if (shown[cursor]) location.hash = `#/e/${shown[cursor].i}`; },
      "/": () => { search.focus(); search.select(); },
      c: () => { const row = shown[cursor]; if (marked.length === 2) location.hash = `#/c/${marked[0]}/${marked[1]}`; else if (row) compareFrom(row); },
      g: () => { if (shown[cursor]) location.hash = `#/g/${shown[cursor].i}`; },
      x: () => {
        const row = shown[cursor];
        if (!row) return;
        marked = marked.includes(row.i) ? marked.filter((i) => i !== row.i) : [...marked, row.i].slice(-2);
        first = -1;
        paint();
        say(marked.length === 2 ? "Two episodes are marked: c puts them side by side" : marked.length ? "Marked; x on another one marks the second" : "No mark");
      },
      Escape: () => { if (sift.q) { sift.q = ""; search.value = ""; change(); } },
    },
  };
}

function summaries(out, pickStep) {
  // Means of the episodes that are shown, a line a policy; and the reward by training step, where there are steps.
  const byPolicy = new Map();
  for (const row of out) {
    if (row.reward === null) continue;
    const known = byPolicy.get(row.policy);
    if (known) known.push(row); else byPolicy.set(row.policy, [row]);
  }
  const pending = rows.filter((row) => row.success === null).length;
  const lines = [...byPolicy].slice(0, 12).map(([policy, mine]) => h("tr", null,
    h("th", { scope: "row" }, words(policy, "plain")),
    h("td", { class: "num" }, whole.format(mine.length)),
    h("td", { class: "num" }, (100 * mean(mine.map((row) => row.success ? 1 : 0))).toFixed(1) + " %"),
    h("td", { class: "num" }, h("b", null, score(mean(mine.map((row) => row.reward))))),
    index.components.map((name, n) => {
      const value = mean(mine.map((row) => row.values[n]).filter((value) => value !== null && value !== undefined));
      return h("td", { class: "num" + (index.counted.includes(name) ? "" : " soft") }, h("i", { class: heat(value) }), score(value));
    }),
    h("td", { class: "num" }, one.format(mean(mine.map((row) => row.turns)))),
    h("td", { class: "num" }, one.format(mean(mine.map((row) => row.failed)))),
    h("td", { class: "num" }, money(mean(mine.map((row) => row.cost))))));
  const table = lines.length ? h("div", { class: "wide" }, h("table", { class: "means" },
    h("thead", null, h("tr", null, h("th", null, "Policy"), ["Episodes", "Success", "Reward", ...index.components, "Turns", "Failed", "Money"].map((name) => h("th", { class: "num" }, name)))),
    h("tbody", null, lines))) : null;
  return [
    pending ? h("p", { class: "progress" }, h("progress", { max: rows.length, value: rows.length - pending }), ` ${whole.format(rows.length - pending)} of ${whole.format(rows.length)} scored`) : null,
    h("div", { class: "summary-row" }, table, hasSteps ? stepChart(out, pickStep) : null),
  ].filter(Boolean);
}
