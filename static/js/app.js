/* Enhancements only: every page works without this file. No eval, no inline styles. */
(() => {
  "use strict";
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const ticked = (el) => el.tagName === "INPUT" && /^(checkbox|radio|button|submit)$/.test(el.type);
  const typing = (el) => el && (el.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName) && !ticked(el)));

  /* One click, one request: a second submit is ignored while the first is on its way. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.matches("[data-again], [data-autosave]")) return;
    if (form.dataset.sending) { event.preventDefault(); return; }
    form.dataset.sending = "1";
    /* After the browser has read the form: a disabled button would not send its own value. */
    setTimeout(() => all("button:not([type=button])", form).forEach((b) => { b.setAttribute("aria-disabled", "true"); }), 0);
  });
  const release = (form) => {
    delete form.dataset.sending;
    all("[aria-disabled]", form).forEach((b) => b.removeAttribute("aria-disabled"));
  };
  window.addEventListener("pageshow", () => all("form[data-sending]").forEach(release));
  document.addEventListener("htmx:afterRequest", (event) => {
    /* A list that follows what is typed in a field of the form does not end the sending of the form. */
    const form = event.target.matches("form, form button") && event.target.closest("form");
    if (form) release(form);
  });

  /* data-confirm asks in a dialog first. Runs before the listener above (capture). */
  let asked = null;
  document.addEventListener("submit", (event) => {
    const source = event.submitter && event.submitter.dataset.confirm ? event.submitter : event.target;
    if (!source.dataset.confirm || asked === source) { asked = null; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(source.dataset.confirm, source.dataset.confirmLabel || document.body.dataset.wordConfirm, () => {
      asked = source;
      event.target.requestSubmit(event.submitter || undefined);
    });
  }, true);

  const ask = (question, label, run) => {
    const dialog = document.createElement("dialog");
    dialog.className = "dialog";
    const text = document.createElement("p");
    text.id = "confirm-question";
    text.textContent = question;
    dialog.setAttribute("aria-labelledby", text.id);
    const row = document.createElement("div");
    row.className = "form-actions";
    const yes = button(label, "btn btn-primary", () => { dialog.close(); run(); });
    const no = button(document.body.dataset.wordCancel, "btn", () => dialog.close());
    row.append(yes, no);
    dialog.append(text, row);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  };
  const button = (label, classes, run) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = classes;
    made.textContent = label;
    made.addEventListener("click", run);
    return made;
  };

  /* Dialogs of the page itself. */
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog);
      if (dialog && dialog.showModal) dialog.showModal();
    }
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog").close();
  });

  /* Keys: / search, j k move in a list, Enter opens, data-key clicks. */
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "/") {
      const box = document.querySelector("[data-search]");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
    } else if (event.key === "j" || event.key === "k") {
      move(event.key === "j" ? 1 : -1);
    } else if (event.key === "Enter" && event.target.matches("[data-row]") && event.target.dataset.href) {
      window.location.assign(event.target.dataset.href);
    } else if (/^[a-z?]$/.test(event.key)) {
      const target = document.querySelector(`[data-key="${event.key}"]`);
      if (target) { event.preventDefault(); target.click(); }
    }
  });
  const move = (by) => {
    const rows = all("[data-rows] [data-row]");
    if (!rows.length) return;
    const now = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
    const row = rows[now < 0 ? 0 : Math.min(Math.max(now + by, 0), rows.length - 1)];
    row.tabIndex = -1;
    row.focus();
  };

  /* Autosave says how far it is; what was typed is never lost on a failure. */
  const status = (event) => {
    const form = event.target.closest("form[data-autosave]");
    return form && form.querySelector("[data-autosave-status]");
  };
  // A request that ended at the login page has saved nothing, and that page is no part of this one.
  const loggedOut = (event) => new URL(event.detail.xhr.responseURL || window.location).pathname.startsWith("/login/");
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!loggedOut(event)) return;
    event.detail.shouldSwap = false;
    asPage(event);
  });
  /* What a form could not send by script is sent as a page, which keeps it until one has logged in again. */
  const sender = (event) => {
    const sent = event.detail.requestConfig.elt;
    return sent.matches("form[hx-post]:not([data-autosave])") && sent;
  };
  const asPage = (event) => { if (sender(event)) HTMLFormElement.prototype.submit.call(sender(event)); };
  const unsent = (event) => {
    const form = sender(event);
    if (!form || form.querySelector("[data-unsent]")) return;
    const line = document.createElement("p");
    line.className = "field-error";
    line.dataset.unsent = "";
    line.setAttribute("role", "alert");
    line.textContent = document.body.dataset.wordUnsent;
    form.append(line);
  };
  document.addEventListener("htmx:responseError", (event) => { (event.detail.xhr.status < 500 ? asPage : unsent)(event); });
  document.addEventListener("htmx:sendError", unsent);
  document.addEventListener("htmx:timeout", unsent);
  document.addEventListener("htmx:beforeRequest", (event) => {
    all("[data-unsent]", event.target).forEach((each) => each.remove());
    const line = status(event);
    if (line) { line.textContent = line.dataset.saving; line.dataset.state = "saving"; }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const line = status(event);
    if (!line) return;
    const good = event.detail.successful && !loggedOut(event);
    line.dataset.state = good ? "saved" : "failed";
    const clock = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    line.textContent = good ? `${line.dataset.saved} ${clock}` : line.dataset.failed;
  });

  /* What asks again by itself rests while nobody looks. */
  document.addEventListener("htmx:beforeRequest", (event) => {
    const often = (event.target.getAttribute("hx-trigger") || "").startsWith("every");
    if (often && document.hidden) event.preventDefault();
  });

  /* A table that is wider than its box can be scrolled by keyboard, too. */
  all(".table-responsive").forEach((box) => {
    if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
  });

  /* The error summary takes the focus; menus close when one looks elsewhere. */
  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();
  document.addEventListener("click", (event) => {
    all("details.more[open], details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") all("details.more[open], details.menu[open]").forEach((menu) => { menu.open = false; });
  });
})();
