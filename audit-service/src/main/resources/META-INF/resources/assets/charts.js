// Draws charts from what the page carries as data: times in seconds, then a column of values for each series. Colours come from the style sheet.
(() => {
  "use strict";

  const drawn = new Map();
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "UTC" });
  const calendar = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
  const DAY = 86400;
  /** Seconds before and behind a value that is alone. */
  const MARGIN = 30;

  function colours(element) {
    const style = getComputedStyle(element);
    const of = (name) => style.getPropertyValue(name).trim();
    return { line: of("--accent"), warn: of("--warn"), critical: of("--bad"), grid: of("--line"), text: of("--quiet") };
  }

  function dataset(series, times, values, palette) {
    const limit = series.tone !== "line";
    return {
      label: series.label,
      data: times.map((at, index) => ({ x: at, y: values[index] })),
      borderColor: palette[series.tone],
      backgroundColor: palette[series.tone],
      borderWidth: limit ? 1 : 2,
      borderDash: limit ? [5, 4] : [],
      pointRadius: times.length === 1 && !limit ? 4 : 0,
      pointHitRadius: limit ? 0 : 8,
      spanGaps: false,
      tension: 0.15,
    };
  }

  function options(times, palette) {
    const long = times.length > 1 && times[times.length - 1] - times[0] > DAY;
    const margin = times.length === 1 ? MARGIN : 0;
    const at = (seconds) => (long ? calendar : clock).format(new Date(seconds * 1000));
    return {
      animation: false,
      parsing: false,
      normalized: true,
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: "nearest", axis: "x", intersect: false },
      plugins: { legend: { display: false }, tooltip: { callbacks: { title: (items) => at(items[0].parsed.x) } } },
      scales: {
        x: { type: "linear", min: times[0] - margin, max: times[times.length - 1] + margin, grid: { display: false }, border: { color: palette.grid },
             ticks: { color: palette.text, maxTicksLimit: 5, maxRotation: 0, callback: at } },
        y: { beginAtZero: true, grid: { color: palette.grid }, border: { display: false }, ticks: { color: palette.text, maxTicksLimit: 5 } },
      },
    };
  }

  function draw(element) {
    const [times, ...columns] = JSON.parse(element.dataset.columns);
    const series = JSON.parse(element.dataset.series);
    const palette = colours(element);
    const canvas = document.createElement("canvas");
    element.replaceChildren(canvas);
    const datasets = series.map((each, index) => dataset(each, times, columns[index], palette));
    drawn.set(element, new Chart(canvas, { type: "line", data: { datasets }, options: options(times, palette) }));
  }

  /** Draws every chart below the element that has not been drawn, and forgets those that are gone. */
  function drawAll(root) {
    for (const [element, chart] of drawn) {
      if (!element.isConnected) {
        chart.destroy();
        drawn.delete(element);
      }
    }
    for (const element of root.querySelectorAll("[data-chart]")) {
      if (!drawn.has(element)) {
        draw(element);
      }
    }
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const chart of drawn.values()) {
      chart.destroy();
    }
    drawn.clear();
    drawAll(document);
  });

  window.godwitCharts = { drawAll };
})();
