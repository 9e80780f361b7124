/* A page with one list: its panel, and its address, which holds the filters and the open row: `#changes?q=words&open=KEY`.
   Of a row, `keys` has what the address calls it, `content` is what the panel shows of it, `title` its heading. */
const single = ({ keys: names, title, content, build }) => {
  const panel = $("panel"), details = $("details");
  const placeOf = new Map(names.map((name, index) => [name, index]));
  let opened = null, quiet = true, list = null;
  const address = () => {
    if (quiet) return;
    const state = new URLSearchParams({ ...list.state(), ...(opened === null ? {} : { open: opened }) });
    const hash = `#${list.name}${[...state].length ? `?${state}` : ""}`;
    if (location.hash !== hash) history.replaceState(null, "", hash);
  };
  const open = (index) => {
    opened = names[index];
    $("panel-title").textContent = title(index);
    details.replaceChildren(...content(index));
    if (!panel.open) panel.showModal();
    $("panel-title").focus();
    panel.scrollTop = 0;
    address();
  };
  list = build({ open, changed: address });
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
};
