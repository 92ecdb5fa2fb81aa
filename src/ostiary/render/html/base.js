// What the page holds as data, and how elements are made: texts are only ever set as text.

const data = JSON.parse(document.getElementById("data").textContent);

const CHANGES = data.changes.map(([value, words]) => ({ value, words, css: value.toLowerCase().replaceAll("_", "-") }));

// The order of a row's parts is that of `Embedded._row`.
const ROWS = data.rows.map((parts, place) => {
  const [change, principal, action, resource, reason, events, already, first, last, baseline, candidate, accounts, facts, samples, timeline] = parts;
  return { place, change, principal, action, resource, reason, events, already, first, last, baseline, candidate, accounts, facts, samples, timeline };
});

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === true) made.setAttribute(key, "");
    else if (typeof value === "function") made.addEventListener(key, value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined)); // strings become text
  return made;
}

// Control and format characters as escapes, as everywhere in Ostiary: nothing in an event may reorder a line.
function visible(text) {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, (each) =>
    each === "\n" ? each : "\\u" + each.codePointAt(0).toString(16).padStart(4, "0"));
}

const count = (number) => number.toLocaleString("en-US");
const counted = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
const shortTime = (time) => `${time.slice(0, 10)} ${time.slice(11, 16)}`.trim();

function breakable(text) {
  const pieces = text.split(/(?<=[/:_])/).flatMap((piece) => [piece, element("wbr")]);
  return pieces.slice(0, -1);
}

function changeLabel(number) {
  const change = CHANGES[number];
  return element("span", { class: "change" }, element("span", { class: `swatch ${change.css}` }), change.words);
}

// What names a thing first; service, Region and account below.
function arn(text) {
  const parts = text.split(":");
  if (parts.length < 6 || parts[0] !== "arn") return element("span", { class: "arn" }, ...breakable(text));
  const head = parts.slice(0, 5).join(":") + ":";
  return element("span", { class: "arn", title: text },
    element("span", {}, ...breakable(parts.slice(5).join(":"))),
    element("span", { class: "under" }, ...breakable(head)));
}

function reason(number) {
  const [name, short, place] = data.reasons[number];
  if (!place) return name;
  return element("span", { class: "decided", title: place }, name, element("span", { class: "under" }, ...breakable(short)));
}

// The day, and the hour below it.
function stacked(time) {
  return element("span", {}, time.slice(0, 10), " ", element("span", { class: "under" }, time.slice(11, 16)));
}
