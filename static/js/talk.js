/* While a name is typed after @, colleagues are offered; arrow down goes to them, Enter takes one, Escape comes back. */
(() => {
  "use strict";
  // A Latin name has a space in it: up to two words are looked for.
  const beginning = (area) => /(?:^|[^A-Za-z0-9_@.])[@＠]([^\s@＠]{1,30}(?: [^\s@＠]{1,30})?)$/.exec(area.value.slice(0, area.selectionStart));
  const offers = (area) => area.form.querySelector("[data-talk-people]");
  let waiting = 0;

  document.addEventListener("input", (event) => {
    const area = event.target;
    if (!(area instanceof HTMLTextAreaElement) || !area.form || !area.form.matches("[data-talk]")) return;
    window.clearTimeout(waiting);
    const found = beginning(area);
    if (!found) { offers(area).replaceChildren(); return; }
    waiting = window.setTimeout(() => {
      const url = `${area.form.dataset.people}?q=${encodeURIComponent(found[1])}`;
      if (window.htmx) window.htmx.ajax("GET", url, { target: offers(area), swap: "innerHTML" });
    }, 200);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mention]");
    if (!button) return;
    const area = button.closest("form").elements.text;
    const found = beginning(area);
    const end = area.selectionStart;
    const start = found ? end - found[1].length : end;
    const name = `${found ? "" : "@"}${button.dataset.mention} `;
    area.setRangeText(name, start, end, "end");
    offers(area).replaceChildren();
    area.focus();
  });
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest && event.target.closest("form[data-talk]");
    if (!form) return;
    const buttons = Array.from(form.querySelectorAll("[data-mention]"));
    if (!buttons.length) return;
    const now = buttons.indexOf(document.activeElement);
    if (event.key === "Escape") {
      offers(form.elements.text).replaceChildren();
      form.elements.text.focus();
    } else if (event.key === "ArrowDown" && (now >= 0 || event.target === form.elements.text)) {
      event.preventDefault();
      buttons[Math.min(now + 1, buttons.length - 1)].focus();
    } else if (event.key === "ArrowUp" && now >= 0) {
      event.preventDefault();
      (now === 0 ? form.elements.text : buttons[now - 1]).focus();
    }
  });
})();
