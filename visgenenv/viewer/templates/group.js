// The rollouts of one task in one world: how far apart they are, what each was worth against the others, where it parted.

function groupView(i) {
  const mine = [...mates(rows[i])].sort((a, b) => (b.reward ?? -1) - (a.reward ?? -1) || a.i - b.i);
  const rewards = mine.map((row) => row.reward).filter((value) => value !== null);
  const middle = mean(rewards), wide = spread(rewards);
  const body = h("tbody"), unscored = mine.some((row) => row.success === null);
  const query = h("p", { class: "query short", dir: "auto" }, rows[i].gist);
  const pane = h("main", { class: "pane group", tabindex: "-1" });
  const bar = topBar([h("span", { class: "crumb" }, words(rows[i].id, "plain")), h("span", { class: "badge" }, `group of ${mine.length}`),
    rows[i].step !== null && h("span", { class: "badge" }, `step ${whole.format(rows[i].step)}`), h("span", { class: "spacer" }),
    mine.length > 1 && button("Best against worst", () => { location.hash = `#/c/${mine[0].i}/${mine[mine.length - 1].i}`; }, { title: "c" })], "group");
  let at = 0;
  const lines = mine.map((row, n) => {
    const strip = h("td", { class: "strip" }, h("span", { class: "soft small" }, "…"));
    const made = h("td", { class: "made" });
    const advantage = row.reward === null || wide < 1e-9 ? (row.reward === null ? null : 0) : (row.reward - middle) / wide;
    const line = h("tr", { "data-i": row.i, onclick: (event) => { if (!event.target.closest("a, button, video")) location.hash = `#/e/${row.i}`; } },
      h("td", { class: "num soft" }, n + 1),
      h("td", { class: "num" }, h("a", { href: `#/e/${row.i}` }, h("b", null, score(row.reward)))),
      h("td", { class: "num advantage " + (advantage > 0.005 ? "good" : advantage < -0.005 ? "bad" : "soft") }, advantage === null ? "–" : (advantage > 0 ? "+" : "") + advantage.toFixed(2)),
      index.components.map((name, m) => h("td", { class: "square", title: `${name} ${score(row.values[m])}` }, h("i", { class: heat(row.values[m]) }))),
      h("td", null, words(row.policy, "plain")),
      h("td", { class: "num" }, row.turns), h("td", { class: "num" }, row.failed), h("td", { class: "num" }, money(row.cost)), strip, made,
      h("td", null, n ? h("a", { href: `#/c/${mine[0].i}/${row.i}`, class: "small" }, "against best") : null));
    return { row, strip, made, line };
  });
  fill(body, lines.map((one) => one.line));
  const point = (by) => {
    at = Math.min(lines.length - 1, Math.max(0, at + by));
    lines.forEach((one, n) => one.line.classList.toggle("cursor", n === at));
    lines[at].line.scrollIntoView({ block: "nearest" });
  };
  return {
    node: [bar, pane],
    async ready() {
      fill(pane, [
        query,
        h("p", { class: "total" }, h("b", { class: "num" }, score(middle)), h("span", { class: "soft small" },
          rewards.length ? `mean of ${rewards.length}; spread ${wide.toFixed(3)}; best ${score(Math.max(...rewards))}, worst ${score(Math.min(...rewards))}` : "not scored yet",
          wide < 1e-9 && rewards.length > 1 ? "; all alike: no advantage, nothing to learn from here" : "")),
        h("div", { class: "wide" }, h("table", { class: "rollouts" }, h("thead", null, h("tr", null, h("th", null, ""), h("th", { class: "num" }, "Reward"),
          h("th", { class: "num", title: "(reward − mean) / spread, as GRPO takes it" }, "Advantage"), index.components.map((name) => h("th", { class: "slant", title: name }, name)),
          h("th", null, "Policy"), h("th", { class: "num" }, "Turns"), h("th", { class: "num" }, "Failed"), h("th", { class: "num" }, "Money"),
          h("th", { title: "a square a call, turns apart; ringed: where it first parts from the best" }, "Calls"), h("th", null, "Delivered"), h("th", null, ""))), body)),
        h("p", { class: "soft small" }, "Calls: ", legend_(), "  A ring marks the turn where a rollout first parts from the best one."),
      ]);
      let best = null;
      for (const [n, one_] of lines.entries()) {
        try {
          const episode = await load(one_.row.i);
          best ||= episode;
          query.textContent = episode.query;
          const part = n ? firstDivergence(best, episode) : null;
          refill(one_.strip, strip(episode, part));
          const pictures = [...episode.delivered].map((id) => episode.byId.get(id)).filter((asset) => asset && (asset.thumb || asset.still)).slice(0, 4);
          one_.made.replaceChildren(...pictures.map((asset) => h("img", { src: asset.thumb || asset.still, alt: asset.name, title: asset.name, loading: "lazy" })));
        } catch (problem) {
          one_.strip.replaceChildren(h("span", { class: "bad small" }, problem.message));
        }
      }
      if (unscored && view.node.includes(pane) && mine.every((row) => row.success !== null)) route();
    },
    keys: {
      j: () => point(1), k: () => point(-1), ArrowDown: () => point(1), ArrowUp: () => point(-1),
      Enter: () => { location.hash = `#/e/${lines[at].row.i}`; },
      c: () => { if (mine.length > 1) location.hash = `#/c/${mine[0].i}/${mine[mine.length - 1].i}`; },
      Escape: () => { location.hash = siftQuery(); },
    },
  };
}

function legend_() {
  return [["ok", "done"], ["env", "failed, the service's"], ["agent", "failed, the agent's own"]].map(([state, text]) => h("span", { class: "key plain-key" }, h("i", { class: `sq ${state}` }), ` ${text}`));
}

function strip(episode, part) {
  return episode.turns.map((turn, n) => h("span", { class: "turn-strip" + (part && part.turn === n ? " parted" : ""), title: part && part.turn === n ? part.text : `turn ${n + 1}` },
    turn.calls.length ? turn.calls.map((call) => h("i", { class: `sq k-${kindOf(call)} ` + (!call.ran ? "idle" : call.error ? (call.error.fault === "ENV" ? "env" : "agent") : "ok"), title: `${call.tool}${call.error ? ": " + call.error.type : ""}` }))
      : h("i", { class: "sq talk", title: turn.answers ? "answer" : "no call" })));
}

function groupsView() {
  const pane = h("main", { class: "pane group", tabindex: "-1" });
  let at = 0, all = [], lines = [];
  const line = ({ group, middle, wide }) => h("tr", { onclick: (event) => { if (!event.target.closest("a")) location.hash = `#/g/${group[0].i}`; } },
    h("td", null, h("a", { href: `#/g/${group[0].i}` }, words(group[0].id, "plain"))), h("td", { class: "num" }, group.length),
    hasSteps && h("td", { class: "num" }, group[0].step === null ? "–" : whole.format(group[0].step)),
    h("td", { class: "num" }, score(middle)), h("td", { class: "num" }, wide.toFixed(3)), h("td", { class: "dots" }, dots(group)), h("td", { class: "gist-cell", dir: "auto" }, group[0].gist));
  const point = (by) => {
    at = Math.min(lines.length - 1, Math.max(0, at + by));
    lines.forEach((one, n) => one.classList.toggle("cursor", n === at));
    if (lines[at]) lines[at].scrollIntoView({ block: "nearest" });
  };
  const show = () => {
    all = [...groups.values()].filter((group) => group.length > 1).map((group) => {
      const rewards = group.map((row) => row.reward).filter((value) => value !== null);
      return { group, middle: mean(rewards), wide: spread(rewards) };
    }).sort((a, b) => b.wide - a.wide);
    lines = all.slice(0, 500).map(line);
    refill(pane, h("p", { class: "soft" }, "Rollouts of one task in one world, at one training step. Where the spread is nothing, a group teaches nothing."),
      all.length ? h("div", { class: "wide" }, h("table", { class: "groups" }, h("thead", null, h("tr", null, h("th", null, "Task"), h("th", { class: "num" }, "Rollouts"), hasSteps && h("th", { class: "num" }, "Step"),
        h("th", { class: "num" }, "Mean"), h("th", { class: "num" }, "Spread"), h("th", null, "Rewards"), h("th", null, "Request"))), h("tbody", null, lines)))
        : h("p", { class: "empty" }, "No two episodes here share a task and a world."),
      all.length > 500 ? h("p", { class: "soft small" }, "The 500 with the largest spread are shown.") : null);
  };
  show();
  return {
    node: [topBar([h("span", { class: "count" }, `${whole.format(all.length)} groups`)], "groups"), pane],
    ready: () => point(0),
    changed: show,
    keys: { j: () => point(1), k: () => point(-1), ArrowDown: () => point(1), ArrowUp: () => point(-1),
      Enter: () => { if (all[at]) location.hash = `#/g/${all[at].group[0].i}`; }, Escape: () => { location.hash = siftQuery(); } },
  };
}

function dots(group) {
  const node = s("svg", { class: "dotplot", viewBox: "0 0 160 16", role: "img", "aria-label": "rewards of the group" }, s("line", { class: "grid", x1: 4, x2: 156, y1: 8, y2: 8 }));
  for (const row of group) if (row.reward !== null) node.append(s("circle", { cx: 4 + 152 * row.reward, cy: 8, r: 4 }));
  return node;
}
