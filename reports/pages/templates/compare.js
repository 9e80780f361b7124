/* Two runs: one row a fault at a place, with what became of it. */
const words = JSON.parse($("words").textContent);
const ROW = { id: 0, outcome: 1, group: 2, strength: 3, state: 4, message: 5, pointer: 6, expected: 7, actual: 8, case: 9, before: 10, after: 11, cause: 12 };
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
  const content = (index) => {
    const row = changes[index];
    const link = links[row[ROW.after] ? 1 : 0];
    return [
      make("p", { class: "tags" }, statePill(row), make("span", { class: "strength" }, `${words.strengths[row[ROW.strength]]} · ${counted(row[ROW.before], "finding")} before, ${row[ROW.after]} after`)),
      make("p", { class: "statement" }, ...ticks(row[ROW.message])),
      make("dl", { class: "versus" }, term("Expected", row[ROW.expected] || "nothing"), make("div", { class: "got" }, make("dt", {}, "Actual"), make("dd", {}, row[ROW.actual] || "nothing"))),
      make("dl", { class: "about" },
        term("Place", row[ROW.pointer] ? make("code", {}, row[ROW.pointer]) : "the whole"),
        term("Cause", make("code", {}, row[ROW.cause])),
        term("Case", link ? make("a", { href: `${link}#cases?open=${encodeURIComponent(row[ROW.case])}` }, make("code", {}, row[ROW.case])) : make("code", {}, row[ROW.case]))),
    ];
  };
  const build = ({ open, changed }) => {
    const list = browser({
      name: "changes",
      view: virtualList({ list: $("row-list"), rows: $("row-rows"), draw, open, nothing: "No change fits." }),
      search: $("row-search"),
      selects: Object.fromEntries(["state", "group", "strength"].map((name) => [name, $(`row-${name}`)])),
      texts: changes.map((row) => `${row[ROW.id]}\n${row[ROW.message]}\n${row[ROW.pointer]}\n${row[ROW.case]}`.toLowerCase()),
      column: (key, index) => changes[index][ROW[key]],
      shown: $("row-count"),
      noun: "change",
      changed,
    });
    list.fill("state", words.states);
    list.fill("group", words.groups);
    list.fill("strength", words.strengths);
    return list;
  };
  $("row-browser").hidden = changes.length === 0;
  single({ keys: changes.map((row) => row[ROW.cause]), title: (index) => changes[index][ROW.id], content, build });
  isReady();
};
unpack("lists").then(begin);
