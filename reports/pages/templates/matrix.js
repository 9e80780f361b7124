/* Requirements by targets: one row a requirement, one sign a target; a target that does not know it has no cell. */
const begin = ({ requirements, targets, links }) => {
  const draw = (row) => {
    const cells = row.cells.map((cell, place) => make("span", { class: `cell ${cell ? slug(cell.outcome) : ""}`, title: `${place + 1}: ${cell ? cell.outcome : "not in this run"}` }, cell ? glyphs[cell.outcome] : "·"));
    return [
      make("div", { class: "about-row" }, make("span", { class: "title" }, ...ticks(row.title)), make("span", { class: "says" }, make("code", {}, row.id))),
      make("div", { class: "expectation" }, row.strength),
      make("div", { class: "cells" }, ...cells),
    ];
  };
  const cellContent = (row) => targets.map((target, place) => {
    const cell = row.cells[place];
    const name = links[place] ? make("a", { href: `${links[place]}#requirements?open=${encodeURIComponent(row.id)}` }, target) : target;
    return make("li", {}, cell ? pill(cell.outcome) : make("span", { class: "strength" }, "not in this run"), " ", `${place + 1}. `, name,
      make("span", { class: "says" }, counted(cell ? cell.exercised : 0, "case"), cell && cell.said ? ": " : "", ...(cell ? ticks(cell.said) : [])));
  });
  const content = (row) => [
    make("p", { class: "statement" }, ...ticks(row.title)),
    make("p", { class: "note" }, `${row.strength} · ${row.source}`),
    make("ul", { class: "evidence" }, ...cellContent(row)),
  ];
  orders.group = [...new Set(requirements.map((row) => row.group))];
  $("row-list").classList.toggle("many", targets.length > 8);
  single({ rows: requirements, key: "id", content, draw, worstFirst: true, name: "requirements", noun: "requirement", filters: ["outcome", "agreement", "group", "strength"], searched: ["id", "title", "source"], label: (key, value) => (key === "outcome" ? `worst: ${value}` : value) });
};
unpack("lists").then(begin);
