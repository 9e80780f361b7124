/* Two runs: one row a fault at a place, with what became of it. */
const begin = ({ changes, links, tones }) => {
  const statePill = ({ state }) => make("span", { class: `pill ${slug(tones[state])}` }, make("span", { class: "glyph", "aria-hidden": "true" }, glyphs[tones[state]]), state);
  const term = (label, ...content) => make("div", {}, make("dt", {}, label), make("dd", {}, ...content));
  const draw = (row) => [
    make("div", {}, statePill(row)),
    make("div", { class: "about-row" }, make("span", { class: "title" }, ...ticks(row.message)), make("span", { class: "says" }, make("code", {}, row.id), row.pointer ? ` at ${row.pointer}` : "")),
    make("div", { class: "expectation" }, row.strength),
    make("div", { class: "status" }, `${row.before} → ${row.after}`),
  ];
  const content = (row) => {
    const link = links[row.after ? 1 : 0], name = make("code", {}, row.case);
    return [
      make("p", { class: "tags" }, statePill(row), make("span", { class: "strength" }, `${row.strength} · ${counted(row.before, "finding")} before, ${row.after} after`)),
      make("p", { class: "statement" }, ...ticks(row.message)),
      make("dl", { class: "versus" }, term("Expected", row.expected || "nothing"), make("div", { class: "got" }, make("dt", {}, "Actual"), make("dd", {}, row.actual || "nothing"))),
      make("dl", { class: "about" },
        term("Property", row.pointer ? make("code", {}, row.pointer) : "the body"),
        term("Cause", make("code", {}, row.cause)),
        term("Case", link ? make("a", { href: `${link}#cases?open=${encodeURIComponent(row.case)}` }, name) : name)),
    ];
  };
  orders.state = Object.keys(tones);
  single({ rows: changes, key: "cause", content, draw, name: "changes", noun: "change", filters: ["state", "group", "strength"], searched: ["id", "message", "pointer", "case"] });
};
unpack("lists").then(begin);
