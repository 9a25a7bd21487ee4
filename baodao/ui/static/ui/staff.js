/* Staff pages: comfort only; every page works without it. Loaded with defer,
   listens on the document, so swapped content needs no set-up. */
(() => {
  "use strict";
  const doc = document;
  const root = doc.documentElement;
  root.classList.add("js");
  const $ = (sel, from = doc) => from.querySelector(sel);
  const $$ = (sel, from = doc) => [...from.querySelectorAll(sel)];

  /* Rows: j k move, x chooses, Enter opens. */
  const rows = () => $$("table.tb tbody tr").filter((r) => $("a.ttl, [data-open]", r) && r.offsetParent);
  const at = () => $("tr.at");
  const go = (step) => {
    const all = rows();
    if (!all.length) return;
    const i = all.indexOf(at());
    const row = all[Math.max(0, Math.min(all.length - 1, i + step))] || all[0];
    at()?.classList.remove("at");
    row.classList.add("at");
    $("a.ttl, [data-open]", row).focus();
    row.scrollIntoView({ block: "nearest" });
  };
  const typing = (el) => el.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const keys = {
    "/": () => $("[data-search]")?.focus(),
    j: () => go(1),
    k: () => go(-1),
    x: () => { const box = at() && $("input[type=checkbox]", at()); if (box) box.click(); },
    "?": () => open("keys"),
  };
  doc.addEventListener("keydown", (e) => {
    const menu = e.key === "Escape" && e.target.closest("details.menu[open]");
    if (menu) {
      menu.removeAttribute("open");
      $("summary", menu).focus();
    }
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || typing(e.target) || $("dialog[open]")) return;
    if (!keys[e.key]) return;
    e.preventDefault();
    keys[e.key]();
  });

  /* Dialogs: data-dialog="id" opens; data-close closes; the address stays clean. */
  const open = (id) => {
    const box = doc.getElementById(id);
    if (box?.showModal && !box.open) box.showModal();
    return !!box;
  };
  doc.addEventListener("click", (e) => {
    const el = e.target.closest("[data-dialog], [data-close], [data-copy-link], [data-bulk-clear], [data-font-toggle], [data-all]");
    if (!el) {
      if (e.target.matches?.("dialog")) e.target.close();
      $$("details.menu[open]").forEach((d) => d.contains(e.target) || d.removeAttribute("open"));
      return;
    }
    if (el.matches("[data-dialog]") && open(el.dataset.dialog)) e.preventDefault();
    if (el.matches("[data-close]")) close(el, e);
    if (el.matches("[data-copy-link]")) copy(el);
    if (el.matches("[data-bulk-clear]")) { picks().forEach((c) => { c.checked = false; }); count(); }
    if (el.matches("[data-font-toggle]")) font(e);
  });
  const close = (el, e) => {
    const dialog = el.closest("dialog");
    if (dialog?.open) { e.preventDefault(); dialog.close(); }
    el.closest("[data-toast]")?.remove();
  };
  const copy = async (el) => {
    try {
      await navigator.clipboard.writeText(location.href);
      say("链接已复制", "打开它的人只看得到自己范围内的内容。");
    } catch {
      window.prompt("请复制这个链接", location.href);
    }
    el.blur();
  };
  const font = (e) => {
    e.preventDefault();
    const large = root.dataset.font !== "large";
    if (large) root.dataset.font = "large"; else delete root.dataset.font;
    doc.cookie = `bd_font=${large ? "large" : "normal"};path=/;max-age=31536000;samesite=lax`;
  };

  /* Bulk: the strip shows while at least one row is chosen. */
  const picks = () => $$("table.tb tbody input[type=checkbox]:not(:disabled)");
  const count = () => {
    const all = picks();
    const n = all.filter((c) => c.checked).length;
    all.forEach((c) => c.closest("tr").classList.toggle("sel", c.checked));
    $$("[data-bulk]").forEach((b) => b.classList.toggle("on", n > 0));
    $$("[data-bulk-n]").forEach((b) => { b.textContent = n; });
    $$("thead input[data-all]").forEach((c) => { c.checked = n > 0 && n === all.length; });
  };
  doc.addEventListener("change", (e) => {
    if (e.target.matches("thead input[data-all]")) picks().forEach((c) => { c.checked = e.target.checked; });
    if (e.target.matches("table.tb input[type=checkbox]")) count();
    if (e.target.matches("[data-says]")) label(e.target);
  });
  /* The button repeats the choice: 派给〈单位〉. */
  const label = (radio) => {
    const says = radio.form && $("[data-says-prefix]", radio.form);
    if (says) says.textContent = says.dataset.saysPrefix + radio.dataset.says;
  };

  /* Toasts: 8 s, not while hovered or focused; failures stay. */
  const dismiss = (box) => {
    if (box.dataset.timed || box.classList.contains("late")) return;
    box.dataset.timed = "1";
    let timer;
    const start = () => { clearTimeout(timer); timer = setTimeout(() => box.remove(), 8000); };
    const stop = () => clearTimeout(timer);
    box.addEventListener("mouseenter", stop);
    box.addEventListener("mouseleave", start);
    box.addEventListener("focusin", stop);
    box.addEventListener("focusout", start);
    start();
  };
  const say = (title, text, tone = "ok") => {
    const box = doc.createElement("div");
    box.className = `toast-b ${tone}`;
    box.dataset.toast = "";
    if (tone === "late") box.setAttribute("role", "alert");
    const body = doc.createElement("div");
    body.className = "toast-t";
    const head = doc.createElement("b");
    head.textContent = title;
    const more = doc.createElement("div");
    more.className = "s sub";
    more.textContent = text;
    body.append(head, more);
    const x = doc.createElement("button");
    x.className = "x";
    x.type = "button";
    x.dataset.close = "";
    x.setAttribute("aria-label", "关闭");
    x.textContent = "×";
    box.append(body, x);
    $("#toasts")?.append(box);
    dismiss(box);
  };

  /* HTMX: an error that brings no toast of its own gets one; after a swap the
     focus goes to the head of what changed. */
  doc.addEventListener("htmx:response:error", (e) => {
    const ctx = e.detail.ctx;
    if (ctx.text?.includes("data-toast") || ctx.response.status === 422) return;
    const id = ctx.response.headers.get("X-Request-Id");
    say("系统出了问题，刚才的内容没有写入", `请再试一次${id ? `；仍不行请报编号 E-${id}` : ""}。`, "late");
  });
  doc.addEventListener("htmx:error", () => {
    say("网络断了，这条还没送出", "页面上的内容还在。联网后请再点一次。", "late");
  });
  doc.addEventListener("htmx:after:swap", (e) => {
    $$("[data-toast]").forEach(dismiss);
    count();
    const target = e.detail.ctx?.target;
    const id = target?.id;
    const now = target?.isConnected ? target : id && doc.getElementById(id);
    const head = now && ($("[data-focus]", now) || $("a.ttl, h1, h2, h3", now));
    if (!head || typing(doc.activeElement || doc.body)) return;
    if (!head.matches("a, button")) head.tabIndex = -1;
    head.focus({ preventScroll: true });
  });

  /* One submission per click; the label stays, the button turns busy. */
  doc.addEventListener("submit", (e) => {
    const form = e.target;
    if (e.defaultPrevented || !form.matches("form[data-once]")) return;
    const button = e.submitter || $("button:not([type=button])", form);
    setTimeout(() => { if (button) { button.disabled = true; button.classList.add("busy"); } });
  });
  window.addEventListener("pageshow", (e) => {
    if (e.persisted) $$("button.busy").forEach((b) => { b.disabled = false; b.classList.remove("busy"); });
  });

  $$("[data-toast]").forEach(dismiss);
  count();
  $$("input[data-says]:checked").forEach(label);
  // In a row that scrolls the present one is in sight.
  $$(".tabs.roll [aria-current]").forEach((a) => { a.parentElement.scrollLeft = a.offsetLeft - 60; });
  $$(".nav-t .on").forEach((a) => a.scrollIntoView({ block: "nearest", inline: "nearest" }));
  ($("[data-focus]") || $("[aria-invalid=true]"))?.focus();
})();
