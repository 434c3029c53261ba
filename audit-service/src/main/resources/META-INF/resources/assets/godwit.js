// Keeps a page fresh: when the service says that a run has changed, the page is fetched again and its live sections are swapped in.
// The server renders everything, so that a page is the same with and without this script; htmx fetches parts on demand.
(() => {
  "use strict";

  const PAUSE_MS = 1000;
  const HEALTH_MS = 15000;
  const REFUSED_MS = 5000;
  const connection = document.getElementById("connection");
  const connectionText = document.getElementById("connection-text");
  const announcer = document.getElementById("announcer");
  const dialog = document.getElementById("dialog");
  const dialogBody = document.getElementById("dialog-body");
  const watched = document.querySelector("[data-run]")?.dataset.run;
  const states = new Map();
  const rendered = new Map();
  let refreshing = false;
  let wanted = false;

  function showConnection(state, text) {
    connection.dataset.state = state;
    connectionText.textContent = text;
  }

  function announce(run) {
    const before = states.get(run.run);
    states.set(run.run, run.state);
    if (before !== undefined && before !== run.state) {
      announcer.textContent = `${run.migration} is ${run.state}`;
    }
  }

  /** What finds the focused element of a section again once the section has been swapped. */
  function focusedIn(section) {
    const focused = document.activeElement;
    if (focused === null || !section.contains(focused)) {
      return null;
    }
    if (focused.id !== "") {
      return `#${CSS.escape(focused.id)}`;
    }
    const href = focused.getAttribute("href");
    return href === null ? focused.localName : `a[href="${CSS.escape(href)}"]`;
  }

  /** What is wider than its panel can be scrolled to by keyboard too. */
  function markScrollable() {
    for (const panel of document.querySelectorAll(".panel, .card")) {
      if (panel.scrollWidth > panel.clientWidth) {
        panel.tabIndex = 0;
      } else {
        panel.removeAttribute("tabindex");
      }
    }
  }

  function replace(section, html) {
    const open = Array.from(section.querySelectorAll("details"), (details) => details.open);
    const focused = focusedIn(section);
    section.innerHTML = html;
    section.querySelectorAll("details").forEach((details, index) => { details.open = open[index] ?? false; });
    htmx.process(section);
    godwitCharts.drawAll(section);
    markScrollable();
    if (focused !== null) {
      const again = section.querySelector(focused) ?? section;
      if (again === section) {
        section.tabIndex = -1;
      }
      again.focus({ preventScroll: true });
    }
  }

  function swap(fresh) {
    for (const section of document.querySelectorAll("[data-live]")) {
      const html = fresh.getElementById(section.id)?.innerHTML;
      if (html !== undefined && html !== rendered.get(section.id)) {
        rendered.set(section.id, html);
        replace(section, html);
      }
    }
  }

  async function refresh() {
    if (refreshing) {
      wanted = true;
      return;
    }
    refreshing = true;
    try {
      const response = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (response.ok) {
        swap(new DOMParser().parseFromString(await response.text(), "text/html"));
      }
    } catch {
      showConnection("lost", "connection lost");
    }
    setTimeout(() => {
      refreshing = false;
      if (wanted) {
        wanted = false;
        refresh();
      }
    }, PAUSE_MS);
  }

  // Parts that htmx has fetched: charts are drawn, and what belongs into the dialog opens it.
  document.body.addEventListener("htmx:afterSwap", (event) => {
    godwitCharts.drawAll(event.target);
    markScrollable();
    if (event.target === dialogBody) {
      if (!dialog.open) {
        dialog.showModal();
      }
      (dialogBody.querySelector("input, button") ?? dialogBody.querySelector("a"))?.focus();
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]") !== null) {
      event.preventDefault();
      dialog.close();
    }
  });
  dialog.addEventListener("close", () => {
    dialogBody.replaceChildren();
    refresh();
  });

  for (const section of document.querySelectorAll("[data-live]")) {
    rendered.set(section.id, section.innerHTML);
  }
  godwitCharts.drawAll(document);
  markScrollable();
  addEventListener("resize", markScrollable);
  // Measures and migrations change without an event of a run.
  if (document.getElementById("health") !== null || document.getElementById("graph") !== null) {
    setInterval(refresh, HEALTH_MS);
  }

  let source;
  const listen = () => {
    source = new EventSource("/api/events");
    source.addEventListener("open", () => showConnection("live", "live"));
    source.addEventListener("error", () => {
      showConnection("lost", "reconnecting");
      // A browser comes back by itself only while connections break, not once it was refused, as by an instance that has listeners enough.
      if (source.readyState === EventSource.CLOSED) {
        setTimeout(() => {
          refresh();
          listen();
        }, REFUSED_MS);
      }
    });
    source.addEventListener("run", (event) => {
      const run = JSON.parse(event.data);
      announce(run);
      if (watched === undefined || watched === run.run) {
        refresh();
        htmx.trigger(document.body, "godwit:changed");
      }
    });
  };
  listen();
  addEventListener("pagehide", () => source.close());
})();
