// Two tries at one task, turn beside turn, with the place where they first part.

function compareFrom(row) {
  const scored = sameTask(row).filter((one) => one.reward !== null);
  if (scored.length < 2) { say("There is no other episode of this task"); return; }
  const ranked = [...scored].sort((a, b) => b.reward - a.reward || a.i - b.i);
  location.hash = `#/c/${ranked[0].i}/${ranked[ranked.length - 1].i}`;
}

function signature(call, episode) {
  // A call as it can be compared between episodes, whose assets have other ids: by their place among all.
  const named = (text) => text.replace(LINK, (all, id) => episode.byId.has(id) ? `#${episode.byId.get(id).place}` : all);
  return call.tool + " " + JSON.stringify(call.arguments.map(([name, value]) => [name, named(value)]));
}

const stateOf = (call) => !call.ran ? "not run" : call.error ? call.error.type : "success";

function firstDivergence(a, b) {
  // Wordings of thoughts always differ; what counts is what was done and what came of it.
  const count = Math.max(a.turns.length, b.turns.length);
  for (let n = 0; n < count; n++) {
    const left = a.turns[n], right = b.turns[n];
    if (!left || !right) return { turn: n, text: `${left ? "the left" : "the right"} one goes on with ${named(left || right)}, the other has ended` };
    const size = Math.max(left.calls.length, right.calls.length);
    for (let m = 0; m < size; m++) {
      const x = left.calls[m], y = right.calls[m];
      if (!x || !y) return { turn: n, text: `call ${m + 1}: ${x ? "only the left" : "only the right"} one calls ${(x || y).tool}` };
      if (x.tool !== y.tool) return { turn: n, text: `call ${m + 1}: ${x.tool} against ${y.tool}` };
      if (signature(x, a) !== signature(y, b)) {
        const lacks = (call) => ([name, value]) => !call.arguments.some(([key, item]) => key === name && item === value);
        const other = x.arguments.find(lacks(y)) || y.arguments.find(lacks(x));
        return { turn: n, text: `call ${m + 1}: ${x.tool} with other arguments${other ? `, first “${clip(other[0], 40)}”` : ""}` };
      }
      if (stateOf(x) !== stateOf(y)) return { turn: n, text: `call ${m + 1}: the same call of ${x.tool}, but ${stateOf(x)} against ${stateOf(y)}` };
    }
    if (left.answers !== right.answers) return { turn: n, text: `${left.answers ? "the left" : "the right"} one answers, the other does not` };
  }
  return null;
}

function named(turn) {
  return turn.calls.length ? turn.calls.map((call) => call.tool).slice(0, 3).join(", ") : turn.answers ? "its answer" : "words";
}

function compareView(i, k) {
  const pair = [rows[i], rows[k]];
  const body = h("main", { class: "pane compare", tabindex: "-1" }, h("p", { class: "loading" }, "Loading…"));
  const go = (a, b) => { location.hash = `#/c/${a}/${b}`; };
  const picker = (side) => {
    const choices = sameTask(pair[0]);
    if (!choices.includes(pair[side])) choices.push(pair[side]);
    choices.sort((a, b) => (b.reward ?? -1) - (a.reward ?? -1) || a.i - b.i);
    return h("select", { "aria-label": side ? "Right episode" : "Left episode", onchange: (event) => go(...(side ? [i, event.target.value] : [event.target.value, k])) },
      choices.slice(0, 400).map((row) => h("option", { value: row.i, ...(row === pair[side] ? { selected: true } : {}) },
        `${score(row.reward)}  ${clip(row.policy, 40)}${row.step === null ? "" : " step " + row.step}  #${row.i}`)));
  };
  const bar = topBar([h("span", { class: "crumb" }, words(pair[0].id, "plain")), h("span", { class: "spacer" }), button("Swap", () => go(k, i))], "compare");
  return {
    node: [bar, body],
    async ready() {
      try {
        const [a, b] = await Promise.all([load(i), load(k)]);
        refill(body, compareParts(pair, [a, b], picker));
      } catch (problem) {
        body.replaceChildren(h("p", { class: "problem" }, problem.message));
      }
    },
    keys: {
      d: () => { const node = body.querySelector(".diverges"); if (node) node.scrollIntoView({ block: "start" }); },
      j: () => body.scrollBy(0, 260), k: () => body.scrollBy(0, -260), s: () => go(k, i),
      Escape: () => { location.hash = `#/e/${i}`; },
    },
  };
}

function compareParts(pair, episodes, picker) {
  const contexts = episodes.map((episode, side) => contextOf(episode, pair[side].i, side));
  const part = firstDivergence(...episodes);
  const same = pair[0].id === pair[1].id && episodes[0].query === episodes[1].query;
  const end = Math.max(...episodes.map((episode) => episode.latency));
  const count = Math.max(...episodes.map((episode) => episode.turns.length));
  const both = (make) => h("div", { class: "pair" }, [0, 1].map((side) => h("div", { class: "half" }, make(side))));
  return [
    same ? h("p", { class: "query", dir: "auto" }, episodes[0].query) : h("p", { class: "problem" }, "These two are tries at different tasks."),
    same && pair[0].world !== pair[1].world && h("p", { class: "soft small" }, "They were played in different worlds: other weather, other luck."),
    both((side) => [picker(side), h("p", { class: "total" }, h("b", { class: "num" }, score(pair[side].reward)), h("span", { class: "soft small" },
      `${pair[side].turns} turns · ${pair[side].calls} calls, ${pair[side].failed} failed · ${clock(pair[side].latency)} · ${money(pair[side].cost)}`),
      h("a", { href: `#/e/${pair[side].i}`, class: "small" }, "open"))]),
    h("p", { class: "divergence" }, h("b", null, part ? `First divergence: turn ${part.turn + 1}` : "No divergence"),
      part ? [" · ", words(part.text, "plain"), " ", button("show", () => press("d"), { class: "link" })] : " in calls and their outcomes"),
    partsTable(episodes),
    both((side) => timeline(episodes[side], end, null, 640)),
    both((side) => answerView(pair[side], episodes[side], contexts[side])),
    Array.from({ length: count }, (_, n) => h("div", { class: "pair turns" + (part && part.turn === n ? " diverges" : part && n < part.turn ? " alike" : "") },
      [0, 1].map((side) => h("div", { class: "half" }, episodes[side].turns[n] ? turnView(episodes[side].turns[n], n, contexts[side]) : h("p", { class: "soft ended" }, "ended"))))),
  ];
}

function partsTable(episodes) {
  const sheets = episodes.map((episode) => episode.score);
  if (!sheets[0] || !sheets[1]) return null;
  const cell = (value) => h("td", { class: "num" }, h("i", { class: heat(value) }), score(value));
  return h("div", { class: "wide" }, h("table", { class: "versus" },
    h("thead", null, h("tr", null, ["", "left", "right", "difference", "why, left", "why, right"].map((name, n) => h("th", { class: n && n < 4 ? "num" : "" }, name)))),
    h("tbody", null, sheets[0].rows.map((row, n) => {
      const other = sheets[1].rows[n];
      const gap = row.value !== null && other.value !== null ? row.value - other.value : null;
      return h("tr", { class: row.counts ? "" : "idle" }, h("th", { scope: "row" }, row.name), cell(row.value), cell(other.value),
        h("td", { class: "num " + (gap > 0.0005 ? "good" : gap < -0.0005 ? "bad" : "soft") }, gap === null ? "–" : (gap > 0 ? "+" : "") + gap.toFixed(3)),
        h("td", { class: "why" }, row.reason), h("td", { class: "why" }, other.reason));
    }))));
}
