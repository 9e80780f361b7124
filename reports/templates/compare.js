/* Two runs: one row a fault at a place, with what became of it. */
const words = JSON.parse($("words").textContent);
const ROW = { id: 0, outcome: 1, group: 2, strength: 3, state: 4, message: 5, pointer: 6, expected: 7, actual: 8, case: 9, before: 10, after: 11, cause: 12 };
const panel = $("panel"), details = $("details");
const statePill = (row) => {
  const tone = words.tones[row[ROW.state]];
  return make("span", { class: `pill ${slug(tone)}` }, make("span", { class: "glyph", "aria-hidden": "true" }, glyphs[tone]), words.states[row[ROW.state]]);
};
const term = (label, ...content) => make("div", {}, make("dt", {}, label), make("dd", {}, ...content));
const begin = ({ changes, links }) => {
  const draw = (index) => {
    const row = changes[index];
    return [
      make("div", {}, statePill(row)),
      make("div", { class: "about-row" }, make("span", { class: "title" }, ...ticks(row[ROW.message])), make("span", { class: "says" }, make("code", {}, row[ROW.id]), row[ROW.pointer] ? ` at ${row[ROW.pointer]}` : "")),
      make("div", { class: "expectation" }, words.strengths[row[ROW.strength]]),
      make("div", { class: "status" }, `${row[ROW.before]} → ${row[ROW.after]}`),
    ];
  };
  const open = (index) => {
    const row = changes[index];
    const link = links[row[ROW.after] ? 1 : 0];
    $("panel-title").textContent = row[ROW.id];
    details.replaceChildren(
      make("p", { class: "tags" }, statePill(row), make("span", { class: "strength" }, `${words.strengths[row[ROW.strength]]} · ${counted(row[ROW.before], "finding")} before, ${row[ROW.after]} after`)),
      make("p", { class: "statement" }, ...ticks(row[ROW.message])),
      make("dl", { class: "versus" }, term("Expected", row[ROW.expected] || "nothing"), make("div", { class: "got" }, make("dt", {}, "Actual"), make("dd", {}, row[ROW.actual] || "nothing"))),
      make("dl", { class: "about" },
        term("Place", row[ROW.pointer] ? make("code", {}, row[ROW.pointer]) : "the whole"),
        term("Cause", make("code", {}, row[ROW.cause])),
        term("Case", link ? make("a", { href: `${link}#cases?open=${encodeURIComponent(row[ROW.case])}` }, make("code", {}, row[ROW.case])) : make("code", {}, row[ROW.case]))));
    if (!panel.open) panel.showModal();
    $("panel-title").focus();
  };
  const list = browser({
    name: "changes",
    view: virtualList({ list: $("row-list"), rows: $("row-rows"), draw, open, nothing: "No change fits." }),
    search: $("row-search"),
    selects: Object.fromEntries(["state", "group", "strength"].map((name) => [name, $(`row-${name}`)])),
    texts: changes.map((row) => `${row[ROW.id]}\n${row[ROW.message]}\n${row[ROW.pointer]}\n${row[ROW.case]}`.toLowerCase()),
    column: (key, index) => changes[index][ROW[key]],
    shown: $("row-count"),
    noun: "change",
    changed: () => {},
  });
  list.fill("state", words.states);
  list.fill("group", words.groups);
  list.fill("strength", words.strengths);
  keys([list], panel);
  $("close").addEventListener("click", () => panel.close());
  $("previous").addEventListener("click", () => { list.view.step(-1); list.view.open(); });
  $("next").addEventListener("click", () => { list.view.step(1); list.view.open(); });
  panel.addEventListener("close", () => $("row-list").focus({ preventScroll: true }));
  $("row-browser").hidden = changes.length === 0;
  list.apply();
  isReady();
};
unpack("lists").then(begin);
