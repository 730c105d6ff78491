/* The queue by keyboard, and the panel beside the list on wide screens. Without this file every link is a page. */
(() => {
  "use strict";
  const split = document.querySelector("[data-queue]");
  const wide = window.matchMedia("(min-width: 992px)");
  const box = document.getElementById("panel");
  const bar = document.querySelector("[data-picked]");
  const every = document.querySelector("[data-all] input");
  const picks = () => Array.from(document.querySelectorAll("[data-queue] input[name=step]"));
  const rows = () => Array.from(document.querySelectorAll("[data-queue] tr[data-row]"));
  const link = (row) => row && row.querySelector("a[data-open]");

  const mark = (row) => {
    document.querySelectorAll("tr.is-open").forEach((each) => each.classList.remove("is-open"));
    if (row) row.classList.add("is-open");
  };
  const focus = (row) => { row.tabIndex = -1; row.focus(); };
  const open = (row, target) => {
    if (!wide.matches || !window.htmx || !box) return false;
    window.htmx.ajax("GET", target.href, { target: "#panel", swap: "innerHTML" }).then(() => {
      split.classList.add("has-panel");
      mark(row);
      window.history.replaceState(null, "", target.href);
      const head = box.querySelector("h2");
      if (head) { head.tabIndex = -1; head.focus({ preventScroll: true }); }
    });
    return true;
  };
  const go = (row) => {
    const target = link(row);
    if (target && !open(row, target)) window.location.assign(target.href);
  };
  const conditions = () => document.querySelector("#decide details.more-terms");
  /* The row one is at: the one with the focus, else the open one. */
  const here = () => {
    const active = document.activeElement;
    return (active && active.closest("[data-queue] tr[data-row]")) || document.querySelector("[data-queue] tr.is-open");
  };

  if (split) {
    split.addEventListener("click", (event) => {
      const target = event.target.closest("a[data-open]");
      if (!target || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      if (open(target.closest("tr"), target)) event.preventDefault();
    });
    split.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("tr[data-row]")) go(event.target);
    });
  }

  /* Before app.js: j and k go on from the open row when panel or page have the focus; app.js moves within the list. */
  const rests = (event) => event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey
    || document.querySelector("dialog[open]")
    || (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && !/^(checkbox|radio)$/.test(event.target.type));
  document.addEventListener("keydown", (event) => {
    if (rests(event)) return;
    if (event.key === "c" && conditions()) {  // app.js opens the conditions; their first field takes the focus
      const first = conditions().querySelector("input, select, textarea");
      window.setTimeout(() => { if (conditions().open && first) first.focus(); }, 0);
    }
    if (event.key !== "j" && event.key !== "k") return;
    const active = document.activeElement;
    const row = document.querySelector("[data-queue] tr.is-open");
    if (row && (active === document.body || (box && box.contains(active)))) focus(row);
  }, true);
  document.addEventListener("keydown", (event) => {
    if (!split || rests(event)) return;
    const row = here();
    const all = rows();
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && row && row.contains(document.activeElement)) {
      const next = all[all.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)];
      event.preventDefault();
      if (next) focus(next);
    } else if (event.key === "o" && row) {
      go(row);
    } else if (event.key === "n" && all.length) {
      go(all[(all.indexOf(document.querySelector("[data-queue] tr.is-open") || row) + 1) % all.length]);
    } else if (event.key === "B" && every) {
      event.preventDefault();
      every.click();
    } else if (event.key === "b" && row) {
      const pick = row.querySelector("input[name=step]");
      if (pick) { pick.click(); focus(row); }
    } else if (/^[acrx]$/.test(event.key) && row && !document.querySelector(`#decide [data-key="${event.key}"]`)) {
      go(row);  // nobody decides what he has not opened: the key opens it first
    }
  });

  /* How many are ticked; one box ticks all that the page shows and that may be decided together. */
  const count = () => {
    if (!bar) return;
    const all = picks();
    const ticked = all.filter((each) => each.checked).length;
    bar.textContent = ticked ? bar.dataset.picked.replace("0", ticked) : "";
    const words = every.nextElementSibling;
    words.textContent = words.dataset.allWords.replace("0", all.length);
    every.checked = ticked > 0 && ticked === all.length;
    every.indeterminate = ticked > 0 && ticked < all.length;
    every.parentElement.hidden = all.length < 2;
  };
  document.addEventListener("change", (event) => {
    if (every && event.target === every) picks().forEach((each) => { each.checked = every.checked; });
    if (event.target === every || event.target.matches("input[name=step]")) count();
  });
  document.addEventListener("htmx:afterSettle", count);
  count();

  /* A decision that needs a reason asks for it before it asks whether one is sure. */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-needs-reason]");
    if (!button) return;
    const reason = button.form.elements.reason;
    if (!reason || reason.value.trim()) return;
    event.preventDefault();
    reason.setAttribute("aria-invalid", "true");
    reason.classList.add("is-invalid");
    reason.placeholder = button.dataset.needsReason;
    reason.addEventListener("input", () => { reason.removeAttribute("aria-invalid"); reason.classList.remove("is-invalid"); }, { once: true });
    reason.focus();
  }, true);
})();
