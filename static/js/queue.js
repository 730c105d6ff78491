/* The queue by keyboard, and the panel beside the list on wide screens. Without this file every link is a page. */
(() => {
  "use strict";
  const split = document.querySelector("[data-queue]");
  const wide = window.matchMedia("(min-width: 992px)");
  const box = document.getElementById("panel");

  const mark = (row) => {
    document.querySelectorAll("tr.is-open").forEach((each) => each.classList.remove("is-open"));
    if (row) row.classList.add("is-open");
  };
  const open = (row, link) => {
    if (!wide.matches || !window.htmx || !box) return false;
    window.htmx.ajax("GET", link.href, { target: "#panel", swap: "innerHTML" }).then(() => {
      split.classList.add("has-panel");
      mark(row);
      window.history.replaceState(null, "", link.href);
      const head = box.querySelector("h2");
      if (head) { head.tabIndex = -1; head.focus({ preventScroll: true }); }
    });
    return true;
  };
  if (split) {
    split.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-open]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      if (open(link.closest("tr"), link)) event.preventDefault();
    });
    split.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.target.matches("tr[data-row]")) return;
      const link = event.target.querySelector("a[data-open]");
      if (link && !open(event.target, link)) window.location.assign(link.href);
    });
  }

  /* j and k go on from the open row when the panel has the focus; app.js moves within the list. */
  document.addEventListener("keydown", (event) => {
    if ((event.key !== "j" && event.key !== "k") || event.defaultPrevented) return;
    const active = document.activeElement;
    if (!box || !box.contains(active) || /^(INPUT|TEXTAREA|SELECT)$/.test(active.tagName)) return;
    const row = document.querySelector("tr.is-open");
    if (row) { row.tabIndex = -1; row.focus(); }
  }, true);

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
    reason.focus();
  }, true);
})();
