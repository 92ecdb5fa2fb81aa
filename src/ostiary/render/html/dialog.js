// The dialog in which numbers end: what a row is about, and sample events.

const dialog = document.getElementById("details");

function showRow(row) {
  const [name, , place] = data.reasons[row.reason];
  open(
    data.actions[row.action],
    [
      ["Change", changeLabel(row.change)],
      ["Principal", ...breakable(data.principals[row.principal])],
      ["Resource", ...breakable(data.resources[row.resource])],
      ["Baseline", data.accesses[row.baseline]],
      ["Candidate", data.accesses[row.candidate]],
      ["Decided by", name ? [name, place].filter(Boolean).join(", ") : ""],
      ["Calls", count(row.events) + (row.already ? `, of which ${count(row.already)} were denied in the log` : "")],
      ["First", shortTime(row.first)],
      ["Last", shortTime(row.last)],
      ["Accounts", row.accounts.map((each) => data.accounts[each]).join(", ")],
      ...row.facts.map((each) => {
        const [fact, why, settled] = data.facts[each];
        return ["Not known", element("code", {}, fact), `: ${why}. To settle it: ${settled}.`];
      }),
    ],
    row.samples,
    row.events,
  );
}

function showContradiction(told) {
  open(
    told.action,
    [
      ["Principal", ...breakable(told.principal)],
      ["Resource", ...breakable(told.resource)],
      ["AWS said", told.error ? `${told.logged} (${told.error})` : told.logged],
      ["We say", told.ours],
      ["Decided by", told.reason],
      ["Likely cause", told.why],
      ["Calls", count(told.events)],
    ],
    told.samples,
    told.events,
  );
}

function open(title, facts, samples, events) {
  const shown = facts.filter(([, ...values]) => values.some((value) => value !== "" && value !== undefined));
  dialog.replaceChildren(
    element("div", { class: "dialog-head" },
      element("h2", { id: "details-title" }, title),
      element("button", { type: "button", class: "close", click: () => dialog.close() }, "Close")),
    element("dl", { class: "facts" },
      ...shown.map(([name, ...values]) => element("div", {}, element("dt", {}, name), element("dd", {}, ...values)))),
    element("h3", {}, samples.length < events ? `${counted(samples.length, "sample event")} of ${count(events)}` : counted(samples.length, "event")),
    ...samples.map((number, place) => sample(data.samples[number], place === 0)));
  dialog.showModal();
  dialog.scrollTop = 0;
}

function sample([id, time, file, record], opened) {
  const told = record
    ? element("pre", { tabindex: "0" }, visible(pretty(record)))
    : element("p", { class: "hint" }, "The event itself is not in this page; look for its id in the log file.");
  return element("details", { class: "sample", open: opened },
    element("summary", {}, element("code", {}, id || "without an id"), ` ${shortTime(time)}`),
    element("p", { class: "hint" }, ...breakable(data.files[file])),
    told);
}

function pretty(record) {
  try {
    return JSON.stringify(JSON.parse(record), null, 2);
  } catch {
    return record;
  }
}

// A click beside the dialog closes it, as Escape does.
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});
