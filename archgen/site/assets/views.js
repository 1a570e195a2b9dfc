/* Interactive diagrams: views and layers to choose, a card for the element under the pointer, and an address for each state. */
(() => {
  const archgen = (window.archgen = window.archgen || {});
  const SIGNS = { good: "✓ ", bad: "✕ ", unsure: "? " };
  const GRAVE = ["none", "good", "read", "unsure", "write", "open", "bad"];
  const TOWARDS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  /* The names and values behind the # of the address; an anchor of the page isn't among them. */
  archgen.state = {
    read: () => (location.hash.includes("=") || location.hash.length < 2
      ? Object.fromEntries(new URLSearchParams(location.hash.slice(1))) : null),
    write: (changes, push) => {
      const state = { ...archgen.state.read(), ...changes };
      const query = new URLSearchParams(Object.entries(state).filter(([, value]) => value)).toString();
      const address = query ? `#${query}` : location.pathname + location.search;
      if (query !== location.hash.slice(1)) history[push ? "pushState" : "replaceState"](history.state, "", address);
    },
  };

  const { make, drawn } = archgen;

  const subject = item => item.dataset.edge || item.dataset.component || item.parentElement.dataset.group;
  const address = item =>
    item.dataset.edge || item.dataset.node || `${item.dataset.item}:${item.parentElement.dataset.group}`;
  const boxOf = item => item.dataset.box.split(" ").map(Number);
  const frameOf = group => {
    const rect = group.querySelector("rect");
    return ["x", "y", "width", "height"].map(name => Number(rect.getAttribute(name)));
  };
  let count = 0;

  class Views {
    constructor(root) {
      this.root = root;
      this.id = `archgen-${++count}`;
      this.facts = JSON.parse(root.dataset.facts);
      this.figure = root.querySelector("figure");
      this.canvas = make("div", { class: "archgen-canvas" });
      this.frame = make("div", {
        class: "archgen-frame", tabindex: "0", role: "group",
        "aria-label": "Diagram: arrow keys move it, plus and minus zoom, 0 fits it",
      }, this.canvas);
      this.svgs = new Map();
      this.first = archgen.sized(this.figure, () => this.view === this.figure.dataset.view && this.again());
      this.canvas.append(this.figure.querySelector("svg"));
      this.figure.append(this.frame);
      root.classList.add("ready");
      this.card = make("div", { class: "archgen-card", id: `${this.id}-card`, role: "tooltip", hidden: "" });
      root.append(this.card);
      this.sight = archgen.viewport(this.frame, this.canvas);
      this.tabs();
      this.layers();
      this.buttons();
      this.listen();
      this.restore();
    }

    // Views and layers

    tabs() {
      const list = this.root.querySelector(".archgen-tabs");
      this.chosen = [...list.querySelectorAll("a")];
      list.hidden = this.chosen.length < 2;
      list.setAttribute("role", "tablist");
      list.setAttribute("aria-label", "Views");
      this.figure.setAttribute("role", "tabpanel");
      for (const tab of this.chosen) {
        tab.parentElement.setAttribute("role", "presentation");
        tab.setAttribute("role", "tab");
        tab.id = `${this.id}-${tab.dataset.view}`;
      }
      list.addEventListener("click", event => {
        const tab = event.target.closest("a");
        if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.choose({ view: tab.dataset.view, focus: "" });
      });
      list.addEventListener("keydown", event => {
        const index = this.chosen.indexOf(event.target), most = this.chosen.length;
        const next = { ArrowRight: index + 1, ArrowLeft: index - 1 + most, Home: 0, End: most - 1 }[event.key];
        if (event.key === " ") event.target.click();
        else if (next === undefined) return;
        else this.chosen[next % most].focus();
        if (next !== undefined) document.activeElement.click();
        event.preventDefault();
      });
    }

    layers() {
      const radios = this.facts.layers.map(layer => make("label", {},
        make("input", { type: "radio", name: `${this.id}-layer`, value: layer.id }), layer.title));
      this.says = make("p", { class: "archgen-says", "aria-live": "polite" });
      const group = make("div", { class: "archgen-layers", role: "radiogroup", "aria-label": "Layer" }, ...radios);
      group.addEventListener("change", event => this.choose({ layer: event.target.value }));
      this.figure.before(group);
      this.root.querySelector(".archgen-legend").before(this.says);
    }

    buttons() {
      const full = () => (document.fullscreenElement ? document.exitFullscreen() : this.root.requestFullscreen());
      this.figure.after(archgen.buttons(this.sight, document.fullscreenEnabled && full));
      document.addEventListener("fullscreenchange", () => requestAnimationFrame(() => this.sight.show()));
    }

    // The state

    choose(changes) {
      archgen.state.write(this.short(changes), true);
      this.restore();
    }

    /* A state without what is shown anyway. */
    short(state) {
      const shown = { ...state };
      if (shown.view === this.chosen[0].dataset.view) shown.view = "";
      if (shown.layer === this.facts.layers[0].id) shown.layer = "";
      return shown;
    }

    restore() {
      const state = archgen.state.read() || (this.view ? null : {});
      if (!state) return;
      const view = this.chosen.find(tab => tab.dataset.view === state.view) || this.chosen[0];
      const layer = this.facts.layers.find(each => each.id === state.layer) || this.facts.layers[0];
      if (this.view !== view.dataset.view) this.show(view);
      this.paint(layer);
      const named = item => [address(item), item.dataset.component].includes(state.focus);
      /* Where a card stands for all replicas of a component, it is the card of each of them. */
      const component = state.focus?.split(/[@#]/)[0];
      const focus = state.focus && (this.items().find(named) || this.items().find(item => item.dataset.node === component));
      if (focus && focus !== document.activeElement && !named(document.activeElement)) {
        this.root.scrollIntoView({ block: "nearest" });
        focus.focus({ preventScroll: true });
      } else if (!state.focus) {
        this.rest();
      }
    }

    /* Shows the same view anew, in another column. */
    again() {
      this.view = null;
      this.rest();
      this.restore();
    }

    show(tab) {
      this.view = tab.dataset.view;
      this.scope = tab.dataset.scope;
      for (const choice of this.chosen) {
        choice.setAttribute("aria-selected", String(choice === tab));
        choice.tabIndex = choice === tab ? 0 : -1;
      }
      this.figure.setAttribute("aria-labelledby", tab.id);
      this.root.querySelector(".archgen-full a").setAttribute("href", tab.getAttribute("href"));
      for (const entry of this.root.querySelectorAll(".archgen-legend [data-for]")) {
        entry.hidden = !entry.dataset.for.split(" ").includes(this.view);
      }
      const first = this.view === this.figure.dataset.view;
      this.figure.toggleAttribute("data-first", first);
      if (first) {
        this.svgs.set(this.view, this.first()[0]);
      } else if (!this.svgs.has(this.view)) {
        const waiting = this.root.querySelector(`template[data-view="${CSS.escape(this.view)}"]`);
        this.svgs.set(this.view, waiting.content.firstElementChild);
      }
      this.svg = this.svgs.get(this.view);
      this.canvas.replaceChildren(this.svg);
      const items = this.items();
      if (items.length && !items.some(item => item.tabIndex === 0)) {
        (items.find(item => item.dataset.node) || items[0]).tabIndex = 0;
      }
      this.sight.show();
    }

    // Layers

    paint(layer) {
      this.root.dataset.layer = layer.id;
      this.root.toggleAttribute("data-fades", Boolean(layer.fades));
      this.root.toggleAttribute("data-marked", Boolean(layer.lines || layer.nodes));
      for (const input of this.root.querySelectorAll(".archgen-layers input")) input.checked = input.value === layer.id;
      this.says.textContent = layer.says;
      for (const entry of this.root.querySelectorAll(".archgen-legend [data-in]")) {
        entry.hidden = entry.dataset.in !== layer.id;
      }
      if (this.svg.dataset.layer === layer.id) return;
      this.svg.dataset.layer = layer.id;
      const pills = drawn("g", { class: "archgen-pills", "aria-hidden": "true" });
      for (const item of this.svg.querySelectorAll("[data-item], [data-kind]")) {
        const mark = this.mark(layer, item);
        if (mark) item.dataset.tone = mark[0];
        else delete item.dataset.tone;
        if (mark && item.dataset.box && !item.dataset.edge) pills.append(this.pill(mark, this.below(item)));
        const head = mark && item.dataset.kind && item.querySelector("[data-box]");
        if (head && !head.getAttribute("aria-label").includes(mark[1])) {
          const [x, y, wide] = frameOf(item);
          pills.append(this.pill(mark, [x + wide - 52, y - 5, 0, 0]));
        }
      }
      this.svg.querySelector(".archgen-pills")?.remove();
      if (pills.childNodes.length) this.svg.append(pills);
    }

    mark(layer, item) {
      const { node, component, edge, kind, group } = item.dataset;
      if (edge) return layer.lines?.[edge];
      if (kind) return layer.groups?.[`${kind}:${group}`];
      return node && (layer.nodes?.[node] || layer.nodes?.[component] || layer.groups?.[node] || this.ofReplicas(layer, component || node));
    }

    /* The tone of a card that stands for several replicas: the gravest, and of how many. */
    ofReplicas(layer, component) {
      const own = Object.entries(layer.nodes || {}).filter(([id]) => id.split(/[@#]/)[0] === component).map(([, mark]) => mark);
      if (!own.length) return undefined;
      const grave = ([tone]) => GRAVE.indexOf(tone);
      const [tone, word] = own.reduce((worst, other) => (grave(other) > grave(worst) ? other : worst));
      const same = own.filter(each => each[1] === word).length;
      return [tone, same < own.length ? `${same} of ${own.length} ${word}` : word];
    }

    /* The place of a card's pill: at its lower edge; at the upper edge of a card on a frame, whose name stands below. */
    below(card) {
      const [x, y, wide, tall] = boxOf(card);
      const sits = [...this.svg.querySelectorAll("[data-kind]")].some(group => {
        const [left, top, long] = frameOf(group);
        return y < top && top < y + tall && left < x + wide && x < left + long;
      });
      return sits ? [x, y - 11, wide, 0] : [x, y, wide, tall];
    }

    pill([tone, word], [x, y, wide, tall]) {
      const text = (SIGNS[tone] || "") + word;
      const long = text.length * 5.3 + 16;
      const group = drawn("g", { class: "archgen-pill", "data-tone": tone });
      const middle = x + wide / 2;
      group.append(
        drawn("rect", { x: middle - long / 2, y: y + tall - 3, width: long, height: 16, rx: 8 }),
        drawn("text", { x: middle, y: y + tall + 8.5, "text-anchor": "middle" }, text),
      );
      return group;
    }

    // Cards

    items() {
      return [...this.svg.querySelectorAll("[data-item]")];
    }

    listen() {
      let timer;
      const later = (act, delay) => {
        clearTimeout(timer);
        timer = setTimeout(act, delay);
      };
      this.figure.addEventListener("pointerenter", () => this.widen());
      this.figure.addEventListener("pointerover", event => {
        if (event.pointerType === "touch" || event.buttons) return;
        const item = event.target.closest("[data-item]");
        if (item) later(() => this.point(item), 60);
        else if (!event.target.closest(".archgen-card")) later(() => this.back(), 250);
      });
      this.figure.addEventListener("pointerleave", () => later(() => this.back(), 250));
      this.card.addEventListener("pointerenter", () => clearTimeout(timer));
      this.card.addEventListener("pointerleave", () => later(() => this.back(), 250));
      this.figure.addEventListener("focusin", event => {
        const item = event.target.closest("[data-item]");
        if (!item) return;
        for (const other of this.items()) if (other.tabIndex === 0 && other !== item) other.tabIndex = -1;
        item.tabIndex = 0;
        this.sight.revealFocused(item);
        this.point(item);
        archgen.state.write({ focus: address(item) }, false);
      });
      this.root.addEventListener("focusout", event => {
        if (!this.root.contains(event.relatedTarget)) later(() => this.back(), 250);
      });
      let touched = null, first = false;
      this.figure.addEventListener("pointerdown", event => {
        touched = event.pointerType === "touch" ? event.target.closest("[data-item]") : null;
        first = touched !== this.pointed;
      });
      this.figure.addEventListener("click", event => {
        const item = event.target.closest("[data-item]");
        const badge = event.target.closest(".badge");
        if (badge) {
          event.preventDefault();
          location.hash = `issue-${badge.querySelector("text").textContent.trim()}`;
        } else if (item && this.opened(item)) {
          event.preventDefault();
          this.choose({ view: this.opened(item), focus: "" });
          this.rest();
        } else if (item && touched === item && first) {
          event.preventDefault();
          item.focus({ preventScroll: true });
          this.point(item);
        } else if (!item && touched === null && event.target.closest("svg")) {
          this.rest();
        }
      });
      document.addEventListener("keydown", event => {
        if (event.key === "Escape" && this.pointed && !this.figure.contains(event.target)) this.rest();
      });
      this.figure.addEventListener("keydown", event => {
        const item = event.target.closest("[data-item]");
        if (event.key === "Escape" && this.pointed) {
          event.preventDefault();
          this.rest();
          archgen.state.write({ focus: "" }, false);
          if (item) this.frame.focus({ preventScroll: true });
        } else if (item && TOWARDS[event.key]) {
          event.preventDefault();
          event.stopPropagation();
          this.next(item, TOWARDS[event.key])?.focus({ preventScroll: true });
        }
      }, true);
    }

    /* The view that a card of a group leads to: one of the same scope, or one that its card leads to everywhere. */
    opened(item) {
      const card = item.closest("[data-node]")?.dataset.node;
      return this.facts.opens[this.scope]?.[card] || this.facts.opens[""][card];
    }

    /* Lines are thin: each gets a wider, invisible line to point at, once a pointer comes near. */
    widen() {
      if (this.svg.dataset.wide) return;
      this.svg.dataset.wide = "1";
      for (const line of this.svg.querySelectorAll("[data-edge] > path[fill=none]")) {
        line.after(drawn("path", { d: line.getAttribute("d"), class: "archgen-hit" }));
      }
    }

    /* The nearest thing in a direction, sideways counting double. */
    next(item, [dx, dy]) {
      const middle = element => {
        const box = element.getBoundingClientRect();
        return [box.left + box.width / 2, box.top + box.height / 2];
      };
      const from = middle(item);
      let best = null, least = Infinity;
      for (const other of this.items()) {
        const to = middle(other);
        const ahead = (to[0] - from[0]) * dx + (to[1] - from[1]) * dy;
        const aside = Math.abs((to[0] - from[0]) * dy) + Math.abs((to[1] - from[1]) * dx);
        if (other !== item && ahead > 1 && ahead + 2 * aside < least) [best, least] = [other, ahead + 2 * aside];
      }
      return best;
    }

    /* Leave the element under the pointer, or return to the one with the focus. */
    back() {
      const focused = document.activeElement?.closest?.("[data-item]");
      if (focused && this.figure.contains(focused)) this.point(focused);
      else if (!this.card.contains(document.activeElement)) this.rest();
    }

    rest() {
      this.pointed?.removeAttribute("aria-describedby");
      this.pointed = null;
      this.card.hidden = true;
      this.canvas.classList.remove("dim");
      for (const lit of this.canvas.querySelectorAll(".lit")) lit.classList.remove("lit");
    }

    point(item) {
      if (this.pointed === item) return;
      this.rest();
      this.pointed = item;
      for (const lit of this.around(item)) lit.classList.add("lit");
      this.canvas.classList.add("dim");
      this.fill(item);
      item.setAttribute("aria-describedby", this.card.id);
      this.card.hidden = false;
      this.put(item);
    }

    /* A thing with what it is connected to, or with what lies in it. */
    around(item) {
      const { node, edge } = item.dataset;
      const all = this.items();
      if (edge) {
        const lines = all.filter(line => line.dataset.edge === edge);
        const ends = new Set(lines.flatMap(line => [line.dataset.from, line.dataset.to]));
        return [...lines, ...all.filter(other => ends.has(other.dataset.node))];
      }
      if (node) {
        const lines = all.filter(line => line.dataset.from === node || line.dataset.to === node);
        const ends = new Set(lines.flatMap(line => [line.dataset.from, line.dataset.to]));
        return [item, ...lines, ...all.filter(other => ends.has(other.dataset.node))];
      }
      const frame = item.parentElement.querySelector("rect").getBoundingClientRect();
      return all.filter(other => {
        const box = other.getBoundingClientRect();
        return box.left >= frame.left - 1 && box.right <= frame.right + 1 && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
      });
    }

    fill(item) {
      const facts = this.facts.cards[item.dataset.item]?.[subject(item)];
      const [name, ...more] = item.getAttribute("aria-label").split(" · ");
      const list = make("dl", {});
      const rows = facts ? [...facts.rows] : more.map(text => ["", text]);
      if (item.dataset.node?.includes("@")) rows.unshift(["Replica", item.dataset.node]);
      for (const [word, fact] of rows) list.append(make("dt", {}, word), make("dd", {}, fact));
      const head = make("p", { class: "archgen-card-title" }, make("strong", {}, facts ? facts.title : name), make("span", {}, facts ? facts.kind : ""));
      const own = facts?.issues || [];
      const issues = make("ul", {}, ...own.map(place => this.issue(place)));
      // what hits its host hits a replica too
      const host = item.dataset.node?.split("@")[1];
      const others = name => (this.facts.cards.host[name]?.issues || []).filter(place => !own.includes(place));
      const hosts = (host ? [host] : facts?.hosts || []).filter(name => others(name).length);
      const shared = [...new Set(hosts.flatMap(others))];
      const owners = `Of its ${hosts.length === 1 ? "host" : "hosts"}, ${hosts.join(", ")}`;
      if (shared.length) issues.append(make("li", { class: "archgen-of" }, owners), ...shared.map(place => this.issue(place)));
      const href = item.href.baseVal;
      this.card.replaceChildren(head, list, ...(issues.childNodes.length ? [issues] : []),
        make("p", {}, make("a", { href }, href.startsWith("#") ? "More on this page" : "Open its page")));
    }

    issue(place) {
      const [number, severity, message] = this.facts.issues[place];
      const badge = make("span", { class: `archgen-badge archgen-${severity}` }, String(number));
      return make("li", {}, make("a", { href: `#issue-${number}` }, badge, message.replaceAll("`", "")));
    }

    /* Beside the thing, within the block; on a narrow screen below the picture. */
    put(item) {
      const home = this.root.getBoundingClientRect(), frame = this.frame.getBoundingClientRect();
      const { style } = this.card;
      if (home.width < 620) {
        style.left = "0px";
        style.top = `${frame.bottom - home.top + 8}px`;
        return;
      }
      const target = item.querySelector(":scope > text")?.parentElement || item;
      const box = target.getBoundingClientRect();
      const wide = this.card.offsetWidth, tall = this.card.offsetHeight;
      const right = box.right + 12 + wide <= home.right;
      const left = right ? box.right + 12 : box.left - 12 - wide >= home.left ? box.left - 12 - wide : home.right - wide;
      const beside = right || box.left - 12 - wide >= home.left;
      const lowest = Math.min(innerHeight - 8, frame.bottom + 120) - tall;
      const top = beside ? Math.max(Math.min(box.top, lowest), 60) : box.bottom + 12;
      style.left = `${Math.max(0, left - home.left)}px`;
      style.top = `${top - home.top}px`;
    }
  }

  const all = new Set();
  const start = () => {
    for (const root of document.querySelectorAll(".archgen-views:not(.ready)")) all.add(new Views(root));
  };
  addEventListener("popstate", () => {
    for (const view of all) {
      if (view.root.isConnected) view.restore();
      else all.delete(view);
    }
  });
  // themes that swap pages without loading them announce it here
  if (window.document$) window.document$.subscribe(start);
  start();
})();
