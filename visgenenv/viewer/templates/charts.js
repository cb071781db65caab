// Small drawings: rewards as a histogram, rewards by training step, calls on the simulated clock.

function histogram(chosen, pick) {
  const bins = new Array(20).fill(0);
  for (const row of chosen) if (row.reward !== null) bins[Math.min(19, Math.floor(row.reward * 20 + 1e-9))]++;
  const most = Math.max(1, ...bins), width = 220, height = 54, step = width / 20;
  const node = s("svg", { class: "histogram", viewBox: `0 0 ${width} ${height + 12}`, role: "group", "aria-label": "Rewards of the episodes" });
  bins.forEach((count, n) => {
    const low = n / 20, high = (n + 1) / 20;
    const tall = count ? Math.max(2, height * Math.sqrt(count / most)) : 0;
    const inside = low >= sift.min - 1e-9 && high <= sift.max + 1e-9;
    node.append(s("g", { class: "bin" + (inside ? "" : " out"), tabindex: count ? 0 : null, role: "button",
      onclick: () => pick(low, high), onkeydown: (event) => { if (event.key === "Enter") { event.stopPropagation(); pick(low, high); } } },
      s("title", null, `${whole.format(count)} from ${low.toFixed(2)} to ${high.toFixed(2)}`),
      s("rect", { class: "hit", x: n * step, y: 0, width: step, height }),
      s("rect", { class: "bar", x: n * step + 1, y: height - tall, width: step - 2, height: tall, rx: 1.5 })));
  });
  for (const [x, text, anchor] of [[0, "0", "start"], [width / 2, "0.5", "middle"], [width, "1", "end"]]) {
    node.append(s("text", { x, y: height + 11, "text-anchor": anchor }, text));
  }
  return node;
}

function stepChart(out, pick) {
  const series = new Map();
  for (const row of out) {
    if (row.step === null || row.reward === null) continue;
    if (!series.has(row.policy)) series.set(row.policy, new Map());
    const mine = series.get(row.policy);
    if (!mine.has(row.step)) mine.set(row.step, []);
    mine.get(row.step).push(row.reward);
  }
  if (!series.size) return null;
  const steps = [...new Set([...series.values()].flatMap((mine) => [...mine.keys()]))].sort((a, b) => a - b);
  const width = 460, height = 120, left = 30, bottom = 18, low = steps[0], high = steps[steps.length - 1];
  const x = (step) => left + (width - left - 8) * (high > low ? (step - low) / (high - low) : 0.5);
  const y = (value) => 8 + (height - bottom - 8) * (1 - value);
  const node = s("svg", { class: "steps", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Mean reward by training step" });
  for (const value of [0, 0.5, 1]) {
    node.append(s("line", { class: "grid", x1: left, x2: width - 8, y1: y(value), y2: y(value) }), s("text", { x: left - 5, y: y(value) + 3.5, "text-anchor": "end" }, String(value)));
  }
  node.append(s("text", { x: x(low), y: height - 4, "text-anchor": high > low ? "start" : "middle" }, `step ${whole.format(low)}`));
  if (high > low) node.append(s("text", { x: x(high), y: height - 4, "text-anchor": "end" }, whole.format(high)));
  [...series].slice(0, 6).forEach(([policy, mine], n) => {
    const points = [...mine].sort((a, b) => a[0] - b[0]).map(([step, rewards]) => [step, mean(rewards), rewards.length]);
    node.append(s("polyline", { class: `line c${n}`, points: points.map(([step, value]) => `${x(step)},${y(value)}`).join(" ") }));
    if (points.length <= 120) for (const [step, value, count] of points) {
      node.append(s("circle", { class: `point c${n}`, onclick: () => pick(String(step)), cx: x(step), cy: y(value), r: 2.6 }, s("title", null, `${policy}, step ${step}: ${value.toFixed(3)} (${count} episodes); click to filter`)));
    }
  });
  return h("figure", { class: "chart" }, node, h("figcaption", null, "Mean reward by training step"));
}

function timeline(episode, end, focus, width) {
  // Calls as bars on the simulated clock, in as many lanes as run at once; above them what has been spent.
  const calls = episode.turns.flatMap((turn, place) => turn.calls.filter((call) => call.ran).map((call) => ({ call, turn: place + 1 })));
  if (!calls.length) return null;
  const total = Math.max(end || 0, episode.latency, 0.001), lanes = [];
  const sorted = [...calls].sort((a, b) => a.call.start - b.call.start);
  for (const one of sorted) {
    let lane = lanes.findIndex((until) => until <= one.call.start + 1e-6);
    if (lane < 0) lane = lanes.push(0) - 1;
    lanes[lane] = one.call.start + one.call.latency;
    one.lane = lane;
  }
  const tall = Math.max(4, Math.min(14, 110 / lanes.length)), top = 44, height = top + lanes.length * (tall + 2) + 20;
  const x = (seconds) => 4 + (width - 8) * seconds / total;
  const node = s("svg", { class: "timeline", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Calls on the simulated clock, and money spent" });
  const step = niceStep(total / 6);
  for (let at = 0; at <= total * 1.0001; at += step) {
    node.append(s("line", { class: "grid", x1: x(at), x2: x(at), y1: 4, y2: height - 16 }),
      s("text", { x: x(at), y: height - 4, "text-anchor": at === 0 ? "start" : at > total * 0.97 ? "end" : "middle" }, clock(at)));
  }
  const spent = [...calls].sort((a, b) => (a.call.start + a.call.latency) - (b.call.start + b.call.latency));
  const sum = Math.max(episode.cost, 1e-9);
  let paid = 0, path = `M ${x(0)} ${top - 6}`;
  for (const { call } of spent) {
    const at = x(Math.min(total, call.start + call.latency));
    path += ` L ${at} ${top - 6 - 34 * paid / sum}`;
    paid += call.cost;
    path += ` L ${at} ${top - 6 - 34 * Math.min(1, paid / sum)}`;
  }
  path += ` L ${x(Math.min(total, episode.latency))} ${top - 6 - 34 * Math.min(1, paid / sum)}`;
  node.append(s("path", { class: "money", d: path }, s("title", null, `${money(episode.cost)} spent in all`)));
  for (const { call, turn, lane } of sorted) {
    const state = call.error ? (call.error.fault === "ENV" ? "env" : "agent") : "ok";
    node.append(s("rect", { class: `call k-${kindOf(call)} ${state}`, x: x(call.start), y: top + lane * (tall + 2), width: Math.max(3, x(call.start + call.latency) - x(call.start)), height: tall, rx: Math.min(3, tall / 3),
      onclick: () => focus && focus(turn) },
      s("title", null, `turn ${turn}: ${call.tool}\n${clock(call.latency)}, ${money(call.cost)}${call.error ? "\n" + call.error.type : ""}`)));
  }
  return node;
}

function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-3)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least);
}

const KINDS = ["text", "image", "video", "audio", "editing", "understanding", "search", "planning"];
const kindOf = (call) => KINDS.includes(call.category) ? call.category : "other";
