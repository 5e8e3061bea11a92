"use strict";
(() => {
  const all = (selector) => Array.from(document.querySelectorAll(selector));

  // A line that is folded away is unfolded before it is shown.
  const show = (name) => {
    const line = name && document.getElementById(name);
    if (!line) return;
    for (let outer = line.closest("details"); outer; outer = outer.parentElement.closest("details")) outer.open = true;
    line.scrollIntoView({ block: "center" });
  };
  const hash = () => decodeURIComponent(location.hash.slice(1));
  addEventListener("hashchange", () => show(hash()));
  show(hash());

  const copied = (text, button) => {
    const said = button.textContent;
    const done = (word) => {
      button.textContent = word;
      setTimeout(() => { button.textContent = said; }, 1600);
    };
    const byHand = () => {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      done(document.execCommand("copy") ? "Copied" : "Not copied");
      area.remove();
    };
    if (!navigator.clipboard) return byHand();
    navigator.clipboard.writeText(text).then(() => done("Copied"), byHand);
  };
  for (const button of all("button.copy")) {
    button.addEventListener("click", () => copied(JSON.parse(button.dataset.copy), button));
  }

  const fold = (log) => {
    const parts = Array.from(log.querySelectorAll("details"));
    const open = !parts.every((part) => part.open);
    for (const part of parts) part.open = open;
    log.querySelector("button.fold").textContent = open ? "Fold all" : "Unfold all";
  };
  for (const button of all("button.fold")) button.addEventListener("click", () => fold(button.closest(".log")));

  const stops = all(".chunk > .tells");
  let place = Math.max(0, stops.findIndex((line) => line.classList.contains("cause")));
  let begun = false;
  const go = (by) => {
    if (!stops.length) return;
    if (begun) place = (place + by + stops.length) % stops.length;
    begun = true;
    location.hash = stops[place].id;
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea")) return;
    if (event.key === "n") go(1);
    else if (event.key === "p") go(-1);
    else if (event.key === "e") all(".log").forEach(fold);
  });
})();
