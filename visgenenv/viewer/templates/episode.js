// One episode: the request, the answer, the conversation, the score with its reasons, the clock, what came from what.

function episodeView(i) {
  const row = rows[i];
  const body = h("main", { class: "pane episode", tabindex: "-1" }, h("p", { class: "loading" }, "Loading…"));
  const place = shown.indexOf(row);
  const around = (by) => {
    const from = shown.indexOf(row);
    const next = from < 0 ? rows[i + by] : shown[from + by];
    if (next) location.hash = `#/e/${next.i}`;
  };
  const others = sameTask(row);
  const bar = topBar([
    h("span", { class: "crumb", title: row.id }, words(row.id, "plain")),
    h("span", { class: "badge" }, words(row.policy, "plain")),
    row.step !== null && h("span", { class: "badge" }, `step ${whole.format(row.step)}`),
    h("span", { class: "spacer" }),
    h("span", { class: "count" }, place >= 0 ? `${whole.format(place + 1)} of ${whole.format(shown.length)}` : ""),
    button("‹", () => around(-1), { title: "Previous episode  [", "aria-label": "Previous episode" }),
    button("›", () => around(1), { title: "Next episode  ]", "aria-label": "Next episode" }),
    others.length > 1 && button("Compare", () => compareFrom(row), { title: "Side by side with another try at this task  c" }),
    mates(row).length > 1 && button(`Group of ${mates(row).length}`, () => { location.hash = `#/g/${i}`; }, { title: "All rollouts of this task in this world  g" }),
  ], "episode");
  let context = null, at = -1;
  const turns = () => [...body.querySelectorAll(".turn")];

  function step(by) {
    const all = turns();
    if (!all.length) return;
    at = Math.min(all.length - 1, Math.max(0, at + by));
    all.forEach((turn, n) => turn.classList.toggle("cursor", n === at));
    all[at].scrollIntoView({ block: "start", behavior: "auto" });
  }

  function foldAll() {
    const all = [...body.querySelectorAll(".conversation details")];
    const open = all.some((one) => !one.open);
    all.forEach((one) => { one.open = open; });
  }

  return {
    node: [bar, body],
    async ready() {
      try {
        const episode = await load(i);
        context = contextOf(episode, i);
        refill(body, episodeParts(row, episode, context));
      } catch (problem) {
        body.replaceChildren(h("p", { class: "problem" }, problem.message));
      }
    },
    keys: {
      j: () => step(1), k: () => step(-1), "[": () => around(-1), "]": () => around(1), f: foldAll,
      c: () => compareFrom(row), g: () => { if (mates(row).length > 1) location.hash = `#/g/${i}`; },
      Escape: () => { location.hash = siftQuery(); },
    },
  };
}

function contextOf(episode, i, side) {
  const context = { episode, i, side, href: `#/e/${i}` };
  context.show = (id) => {
    const node = document.getElementById(`asset-${id}`);
    if (!node) { location.hash = `#/e/${i}`; return; }
    for (let up = node; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    node.scrollIntoView({ block: "center" });
    node.classList.add("flash");
    setTimeout(() => node.classList.remove("flash"), 1600);
  };
  context.turn = (number) => {
    const node = document.getElementById(`turn-${number}`);
    if (node) node.scrollIntoView({ block: "start" });
  };
  return context;
}

function episodeParts(row, episode, context) {
  const uploads = episode.assets.filter((asset) => asset.by === "user").map((asset) => asset.id);
  const end = timeline(episode, 0, context.turn, 1000);
  const made = episode.assets.length > 1 ? assetGraph(episode, context) : null;
  return [
    h("div", { class: "columns" },
      h("div", { class: "story" },
        h("section", { class: "request" }, h("h2", null, "Request"), h("p", { class: "query", dir: "auto" }, episode.query),
          uploads.length ? [h("h3", null, "Brought along"), shelf_(uploads, context, true)] : null),
        answerView(row, episode, context),
        end && h("section", { class: "panel" }, h("h2", null, "Simulated time and money"),
          h("p", { class: "soft small" }, `${clock(episode.latency)}, ${money(episode.cost)}; `, legend(episode)), end),
        made && fold("panel", [h("h2", null, "What was made from what"), h("span", { class: "soft small" }, ` ${episode.assets.length} assets`)], () => made, true),
        h("section", { class: "conversation" }, h("div", { class: "section-head" }, h("h2", null, "Conversation"),
          button("Fold or unfold all", () => press("f"), { class: "link", title: "f" })),
          episode.turns.map((turn, n) => turnView(turn, n, context)),
          episode.turns.length ? null : h("p", { class: "soft" }, "No turn was played."))),
      h("aside", { class: "facts" }, scorePanel(row, episode), factsPanel(row, episode))),
  ];
}

function legend(episode) {
  const kinds = [...new Set(episode.turns.flatMap((turn) => turn.calls.map(kindOf)))];
  return kinds.map((kind) => h("span", { class: `key k-${kind}` }, kind));
}

function answerView(row, episode, context) {
  if (!episode.answer) {
    return h("section", { class: "answer none" }, h("h2", null, "Answer"),
      h("p", { class: "bad" }, "No valid answer", episode.cut ? `; cut off by the limit on ${episode.cut}.` : "."));
  }
  const { status, summary, urls } = episode.answer;
  const unknown = urls.filter(([, id]) => !id);
  return h("section", { class: status === "failed" ? "answer none" : "answer" },
    h("h2", null, "Answer ", h("span", { class: "badge" }, status)),
    h("p", { class: "summary-text", dir: "auto" }, linked(summary, context)),
    shelf_([...new Set(urls.map(([, id]) => id))], context, false),
    unknown.map(([url]) => h("p", { class: "bad small" }, words(url, "plain"), " is not an asset of this episode")));
}

function turnView(turn, n, context) {
  const spent = turn.calls.reduce((sum, call) => sum + (call.cost || 0), 0);
  const start = Math.min(...turn.calls.filter((call) => call.ran).map((call) => call.start));
  const id = context.side === undefined ? { id: `turn-${n + 1}` } : null;
  return h("section", { class: "turn", ...id },
    h("header", null, h("h3", null, `Turn ${n + 1}`),
      Number.isFinite(start) && h("span", { class: "soft small num" }, `at ${clock(start)} · ${money(spent)}`),
      turn.tokens ? h("span", { class: "soft small num" }, `${whole.format(turn.tokens)} tokens`) : null,
      turn.faults.map((fault) => h("span", { class: "badge bad" }, words(fault, "plain")))),
    turn.think && saying("think", "Think", turn.think, context),
    turn.reflect && saying("reflect", "Reflect", turn.reflect, context),
    turn.plan && planView(turn.plan, context),
    turn.calls.map((call) => callView(call, context)),
    turn.answers ? h("p", { class: "block answered" }, h("b", null, "Answer"), " as shown above") : null,
    turn.told.length ? fold("told", "What the policy was told", () => turn.told.map((text) => h("pre", { dir: "auto" }, linked(text, context)))) : null,
    turn.raw ? fold("raw", "The turn as written", () => h("pre", { dir: "auto" }, turn.raw), turn.faults.length > 0) : null);
}

function saying(kind, label, text, context) {
  if (text.length <= 260) return h("div", { class: `block ${kind}` }, h("b", { class: "label" }, label), h("p", { dir: "auto" }, linked(text, context)));
  return h("div", { class: `block ${kind}` }, h("b", { class: "label" }, label),
    fold("long", h("span", { class: "preview", dir: "auto" }, clip(text.replace(/\s+/g, " "), 220)), () => h("p", { dir: "auto" }, linked(text, context))));
}

function planView(plan, context) {
  const steps = plan.steps;
  const body = steps.length
    ? h("ol", null, steps.map(([goal, tool, notes]) => h("li", { dir: "auto" }, linked(goal, context), " ", h("code", null, tool), notes && h("span", { class: "soft small" }, ` ${notes}`))))
    : h("p", { dir: "auto" }, linked(plan.text, context));
  return h("div", { class: "block plan" }, h("b", { class: "label" }, steps.length ? `Plan of ${steps.length} ${steps.length === 1 ? "step" : "steps"}` : "Plan"),
    steps.length > 7 ? fold("long", h("span", { class: "preview", dir: "auto" }, clip(steps.map(([goal]) => goal).join(" → "), 220)), () => body) : body);
}

function callView(call, context) {
  const state = !call.ran ? "idle" : call.error ? (call.error.fault === "ENV" ? "env" : "agent") : "ok";
  const gist = call.arguments.map(([name, value]) => `${name}: ${value.replace(/\s+/g, " ")}`).join("   ");
  const media = call.ran ? shelf_(call.assets, context, true) : null;
  const single = call.ran && call.assets.length === 1;
  return h("div", { class: `block call k-${kindOf(call)} ${state}${single ? " single" : ""}` },
    h("div", { class: "call-body" },
      h("div", { class: "call-head" }, h("code", { class: "tool" }, call.tool),
        state === "ok" ? null : h("span", { class: `badge ${state === "env" ? "warn" : "bad"}` }, !call.ran ? "not run" : `${call.error.type} ${call.error.status}`),
        call.ran && h("span", { class: "soft small num" }, `${clock(call.latency)} · $${call.cost.toFixed(3)}`)),
      call.unread && h("p", { class: "error" }, call.unread),
      fold("args", h("span", { class: "preview", dir: "auto" }, clip(gist, 300) || "no arguments"), () => pairsView(call.arguments, context)),
      call.error ? h("div", { class: `error ${state}` }, h("p", { dir: "auto" }, call.error.message), h("p", { class: "soft small" }, call.error.notes)) : null,
      call.ran && !call.error && call.data.length ? fold("data", h("span", { class: "preview", dir: "auto" }, "→ " + clip(call.data.map(([name, value]) => `${name}: ${value.replace(/\s+/g, " ")}`).join("   "), 200)), () => pairsView(call.data, context)) : null,
      call.flaws && call.flaws.length ? h("p", { class: "soft small" }, "Knowingly wrong here: ", call.flaws.join(", ")) : null),
    media);
}

function pairsView(pairs, context) {
  return h("dl", { class: "pairs" }, pairs.map(([name, value, nested]) => [
    h("dt", null, name), h("dd", { dir: "auto" }, nested ? h("pre", null, linked(value, context)) : linked(value, context))]));
}

function scorePanel(row, episode) {
  const box = h("section", { class: "panel score" });
  const choices = index.mode === "server" ? index.presets : null;
  const show = (sheet) => {
    refill(box, h("div", { class: "section-head" }, h("h2", null, "Score"),
      choices ? h("select", { "aria-label": "Preset", onchange: (event) => change(event.target.value) },
        choices.map((name) => h("option", { value: name, ...(name === sheet.preset ? { selected: true } : {}) }, name)))
        : h("span", { class: "soft small" }, sheet.preset)),
      scoreRows(sheet));
  };
  const change = async (preset) => {
    try {
      show(await askScore(row.i, preset));
    } catch (problem) {
      box.append(h("p", { class: "problem" }, problem.message));
    }
  };
  if (episode.score) show(episode.score);
  else box.append(h("p", { class: "soft" }, "Not scored."));
  return box;
}

function scoreRows(sheet) {
  const joined = sheet.joined.map(([name, value]) => `${name} ${value.toFixed(3)}`).join(" · ");
  const factor = !sheet.joined.some(([name]) => name === "plus");
  const gates = sheet.gates.filter(([, open]) => !open).map(([name]) => name === "G"
    ? "Gate G: something was forged, or the answer cites what does not exist" : "Gate V: nothing of the requested kind was delivered");
  return [
    h("p", { class: "total" }, h("b", { class: "num" }, sheet.status === "ok" ? score(sheet.reward) : "–"),
      h("span", { class: "soft small" }, sheet.status === "ok" ? joined : sheet.status.replace("_", " "))),
    gates.map((text) => h("p", { class: "bad small" }, text)),
    h("div", { class: "parts-list" }, sheet.rows.map((part) => h("div", { class: "part" + (part.counts ? "" : " idle") },
      h("div", { class: "part-head" }, h("span", null, part.name), h("span", { class: "track" }, part.value === null ? null : h("i", { class: heat(part.value), vars: { "--share": part.value } })),
        h("b", { class: "num" }, score(part.value)), h("span", { class: "soft small num adds" }, !part.counts ? "not counted" : factor && part.name === "plan" ? "factor" : `+${part.adds.toFixed(3)}`)),
      h("p", { class: "why", dir: "auto" }, part.reason),
      part.evidence ? fold("evidence", "Evidence", () => h("pre", null, part.evidence)) : null))),
  ];
}

function factsPanel(row, episode) {
  const pair = (name, value) => [h("dt", null, name), h("dd", null, value)];
  return h("section", { class: "panel" }, h("h2", null, "Facts"), h("dl", { class: "pairs" },
    pair("type", `${row.type} ${typeName(row.type)}`), pair("language", row.lang), row.dimension && pair("dimension", row.dimension),
    row.paid !== null && pair("paid in play", score(row.paid)), pair("turns", row.turns), pair("calls", `${row.calls}, ${row.failed} failed`), pair("seed", episode.seeds[0]), pair("world", episode.seeds[1])),
    fold("more", "Ground truth of the task", () => plainPairs(episode.truth)),
    fold("more", "Settings and versions", () => plainPairs(episode.settings)));
}

function plainPairs(pairs) {
  return h("dl", { class: "pairs" }, pairs.map(([name, value, nested]) => [h("dt", null, name), h("dd", { dir: "auto" }, nested ? h("pre", null, value) : value)]));
}
