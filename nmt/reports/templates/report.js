for (const table of document.querySelectorAll("table.sortable")) {
  const headers = [...table.tHead.rows[0].cells];
  headers.forEach((header, column) => header.querySelector("button").addEventListener("click", () => {
    const descending = header.getAttribute("aria-sort") !== "descending";
    headers.forEach(other => other.removeAttribute("aria-sort"));
    header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const key = row => row.cells[column].dataset.sort ?? row.cells[column].textContent;
    const order = (a, b) => isNaN(a) || isNaN(b) ? String(a).localeCompare(String(b)) : a - b;
    const rows = [...table.tBodies[0].rows].sort((a, b) => order(key(a), key(b)) * (descending ? -1 : 1));
    table.tBodies[0].append(...rows);
  }));
}

for (const browser of document.querySelectorAll(".browse")) {
  const [search, order, kind, count] = ["search", "order", "kind", "count"].map(name => browser.querySelector(`.${name}`));
  const list = browser.querySelector("ol");
  const items = [...list.children].map(element => ({
    element,
    text: [...element.querySelectorAll("dd[dir]")].map(line => line.textContent).join("\n").toLowerCase(),
    line: Number(element.dataset.line),
    chrf: element.dataset.chrf.split(" ").map(Number),
    signs: element.dataset.signs.split(","),
  }));
  const spread = item => Math.max(...item.chrf) - Math.min(...item.chrf);
  const lead = (item, own) => item.chrf[own] - Math.max(...item.chrf.filter((_, system) => system !== own));
  const update = () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(word => word);
    const key = { difference: spread, line: item => -item.line }[order.value] ?? (item => lead(item, Number(order.value)));
    let shown = 0;
    for (const item of items) {
      const fits = wanted.every(word => item.text.includes(word)) && (!kind.value || item.signs.includes(kind.value));
      item.element.hidden = !fits;
      shown += fits;
    }
    list.append(...[...items].sort((a, b) => key(b) - key(a)).map(item => item.element));
    count.textContent = `${shown} of ${items.length}`;
  };
  for (const control of [search, order, kind]) control.addEventListener("input", update);
  browser.querySelector(".controls").hidden = false;
  update();
}
