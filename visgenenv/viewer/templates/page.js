"use strict";
(() => {
  const form = document.querySelector("form.filter");
  const plays = [...document.querySelectorAll("details.play")];
  const rows = new Map([...document.querySelectorAll("tr[data-play]")].map((row) => [row.dataset.play, row]));
  const shown = document.querySelector("#shown");

  function sift() {
    const words = form.elements.words.value.trim().toLowerCase();
    const wanted = ["policy", "suite", "outcome"].map((name) => [name, form.elements[name].value]);
    let count = 0;
    for (const play of plays) {
      const fits = wanted.every(([name, value]) => !value || play.dataset[name] === value);
      const found = fits && (!words || play.querySelector("summary").textContent.toLowerCase().includes(words));
      play.hidden = !found;
      const row = rows.get(play.id);
      if (row) row.hidden = !found;
      count += found;
    }
    shown.textContent = `${count} of ${plays.length} episodes`;
  }

  function reveal() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let node = target; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") { node.open = true; node.hidden = false; }
    }
    target.scrollIntoView();
  }

  form.hidden = false;
  form.addEventListener("input", sift);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", reveal);
  document.addEventListener("play", (event) => {
    for (const other of document.querySelectorAll("video, audio")) if (other !== event.target) other.pause();
  }, true);
  sift();
  reveal();
})();
