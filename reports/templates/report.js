
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const glyphs = { failed: "✕", error: "!", inconclusive: "?", warned: "▲", waived: "⚑", "not exercised": "○", observed: "i", passed: "✓" };
  const slug = (text) => text.replaceAll(" ", "-");
  const [ID, OUTCOME, EXPECTATION, PHASE, STATUS, POINTER, SAYS] = [0, 1, 2, 3, 4, 5, 6];

  /* Texts become text nodes and nothing else: what a target sent is never read as markup. */
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

  /* Theme: the system's, until the reader chooses. */
  const stored = () => { try { return localStorage.getItem("conformance-theme"); } catch { return null; } };
  const dark = () => (document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const theme = $("theme");
  const name = () => { theme.textContent = dark() ? "Light" : "Dark"; theme.title = `Switch to the ${dark() ? "light" : "dark"} theme`; };
  if (stored() === "dark" || stored() === "light") document.documentElement.dataset.theme = stored();
  theme.hidden = false;
  name();
  theme.addEventListener("click", () => {
    document.documentElement.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("conformance-theme", document.documentElement.dataset.theme); } catch { /* A page from a file may have no storage. */ }
    name();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", name);

  /* A long body begins where the mark is. */
  const reveal = (root) => {
    for (const mark of root.querySelectorAll("pre mark")) {
      const box = mark.closest("pre");
      box.scrollTop = mark.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
    }
  };
  reveal(document);

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
  document.querySelectorAll(".command").forEach(copyable);

  /* Requirements by outcome. */
  const chosen = $("requirement-filter");
  const requirementsOf = (outcome) => {
    for (const group of document.querySelectorAll(".group")) {
      let some = false;
      for (const row of group.querySelectorAll("tbody tr")) {
        row.hidden = outcome !== "" && row.dataset.outcome !== outcome;
        some ||= !row.hidden;
      }
      group.hidden = !some;
      if (outcome !== "" && some) group.open = true;
    }
    chosen.hidden = outcome === "";
    const all = make("button", { type: "button", class: "chip" }, "Show all requirements");
    all.addEventListener("click", () => requirementsOf(""));
    chosen.replaceChildren(`Only ${outcome.replaceAll("-", " ")}. `, all);
  };
  for (const link of document.querySelectorAll("[data-outcome][href]")) {
    link.addEventListener("click", () => requirementsOf(link.dataset.outcome));
  }

  /* The list of cases: only the rows in sight are in the document. */
  const list = $("list"), rows = $("rows"), search = $("search"), shown = $("shown"), only = $("only");
  const selects = { outcome: $("by-outcome"), expectation: $("by-expectation"), phase: $("by-phase") };
  const fill = (select, names, column) => {
    names.forEach((label, index) => {
      const count = data.cases.filter((row) => row[column] === index).length;
      if (count) select.append(make("option", { value: String(index) }, `${label} (${count})`));
    });
  };
  fill(selects.outcome, data.outcomes, OUTCOME);
  fill(selects.expectation, data.expectations, EXPECTATION);
  fill(selects.phase, data.phases, PHASE);
  const texts = data.cases.map((row) => `${row[ID]}\n${row[POINTER]}\n${row[SAYS]}\n${row[STATUS]}`.toLowerCase());
  const indexOf = new Map(data.cases.map((row, index) => [row[ID], index]));
  /* The worst first: what a reader looks for. */
  const ordered = data.cases.map((_, index) => index).sort((one, other) => data.cases[one][OUTCOME] - data.cases[other][OUTCOME] || one - other);
  let matching = [], selected = 0, within = null, height = 56;
  $("browser").hidden = false;

  const option = (place) => {
    const row = data.cases[matching[place]];
    const element = make("div", { class: "case", role: "option", id: `case-${place}`, "aria-selected": String(place === selected), "aria-setsize": String(matching.length), "aria-posinset": String(place + 1) },
      make("div", {}, pill(data.outcomes[row[OUTCOME]])),
      make("div", { class: "about-case" }, make("span", { class: "id", title: row[ID] }, row[ID]), make("span", { class: "says" }, ...ticks(row[SAYS] || row[POINTER]))),
      make("div", { class: "expectation" }, data.expectations[row[EXPECTATION]]),
      make("div", { class: "status", title: row[STATUS] }, row[STATUS] || "no answer"));
    element.style.top = `${place * height}px`;
    element.addEventListener("click", () => { selected = place; open(); });
    return element;
  };
  const draw = () => {
    const first = Math.max(0, Math.floor(list.scrollTop / height) - 6);
    const last = Math.min(matching.length, Math.ceil((list.scrollTop + list.clientHeight) / height) + 6);
    const visible = [];
    for (let place = first; place < last; place += 1) visible.push(option(place));
    rows.replaceChildren(...visible);
    if (matching.length === 0) rows.append(make("p", { class: "nothing" }, "No case fits."));
    if (selected >= first && selected < last) list.setAttribute("aria-activedescendant", `case-${selected}`);
    else list.removeAttribute("aria-activedescendant");
  };
  const measure = () => {
    height = parseInt(getComputedStyle(rows).getPropertyValue("--row"), 10) || 56;
    rows.style.height = `${Math.max(matching.length, 1) * height}px`;
    list.style.height = `${Math.max(matching.length, 2) * height + 2}px`;
    draw();
  };
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const want = [[OUTCOME, selects.outcome.value], [EXPECTATION, selects.expectation.value], [PHASE, selects.phase.value]]
      .filter(([, value]) => value !== "").map(([column, value]) => [column, Number(value)]);
    matching = (within ? ordered.filter((index) => within.cases.has(index)) : ordered).filter((index) =>
      want.every(([column, value]) => data.cases[index][column] === value) && words.every((word) => texts[index].includes(word)));
    selected = 0;
    list.scrollTop = 0;
    shown.textContent = matching.length === data.cases.length ? `${data.cases.length} cases` : `${matching.length} of ${data.cases.length} cases`;
    only.hidden = within === null;
    only.textContent = within ? `${within.label}  ✕` : "";
    measure();
  };
  const narrow = (label, cases) => {
    within = { label, cases: new Set(cases) };
    search.value = "";
    Object.values(selects).forEach((select) => { select.value = ""; });
    filter();
    $("cases").scrollIntoView();
    list.focus({ preventScroll: true });
  };
  let waiting = false;
  list.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; draw(); });
  });
  addEventListener("resize", measure);
  search.addEventListener("input", filter);
  Object.values(selects).forEach((select) => select.addEventListener("change", filter));
  only.addEventListener("click", () => { within = null; history.replaceState(null, "", "#cases"); filter(); });

  const select = (place) => {
    if (matching.length === 0) return;
    selected = Math.min(Math.max(place, 0), matching.length - 1);
    const top = selected * height;
    if (top < list.scrollTop) list.scrollTop = top;
    if (top + height > list.scrollTop + list.clientHeight) list.scrollTop = top + height - list.clientHeight;
    draw();
  };

  /* Details, unpacked a piece at a time. */
  const unpacked = new Map();
  const unpack = (number) => {
    if (!unpacked.has(number)) {
      const octets = Uint8Array.from(atob($(`piece-${number}`).textContent), (character) => character.charCodeAt(0));
      const stream = new Blob([octets]).stream().pipeThrough(new DecompressionStream("deflate"));
      unpacked.set(number, new Response(stream).json());
    }
    return unpacked.get(number);
  };
  const panel = $("panel"), details = $("details");
  let current = -1;

  const bodyOf = (view) => {
    const parts = [];
    if (view.before || view.marked || view.after) {
      parts.push(make("pre", { tabindex: "0" }, view.before, view.marked ? make("mark", {}, view.marked) : null, view.after));
    }
    if (view.note) parts.push(make("p", { class: "note" }, view.note));
    return parts;
  };
  const messageOf = (view) => {
    const items = view.headers.map(([field, value, marked]) =>
      make("li", {}, marked ? make("mark", {}, `${field}: ${value}`) : make("span", {}, make("b", {}, field), `: ${value}`)));
    return [
      make("p", { class: "first-line" }, view.marked ? make("mark", {}, view.line) : view.line),
      items.length ? make("details", { class: "headers", open: view.headers.some((header) => header[2]) }, make("summary", {}, `${items.length} ${items.length === 1 ? "header" : "headers"}`), make("ul", {}, ...items)) : null,
      ...bodyOf(view.body),
    ];
  };
  const command = (text) => {
    const box = make("div", { class: "command" }, make("pre", { tabindex: "0" }, text));
    copyable(box);
    return box;
  };
  const term = (label, ...content) => make("div", {}, make("dt", {}, label), make("dd", {}, ...content));
  const requirementLink = (id) => {
    const link = make("a", { href: `#requirement-${id}` }, make("code", {}, id));
    link.addEventListener("click", () => panel.close());
    return link;
  };
  const foundOf = (found) => make("section", { class: `found ${slug(found.outcome)}` },
    make("p", { class: "tags" }, pill(found.outcome), found.strength ? make("span", { class: "strength" }, found.strength) : null),
    make("p", {}, ...ticks(found.message || found.reason)),
    found.expected || found.actual ? make("dl", { class: "versus" }, term("Expected", found.expected || "nothing"), make("div", { class: "got" }, make("dt", {}, "Actual"), make("dd", {}, found.actual || "nothing"))) : null,
    make("p", { class: "note" }, requirementLink(found.requirement), found.pointer ? ` at ${found.pointer}` : "", found.repeats ? ` · showed ${found.repeats}` : ""),
    found.note ? make("p", { class: "note" }, ...ticks(found.note)) : null,
    found.waiver ? make("p", { class: "note" }, `Waived: ${found.waiver}`) : null);

  const contentOf = (row, view) => {
    const story = [];
    if (view.story.says) story.push(term("Story", ...ticks(view.story.says)));
    if (view.story.pointer) story.push(term("Place", make("code", {}, view.story.pointer), view.story.keyword ? ` · ${view.story.keyword}` : ""));
    if (view.story.was || view.story.became) story.push(term("Change", "from ", view.story.was ? make("code", {}, view.story.was) : "absent", " to ", view.story.became ? make("code", {}, view.story.became) : "absent"));
    const links = view.requirements.flatMap((id, index) => [index ? ", " : "", requirementLink(id)]);
    if (links.length) story.push(term("Made for", ...links));
    if (view.related.length) {
      const related = view.related.flatMap((id, index) => [index ? ", " : "", make("a", { href: `#case/${encodeURIComponent(id)}` }, make("code", {}, id))]);
      story.push(term("Judged with", ...related));
    }
    const held = view.passed ? `${view.passed} ${view.passed === 1 ? "requirement" : "requirements"} held` : "";
    const sends = view.sends > 1 ? `sent ${view.sends} times` : "";
    const exchange = view.exchange;
    return [
      make("p", { class: "tags" }, pill(data.outcomes[row[OUTCOME]]), make("span", { class: "strength" }, [`expected to be ${data.expectations[row[EXPECTATION]]}`, data.phases[row[PHASE]], held, sends].filter(Boolean).join(" · "))),
      ...view.findings.map(foundOf),
      ...view.doubts.map(foundOf),
      make("dl", { class: "about" }, ...story),
      make("div", { class: "exchange" },
        make("section", { "aria-label": "Request" }, make("h4", {}, "Request"), ...messageOf(exchange.request)),
        make("section", { "aria-label": "Answer" }, make("h4", {}, "Answer", exchange.took ? make("span", { class: "took" }, exchange.took) : null), exchange.lack ? make("p", { class: "lack" }, exchange.lack) : null, ...(exchange.answer ? messageOf(exchange.answer) : []))),
      exchange.where ? make("p", { class: "note" }, exchange.where) : null,
      make("h4", {}, "Send it again"),
      command(exchange.curl),
      command(`conformance replay . ${row[ID]}`),
    ].filter(Boolean);
  };
  const show = async (index) => {
    current = index;
    const row = data.cases[index];
    $("panel-title").textContent = row[ID];
    details.replaceChildren(make("p", { class: "note" }, "Unpacking…"));
    if (!panel.open) panel.showModal();
    $("panel-title").focus();
    panel.scrollTop = 0;
    const hash = `#case/${encodeURIComponent(row[ID])}`;
    if (location.hash !== hash) history.replaceState(null, "", hash);
    try {
      const views = await unpack(Math.floor(index / data.piece));
      if (current !== index) return;
      details.replaceChildren(...contentOf(row, views[index % data.piece]));
      reveal(details);
    } catch {
      details.replaceChildren(make("p", { class: "note" }, "This browser cannot unpack the details; they are in journal.ndjson, beside this report."));
    }
  };
  const open = () => { if (matching.length) { select(selected); show(matching[selected]); } };
  const step = (by) => { select(selected + by); if (panel.open) open(); };
  panel.addEventListener("close", () => {
    current = -1;
    if (location.hash.startsWith("#case/")) history.replaceState(null, "", location.pathname + location.search);
    list.focus({ preventScroll: true });
  });
  $("close").addEventListener("click", () => panel.close());
  $("previous").addEventListener("click", () => step(-1));
  $("next").addEventListener("click", () => step(1));
  $("keys").addEventListener("click", () => $("help").showModal());
  for (const dialog of [panel, $("help")]) {
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  }

  /* Permalinks. */
  const route = () => {
    let rest;
    try { rest = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const [kind, id] = [rest.slice(0, rest.indexOf("/")), rest.slice(rest.indexOf("/") + 1)];
    if (kind === "case" && indexOf.has(id)) {
      const index = indexOf.get(id);
      if (!matching.includes(index)) { within = null; search.value = ""; Object.values(selects).forEach((each) => { each.value = ""; }); filter(); }
      select(matching.indexOf(index));
      show(index);
    } else if (kind === "requirement" && Object.hasOwn(data.requirements, id)) {
      const [exercised, cases] = data.requirements[id];
      narrow(cases.length < exercised ? `${id}, the first ${cases.length} of ${exercised}` : id, cases);
    } else if (kind === "cause" && Object.hasOwn(data.causes, id)) {
      narrow(data.causes[id][0], data.causes[id][1]);
    } else if (rest.startsWith("requirement-")) {
      const row = document.getElementById(rest);
      if (row) { requirementsOf(""); row.closest("details").open = true; row.scrollIntoView(); }
    }
  };
  addEventListener("hashchange", route);

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "Escape" && event.target === search) { search.value = ""; filter(); return; }
    if (event.key === "Enter" && event.target === search) { event.preventDefault(); list.focus(); open(); return; }
    if (typing || $("help").open) return;
    const inList = event.target === list;
    const move = { j: 1, k: -1, ...(inList ? { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity } : {}) }[event.key];
    if (move !== undefined) {
      event.preventDefault();
      if (!panel.open && !inList) { list.focus({ preventScroll: true }); list.scrollIntoView({ block: "nearest" }); select(selected); } else step(move);
    } else if (event.key === "Enter" && inList) {
      event.preventDefault();
      open();
    } else if (event.key === "/" && !panel.open) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "?") {
      event.preventDefault();
      $("help").showModal();
    }
  });
  addEventListener("beforeprint", () => document.querySelectorAll(".group").forEach((group) => { group.open = true; }));

  filter();
  route();
})();
