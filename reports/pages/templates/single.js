/* A page with one list: its panel, and its address, which holds the filters and the open row: `#changes?q=words&open=KEY`.
   `key` is the member of a row that the address calls it by, `content` makes what the panel shows of it. */
const single = ({ rows, key, content, worstFirst = false, ...options }) => {
  const panel = $("panel"), details = $("details");
  const placeOf = new Map(rows.map((row, index) => [row[key], index]));
  let opened = null, quiet = true, list = null;
  const address = () => {
    if (quiet) return;
    const state = new URLSearchParams({ ...list.state(), ...(opened === null ? {} : { open: opened }) });
    const hash = `#${list.name}${[...state].length ? `?${state}` : ""}`;
    if (location.hash !== hash) history.replaceState(null, "", hash);
  };
  const open = (index) => {
    opened = rows[index][key];
    $("panel-title").textContent = rows[index].id;
    details.replaceChildren(...content(rows[index]));
    if (!panel.open) panel.showModal();
    $("panel-title").focus();
    panel.scrollTop = 0;
    address();
  };
  list = browser({ ids: "row", rows, open, changed: address, ...options });
  if (worstFirst) list.worstFirst();
  $("row-browser").hidden = rows.length === 0;
  const turn = (by) => { list.view.step(by); list.view.open(); };
  keys([list], panel);
  $("close").addEventListener("click", () => panel.close());
  $("previous").addEventListener("click", () => turn(-1));
  $("next").addEventListener("click", () => turn(1));
  panel.addEventListener("close", () => { opened = null; address(); list.view.list.focus({ preventScroll: true }); });
  const route = () => {
    const [name, query] = location.hash.slice(1).split("?", 2);
    if (name !== list.name || query === undefined) return;
    const state = new URLSearchParams(query);
    quiet = true;
    list.restore(state);
    list.apply();
    quiet = false;
    const index = placeOf.get(state.get("open"));
    if (index !== undefined) {
      if (!list.view.has(index)) { list.clear(); list.apply(); }
      list.view.find(index);
      list.view.open();
    } else {
      if (panel.open) panel.close();
      $(name).scrollIntoView();
      list.view.list.focus({ preventScroll: true });
      address();
    }
  };
  list.apply();
  quiet = false;
  try { route(); } catch { /* A broken address opens the page as it is. */ }
  addEventListener("hashchange", route);
  isReady();
};
