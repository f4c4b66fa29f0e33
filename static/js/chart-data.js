// What a chart element draws: a JSON script in it, or its table. {categories, urls, series: [{name, values}]}, gaps are null.
export function readData(element) {
  const json = element.querySelector('script[type="application/json"]');
  return json ? fromJson(JSON.parse(json.textContent)) : fromTable(element.querySelector("table"));
}

function fromJson({ categories = [], urls = [], series = [] }) {
  return { categories, urls: categories.map((_, index) => urls[index] ?? null), series };
}

function fromTable(table) {
  if (!table) return { categories: [], urls: [], series: [] };
  const names = [...table.querySelectorAll("thead th")].slice(1).map((head) => head.textContent.trim());
  const lines = [...table.querySelectorAll("tbody tr")];
  return {
    categories: lines.map((line) => line.cells[0].textContent.trim()),
    urls: lines.map((line) => line.cells[0].querySelector("a")?.href ?? null),
    series: names.map((name, column) => ({
      name,
      values: lines.map((line) => number(line.cells[column + 1])),
    })),
  };
}

function number(cell) {
  const text = cell?.dataset.value ?? cell?.textContent.replace(/[\s,%]/g, "") ?? "";
  return text === "" || Number.isNaN(Number(text)) ? null : Number(text);
}
