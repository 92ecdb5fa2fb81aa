// The table of rows: it sorts, filters and turns pages; only the rows of one page are ever in the document.

const PAGE = 50;
const PRINTED = 500;

const COLUMNS = [
  { title: "Change", of: (row) => row.change, cell: (row) => changeLabel(row.change) },
  { title: "Principal", of: (row) => data.principals[row.principal], cell: (row) => arn(data.principals[row.principal]) },
  { title: "Action", of: (row) => data.actions[row.action], cell: (row) => element("span", { class: "action" }, ...breakable(data.actions[row.action])) },
  { title: "Resource", of: (row) => data.resources[row.resource], cell: (row) => arn(data.resources[row.resource]) },
  { title: "Decided by", of: (row) => data.reasons[row.reason][0], cell: (row) => reason(row.reason) },
  { title: "Calls", kind: "number", of: (row) => row.events, cell: (row) => callsButton(row) },
  { title: "First", kind: "time", of: (row) => row.first, cell: (row) => stacked(row.first) },
  { title: "Last", kind: "time", of: (row) => row.last, cell: (row) => stacked(row.last) },
];

// What `data-filter` may say, and whether a row passes; `words` names it in the list of filters.
const FILTERS = {
  change: { passes: (row, value) => CHANGES[row.change].value === value, words: (value) => CHANGES.find((each) => each.value === value).words },
  principal: { passes: (row, value) => row.principal === Number(value), words: (value) => data.principals[value] },
  action: { passes: (row, value) => row.action === Number(value), words: (value) => data.actions[value] },
  fact: { passes: (row, value) => row.facts.includes(Number(value)), words: (value) => `not known: ${data.facts[value][0]}` },
  reason: { passes: (row, value) => value.split(",").map(Number).includes(row.reason), words: (value) => `decided by ${data.reasons[value.split(",")[0]][0]}` },
  interval: { passes: (row, value) => inInterval(row, Number(value)), words: (value) => `from ${shortTime(data.intervals[value])}` },
};

const UNCHANGED = CHANGES.findIndex((each) => each.value === "UNCHANGED");
const state = { column: null, descending: false, page: 0, words: "", filters: new Map(), unchanged: !ROWS.some((row) => row.change !== UNCHANGED), size: PAGE };
let searched = null; // what the text of each row is, in lower case; made when somebody first searches

function inInterval(row, interval) {
  for (let place = 0; place < row.timeline.length; place += 2) if (row.timeline[place] === interval) return true;
  return false;
}

function callsButton(row) {
  const label = `${counted(row.events, "call")}: show sample events`;
  return element("button", { type: "button", class: "link", "aria-label": label, click: () => showRow(row) }, count(row.events));
}

function textOf(row) {
  searched ??= ROWS.map((each) => [
    data.principals[each.principal], data.actions[each.action], data.resources[each.resource], ...data.reasons[each.reason],
    CHANGES[each.change].words, ...each.facts.map((fact) => data.facts[fact][0]), ...each.accounts.map((account) => data.accounts[account]),
  ].join("\n").toLowerCase());
  return searched[row.place];
}

function chosen() {
  const words = state.words.toLowerCase().split(/\s+/).filter(Boolean);
  const filters = [...state.filters];
  const asked = state.filters.has("change") || state.unchanged;
  const rows = ROWS.filter((row) =>
    (asked || row.change !== UNCHANGED) &&
    filters.every(([name, value]) => FILTERS[name].passes(row, value)) &&
    (!words.length || words.every((word) => textOf(row).includes(word))));
  if (state.column !== null) {
    const of = COLUMNS[state.column].of;
    const sign = state.descending ? -1 : 1;
    // Ties stay in the order of the findings: most important change first, then most calls.
    rows.sort((one, other) => { const a = of(one), b = of(other); return a < b ? -sign : a > b ? sign : one.place - other.place; });
  }
  return rows;
}

const head = document.querySelector("#rows thead tr");
const body = document.querySelector("#rows tbody");
const chips = element("div", { class: "chips" });
const status = element("p", { class: "hint", role: "status" });
const search = element("input", { type: "search", id: "search", autocomplete: "off", spellcheck: "false", placeholder: "role, action, bucket, Sid...", input: () => { state.words = search.value; draw(); } });
const pick = element("select", { id: "pick", change: () => choose(pick.value) });
const previous = element("button", { type: "button", click: () => turn(-1) }, "Previous");
const next = element("button", { type: "button", click: () => turn(1) }, "Next");
const where = element("span", { class: "where" });

function turn(by) {
  state.page += by;
  draw(true);
}

// "": what changes; "all": everything; else one kind of change.
function choose(value) {
  state.filters.delete("change");
  state.unchanged = value === "all";
  if (value && value !== "all") state.filters.set("change", value);
  draw();
}

function filter(name, value) {
  state.filters.set(name, value);
  if (name !== "change") state.unchanged = true; // who asks for a principal's calls means all of them
  draw();
  document.getElementById("changes").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

function clear() {
  state.filters.clear();
  state.words = search.value = "";
  choose("");
}

function sortBy(column) {
  // Numbers and times are of interest from their upper end.
  const first = COLUMNS[column].kind === "number" || COLUMNS[column].kind === "time";
  state.descending = state.column === column ? !state.descending : first;
  state.column = column;
  draw();
}

function draw(keepPage = false) {
  const rows = chosen();
  const pages = Math.max(Math.ceil(rows.length / state.size), 1);
  state.page = keepPage ? Math.min(Math.max(state.page, 0), pages - 1) : 0;
  const start = state.page * state.size;
  const shown = rows.slice(start, start + state.size);
  body.replaceChildren(...shown.map(drawRow));
  const calls = rows.reduce((sum, row) => sum + row.events, 0);
  status.textContent = rows.length
    ? `${counted(rows.length, "row")} of ${count(ROWS.length)}, ${counted(calls, "call")}`
    : "No row passes these filters.";
  where.textContent = rows.length ? `${count(start + 1)} to ${count(start + shown.length)} of ${count(rows.length)}` : "";
  previous.disabled = state.page === 0;
  next.disabled = state.page >= pages - 1;
  document.getElementById("pager").hidden = pages === 1;
  pick.value = state.filters.get("change") ?? (state.unchanged ? "all" : "");
  drawHead();
  drawChips();
}

function drawRow(row) {
  return element("tr", { role: "row" }, ...COLUMNS.map((column) =>
    element("td", { class: column.kind, "data-label": column.title, role: "cell" }, column.cell(row))));
}

function drawHead() {
  [...head.cells].forEach((cell, column) => {
    const sorted = state.column === column;
    cell.setAttribute("aria-sort", sorted ? (state.descending ? "descending" : "ascending") : "none");
    cell.querySelector(".arrow").textContent = sorted ? (state.descending ? " \u25be" : " \u25b4") : "";
  });
}

function drawChips() {
  const made = [...state.filters].filter(([name]) => name !== "change").map(([name, value]) => {
    const words = FILTERS[name].words(value);
    return element("button", { type: "button", class: "chip", "aria-label": `Remove the filter ${words}`, click: () => { state.filters.delete(name); draw(); } }, words, " \u00d7");
  });
  if (made.length || state.words || state.filters.size) made.push(element("button", { type: "button", class: "link", click: clear }, "Clear"));
  chips.replaceChildren(...made);
}

function startTable() {
  if (!head) return; // there are no rows
  [...head.cells].forEach((cell, column) => {
    const title = cell.textContent;
    cell.replaceChildren(element("button", { type: "button", class: "sort", click: () => sortBy(column) }, title, element("span", { class: "arrow", "aria-hidden": "true" })));
  });
  const there = CHANGES.filter((change, number) => ROWS.some((row) => row.change === number));
  pick.append(element("option", { value: "" }, "what changes"), element("option", { value: "all" }, "all rows"),
    ...there.map((change) => element("option", { value: change.value }, change.words)));
  document.getElementById("controls").append(
    element("label", { for: "search" }, "Search"), search, element("label", { for: "pick" }, "Show"), pick, chips, status);
  document.getElementById("pager").append(previous, where, next);
  draw();
}

// Paper has no pages to turn: as many rows as one would want to print, and everything that is folded.
function preparePrint(printing) {
  if (head) {
    state.size = printing ? PRINTED : PAGE;
    draw(true);
  }
  for (const each of document.querySelectorAll("details")) {
    if (printing && !each.open) { each.dataset.folded = ""; each.open = true; }
    if (!printing && "folded" in each.dataset) { delete each.dataset.folded; each.open = false; }
  }
}
