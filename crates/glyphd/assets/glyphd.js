// Every page works without this script. It is loaded in the head without `defer`, so that the chosen theme is there before
// the first paint.
"use strict";
(() => {
  const root = document.documentElement;
  const themes = ["system", "light", "dark"];
  const find = (selector, from = document) => from.querySelector(selector);

  function storedTheme() {
    try {
      const theme = localStorage.getItem("glyphd-theme");
      return themes.includes(theme) ? theme : "system";
    } catch {
      return "system"; // storage is switched off
    }
  }

  function applyTheme(theme) {
    if (theme === "system") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", theme);
    const button = find("#theme");
    if (button) button.textContent = `Theme: ${theme}`;
  }

  root.classList.add("js");
  applyTheme(storedTheme());
  document.addEventListener("DOMContentLoaded", () => {
    applyTheme(storedTheme());
    const filters = find(".more-filters");
    if (filters && matchMedia("(max-width: 44rem)").matches) filters.open = false;
    prepareImport();
  });

  // Filters: an empty field stays out of the address. This holds for htmx too, which reads forms through FormData.
  document.addEventListener("formdata", (event) => {
    if (!event.target.matches("form[method=get]")) return;
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });

  // A row's button shows the detail below it, and hides it again.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const button = event.target;
    if (button.matches(".open[aria-expanded=true]")) {
      event.preventDefault();
      event.detail.target.replaceChildren();
      button.setAttribute("aria-expanded", "false");
    } else if (button.matches("form")) {
      // Leaving the search field is a change, too, when its words are there already.
      const asked = new URL(event.detail.pathInfo.finalRequestPath, location);
      if (asked.href === location.href) event.preventDefault();
    }
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const source = event.detail.requestConfig?.elt;
    if (source?.matches(".open")) source.setAttribute("aria-expanded", "true");
    if (source?.matches("form, [rel=next]")) find("#status").textContent = find("#count")?.textContent ?? "";
    // The link is gone with what it followed.
    if (source?.matches("[rel=next]")) find("#results")?.focus({ preventScroll: true });
  });
  for (const type of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(type, () => { find("#status").textContent = "The request failed. Reload the page."; });
  }

  // Keys.
  const rows = () => [...document.querySelectorAll(".rows > tbody > tr:not(.detail)")];

  function moveTo(step, current) {
    const all = rows();
    if (!all.length) return false;
    const at = all.indexOf(current);
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
    next.tabIndex = -1;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") hideTip();
    const target = event.target;
    if (target.closest("input, select, textarea, [contenteditable]")) return;
    const row = target.closest(".rows > tbody > tr:not(.detail)");
    let done = false;
    if (event.key === "/") {
      const field = [...document.querySelectorAll("[data-search]")].find((one) => one.offsetParent);
      field?.focus();
      field?.select();
      done = Boolean(field);
    } else if (event.key === "j" || (event.key === "ArrowDown" && row)) {
      done = moveTo(1, row);
    } else if (event.key === "k" || (event.key === "ArrowUp" && row)) {
      done = moveTo(-1, row);
    } else if (row && target === row && event.key === "Enter") {
      find("a[data-open], th a, td a", row)?.click();
      done = true;
    } else if (row && target === row && event.key === "o") {
      find(".open", row)?.click();
      done = true;
    }
    if (done) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest("#theme")) return;
    const theme = themes[(themes.indexOf(storedTheme()) + 1) % themes.length];
    try {
      localStorage.setItem("glyphd-theme", theme);
    } catch {
      // storage is switched off
    }
    applyTheme(theme);
  });

  // Tooltips. The text of `<title>` moves, so that the browser does not show a second one.
  function showTip(event) {
    const mark = event.target.closest?.("svg [data-tip], svg a");
    const title = mark && find("title", mark);
    if (title) {
      mark.setAttribute("data-tip", title.textContent);
      if (!mark.hasAttribute("aria-label")) mark.setAttribute("aria-label", title.textContent);
      title.remove();
    }
    const text = mark?.getAttribute("data-tip");
    if (!text) return hideTip();
    let tip = find("#tip");
    if (!tip) {
      tip = document.createElement("div");
      tip.id = "tip";
      tip.setAttribute("aria-hidden", "true"); // the mark's own name says the same
      document.body.append(tip);
    }
    tip.textContent = text;
    tip.hidden = false;
    const box = mark.getBoundingClientRect();
    const middle = box.width > 40 ? event.clientX ?? box.left : box.left + box.width / 2;
    const left = Math.max(4, Math.min(innerWidth - tip.offsetWidth - 4, middle - tip.offsetWidth / 2));
    const above = box.top - tip.offsetHeight - 6;
    tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(above < 4 ? box.bottom + 6 : above)}px)`;
  }
  function hideTip() {
    const tip = find("#tip");
    if (tip) tip.hidden = true;
  }
  document.addEventListener("pointerover", showTip);
  document.addEventListener("focusin", showTip);
  document.addEventListener("focusout", hideTip);
  addEventListener("scroll", hideTip, { capture: true, passive: true });

  // Import: a file is chosen or dropped, previewed, then sent with its progress.
  const PREVIEW_BYTES = 8 << 20;

  function sizeText(bytes) {
    if (bytes < 1e3) return `${bytes} bytes`;
    if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} KB`;
    return `${(bytes / 1e6).toFixed(1)} MB`;
  }

  // The answer is a fragment, or a page that holds the element of this id.
  function put(element, text) {
    const parsed = new DOMParser().parseFromString(text, "text/html");
    const source = parsed.getElementById(element.id) || find("main", parsed) || parsed.body;
    element.replaceChildren(...[...source.childNodes].map((node) => document.importNode(node, true)));
    element.setAttribute("aria-busy", "false");
    window.htmx?.process(element);
  }

  function say(element, text) {
    put(element, '<p class="note bad"></p>');
    element.firstChild.textContent = text;
  }

  function prepareImport() {
    const form = find("form#import");
    if (!form) return;
    const input = find("input[type=file]", form);
    const drop = find(".drop", form);
    const button = find("button[type=submit]", form);
    const progress = find("progress", form);
    const preview = find("#preview");
    const result = find("#result");
    let round = 0; // an answer to an earlier file is dropped
    button.disabled = !input.files.length;

    async function previewFile() {
      const file = input.files[0];
      const mine = ++round;
      button.disabled = !file;
      result.replaceChildren();
      preview.replaceChildren();
      find("#file-name").textContent = file ? sizeText(file.size) : "";
      if (!file) return;
      const data = new FormData(form);
      if (file.size > PREVIEW_BYTES) {
        data.set("file", file.slice(0, PREVIEW_BYTES), file.name);
        data.set("partial", "true"); // the last row of the piece may be cut
      }
      preview.textContent = "Reading…";
      preview.setAttribute("aria-busy", "true");
      try {
        const answer = await fetch(form.dataset.preview, { method: "POST", body: data, headers: { "HX-Request": "true" } });
        const text = await answer.text();
        if (mine === round) put(preview, text);
      } catch {
        if (mine === round) say(preview, "The preview did not arrive: is glyphd still running?");
      }
    }

    input.addEventListener("change", previewFile);
    form.addEventListener("change", (event) => {
      if (event.target !== input && input.files.length) previewFile();
    });
    drop.addEventListener("dragover", (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
    for (const type of ["dragleave", "drop"]) drop.addEventListener(type, () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      previewFile();
    });

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const request = new XMLHttpRequest();
      const end = () => {
        progress.hidden = true;
        button.disabled = false;
      };
      request.open("POST", form.action);
      request.setRequestHeader("HX-Request", "true");
      request.upload.onprogress = (sent) => {
        if (sent.lengthComputable) {
          progress.max = sent.total;
          progress.value = sent.loaded;
        }
      };
      request.upload.onload = () => progress.removeAttribute("value"); // sent; the server is at work
      request.onload = () => {
        end();
        round += 1;
        preview.replaceChildren();
        put(result, request.responseText);
        result.focus();
      };
      request.onerror = () => {
        end();
        say(result, "The file did not arrive whole; nothing was imported. Try it again.");
      };
      button.disabled = true;
      progress.hidden = false;
      progress.value = 0;
      result.setAttribute("aria-busy", "true");
      request.send(new FormData(form));
    });
  }
})();
