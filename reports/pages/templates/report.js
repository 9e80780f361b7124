/* The report of one run: lists of cases and requirements, and a panel with the details of either. */
const words = JSON.parse($("words").textContent);
const CASE = { id: 0, outcome: 1, expectation: 2, phase: 3, status: 4, pointer: 5, says: 6, group: 7, strength: 8 };
const ROW = { id: 0, outcome: 1, group: 2, strength: 3, title: 4, alias: 5, source: 6, reason: 7, exercised: 8, cases: 9, findings: 10 };
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
  const items = view.headers.map(([field, value, marked]) =>
    make("li", {}, marked ? make("mark", {}, `${field}: ${value}`) : make("span", {}, make("b", {}, field), `: ${value}`)));
  return [
    make("p", { class: "first-line" }, view.marked ? make("mark", {}, view.line) : view.line),
    items.length ? make("details", { class: "headers", open: view.headers.some((header) => header[2]) }, make("summary", {}, counted(items.length, "header")), make("ul", {}, ...items)) : null,
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
  make("p", { class: "note" }, linked("requirements", found.requirement), found.pointer ? ` at ${found.pointer}` : "", found.repeats ? ` · showed ${found.repeats}` : ""),
  found.note ? make("p", { class: "note" }, ...ticks(found.note)) : null,
  found.waiver ? make("p", { class: "note" }, `Waived: ${found.waiver}`) : null);

const caseContent = (row, phases, view) => {
  const story = [];
  const says = view.story.says || row[CASE.says], pointer = view.story.pointer || row[CASE.pointer];
  if (says) story.push(term("Story", ...ticks(says)));
  if (pointer) story.push(term("Place", make("code", {}, pointer), view.story.keyword ? ` · ${view.story.keyword}` : ""));
  if (view.story.was || view.story.became) story.push(term("Change", "from ", view.story.was ? make("code", {}, view.story.was) : "absent", " to ", view.story.became ? make("code", {}, view.story.became) : "absent"));
  if (view.requirements.length) story.push(term("Made for", ...listed("requirements", view.requirements)));
  if (view.related.length) story.push(term("Judged with", ...listed("cases", view.related)));
  const held = view.passed ? `${counted(view.passed, "requirement")} held` : "";
  const sends = view.sends > 1 ? `sent ${view.sends} times` : "";
  const exchange = view.exchange;
  return [
    make("p", { class: "tags" }, pill(words.outcomes[row[CASE.outcome]]), make("span", { class: "strength" }, [`expected to be ${words.expectations[row[CASE.expectation]]}`, phases[row[CASE.phase]], held, sends].filter(Boolean).join(" · "))),
    ...view.findings.map(foundOf),
    ...view.doubts.map(foundOf),
    make("dl", { class: "about" }, ...story),
    make("div", { class: "exchange" },
      make("div", {}, make("h3", { class: "small" }, "Request"), ...messageOf(exchange.request)),
      make("div", {}, make("h3", { class: "small" }, "Answer", exchange.took ? make("span", { class: "took" }, exchange.took) : null), exchange.lack ? make("p", { class: "lack" }, exchange.lack) : null, ...(exchange.answer ? messageOf(exchange.answer) : [])),
      exchange.client ? make("div", { class: "client" }, make("h3", { class: "small" }, "Client"), make("p", { class: "first-line" }, exchange.client.line), ...bodyOf(exchange.client.body)) : null),
    exchange.where ? make("p", { class: "note" }, exchange.where) : null,
    make("h3", { class: "small" }, exchange.play ? "Play it again" : "Send it again"),
    command(exchange.play || commandOf(exchange)),
    exchange.play ? null : command(exchange.replay),
  ].filter(Boolean);
};
const requirementContent = (row, cases) => {
  const outcome = words.outcomes[row[ROW.outcome]];
  const about = [term("Source", make("span", { class: "source" }, row[ROW.source] || "the suite itself")), term("Group", words.groups[row[ROW.group]])];
  if (row[ROW.alias]) about.push(term("Number", row[ROW.alias]));
  if (row[ROW.reason]) about.push(term("Why", ...ticks(row[ROW.reason])));
  const ids = row[ROW.cases].map((index) => cases[index]);
  const items = ids.slice(0, 25).map((each) => make("li", {}, pill(words.outcomes[each[CASE.outcome]]), " ", linked("cases", each[CASE.id]), make("span", { class: "says" }, ...ticks(each[CASE.says]))));
  const rest = ids.length > 25 ? `, ${ids.length - 25} more in the list` : "";
  return [
    make("p", { class: "tags" }, pill(outcome), make("span", { class: "strength" }, [words.strengths[row[ROW.strength]], row[ROW.findings] ? counted(row[ROW.findings], "finding") : ""].filter(Boolean).join(" · "))),
    make("p", { class: "statement" }, ...ticks(row[ROW.title])),
    make("dl", { class: "about" }, ...about),
    make("h3", { class: "small" }, row[ROW.exercised] ? `Decided by ${counted(row[ROW.exercised], "case")}${rest}` : "No case exercised it"),
    items.length ? make("ul", { class: "evidence" }, ...items) : null,
    ids.length ? make("p", {}, make("a", { href: `#cases?requirement=${encodeURIComponent(row[ROW.id])}` }, "Show them in the list of cases")) : null,
  ].filter(Boolean);
};

const begin = (lists) => {
  const { cases, requirements, phases, causes } = lists;
  const caseOf = new Map(cases.map((row, index) => [row[CASE.id], index]));
  const requirementOf = new Map(requirements.map((row, index) => [row[ROW.id], index]));
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
    details.replaceChildren(make("p", { class: "note" }, "Unpacking…"));
    present(caseList, row[CASE.id]);
    try {
      const views = await piece(Math.floor(index / words.piece));
      if (opened !== row[CASE.id]) return;
      details.replaceChildren(...caseContent(row, phases, views[index % words.piece]));
      settle(details);
    } catch {
      details.replaceChildren(make("p", { class: "note" }, "This browser cannot unpack the details; they are in journal.ndjson, beside this report."));
    }
  };
  const openRequirement = (index) => {
    details.replaceChildren(...requirementContent(requirements[index], cases));
    present(requirementList, requirements[index][ROW.id]);
  };

  const drawCase = (index) => {
    const row = cases[index];
    return [
      make("div", {}, pill(words.outcomes[row[CASE.outcome]])),
      make("div", { class: "about-row" }, make("span", { class: "id", title: row[CASE.id] }, row[CASE.id]), make("span", { class: "says" }, ...ticks(row[CASE.says] || row[CASE.pointer]))),
      make("div", { class: "expectation" }, words.expectations[row[CASE.expectation]]),
      make("div", { class: "status", title: row[CASE.status] }, row[CASE.status] || "no answer"),
    ];
  };
  const drawRequirement = (index) => {
    const row = requirements[index];
    return [
      make("div", {}, pill(words.outcomes[row[ROW.outcome]])),
      make("div", { class: "about-row" }, make("span", { class: "title" }, ...ticks(row[ROW.title])), make("span", { class: "says" }, make("code", {}, row[ROW.id]))),
      make("div", { class: "expectation" }, words.strengths[row[ROW.strength]]),
      make("div", { class: "status" }, counted(row[ROW.exercised], "case")),
    ];
  };
  const select = (prefix, names) => Object.fromEntries(names.map((name) => [name, $(`${prefix}-${name}`)]));
  const caseList = browser({
    name: "cases",
    view: virtualList({ list: $("case-list"), rows: $("case-rows"), draw: drawCase, open: openCase, nothing: "No case fits." }),
    search: $("case-search"),
    selects: select("case", ["outcome", "group", "strength", "expectation", "phase"]),
    texts: cases.map((row) => `${row[CASE.id]}\n${row[CASE.pointer]}\n${row[CASE.says]}\n${row[CASE.status]}`.toLowerCase()),
    column: (key, index) => cases[index][CASE[key]],
    shown: $("case-count"),
    noun: "case",
    changed: () => address(),
  });
  const requirementList = browser({
    name: "requirements",
    view: virtualList({ list: $("requirement-list"), rows: $("requirement-rows"), draw: drawRequirement, open: openRequirement, nothing: "No requirement fits." }),
    search: $("requirement-search"),
    selects: select("requirement", ["outcome", "group", "strength"]),
    texts: requirements.map((row) => `${row[ROW.id]}\n${row[ROW.title]}\n${row[ROW.alias]}\n${row[ROW.source]}`.toLowerCase()),
    column: (key, index) => requirements[index][ROW[key]],
    shown: $("requirement-count"),
    noun: "requirement",
    changed: () => address(),
  });
  const hand = keys([caseList, requirementList], panel);
  /* The worst first: what a reader looks for. */
  caseList.sort((one, other) => cases[one][CASE.outcome] - cases[other][CASE.outcome] || one - other);
  requirementList.sort((one, other) => requirements[one][ROW.outcome] - requirements[other][ROW.outcome] || one - other);
  for (const each of [caseList, requirementList]) {
    each.fill("outcome", words.outcomes);
    each.fill("group", words.groups);
    each.fill("strength", words.strengths);
    each.search.addEventListener("focus", () => { hand.active = each; });
  }
  caseList.fill("expectation", words.expectations);
  caseList.fill("phase", phases);

  const only = $("only");
  const narrow = (state) => {
    narrowed = {};
    only.hidden = true;
    caseList.narrow(null);
    const requirement = requirementOf.get(state.get("requirement"));
    const cause = Object.hasOwn(causes, state.get("cause")) ? state.get("cause") : null;
    if (requirement !== undefined) {
      const row = requirements[requirement];
      narrowed = { requirement: row[ROW.id] };
      caseList.narrow(row[ROW.cases]);
      only.textContent = `${row[ROW.id]}${row[ROW.cases].length < row[ROW.exercised] ? `, the first ${row[ROW.cases].length} of ${row[ROW.exercised]}` : ""}  ✕`;
    } else if (cause) {
      narrowed = { cause };
      caseList.narrow(causes[cause][1]);
      only.textContent = `${causes[cause][0]}  ✕`;
    } else return;
    only.hidden = false;
  };
  only.addEventListener("click", () => { narrow(new URLSearchParams()); caseList.apply(); });
  panel.addEventListener("close", () => { opened = null; address(); hand.active.view.list.focus({ preventScroll: true }); });
  $("close").addEventListener("click", () => panel.close());
  const turn = (by) => { hand.active.view.step(by); hand.active.view.open(); };
  $("previous").addEventListener("click", () => turn(-1));
  $("next").addEventListener("click", () => turn(1));

  /* Permalinks: `#cases?outcome=0&q=words&open=ID`. */
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
    const rows = requirements.filter((row) => words.outcomes[row[ROW.outcome]] !== "passed").slice(0, 200);
    $("paper").replaceChildren(...(rows.length ? [make("table", {}, make("tbody", {}, ...rows.map((row) => make("tr", {},
      make("td", {}, words.outcomes[row[ROW.outcome]]), make("td", {}, ...ticks(row[ROW.title]), " ", make("code", {}, row[ROW.id])), make("td", {}, words.strengths[row[ROW.strength]])))))] : []));
  });
  addEventListener("afterprint", () => $("paper").replaceChildren());
};
unpack("lists").then(begin, () => {
  for (const id of ["cases", "requirements"]) $(id).after(make("p", { class: "empty" }, "This browser cannot unpack the lists; they are in results.json, beside this report."));
});
