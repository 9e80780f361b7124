"use strict";
/* What the pages have in common. Texts become text nodes and nothing else: what a target sent is never read as markup. */
const $ = (id) => document.getElementById(id);
const glyphs = { failed: "✕", error: "!", inconclusive: "?", warned: "▲", waived: "⚑", "not exercised": "○", observed: "i", passed: "✓" };
const slug = (text) => text.replaceAll(" ", "-");
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
};
const ticks = (text) => {
  const pieces = text.split("`");
  return pieces.length % 2 ? pieces.map((piece, index) => (index % 2 ? make("code", {}, piece) : piece)) : [text];
};
const pill = (outcome) => make("span", { class: `pill ${slug(outcome)}` }, make("span", { class: "glyph", "aria-hidden": "true" }, glyphs[outcome]), outcome);
const counted = (number, noun) => `${number} ${number === 1 ? noun : `${noun}s`}`;

/* Theme: the system's, until the reader chooses. */
const theme = $("theme");
const scheme = matchMedia("(prefers-color-scheme: dark)");
const dark = () => (document.documentElement.dataset.theme || (scheme.matches ? "dark" : "light")) === "dark";
const nameTheme = () => { theme.textContent = dark() ? "Light" : "Dark"; theme.title = `Switch to the ${dark() ? "light" : "dark"} theme`; };
const storedTheme = () => { try { return localStorage.getItem("conformance-theme"); } catch { return null; } };
if (["dark", "light"].includes(storedTheme())) document.documentElement.dataset.theme = storedTheme();
theme.hidden = false;
nameTheme();
theme.addEventListener("click", () => {
  document.documentElement.dataset.theme = dark() ? "light" : "dark";
  try { localStorage.setItem("conformance-theme", document.documentElement.dataset.theme); } catch { /* A page from a file may have no storage. */ }
  nameTheme();
});
scheme.addEventListener("change", nameTheme);

/* Whoever waits for the page, a test or a printer, sees when it can be used. */
const isReady = () => {
  document.documentElement.dataset.ready = "true";
  performance.mark("ready");
};

/* Packed data: base64 of deflated JSON in a script element. */
const unpack = async (id) => {
  /* What stands below the script may not be there yet. */
  if (!$(id) && document.readyState === "loading") await new Promise((done) => { addEventListener("DOMContentLoaded", done, { once: true }); });
  const octets = Uint8Array.from(atob($(id).textContent), (character) => character.charCodeAt(0));
  const stream = new Blob([octets]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
};

/* Commands get a button that copies them. */
const copyable = (box) => {
  if (!navigator.clipboard) return;
  const button = make("button", { type: "button" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(box.querySelector("pre").textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  box.append(button);
};

/* A long body begins where the mark is. */
const reveal = (root) => {
  for (const mark of root.querySelectorAll("pre mark")) {
    const box = mark.closest("pre");
    box.scrollTop = mark.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
  }
};
const settle = (root) => {
  root.querySelectorAll(".command").forEach(copyable);
  reveal(root);
};
settle(document);

/* What a closed part holds stands in a noscript element, which is text to a browser with a script: it becomes elements
   when the part is opened, and goes again when it is closed. */
for (const part of document.querySelectorAll("details[data-later]")) {
  const source = part.querySelector("noscript");
  const content = make("div");
  part.addEventListener("toggle", () => {
    if (part.open) {
      content.replaceChildren(...new DOMParser().parseFromString(source.textContent, "text/html").body.childNodes);
      part.append(content);
      settle(content);
    } else content.remove();
  });
}

/* A list of any length: only the rows in sight are in the document. */
const virtualList = ({ list, rows, draw, open, nothing }) => {
  let items = [], selected = 0, height = 56, waiting = false;
  const drawn = new Map();
  const none = make("p", { class: "nothing", hidden: true }, nothing);
  list.after(none);
  const option = (place) => {
    const element = make("div", { class: "row", role: "option", id: `${list.id}-${place}`, "aria-setsize": String(items.length), "aria-posinset": String(place + 1) }, ...draw(items[place]));
    element.style.top = `${place * height}px`;
    element.addEventListener("click", () => { selected = place; paint(); open(items[place]); });
    return element;
  };
  const paint = () => {
    const first = Math.max(0, Math.floor(list.scrollTop / height) - 4);
    const last = Math.min(items.length, Math.ceil((list.scrollTop + list.clientHeight) / height) + 4);
    /* A row that stays in sight stays the same element: a click on it may be under way. */
    for (const [place, element] of drawn) {
      if (place < first || place >= last) { element.remove(); drawn.delete(place); }
    }
    let after = null;
    for (let place = last - 1; place >= first; place -= 1) {
      const element = drawn.get(place) || option(place);
      element.setAttribute("aria-selected", String(place === selected));
      if (!drawn.has(place)) { rows.insertBefore(element, after); drawn.set(place, element); }
      after = element;
    }
    if (selected >= first && selected < last) list.setAttribute("aria-activedescendant", `${list.id}-${selected}`);
    else list.removeAttribute("aria-activedescendant");
  };
  const measure = () => {
    rows.replaceChildren();
    drawn.clear();
    list.hidden = items.length === 0;
    none.hidden = !list.hidden;
    height = parseInt(getComputedStyle(rows).getPropertyValue("--row"), 10) || 56;
    rows.style.height = `${items.length * height}px`;
    list.style.height = `${items.length * height + 2}px`;
    paint();
  };
  const select = (place) => {
    if (items.length === 0) return;
    selected = Math.min(Math.max(place, 0), items.length - 1);
    const top = selected * height;
    if (top < list.scrollTop) list.scrollTop = top;
    if (top + height > list.scrollTop + list.clientHeight) list.scrollTop = top + height - list.clientHeight;
    paint();
  };
  list.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; paint(); });
  });
  addEventListener("resize", measure);
  return {
    list,
    select,
    step: (by) => select(selected + by),
    current: () => items[selected],
    has: (item) => items.includes(item),
    find: (item) => select(items.indexOf(item)),
    open: () => { if (items.length) { select(selected); open(items[selected]); } },
    show: (wanted) => { items = wanted; selected = 0; list.scrollTop = 0; measure(); },
    get length() { return items.length; },
  };
};

/* The worst first: what a reader looks for. */
const ranks = Object.fromEntries(Object.keys(glyphs).map((outcome, place) => [outcome, place]));
const orders = { outcome: Object.keys(glyphs), strength: ["must", "should", "advisory"], expectation: ["accepted", "rejected", "observed"] };

/* A list with a search box and a choice for each of `filters`, members of the rows; words are searched in the members
   `searched`. `ids` is what the names of its elements begin with, `label` what a choice is called. Its state is part of the address of the page. */
const browser = ({ name, ids, rows, filters, searched, draw, open, noun, changed, label = (key, value) => value }) => {
  const view = virtualList({ list: $(`${ids}-list`), rows: $(`${ids}-rows`), draw: (index) => draw(rows[index]), open, nothing: `No ${noun} matches.` });
  const search = $(`${ids}-search`), shown = $(`${ids}-count`);
  const selects = Object.fromEntries(filters.map((key) => [key, $(`${ids}-${key}`)]));
  const texts = rows.map((row) => searched.map((key) => row[key] ?? "").join("\n").toLowerCase());
  const order = [...rows.keys()];
  let ordered = order, within = null;
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const want = Object.entries(selects).filter(([, select]) => select.value !== "").map(([key, select]) => [key, select.value]);
    const fitting = ordered.filter((index) => (within === null || within.has(index))
      && want.every(([key, value]) => rows[index][key] === value) && words.every((word) => texts[index].includes(word)));
    view.show(fitting);
    shown.textContent = fitting.length === texts.length ? counted(texts.length, noun) : `${fitting.length} of ${counted(texts.length, noun)}`;
    changed();
  };
  for (const key of filters) {
    const counts = new Map();
    for (const row of rows) if (row[key]) counts.set(row[key], (counts.get(row[key]) || 0) + 1);
    for (const value of orders[key] || [...counts.keys()].sort()) {
      if (counts.has(value)) selects[key].append(make("option", { value }, `${label(key, value)} (${counts.get(value)})`));
    }
  }
  search.addEventListener("input", apply);
  for (const select of Object.values(selects)) select.addEventListener("change", apply);
  return {
    name,
    view,
    search,
    apply,
    worstFirst: () => { ordered = [...order].sort((one, other) => ranks[rows[one].outcome] - ranks[rows[other].outcome] || one - other); },
    narrow: (indices) => { within = indices === null ? null : new Set(indices); },
    clear: () => { search.value = ""; within = null; for (const select of Object.values(selects)) select.value = ""; },
    state: () => {
      const state = {};
      if (search.value) state.q = search.value;
      for (const [key, select] of Object.entries(selects)) if (select.value !== "") state[key] = select.value;
      return state;
    },
    restore: (state) => {
      search.value = state.get("q") || "";
      for (const [key, select] of Object.entries(selects)) {
        const value = state.get(key) || "";
        select.value = [...select.options].some((each) => each.value === value) ? value : "";
      }
    },
  };
};

/* Keys that move in a list: the one that was used last, the first of `lists` until then. */
const keys = (lists, panel) => {
  let active = lists[0];
  for (const each of lists) each.view.list.addEventListener("focus", () => { active = each; });
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const field = lists.find((each) => each.search === event.target);
    if (field) active = field;
    if (event.key === "Escape" && field) { field.search.value = ""; field.apply(); return; }
    if (event.key === "Enter" && field) { event.preventDefault(); field.view.list.focus(); field.view.open(); return; }
    if (event.target.matches("input, select, textarea") || $("help").open) return;
    const { view } = active;
    const inList = event.target === view.list;
    const move = { j: 1, k: -1, ...(inList ? { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity } : {}) }[event.key];
    if (move !== undefined) {
      event.preventDefault();
      if (panel.open) { view.step(move); view.open(); }
      else if (inList) view.step(move);
      else { view.list.focus({ preventScroll: true }); view.list.scrollIntoView({ block: "nearest" }); view.step(0); }
    } else if (event.key === "Enter" && inList) { event.preventDefault(); view.open(); }
    else if (event.key === "/" && !panel.open) { event.preventDefault(); active.search.focus(); }
    else if (event.key === "?") { event.preventDefault(); $("help").showModal(); }
  });
  for (const dialog of [panel, $("help")]) dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  $("keys").addEventListener("click", () => $("help").showModal());
  return { get active() { return active; }, set active(each) { active = each; } };
};
