/* The failure simulation: selected elements fail, and every flow shows the result. The list and the diagram are equals. */
(() => {
  "use strict";
  const archgen = window.archgen;
  const root = document.querySelector(".archgen-failures");
  if (!root) return;
  const { make, shape } = archgen;
  const model = JSON.parse(root.querySelector("script").textContent);
  /* On the home page: no availability, which rests on assumptions, and no list of elements. */
  const brief = root.dataset.brief !== undefined;
  const CHOICES = 12, FLOWS = 60, SORTED = 6;
  const HOURS = 8760;
  let lost = new Set();

  const percent = share => {
    const lack = 1 - share;
    if (lack <= 0) return "100%";
    const decimals = lack >= 0.01 ? 2 : Math.min(12, 2 - Math.floor(Math.log10(lack * 100)));
    const said = (share * 100).toFixed(decimals);
    return `${said.includes(".") ? said.replace(/0+$/, "").replace(/\.$/, "") : said}%`;
  };
  const lasting = hours => {
    if (hours >= 1) return hours < 1000 ? `${hours.toFixed(1)} h` : `${hours.toFixed(0)} h`;
    return hours * 60 >= 1 ? `${(hours * 60).toFixed(1)} min` : `${(hours * 3600).toFixed(1)} s`;
  };

  const kindOf = at => model.elements[at][0];
  const name = at => model.elements[at][3];
  const called = some =>
    `${kindOf(some[0])} ${some.slice(0, 3).map(name).join(", ")}${some.length > 3 ? ` and ${some.length - 3} more` : ""}`;
  const home = new URL(root.dataset.flows, location.href);
  const pageOf = flow => {
    const link = [...document.querySelectorAll(".md-typeset table a")].find(one => one.href.includes(`/flows/${flow.page}/`));
    return link ? link.getAttribute("href").split("#")[0] : new URL(`${flow.page}/index.html`, home).href;
  };
  const pages = new Map(model.flows.map(flow => [flow.id, pageOf(flow)]));
  const said = () => [...lost].map(at => model.elements[at][2]).join(",");

  /* The parts of the page. */
  const button = (words, act, attributes = {}) => {
    const one = make("button", { type: "button", ...attributes }, words);
    one.addEventListener("click", act);
    return one;
  };

  const fatal = new Set(model.flows.flatMap(flow => archgenStructure.outcome(model, flow, [], true).points));
  const hosts = model.elements.map((_, at) => at).filter(at => kindOf(at) === "host");
  /* a host stands for what is on it, so that one cause is offered once */
  const absorbed = at => {
    const own = model.replicas.find(one => one[2] === at);
    return own !== undefined && own[3].length === 1 && fatal.has(own[3][0]);
  };
  const points = [...fatal].filter(at => kindOf(at) !== "zone" && !absorbed(at)).sort((one, other) => one - other);
  const presets = make("div", { class: "archgen-presets" });
  const preset = (title, some) => {
    if (!some.length) return;
    const row = make("div", { role: "group", "aria-label": title }, make("span", {}, title));
    for (const at of some.slice(0, CHOICES)) row.append(button(name(at), () => choose(new Set([at])), { "data-only": String(at) }));
    if (some.length > CHOICES) row.append(make("small", {}, `and ${some.length - CHOICES} more${brief ? "" : " in the list"}`));
    presets.append(row);
  };
  preset("Single points of failure", points);
  preset(brief ? "Servers" : "Hosts", hosts);
  const zones = model.elements.map((_, at) => at).filter(at => kindOf(at) === "zone");
  /* the only zone holds everything, which is no question */
  if (zones.length > 1) preset("Zones", zones);

  const summary = make("div", { role: "status", class: "archgen-said" });
  const reset = button("Reset", () => choose(new Set()), { class: "archgen-reset" });
  const bar = make("div", { class: "archgen-bar" }, summary, reset);
  const cards = make("div", { class: "archgen-outcomes" });
  const figure = root.querySelector("figure");
  root.prepend(presets, bar);

  /* The list: zones, then what has no host, then each host with what runs on it. */
  const boxes = new Map();
  const choice = at => {
    const box = make("input", { type: "checkbox" });
    box.addEventListener("change", () => toggle([at]));
    boxes.set(at, box);
    return make("label", {}, box, make("span", {}, name(at)), make("small", {}, kindOf(at)));
  };
  const list = make("div", { class: "archgen-choices" });
  const lone = new Map(hosts.map(host => [host, []]));
  const loose = [];
  for (const [, , at, on] of model.replicas) if (at >= 0) (on.length === 1 && lone.get(on[0]) || loose).push(at);
  const column = (title, some) => {
    if (!some.length) return;
    list.append(make("fieldset", {}, make("legend", {}, title), ...some.map(choice)));
  };
  column("Zones", zones);
  column(hosts.length ? "Without their own host" : "Replicas", loose);
  for (const [host, on] of lone) column(name(host), [host, ...on]);
  root.append(cards, ...(brief ? [] : [make("h2", { id: "what-is-lost" }, "Failed elements"), list]));

  /* The picture: one stop of the Tab key, arrow keys from thing to thing, Space and Enter. */
  const stage = figure ? archgen.stage(figure, model) : null;
  const things = stage ? stage.things : [];
  let focused = 0;
  const centre = ({ focus }) => {
    const box = focus.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };
  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const nearest = (from, [dx, dy]) => {
    const [x, y] = centre(things[from]);
    let best = from, least = Infinity;
    things.forEach((one, at) => {
      const [left, top] = centre(one);
      const along = (left - x) * dx + (top - y) * dy, aside = Math.abs((left - x) * dy) + Math.abs((top - y) * dx);
      if (at !== from && along > 4 && along + 2 * aside < least) [best, least] = [at, along + 2 * aside];
    });
    return best;
  };
  let pressed = false;
  addEventListener("pointerdown", () => (pressed = true), true);
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => (pressed = false), true);
  things.forEach((thing, at) => {
    const { focus, mark, elements } = thing;
    focus.setAttribute("role", "checkbox");
    focus.setAttribute("tabindex", at ? "-1" : "0");
    focus.setAttribute("aria-label", called(elements));
    mark.classList.add("archgen-thing");
    mark.addEventListener("click", event => {
      event.stopPropagation();
      if (!event.defaultPrevented) toggle(elements);
      event.preventDefault();
    });
    focus.addEventListener("focus", () => {
      things[focused].focus.setAttribute("tabindex", "-1");
      focused = at;
      focus.setAttribute("tabindex", "0");
      // a picture that moves below a pointer that is down would be released elsewhere
      if (!pressed) stage.sight.reveal(focus);
    });
    focus.addEventListener("keydown", event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === " " || event.key === "Enter") toggle(elements);
      else if (WAYS[event.key]) things[nearest(at, WAYS[event.key])].focus.focus({ preventScroll: true });
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  });

  /* The outcome of a flow. */
  const numbered = (flow, at) => flow.steps[at][0].slice(flow.steps[at][0].lastIndexOf("/") + 1);
  const ends = (flow, one) => `step ${numbered(flow, archgenStructure.stop(model, flow, one).step)}`;
  const stepLink = (flow, at) => {
    const number = numbered(flow, at);
    return make("a", { href: `${pages.get(flow.id)}#step=${number}&down=${said()}` },
      `Step ${number}: ${archgenStructure.request(model, flow.steps[at])}`);
  };
  const fact = (words, ...value) => make("div", {}, make("dt", {}, words), make("dd", {}, ...value));
  const available = flow => {
    const chance = archgenStructure.availability(model, flow, [...lost]);
    const way = { bounds: "bounds:", sampled: "sampled: with 99% confidence" }[chance.method];
    const how = way ? `${way} between ${percent(chance.bounds[0])} and ${percent(chance.bounds[1])}` : "exact";
    return fact(lost.size ? "Remaining availability" : "Availability", `${percent(chance.value)} `,
      make("small", {}, `${how}; down ${lasting((1 - chance.value) * HOURS)} per year`));
  };
  const card = (flow, one) => {
    const head = make(brief ? "h3" : "h2", {}, make("a", { href: pages.get(flow.id) }, flow.title));
    const verdict = make("p", { class: "archgen-verdict" }, shape(one.status), make("strong", {}, one.status));
    const facts = make("dl", {});
    const body = [];
    if (one.status === "down") {
      const stop = archgenStructure.stop(model, flow, one);
      body.push(make("p", {}, `${stop.words}.`));
      facts.append(fact("Fails at", stepLink(flow, stop.step)));
      if (one.path.length > 1) facts.append(fact("Path", one.path.map(each => model.replicas[each][0]).join(" → ")));
    } else {
      const reason = archgenStructure.reason(model, flow, one);
      body.push(make("p", {}, lost.size ? `${reason[0].toUpperCase()}${reason.slice(1)}.` : "Every element is up."));
      if (!brief) facts.append(available(flow));
      const some = one.points.filter(at => kindOf(at) !== "zone");
      const kept = some.filter(at => {
        const own = model.replicas.find(each => each[2] === at);
        return !own || own[3].length !== 1 || !some.includes(own[3][0]);
      });
      const names = kept.slice(0, 8).map(name).join(", ") + (kept.length > 8 ? ` and ${kept.length - 8} more` : "");
      facts.append(fact(lost.size ? "Remaining single points of failure" : "Single points of failure", names || "none"));
    }
    return make("article", { "data-status": one.status, "data-flow": flow.id }, head, verdict, ...body, facts);
  };

  const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const ORDER = { down: 0, partial: 1, delayed: 2, degraded: 3, ok: 4 };

  const show = () => {
    const some = [...lost];
    const found = model.flows.map(flow => [flow, archgenStructure.outcome(model, flow, some, true)]);
    const shown = model.flows.length > SORTED ? [...found].sort((one, other) => ORDER[one[1].status] - ORDER[other[1].status]).slice(0, FLOWS) : found;
    cards.replaceChildren(...(brief && !some.length ? [] : shown.map(([flow, one]) => card(flow, one))));
    for (const [at, box] of boxes) box.checked = lost.has(at);
    if (stage) stage.show(model.flows, some);
    for (const { focus, elements, state, words } of things) {
      const count = elements.filter(at => lost.has(at)).length;
      focus.setAttribute("aria-checked", count && count < elements.length ? "mixed" : String(count > 0));
      const label = called(elements);
      if (words) focus.setAttribute("aria-label", `${label}, ${words}`);
      else focus.setAttribute("aria-label", { lost: `${label}, failed`, down: `${label}, down with its host or zone`, cut: `${label}, no request reaches it` }[state] || label);
    }
    for (const one of presets.querySelectorAll("[data-only]")) {
      one.setAttribute("aria-pressed", String(lost.size === 1 && lost.has(Number(one.dataset.only))));
    }
    const by = status => found.filter(([, one]) => one.status === status)
      .map(([flow, one]) => (status === "down" ? `${flow.title}, at ${ends(flow, one)}` : flow.title));
    const verdicts = Object.keys(ORDER).filter(status => by(status).length).map(status => make("li", { "data-status": status },
      shape(status), make("span", {}, make("strong", {}, status), `: ${by(status).length > 3 ? count(by(status).length, "flow") : by(status).join(", ")}`)));
    const names = some.map(name);
    const gone = names.length ? `Failed: ${names.length > 6 ? `${names.slice(0, 6).join(", ")} and ${names.length - 6} more` : names.join(", ")}.` : "No failed elements. Select a card, a host or a zone, or one of these.";
    summary.replaceChildren(make("p", {}, make("strong", {}, gone)), make("ul", {}, ...verdicts));
    reset.disabled = !lost.size;
    archgen.fragment.write({ down: said() });
  };

  const choose = some => {
    lost = some;
    show();
    const first = things.find(one => one.state === "lost");
    if (first && !things.some(one => one.focus === document.activeElement)) stage.sight.reveal(first.mark);
  };
  /* On a card that stands for several replicas a click fails one more of them, and after the last none. */
  const step = some => {
    const up = some.find(at => !lost.has(at));
    const next = new Set(lost);
    if (up === undefined) for (const at of some) next.delete(at);
    else next.add(up);
    choose(next);
  };
  const toggle = some => {
    if (stage?.one && some.length > 1) {
      step(some);
      return;
    }
    const every = some.every(at => lost.has(at));
    const next = new Set(lost);
    for (const at of some) every ? next.delete(at) : next.add(at);
    choose(next);
  };

  const restore = () => choose(new Set(archgen.named(model, archgen.fragment.read().get("down"))));
  addEventListener("hashchange", restore);
  root.classList.add("ready");
  if (stage) stage.sight.show();
  restore();
})();
