/* The report of one run: lists of cases and requirements, and a panel with the details of either. */
const panel = $("panel"), details = $("details");

/* JSON as it was sent, laid out with one member a line; every token stays as it is, and the mark around the same ones. */
const layOut = ({ before, marked = "", after = "" }) => {
  const begins = before.length, ends = begins + marked.length;
  const parts = ["", "", ""];
  let depth = 0, previous = "";
  for (const { 0: token, index } of (before + marked + after).matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs)) {
    const closes = token === "}" || token === "]";
    if (closes) depth -= 1;
    const opened = previous === "{" || previous === "[";
    const space = (opened || previous === ",") && !closes || closes && !opened ? `\n${"  ".repeat(depth)}` : previous === ":" ? " " : "";
    const part = index < begins ? 0 : index < ends ? 1 : 2;
    parts[part === 1 && index === begins ? 0 : part] += space;
    parts[part] += token;
    if (token === "{" || token === "[") depth += 1;
    previous = token;
  }
  return { before: parts[0], marked: parts[1], after: parts[2] };
};
const quoted = (text) => (/^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\"'\"'")}'`);
const commandOf = (exchange) => {
  const { before, marked = "", after = "" } = exchange.request.body;
  return exchange.rest ? exchange.curl + quoted(before + marked + after) + exchange.rest : exchange.curl;
};
const bodyOf = (view) => {
  const parts = [];
  const { before, marked = "", after = "" } = view.lay ? layOut(view) : view;
  if (before || marked || after) {
    parts.push(make("pre", { tabindex: "0" }, before, marked ? make("mark", {}, marked) : null, after));
  }
  if (view.note) parts.push(make("p", { class: "note" }, view.note));
  return parts;
};
const messageOf = (view) => {
  const items = view.headers.map(({ name, value, marked }) =>
    make("li", {}, marked ? make("mark", {}, `${name}: ${value}`) : make("span", {}, make("b", {}, name), `: ${value}`)));
  return [
    make("p", { class: "first-line" }, view.marked ? make("mark", {}, view.line) : view.line),
    items.length ? make("details", { class: "headers", open: view.headers.some((header) => header.marked) }, make("summary", {}, counted(items.length, "header")), make("ul", {}, ...items)) : null,
    ...bodyOf(view.body),
  ];
};
const command = (text) => make("div", { class: "command" }, make("pre", { tabindex: "0" }, text));
const term = (label, ...content) => make("div", {}, make("dt", {}, label), make("dd", {}, ...content));
const linked = (kind, id) => make("a", { href: `#${kind}?open=${encodeURIComponent(id)}` }, make("code", {}, id));
const listed = (kind, ids) => ids.flatMap((id, index) => [index ? ", " : "", linked(kind, id)]);
const foundOf = (found) => make("section", { class: `found ${slug(found.outcome)}` },
  make("p", { class: "tags" }, pill(found.outcome), found.strength ? make("span", { class: "strength" }, found.strength) : null),
  make("p", {}, ...ticks(found.message || found.reason)),
  found.expected || found.actual ? make("dl", { class: "versus" }, term("Expected", found.expected || "nothing"), make("div", { class: "got" }, make("dt", {}, "Actual"), make("dd", {}, found.actual || "nothing"))) : null,
  make("p", { class: "note" }, linked("requirements", found.requirement), found.pointer ? ` at ${found.pointer}` : "", found.repeats ? ` · failed ${found.repeats}` : ""),
  found.note ? make("p", { class: "note" }, ...ticks(found.note)) : null,
  found.waiver ? make("p", { class: "note" }, `Waived: ${found.waiver}`) : null);

const caseContent = (row, view) => {
  const story = [];
  const says = view.story.says || row.says, pointer = view.story.pointer || row.pointer;
  if (says) story.push(term("Request", ...ticks(says)));
  if (pointer) story.push(term("Place", make("code", {}, pointer), view.story.keyword ? ` · ${view.story.keyword}` : ""));
  if (view.story.was || view.story.became) story.push(term("Change", "from ", view.story.was ? make("code", {}, view.story.was) : "absent", " to ", view.story.became ? make("code", {}, view.story.became) : "absent"));
  if (view.requirements.length) story.push(term("Tests", ...listed("requirements", view.requirements)));
  if (view.related.length) story.push(term("Compared with", ...listed("cases", view.related)));
  const held = view.passed ? `${counted(view.passed, "requirement")} passed` : "";
  const sends = view.sends > 1 ? `sent ${view.sends} times` : "";
  const exchange = view.exchange;
  return [
    make("p", { class: "tags" }, pill(row.outcome), make("span", { class: "strength" }, [`expected: ${row.expectation}`, row.phase, held, sends].filter(Boolean).join(" · "))),
    ...view.findings.map(foundOf),
    ...view.doubts.map(foundOf),
    make("dl", { class: "about" }, ...story),
    make("div", { class: "exchange" },
      make("div", {}, make("h3", { class: "small" }, "Request"), ...messageOf(exchange.request)),
      make("div", {}, make("h3", { class: "small" }, "Response", exchange.took ? make("span", { class: "took" }, exchange.took) : null), exchange.lack ? make("p", { class: "lack" }, exchange.lack) : null, ...(exchange.answer ? messageOf(exchange.answer) : [])),
      exchange.client ? make("div", { class: "client" }, make("h3", { class: "small" }, "Client"), make("p", { class: "first-line" }, exchange.client.line), ...bodyOf(exchange.client.body)) : null),
    exchange.where ? make("p", { class: "note" }, exchange.where) : null,
    make("h3", { class: "small" }, exchange.play ? "Repeat the scenario" : "Send it again"),
    command(exchange.play || commandOf(exchange)),
    exchange.play ? null : command(exchange.replay),
  ].filter(Boolean);
};
const requirementContent = (row, cases) => {
  const outcome = row.outcome;
  const about = [term("Source", make("span", { class: "source" }, row.source || "the suite")), term("Group", row.group)];
  if (row.alias) about.push(term("Number", row.alias));
  if (row.reason) about.push(term("Reason", ...ticks(row.reason)));
  if (row.by) about.push(term("Exercised with", row.by));
  const ids = row.cases.map((index) => cases[index]);
  const items = ids.slice(0, 25).map((each) => make("li", {}, pill(each.outcome), " ", linked("cases", each.id), make("span", { class: "says" }, ...ticks(each.says || ""))));
  const rest = ids.length > 25 ? `, ${ids.length - 25} more in the list` : "";
  return [
    make("p", { class: "tags" }, pill(outcome), make("span", { class: "strength" }, [row.strength, row.findings ? counted(row.findings, row.strength === "advisory" ? "note" : "finding") : ""].filter(Boolean).join(" · "))),
    make("p", { class: "statement" }, ...ticks(row.title)),
    make("dl", { class: "about" }, ...about),
    make("h3", { class: "small" }, row.exercised ? `Exercised by ${counted(row.exercised, "case")}${rest}` : "Not exercised by any case"),
    items.length ? make("ul", { class: "evidence" }, ...items) : null,
    ids.length ? make("p", {}, make("a", { href: `#cases?requirement=${encodeURIComponent(row.id)}` }, "Show these cases in the list")) : null,
  ].filter(Boolean);
};

const begin = (lists) => {
  const { cases, requirements, causes } = lists;
  const caseOf = new Map(cases.map((row, index) => [row.id, index]));
  const requirementOf = new Map(requirements.map((row, index) => [row.id, index]));
  orders.group = [...new Set(requirements.map((row) => row.group))];
  let narrowed = {}, opened = null, quiet = true;

  const address = () => {
    if (quiet) return;
    const each = hand.active;
    const state = new URLSearchParams({ ...(each === caseList ? narrowed : {}), ...each.state(), ...(opened ? { open: opened } : {}) });
    const hash = `#${each.name}${[...state].length ? `?${state}` : ""}`;
    if (location.hash !== hash) history.replaceState(null, "", hash);
  };
  const pieces = new Map();
  const piece = (number) => {
    if (!pieces.has(number)) pieces.set(number, unpack(`piece-${number}`));
    return pieces.get(number);
  };
  const present = (each, id) => {
    hand.active = each;
    opened = id;
    $("panel-title").textContent = id;
    if (!panel.open) panel.showModal();
    $("panel-title").focus();
    panel.scrollTop = 0;
    address();
  };
  const openCase = async (index) => {
    const row = cases[index];
    details.replaceChildren(make("p", { class: "note" }, "Loading…"));
    present(caseList, row.id);
    try {
      const views = await piece(Math.floor(index / lists.piece));
      if (opened !== row.id) return;
      details.replaceChildren(...caseContent(row, views[index % lists.piece]));
      settle(details);
    } catch {
      details.replaceChildren(make("p", { class: "note" }, "This browser cannot decompress the details. They are in journal.ndjson in the folder of this report."));
    }
  };
  const openRequirement = (index) => {
    details.replaceChildren(...requirementContent(requirements[index], cases));
    present(requirementList, requirements[index].id);
  };

  const drawCase = (row) => [
    make("div", {}, pill(row.outcome)),
    make("div", { class: "about-row" }, make("span", { class: "id", title: row.id }, row.id), make("span", { class: "says" }, ...ticks(row.says || row.pointer || ""))),
    make("div", { class: "expectation" }, row.expectation),
    make("div", { class: "status", title: row.status || "" }, row.status || "no response"),
  ];
  const drawRequirement = (row) => [
    make("div", {}, pill(row.outcome)),
    make("div", { class: "about-row" }, make("span", { class: "title" }, ...ticks(row.title)), make("span", { class: "says" }, make("code", {}, row.id))),
    make("div", { class: "expectation" }, row.strength),
    make("div", { class: "status" }, counted(row.exercised, "case")),
  ];
  const caseList = browser({
    name: "cases", ids: "case", noun: "case", rows: cases, draw: drawCase, open: openCase, changed: () => address(),
    filters: ["outcome", "group", "strength", "expectation", "phase"], searched: ["id", "pointer", "says", "status"],
  });
  const requirementList = browser({
    name: "requirements", ids: "requirement", noun: "requirement", rows: requirements, draw: drawRequirement, open: openRequirement, changed: () => address(),
    filters: ["outcome", "group", "strength"], searched: ["id", "title", "alias", "source"],
  });
  const hand = keys([caseList, requirementList], panel);
  for (const each of [caseList, requirementList]) {
    each.worstFirst();
    each.search.addEventListener("focus", () => { hand.active = each; });
  }

  const only = $("only");
  const narrow = (state) => {
    narrowed = {};
    only.hidden = true;
    caseList.narrow(null);
    const requirement = requirementOf.get(state.get("requirement"));
    const cause = Object.hasOwn(causes, state.get("cause")) ? state.get("cause") : null;
    if (requirement !== undefined) {
      const row = requirements[requirement];
      narrowed = { requirement: row.id };
      caseList.narrow(row.cases);
      only.textContent = `${row.id}${row.cases.length < row.exercised ? `, ${row.cases.length} of ${row.exercised} cases` : ""}  ✕`;
    } else if (cause) {
      narrowed = { cause };
      caseList.narrow(causes[cause].cases);
      only.textContent = `${causes[cause].says.replaceAll("`", "")}  ✕`;
    } else return;
    only.hidden = false;
  };
  only.addEventListener("click", () => { narrow(new URLSearchParams()); caseList.apply(); });
  panel.addEventListener("close", () => { opened = null; address(); hand.active.view.list.focus({ preventScroll: true }); });
  $("close").addEventListener("click", () => panel.close());
  const turn = (by) => { hand.active.view.step(by); hand.active.view.open(); };
  $("previous").addEventListener("click", () => turn(-1));
  $("next").addEventListener("click", () => turn(1));

  /* Permalinks: `#cases?outcome=failed&q=words&open=ID`. */
  const goto = (each, index) => {
    if (!each.view.has(index)) { each.clear(); if (each === caseList) narrow(new URLSearchParams()); each.apply(); }
    each.view.find(index);
    each.view.open();
  };
  const route = () => {
    const [name, query] = location.hash.slice(1).split("?", 2);
    const each = { cases: caseList, requirements: requirementList }[name];
    const row = name.startsWith("requirement-") ? requirementOf.get(decodeURIComponent(name.slice("requirement-".length))) : undefined;
    if (row !== undefined) { quiet = true; hand.active = requirementList; goto(requirementList, row); quiet = false; address(); return; }
    if (!each || query === undefined) return;
    const state = new URLSearchParams(query);
    quiet = true;
    hand.active = each;
    const wanted = state.get("open");
    const index = wanted === null ? undefined : (each === caseList ? caseOf : requirementOf).get(wanted);
    /* A link that names only what to open leaves the filters of the reader alone. */
    if (wanted === null || [...state.keys()].length > 1 || !each.view.length) {
      each.restore(state);
      if (each === caseList) narrow(state);
      each.apply();
    }
    quiet = false;
    if (index !== undefined) goto(each, index);
    else {
      if (panel.open) panel.close();
      $(name).scrollIntoView();
      each.view.list.focus({ preventScroll: true });
      address();
    }
  };
  $("case-browser").hidden = false;
  $("requirement-browser").hidden = false;
  caseList.apply();
  requirementList.apply();
  quiet = false;
  try { route(); } catch { /* A broken address opens the page as it is. */ }
  addEventListener("hashchange", route);
  isReady();

  /* On paper: what is not passed, and how many passed; the lists need a screen. */
  addEventListener("beforeprint", () => {
    const rows = requirements.filter((row) => row.outcome !== "passed").slice(0, 200);
    $("paper").replaceChildren(...(rows.length ? [make("table", {}, make("tbody", {}, ...rows.map((row) => make("tr", {},
      make("td", {}, row.outcome), make("td", {}, ...ticks(row.title), " ", make("code", {}, row.id)), make("td", {}, row.strength)))))] : []));
  });
  addEventListener("afterprint", () => $("paper").replaceChildren());
};
unpack("lists").then(begin, () => {
  for (const id of ["cases", "requirements"]) $(id).after(make("p", { class: "empty" }, "This browser cannot decompress the lists. They are in results.json in the folder of this report."));
});
