// The list as rows, and episodes as they are opened.

const index = JSON.parse(document.getElementById("index").textContent);
const rows = expand(index);
const groups = grouped(rows);
const opened = new Map();
const waiting = new Map();

function expand(plain) {
  const column = plain.rows, count = column.task.length, out = new Array(count);
  for (let i = 0; i < count; i++) {
    const [id, lang, type, dimension, modality, difficulty, scenario, gist] = plain.tasks[column.task[i]];
    const row = {
      i, task: column.task[i], id, lang, type, dimension, modality, difficulty, scenario, gist,
      policy: plain.policies[column.policy[i]], source: plain.sources[column.source[i]], step: column.step[i], world: column.world[i],
      turns: column.turns[i], calls: column.calls[i], agent: column.agent[i], env: column.env[i],
      failed: column.agent[i] + column.env[i], errors: column.errors[i].map((place) => plain.errors[place]),
      latency: column.latency[i], cost: column.cost[i], cut: column.cut[i], answered: column.answered[i],
      paid: column.paid[i], reward: null, success: null, status: "", values: [],
    };
    row.hay = `${id} ${row.policy} ${gist}`.toLowerCase();
    if (column.marks[i]) mark(row, column.marks[i]);
    out[i] = row;
  }
  return out;
}

function mark(row, marks) {
  [row.reward, row.success, row.status, row.values] = marks;
}

function typeName(type) { return Object.hasOwn(index.types, type) ? index.types[type] : type; }

function outcome(row) {
  if (row.success === null) return "not scored yet";
  if (row.reward === null) return "unreadable";
  return row.cut ? `cut off: ${row.cut}` : row.success ? "delivered" : "not delivered";
}

function grouped(all) {
  // A group is what one policy update saw: rollouts of one task in one world, at one training step.
  const found = new Map();
  for (const row of all) {
    const key = `${row.task} ${row.world} ${row.step} ${row.step === null ? "" : row.source}`;
    const known = found.get(key);
    if (known) known.push(row); else found.set(key, [row]);
    row.key = key;
  }
  return found;
}

const mates = (row) => groups.get(row.key);
const sameTask = (row) => rows.filter((other) => other.id === row.id && other.gist === row.gist);

function load(i) {
  if (opened.has(i)) {
    const known = opened.get(i);
    opened.delete(i);
    opened.set(i, known);
    return known;
  }
  const promise = (index.mode === "inline" ? fromPage(i) : index.mode === "shards" ? fromShard(i) : fromServer(i)).then((episode) => prepare(episode, rows[i]));
  promise.catch(() => opened.delete(i));
  opened.set(i, promise);
  if (opened.size > 80) opened.delete(opened.keys().next().value);
  return promise;
}

function prepare(episode, row) {
  if (row.success === null && episode.score) {  // opened before its turn to be scored for the list
    mark(row, [episode.score.reward, episode.score.gates.every(([name, open]) => name !== "V" || open), episode.score.status, index.components.map((name) => (episode.score.rows.find((part) => part.name === name) || { value: null }).value)]);
  }
  episode.byId = new Map(episode.assets.map((asset, place) => [asset.id, Object.assign(asset, { place })]));
  episode.assets.forEach((asset) => { asset.turn = 0; });
  episode.turns.forEach((turn, place) => turn.calls.forEach((call) => (call.assets || []).forEach((id) => {
    const asset = episode.byId.get(id);
    if (asset) asset.turn = place + 1;
  })));
  episode.delivered = new Set(episode.answer ? episode.answer.urls.map(([, id]) => id).filter(Boolean) : []);
  return episode;
}

async function fromPage(i) {
  return JSON.parse(document.getElementById(`episode-${i}`).textContent);
}

const shardUrls = window.trustedTypes ? trustedTypes.createPolicy("visgenenv", {
  createScriptURL: (url) => {
    if (!/^episodes\/\d{5}\.js$/.test(url)) throw new TypeError("not a file of this page");
    return url;
  },
}) : { createScriptURL: (url) => url };

window.visgenenvEpisode = (i, text) => { shelf.set(i, text); };
const shelf = new Map();

async function fromShard(i) {
  if (!shelf.has(i)) {
    const number = Math.floor(i / index.shard);
    if (!waiting.has(number)) waiting.set(number, new Promise((done, fail) => {
      const script = document.createElement("script");
      script.src = shardUrls.createScriptURL(`episodes/${String(number).padStart(5, "0")}.js`);
      script.onload = done;
      script.onerror = () => fail(new Error("the folder “episodes”, which belongs beside this page, is not there or not complete"));
      document.head.append(script);
    }));
    await waiting.get(number).finally(() => waiting.delete(number));
  }
  if (!shelf.has(i)) throw new Error("this episode is missing in the folder “episodes”");
  const text = shelf.get(i);
  if (shelf.size > 400) shelf.clear();
  return JSON.parse(text);
}

async function ask(path) {
  let answer;
  try {
    answer = await fetch(path);
  } catch {
    throw new Error("the server does not answer; is “visgenenv view” still running?");
  }
  if (answer.status === 409) {
    location.reload();
    return new Promise(() => {});
  }
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

const fromServer = (i) => ask(`api/${index.generation}/episode/${i}`);

function askScore(i, preset) {
  return ask(`api/${index.generation}/score/${i}/${preset}`);
}

async function follow(changed) {
  // Takes over scores as the server finishes them.
  if (index.mode !== "server") return;
  let from = index.scored;
  while (rows.some((row) => row.success === null)) {
    let news;
    try {
      news = await ask(`api/${index.generation}/scores/${from}`);
    } catch { return; }
    for (const [i, marks] of news.rows) if (rows[i]) mark(rows[i], marks);
    from += news.rows.length;
    if (news.rows.length) changed();
    await new Promise((done) => setTimeout(done, news.rows.length ? 700 : 1200));
  }
}
