/* Requirements by targets: one row a requirement, one sign a target. */
const words = JSON.parse($("words").textContent);
const ROW = { id: 0, outcome: 1, group: 2, strength: 3, agreement: 4, title: 5, source: 6, cells: 7, exercised: 8, said: 9 };

const cellContent = (row, lists) => lists.targets.map((target, place) => {
  const outcome = words.outcomes[row[ROW.cells][place]];
  const name = lists.links[place] ? make("a", { href: `${lists.links[place]}#requirements?open=${encodeURIComponent(row[ROW.id])}` }, target) : target;
  return make("li", {}, outcome ? pill(outcome) : make("span", { class: "strength" }, "not in this run"), " ", `${place + 1}. `, name,
    make("span", { class: "says" }, counted(row[ROW.exercised][place], "case"), row[ROW.said][place] ? ": " : "", ...ticks(row[ROW.said][place])));
});
const begin = (lists) => {
  const { requirements, targets } = lists;
  const draw = (index) => {
    const row = requirements[index];
    const cells = row[ROW.cells].map((value, place) => {
      const outcome = words.outcomes[value];
      return make("span", { class: `cell ${outcome ? slug(outcome) : ""}`, title: `${place + 1}: ${outcome || "not in this run"}` }, outcome ? glyphs[outcome] : "·");
    });
    return [
      make("div", { class: "about-row" }, make("span", { class: "title" }, ...ticks(row[ROW.title])), make("span", { class: "says" }, make("code", {}, row[ROW.id]))),
      make("div", { class: "expectation" }, words.strengths[row[ROW.strength]]),
      make("div", { class: "cells" }, ...cells),
    ];
  };
  const content = (index) => {
    const row = requirements[index];
    return [
      make("p", { class: "statement" }, ...ticks(row[ROW.title])),
      make("p", { class: "note" }, `${words.strengths[row[ROW.strength]]} · ${row[ROW.source]}`),
      make("ul", { class: "evidence" }, ...cellContent(row, lists)),
    ];
  };
  const names = ["outcome", "agreement", "group", "strength"];
  const build = ({ open, changed }) => {
    const list = browser({
      name: "requirements",
      view: virtualList({ list: $("row-list"), rows: $("row-rows"), draw, open, nothing: "No requirement fits." }),
      search: $("row-search"),
      selects: Object.fromEntries(names.map((name) => [name, $(`row-${name}`)])),
      texts: requirements.map((row) => `${row[ROW.id]}\n${row[ROW.title]}\n${row[ROW.source]}`.toLowerCase()),
      column: (key, index) => requirements[index][ROW[key]],
      shown: $("row-count"),
      noun: "requirement",
      changed,
    });
    list.sort((one, other) => requirements[one][ROW.outcome] - requirements[other][ROW.outcome] || one - other);
    list.fill("outcome", words.outcomes.map((each) => `worst: ${each}`));
    list.fill("agreement", ["the same everywhere", "differs"]);
    list.fill("group", words.groups);
    list.fill("strength", words.strengths);
    return list;
  };
  $("row-list").classList.toggle("many", targets.length > 8);
  $("row-browser").hidden = false;
  const ids = requirements.map((row) => row[ROW.id]);
  single({ keys: ids, title: (index) => ids[index], content, build });
  isReady();
};
unpack("lists").then(begin);
