// Keeps a page fresh: when the service says that a run has changed, the page is fetched again and its live sections are swapped in.
// The server renders everything, so that a page is the same with and without this script.
(() => {
  "use strict";

  const PAUSE_MS = 1000;
  const HEALTH_MS = 15000;
  const connection = document.getElementById("connection");
  const connectionText = document.getElementById("connection-text");
  const announcer = document.getElementById("announcer");
  const watched = document.querySelector("[data-run]");
  const states = new Map();
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

  function swap(fresh) {
    for (const section of document.querySelectorAll("[data-live]")) {
      const replacement = fresh.getElementById(section.id);
      if (replacement === null || replacement.innerHTML === section.innerHTML) {
        continue;
      }
      const open = section.querySelector("details")?.open ?? false;
      if (section.contains(document.activeElement)) {
        continue; // somebody is reading here by keyboard; the next change will find them elsewhere
      }
      section.innerHTML = replacement.innerHTML;
      const details = section.querySelector("details");
      if (details !== null) {
        details.open = open;
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

  // Measures come without an event of a run.
  if (document.getElementById("health") !== null) {
    setInterval(refresh, HEALTH_MS);
  }

  const source = new EventSource("/api/events");
  source.addEventListener("open", () => showConnection("live", "live"));
  source.addEventListener("error", () => showConnection("lost", "reconnecting"));
  source.addEventListener("run", (event) => {
    const run = JSON.parse(event.data);
    announce(run);
    if (watched === null || watched.dataset.run === run.run) {
      refresh();
    }
  });
})();
