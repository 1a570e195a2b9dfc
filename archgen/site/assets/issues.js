/* Issues filtered by severity, category, rule, component, flow and system, and grouped; the address holds the choice. */
(() => {
  const FACETS = {
    tier: "System",
    category: "Category",
    rule: "Rule",
    component: "Component or host",
    flow: "Flow",
    state: "State",
  };
  const MANY = new Set(["component", "flow"]);
  const SEVERITIES = ["error", "warning", "info"];
  const MARK = "#issues?";

  const { make } = window.archgen;
  const valuesOf = (row, key) => {
    const text = row.dataset[key];
    return !text ? [] : MANY.has(key) ? text.split(" ") : [text];
  };

  const setUp = (box, position) => {
    const table = box.querySelector("table");
    const rows = [...table.querySelectorAll("tbody tr:not(.archgen-group)")];
    const groups = [...table.querySelectorAll("tbody")];
    const columns = table.querySelectorAll("thead th").length;
    const details = new Map(rows.map(row => [row, detailsOf(row)]));
    const selects = {};
    const buttons = {};

    /* Return the heading of an issue further down on the page, and everything up to the next heading. */
    function detailsOf(row) {
      const link = row.querySelector('a[href^="#issue-"]');
      const head = link && document.getElementById(link.getAttribute("href").slice(1));
      if (!head || !/^H\d$/.test(head.tagName)) return [];
      const parts = [head];
      for (let next = head.nextElementSibling; next && !/^H[1-6]$/.test(next.tagName); next = next.nextElementSibling)
        parts.push(next);
      return parts;
    }

    const count = (key, value) => rows.filter(row => valuesOf(row, key).includes(value)).length;
    const bar = make("form", { class: "archgen-filter", role: "search", "aria-label": "Filter issues" });
    bar.addEventListener("submit", event => event.preventDefault());
    const chips = make("div", { class: "archgen-chips", role: "group", "aria-label": "Severity" });
    for (const severity of SEVERITIES) {
      const number = count("severity", severity);
      if (!number) continue;
      const button = make("button", { type: "button", "aria-pressed": "false", class: `archgen-chip archgen-chip-${severity}` });
      button.append(make("span", { class: `archgen-mark archgen-${severity}`, "aria-hidden": "true" }), `${severity} ${number}`);
      button.addEventListener("click", () => {
        button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") !== "true");
        changed();
      });
      buttons[severity] = button;
      chips.append(button);
    }
    bar.append(chips);
    for (const [key, title] of Object.entries(FACETS)) {
      const values = [...new Set(rows.flatMap(row => valuesOf(row, key)))].sort((a, b) => a.localeCompare(b, "en"));
      if (values.length < 2) continue;
      const select = make("select", { name: key, id: `archgen-${key}-${position}` }, new Option("all", ""));
      for (const value of values) select.append(new Option(`${value} (${count(key, value)})`, value));
      select.addEventListener("change", changed);
      selects[key] = select;
      bar.append(make("label", { for: select.id }, `${title} `, select));
    }
    const grouped = make("select", { name: "group", id: `archgen-group-${position}` }, new Option("as listed", ""));
    for (const key of ["severity", ...Object.keys(selects)])
      grouped.append(new Option((FACETS[key] || "Severity").toLowerCase(), key));
    grouped.addEventListener("change", changed);
    bar.append(make("label", { for: grouped.id }, "Group by ", grouped));
    const clear = make("button", { type: "button", class: "archgen-clear" }, "Clear");
    clear.addEventListener("click", () => {
      write(new URLSearchParams());
      changed();
    });
    const status = make("p", { class: "archgen-count", role: "status" });
    bar.append(clear, status);
    box.before(bar);
    box.classList.add("ready");

    function read() {
      const chosen = new URLSearchParams();
      const pressed = SEVERITIES.filter(severity => buttons[severity] && buttons[severity].getAttribute("aria-pressed") === "true");
      if (pressed.length) chosen.set("severity", pressed.join(" "));
      for (const [key, select] of Object.entries(selects)) if (select.value) chosen.set(key, select.value);
      if (grouped.value) chosen.set("group", grouped.value);
      return chosen;
    }

    function write(chosen) {
      const pressed = (chosen.get("severity") || "").split(" ");
      for (const [severity, button] of Object.entries(buttons)) button.setAttribute("aria-pressed", pressed.includes(severity));
      for (const [key, select] of Object.entries(selects)) pick(select, chosen.get(key));
      pick(grouped, chosen.get("group"));
    }

    function pick(select, value) {
      select.value = value || "";
      if (select.selectedIndex < 0) select.value = "";
    }

    function changed() {
      const chosen = read();
      const query = chosen.toString();
      // without a choice the address is the page's own again
      history.replaceState(null, "", query ? MARK + query : location.pathname + location.search);
      show(chosen);
    }

    function show(chosen) {
      const severities = (chosen.get("severity") || "").split(" ").filter(Boolean);
      let left = 0;
      for (const row of rows) {
        const fits =
          (!severities.length || severities.includes(row.dataset.severity)) &&
          Object.keys(selects).every(key => !chosen.get(key) || valuesOf(row, key).includes(chosen.get(key)));
        row.hidden = !fits;
        for (const part of details.get(row)) part.hidden = !fits;
        left += fits;
      }
      arrange(chosen.get("group"));
      for (const body of table.querySelectorAll("tbody")) body.hidden = ![...body.rows].some(row => !row.hidden && !row.classList.contains("archgen-group"));
      for (const head of document.querySelectorAll('h3[id^="issues-"]')) head.hidden = empty(head);
      status.textContent = left === rows.length ? `${rows.length} issues` : `${left} of ${rows.length} issues`;
      clear.disabled = !chosen.toString();
    }

    /* Return true if nothing is visible between the headings of two categories; a site may put everything into a box. */
    function empty(head) {
      for (let next = head.nextElementSibling; next && !/^H[1-3]$/.test(next.tagName); next = next.nextElementSibling) {
        const shown = next.matches(".archgen-below") ? [...next.children] : [next];
        if (shown.some(row => !row.hidden)) return false;
      }
      return true;
    }

    function arrange(key) {
      for (const body of table.querySelectorAll("tbody")) body.remove();
      if (!key) {
        table.append(...groups);
        for (const row of rows) home.get(row).append(row);
        return;
      }
      const rowsByName = new Map(key === "severity" ? SEVERITIES.map(severity => [severity, []]) : []);
      for (const row of rows) {
        const name = valuesOf(row, key)[0] || "none";
        if (!rowsByName.has(name)) rowsByName.set(name, []);
        rowsByName.get(name).push(row);
      }
      for (const [name, members] of rowsByName) {
        const head = make("th", { scope: "rowgroup", colspan: columns }, name);
        if (members.length) table.append(make("tbody", {}, make("tr", { class: "archgen-group" }, head), ...members));
      }
    }

    const home = new Map(rows.map(row => [row, row.parentElement]));
    const followed = () => {
      if (location.hash.startsWith(MARK)) {
        write(new URLSearchParams(location.hash.slice(MARK.length)));
        show(read());
        bar.scrollIntoView();
        return;
      }
      const target = /^#issue-\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
      if (target && target.hidden) {
        write(new URLSearchParams());
        show(read());
        target.scrollIntoView();
      }
    };
    show(read());
    followed();
    addEventListener("hashchange", followed);
  };

  document.querySelectorAll(".archgen-issues").forEach(setUp);
})();
