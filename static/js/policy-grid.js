/* The grid of a policy table by keyboard: Enter and arrows move, Escape takes back, a block is pasted from a spreadsheet.
   Enhancement only: without it the grid is a form with a Save button. */
(() => {
  "use strict";
  const grid = () => document.getElementById("grid");
  const rows = () => Array.from(grid().querySelectorAll(".grid-row"));
  const inputs = (row) => Array.from(row.querySelectorAll("tr:first-child .grid-input"));
  const place = (input) => {
    const row = input.closest(".grid-row");
    return { row: rows().indexOf(row), column: inputs(row).indexOf(input) };
  };
  const at = (row, column) => { const found = rows()[row]; return found && inputs(found)[column]; };
  const go = (input) => { if (input) { input.focus(); input.select(); } };
  const start = (input) => input.selectionStart === 0 && input.selectionEnd === 0;
  const end = (input) => input.selectionStart === input.value.length && input.selectionEnd === input.value.length;

  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.matches || !input.matches("input.grid-input") || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const here = place(input);
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (event.key === "Enter") {
      event.preventDefault();
      const next = at(here.row + (event.shiftKey ? -1 : 1), here.column);
      if (next) go(next); else { input.blur(); input.focus(); }
    } else if (event.key === "Escape") {
      input.value = input.defaultValue;
      input.select();
    } else if (step) {
      event.preventDefault();
      go(at(here.row + step[0], here.column));
    } else if (event.key === "ArrowLeft" && start(input)) {
      event.preventDefault();
      go(at(here.row, here.column - 1));
    } else if (event.key === "ArrowRight" && end(input)) {
      event.preventDefault();
      go(at(here.row, here.column + 1));
    }
  });

  /* Lines and tabs are rows and columns; the whole grid is kept at once. */
  document.addEventListener("paste", (event) => {
    const input = event.target;
    if (!input.matches || !input.matches("input.grid-input")) return;
    const text = (event.clipboardData.getData("text") || "").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    const here = place(input);
    text.split("\n").forEach((line, down) => line.split("\t").forEach((value, right) => {
      const cell = at(here.row + down, here.column + right);
      if (cell) cell.value = value.trim();
    }));
    grid().dispatchEvent(new Event("pasted"));
  });

  /* A refusal because somebody else wrote there is shown at the cell, and the grid when it is about the grid. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 409 && event.detail.requestConfig.path.includes("/policies/")) {
      event.detail.shouldSwap = true;
      event.detail.isError = true;
    }
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const note = event.detail.target;
    if (!note || !note.id || !note.id.startsWith("n-")) return;
    const input = document.getElementById(note.id.slice(2));
    if (!input) return;
    if (note.querySelector("[data-wrong]")) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
    if (!event.detail.xhr || event.detail.xhr.status < 400) input.defaultValue = input.value;
  });
})();
