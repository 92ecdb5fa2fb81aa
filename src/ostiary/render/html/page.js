// Brings the page to life: numbers become buttons, the timeline answers, the theme can be chosen.

function becomeButton(spot, act) {
  const button = element("button", { type: "button", class: `${spot.className} link`.trim(), title: spot.getAttribute("title"), click: act });
  button.append(...spot.childNodes);
  spot.replaceWith(button);
}

function startNumbers() {
  for (const spot of document.querySelectorAll("[data-filter]")) {
    const [name, value] = spot.dataset.filter.split(":");
    becomeButton(spot, () => filter(name, value));
  }
  for (const spot of document.querySelectorAll("[data-contradiction]")) {
    const told = data.contradictions[Number(spot.dataset.contradiction)];
    becomeButton(spot, () => showContradiction(told));
  }
}

function startTimeline() {
  const said = document.getElementById("timeline-said");
  for (const column of document.querySelectorAll("[data-interval]")) {
    column.setAttribute("tabindex", "0");
    column.setAttribute("role", "button");
    column.setAttribute("aria-label", `${column.dataset.said}: show these`);
    const say = () => { said.textContent = column.dataset.said; };
    const act = () => filter("interval", column.dataset.interval);
    column.addEventListener("pointerenter", say);
    column.addEventListener("focus", say);
    column.addEventListener("click", act);
    column.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); act(); }
    });
  }
  if (said) said.textContent = "Point at a bar to read it; choose it to list its calls.";
}

const THEMES = ["auto", "light", "dark"];

function startTheme() {
  const root = document.documentElement;
  const button = element("button", { type: "button", click: () => {
    show(THEMES[(THEMES.indexOf(root.dataset.theme ?? "auto") + 1) % THEMES.length]);
    try { localStorage.setItem("ostiary-theme", root.dataset.theme ?? "auto"); } catch { /* a page from a file may have no storage */ }
  } });
  const show = (theme) => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    button.textContent = `Theme: ${theme}`;
  };
  let kept = null;
  try { kept = localStorage.getItem("ostiary-theme"); } catch { /* as above */ }
  show(THEMES.includes(kept) ? kept : "auto");
  document.getElementById("theme").replaceWith(button);
}

startTheme();
startTable();
startNumbers();
startTimeline();
addEventListener("beforeprint", () => preparePrint(true));
addEventListener("afterprint", () => preparePrint(false));
document.documentElement.classList.add("scripted");
