// Pictures, films, sounds and texts of an episode, and the links to them.

const LINK = /(?:asset:\/\/)?((?:img|vid|aud|txt|sub|doc)_[0-9a-z]{4,134})(?:\.[a-z0-9]{2,4})?/g;

function linked(text, context) {
  // A text in pieces: what names an asset of this episode leads to its figure.
  const out = [];
  let end = 0;
  for (const found of String(text).matchAll(LINK)) {
    const asset = context.episode.byId.get(found[1]);
    if (!asset) continue;
    out.push(text.slice(end, found.index), assetLink(asset, context, found[0]));
    end = found.index + found[0].length;
  }
  out.push(String(text).slice(end));
  return out;
}

function assetLink(asset, context, label) {
  return h("a", { href: context.href, class: "asset-link", title: asset.caption, onclick: (event) => { event.preventDefault(); context.show(asset.id); } }, label || asset.name);
}

function figure(asset, context, anchored) {
  const place = anchored && context.side === undefined ? { id: `asset-${asset.id}` } : null;
  const name = anchored ? words(asset.name, "name") : assetLink(asset, context);
  const mark = context.episode.delivered.has(asset.id) && anchored ? h("span", { class: "badge good" }, "delivered") : null;
  if (asset.shape === "words") return wordsFigure(asset, place, name, mark);
  const note = h("p", { class: "note" }, asset.note || "");
  const caption = h("figcaption", null, name, " ", h("span", { class: "soft" }, asset.caption), mark, asset.note ? note : null);
  const [width, height] = asset.size;
  const shape = { "--ratio": width && height ? `${width} / ${height}` : "16 / 9", "--turn": width && height ? width / height : 1.78 };
  return h("figure", { class: asset.shape, ...place, vars: shape }, visual(asset, caption), caption);
}

function visual(asset, caption) {
  const failed = (url) => () => explain(url, caption);
  if (asset.film) {
    const film = h("video", { controls: true, playsinline: true, preload: "none", src: asset.film, poster: asset.still || null, "aria-label": asset.name });
    film.addEventListener("error", failed(asset.film));
    return film;
  }
  const picture = asset.still ? h("img", { loading: "lazy", decoding: "async", src: asset.still, alt: `${asset.kind} ${asset.name}`, onerror: failed(asset.still) }) : null;
  if (asset.sound) {
    const sound = h("audio", { controls: true, preload: "none", src: asset.sound, "aria-label": asset.name });
    sound.addEventListener("error", failed(asset.sound));
    return [picture, sound];
  }
  if (asset.full) return button(picture, () => enlarge(asset), { class: "picture", title: "Enlarge" });
  return picture;
}

async function explain(url, caption) {
  // A server says in words why it has not drawn something.
  let text = "this file is not there";
  if (index.mode === "server") {
    try {
      const answer = await fetch(url);
      if (!answer.ok) text = await answer.text();
    } catch { text = "the server does not answer"; }
  }
  if (!caption.querySelector(".note")) caption.append(h("p", { class: "note" }, text));
}

function wordsFigure(asset, place, name, mark) {
  const text = asset.text;
  return h("figure", { class: "words", ...place },
    fold("text", [name, " ", h("span", { class: "soft" }, asset.caption || asset.kind, text ? ` · ${whole.format(text.length)} characters` : ""), mark],
      () => h("pre", { dir: "auto" }, text), text.length > 0 && text.length < 400));
}

function enlarge(asset) {
  const box = h("dialog", { class: "lightbox", onclick: () => box.close(), "aria-label": asset.name },
    h("img", { src: asset.full, alt: asset.name }), h("p", null, asset.name, " ", asset.caption));
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
}

function shelf_(ids, context, anchored) {
  const assets = ids.map((id) => context.episode.byId.get(id)).filter(Boolean);
  return assets.length ? h("div", { class: assets.length > 4 ? "shelf many" : "shelf" }, assets.map((asset) => figure(asset, context, anchored))) : null;
}

document.addEventListener("play", (event) => {
  for (const other of document.querySelectorAll("video, audio")) if (other !== event.target) other.pause();
}, true);
