// Which view is shown, the bar above it, the keyboard, dark and light.

let view = null;
const app = document.getElementById("app");

const ways = [
  [/^#\/e\/(\d+)$/, (i) => rows[i] && episodeView(Number(i))],
  [/^#\/c\/(\d+)\/(\d+)$/, (i, k) => rows[i] && rows[k] && compareView(Number(i), Number(k))],
  [/^#\/g\/(\d+)$/, (i) => rows[i] && groupView(Number(i))],
  [/^#\/groups$/, () => groupsView()],
];

function topBar(parts, name) {
  const many = [...groups.values()].some((group) => group.length > 1);
  return h("header", { class: "top" },
    h("a", { class: "home" + (name === "list" || name === "groups" ? " here" : ""), href: siftQuery(), title: index.title }, name === "list" || name === "groups" ? h("h1", null, index.title) : "‹ Episodes"),
    many && (name === "list" || name === "groups") && h("nav", null, h("a", { href: siftQuery(), class: name === "list" ? "here" : "" }, "Episodes"), h("a", { href: "#/groups", class: name === "groups" ? "here" : "" }, "Groups")),
    parts, (name === "list" || name === "groups") && h("span", { class: "spacer" }),
    button("◐", changeTheme, { title: "Dark or light  t", "aria-label": "Dark or light", class: "icon" }), button("?", help, { title: "Keys  ?", "aria-label": "Help", class: "icon" }));
}

function route() {
  const address = location.hash || "#/";
  let next = null;
  for (const [pattern, make] of ways) {
    const found = pattern.exec(address);
    if (found) next = make(...found.slice(1));
  }
  if (!next) {
    siftFrom(address.startsWith("#/?") ? address.slice(3) : "");
    next = listView();
  }
  if (view && view.leave) view.leave();
  view = next;
  app.replaceChildren();
  fill(app, view.node);
  document.querySelectorAll("dialog").forEach((box) => box.close());
  view.ready();
  const pane = app.querySelector(".pane");
  if (pane) pane.focus({ preventScroll: true });
}

const KEYS = [
  ["j  k", "next, previous: episode in the list, turn in an episode"], ["Enter", "open"], ["/", "search"], ["Esc", "back"],
  ["[  ]", "previous, next episode"], ["f", "fold or unfold everything"], ["c", "compare: best against worst of this task"],
  ["x", "mark an episode; two marked ones are compared by c"], ["g", "the group: rollouts of one task in one world"],
  ["d", "first divergence, in a comparison"], ["s", "swap the two sides"], ["t", "dark or light"], ["?", "this help"],
];

function help() {
  if (document.querySelector("dialog.help")) { document.querySelector("dialog.help").close(); return; }
  const box = h("dialog", { class: "help", "aria-label": "Keys", onclick: (event) => { if (event.target === box) box.close(); } },
    h("h2", null, "Keys"), h("dl", null, KEYS.map(([keys, does]) => [h("dt", null, keys.split("  ").map((key) => h("kbd", null, key))), h("dd", null, does)])),
    h("p", { class: "soft small" }, "Everything shown is simulated: tools, prices, waiting times."), button("Close", () => box.close()));
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
}

function press(key) {
  const run = (view.keys || {})[key];
  if (run) run();
  return Boolean(run);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
  if (document.querySelector("dialog[open]")) { if (event.key === "?") help(); return; }
  if (typing) {
    if (event.key === "Escape" || event.key === "Enter" && event.target.type === "search") { event.target.blur(); event.preventDefault(); app.querySelector(".pane").focus({ preventScroll: true }); }
    return;
  }
  if (event.key === "Enter" && event.target.matches("a, button, summary, [role=button], input")) return;
  if (event.key === "?") help();
  else if (event.key === "t") changeTheme();
  else if (!press(event.key)) return;
  event.preventDefault();
});

function changeTheme() {
  const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  setTheme(dark ? "light" : "dark");
  try { localStorage.setItem("visgenenv-theme", dark ? "light" : "dark"); } catch { /* a page from a disk may have no memory */ }
}

function setTheme(name) { if (name === "dark" || name === "light") document.documentElement.dataset.theme = name; }

function say(text) {
  document.querySelectorAll(".toast").forEach((old) => old.remove());
  const node = h("div", { class: "toast", role: "status" }, text);
  document.body.append(node);
  setTimeout(() => node.remove(), 2600);
}

try { setTheme(localStorage.getItem("visgenenv-theme")); } catch { /* see above */ }
addEventListener("hashchange", route);
route();
performance.mark("visgenenv-painted");
requestAnimationFrame(() => setTimeout(() => follow(() => { if (view.changed) view.changed(); })));  // after the first paint
