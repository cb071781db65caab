// What was made from what: assets in columns by how many steps they are from the beginning, with a line to each parent.

function assetGraph(episode, context) {
  const assets = episode.assets.slice(0, 160);
  const known = new Map(assets.map((asset) => [asset.id, asset]));
  const depth = new Map();
  for (const asset of assets) {  // parents come before what is made from them
    const above = asset.parents.map(([id]) => depth.get(id)).filter((value) => value !== undefined);
    depth.set(asset.id, above.length ? Math.min(40, Math.max(...above) + 1) : 0);
  }
  const levels = [];
  for (const asset of assets) (levels[depth.get(asset.id)] ||= []).push(asset);
  const width = 112, tallest = 6, tallOf = (asset) => asset.shape === "words" ? 26 : asset.shape === "audio" ? 44 : 74;
  const spot = new Map(), columns = [];
  let x = 8;
  levels.filter(Boolean).forEach((level, n) => {
    if (n) level.sort((a, b) => middle(a) - middle(b));
    const rows_ = Math.ceil(level.length / Math.ceil(level.length / tallest));
    for (let from = 0; from < level.length; from += rows_) {  // many siblings stand in columns side by side
      const column = level.slice(from, from + rows_);
      let y = 8;
      column.forEach((asset) => { spot.set(asset.id, { x, y, tall: tallOf(asset) }); y += tallOf(asset) + 12; });
      columns.push(Object.assign(column, { end: y }));
      x += width + 16;
    }
    x += 58;
  });
  function middle(asset) {
    const ys = asset.parents.map(([id]) => spot.get(id)).filter(Boolean).map((one) => one.y + one.tall / 2);
    return ys.length ? mean(ys) : 0;
  }
  const height = Math.max(...columns.map((column) => column.end));
  columns.forEach((column) => {  // short columns stand in the middle
    const shift = (height - column.end) / 2;
    column.forEach((asset) => { spot.get(asset.id).y += shift; });
  });
  const wide = x - 66;
  const node = s("svg", { class: "graph", viewBox: `0 0 ${wide} ${height}`, width: wide, height, vars: { "--wide": wide }, role: "group", "aria-label": "Assets and what they were made from" });
  const lines = [];
  for (const asset of assets) for (const [id, role] of asset.parents) {
    if (!known.has(id) || id === asset.id) continue;
    const from = spot.get(id), to = spot.get(asset.id);
    const x1 = from.x + width, y1 = from.y + from.tall / 2, x2 = to.x, y2 = to.y + to.tall / 2, bend = Math.max(24, (x2 - x1) / 2);
    const line = s("path", { class: "edge", d: `M ${x1} ${y1} C ${x1 + bend} ${y1}, ${x2 - bend} ${y2}, ${x2} ${y2}` }, s("title", null, role));
    lines.push({ from: id, to: asset.id, line });
    node.append(line);
  }
  const boxes = new Map();
  for (const asset of assets) {
    const { x, y, tall } = spot.get(asset.id);
    const picture = asset.thumb || asset.still;
    const box = s("g", { class: `node ${asset.shape}${asset.by === "user" ? " upload" : ""}${episode.delivered.has(asset.id) ? " delivered" : ""}`, transform: `translate(${x} ${y})`, tabindex: 0, role: "link",
      onclick: () => context.show(asset.id), onkeydown: (event) => { if (event.key === "Enter") { event.stopPropagation(); context.show(asset.id); } },
      onmouseenter: () => light(asset.id), onmouseleave: () => light(null), onfocus: () => light(asset.id), onblur: () => light(null) },
      s("title", null, `${asset.name}\n${asset.caption}\n${asset.by === "user" ? "brought by the user" : "by " + asset.by}${asset.turn ? ", turn " + asset.turn : ""}`),
      s("rect", { class: "frame", width, height: tall, rx: 6 }),
      picture && asset.shape !== "words" ? s("image", { href: picture, x: 2, y: 2, width: width - 4, height: tall - 18, preserveAspectRatio: asset.shape === "audio" ? "none" : "xMidYMid meet" }) : null,
      s("text", { x: width / 2, y: tall - 5, "text-anchor": "middle" }, clip((asset.shape === "words" ? asset.kind + " " : "") + asset.name, 17)));
    boxes.set(asset.id, box);
    node.append(box);
  }
  function light(id) {
    node.classList.toggle("dim", id !== null);
    const near = new Set(id === null ? [] : [id]);
    for (const way of [["from", "to"], ["to", "from"]]) {
      const waiting = id === null ? [] : [id], seen = new Set(waiting);
      while (waiting.length) {
        const at = waiting.pop();
        for (const one of lines) if (one[way[0]] === at && !seen.has(one[way[1]])) { seen.add(one[way[1]]); near.add(one[way[1]]); waiting.push(one[way[1]]); }
      }
    }
    for (const [key, box] of boxes) box.classList.toggle("near", near.has(key));
    for (const one of lines) one.line.classList.toggle("near", near.has(one.from) && near.has(one.to));
  }
  const hidden = episode.assets.length - assets.length;
  return h("div", null, h("div", { class: "graph-pane" }, node), hidden ? h("p", { class: "soft small" }, `${hidden} more are not drawn here`) : null);
}
