/* Light pages: comfort only. Drafts stay in this browser until the form is sent. */
(() => {
  "use strict";
  const doc = document;
  doc.documentElement.classList.add("js");
  const $ = (sel, from = doc) => from.querySelector(sel);
  const $$ = (sel, from = doc) => [...from.querySelectorAll(sel)];
  const store = {
    get: (key) => { try { return JSON.parse(localStorage.getItem(key) || "{}"); } catch { return {}; } },
    set: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* private window */ } },
    drop: (key) => { try { localStorage.removeItem(key); } catch { /* private window */ } },
  };

  /* Numbers that do not belong in free text (kept out on the server as well). */
  const KINDS = [
    ["身份证号", /(^|\D)\d{17}[\dXx](?!\d)/g],
    ["手机号", /(^|\D)1[3-9]\d{9}(?!\d)/g],
    ["银行卡号", /(^|\D)\d{16,19}(?!\d)/g],
  ];
  const found = (text) => {
    let tight = text.replace(/(\d)[\s-]+(?=\d)/g, "$1");
    return KINDS.filter(([, re]) => {
      const rest = tight.replace(re, "$1 ");
      const hit = rest !== tight;
      tight = rest;
      return hit;
    }).map(([name]) => name);
  };

  /* <form data-draft="wish">: text and choices for a week. Never passwords,
     files, phone numbers, or text that holds a private number: phones are shared. */
  const WEEK = 7 * 24 * 3600 * 1000;
  const kept = (el) => el.name && !["csrfmiddlewaretoken"].includes(el.name) && !["password", "file", "hidden", "submit", "tel"].includes(el.type) && !found(el.value).length;
  const save = (form) => {
    const draft = {};
    for (const el of form.elements) {
      if (!kept(el)) continue;
      const one = el.type === "radio" || el.type === "checkbox";
      const before = draft[el.name] || [];
      draft[el.name] = !one ? [el.value] : el.checked ? [...before, el.value] : before;
    }
    store.set(`bd-draft-${form.dataset.draft}`, { at: Date.now(), draft });
    const note = $("[data-draft-note]");
    if (note) note.textContent = "草稿已存在本机";
  };
  const load = (form) => {
    const { at = 0, draft = {} } = store.get(`bd-draft-${form.dataset.draft}`);
    if (Date.now() - at > WEEK) { store.drop(`bd-draft-${form.dataset.draft}`); return; }
    for (const el of form.elements) {
      const values = kept(el) && draft[el.name];
      if (!values) continue;
      if (el.type === "radio" || el.type === "checkbox") el.checked = values.includes(el.value);
      else if (!el.value) el.value = values[0] ?? "";
    }
  };
  $$("form[data-draft]").forEach((form) => {
    if (!$(".err", form)) load(form);
    form.addEventListener("input", () => save(form));
  });
  /* The page after a sent form says which draft is done with. */
  const sent = $("[data-draft-done]");
  if (sent) store.drop(`bd-draft-${sent.dataset.draftDone}`);

  const warn = (area) => {
    let box = area.nextElementSibling;
    if (!box?.matches(".pii")) {
      box = doc.createElement("p");
      box.className = "pii";
      box.setAttribute("role", "status");
      box.hidden = true;
      area.after(box);
    }
    const kinds = found(area.value);
    box.hidden = !kinds.length;
    box.textContent = kinds.length ? `里面好像有${kinds.join("、")}。这里不用写，请删掉。` : "";
  };
  $$("textarea[data-pii], input[data-pii]").forEach((area) => {
    area.addEventListener("input", () => warn(area));
    if (area.value) warn(area);
  });

  /* One submission per tap. */
  doc.addEventListener("submit", (e) => {
    if (e.defaultPrevented || e.target.method === "get") return;
    const form = e.target;
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = "1";
    e.submitter?.classList.add("busy");
  });
  window.addEventListener("pageshow", (e) => {
    if (!e.persisted) return;
    $$("form[data-sent]").forEach((f) => { delete f.dataset.sent; });
    $$(".busy").forEach((b) => b.classList.remove("busy"));
  });

  doc.addEventListener("click", (e) => {
    const opener = e.target.closest("[data-dialog]");
    const box = opener && doc.getElementById(opener.dataset.dialog);
    if (box?.showModal) { e.preventDefault(); box.showModal(); }
    const closer = e.target.closest("[data-close]");
    if (!closer) return;
    const dialog = closer.closest("dialog");
    if (dialog?.open) { e.preventDefault(); dialog.close(); }
    closer.closest("[data-toast]")?.remove();
  });
  ($("[data-focus]") || $("[aria-invalid=true]"))?.focus();
})();
