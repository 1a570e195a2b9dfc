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
    const text = (share * 100).toFixed(decimals);
    return `${text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text}%`;
  };
  const lasting = hours => {
    if (hours >= 1) return hours < 1000 ? `${hours.toFixed(1)} h` : `${Math.round(hours).toLocaleString("en")} h`;
    return hours * 60 >= 1 ? `${(hours * 60).toFixed(1)} min` : `${(hours * 3600).toFixed(1)} s`;
  };

  const kindOf = element => model.elements[element][0];
  const name = element => model.elements[element][3];
  const called = some =>
    `${kindOf(some[0])} ${some.slice(0, 3).map(name).join(", ")}${some.length > 3 ? ` and ${some.length - 3} more` : ""}`;
  const home = new URL(root.dataset.flows, location.href);
  const pageOf = flow => {
    const link = [...document.querySelectorAll(".md-typeset table a")].find(anchor => anchor.href.includes(`/flows/${flow.page}/`));
    return link ? link.getAttribute("href").split("#")[0] : new URL(`${flow.page}/index.html`, home).href;
  };
  const pages = new Map(model.flows.map(flow => [flow.id, pageOf(flow)]));
  const lostIds = () => [...lost].map(element => model.elements[element][2]).join(",");

  /* The parts of the page. */
  const button = (words, act, attributes = {}) => {
    const control = make("button", { type: "button", ...attributes }, words);
    control.addEventListener("click", act);
    return control;
  };

  const fatal = new Set(model.flows.flatMap(flow => archgenStructure.outcome(model, flow, [], true).points));
  const hosts = model.elements.map((_, index) => index).filter(element => kindOf(element) === "host");
  /* a host stands for the replicas on it, so that a cause is offered once */
  const absorbed = element => {
    const own = model.replicas.find(replica => replica[2] === element);
    return own !== undefined && own[3].length === 1 && fatal.has(own[3][0]);
  };
  const points = [...fatal].filter(element => kindOf(element) !== "zone" && !absorbed(element)).sort((first, other) => first - other);
  const presets = make("div", { class: "archgen-presets" });
  const preset = (title, some) => {
    if (!some.length) return;
    const row = make("div", { role: "group", "aria-label": title }, make("span", {}, title));
    for (const element of some.slice(0, CHOICES)) row.append(button(name(element), () => choose(new Set([element])), { "data-only": String(element) }));
    if (some.length > CHOICES) row.append(make("small", {}, `and ${some.length - CHOICES} more${brief ? "" : " in the list"}`));
    presets.append(row);
  };
  preset("Single points of failure", points);
  preset(brief ? "Servers" : "Hosts", hosts);
  const zones = model.elements.map((_, index) => index).filter(element => kindOf(element) === "zone");
  /* the only zone holds everything, which is no question */
  if (zones.length > 1) preset("Zones", zones);

  const summary = make("div", { role: "status", class: "archgen-said" });
  const reset = button("Reset", () => choose(new Set()), { class: "archgen-reset" });
  const bar = make("div", { class: "archgen-bar" }, summary, reset);
  const cards = make("div", { class: "archgen-outcomes" });
  const figure = root.querySelector("figure");
  root.prepend(presets, bar);

  /* The list: zones, then replicas without a host, then each host with its replicas. */
  const boxes = new Map();
  const choice = element => {
    const box = make("input", { type: "checkbox" });
    box.addEventListener("change", () => toggle([element]));
    boxes.set(element, box);
    return make("label", {}, box, make("span", {}, name(element)), make("small", {}, kindOf(element)));
  };
  const list = make("div", { class: "archgen-choices" });
  const lone = new Map(hosts.map(host => [host, []]));
  const loose = [];
  for (const [, , element, on] of model.replicas) if (element >= 0) (on.length === 1 && lone.get(on[0]) || loose).push(element);
  const column = (title, some) => {
    if (!some.length) return;
    list.append(make("fieldset", {}, make("legend", {}, title), ...some.map(choice)));
  };
  column("Zones", zones);
  column(hosts.length ? "Without their own host" : "Replicas", loose);
  for (const [host, on] of lone) column(name(host), [host, ...on]);
  root.append(cards, ...(brief ? [] : [make("h2", { id: "what-is-lost" }, "Failed elements"), list]));

  /* The diagram: a single stop of the Tab key, arrow keys from element to element, Space and Enter. */
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
    things.forEach((thing, index) => {
      const [left, top] = centre(thing);
      const along = (left - x) * dx + (top - y) * dy, aside = Math.abs((left - x) * dy) + Math.abs((top - y) * dx);
      if (index !== from && along > 4 && along + 2 * aside < least) [best, least] = [index, along + 2 * aside];
    });
    return best;
  };
  things.forEach((thing, index) => {
    const { focus, mark, elements } = thing;
    focus.setAttribute("role", "checkbox");
    focus.setAttribute("tabindex", index ? "-1" : "0");
    focus.setAttribute("aria-label", called(elements));
    mark.classList.add("archgen-thing");
    mark.addEventListener("click", event => {
      event.stopPropagation();
      if (!event.defaultPrevented) toggle(elements);
      event.preventDefault();
    });
    focus.addEventListener("focus", () => {
      things[focused].focus.setAttribute("tabindex", "-1");
      focused = index;
      focus.setAttribute("tabindex", "0");
      stage.sight.revealFocused(focus);
    });
    focus.addEventListener("keydown", event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === " " || event.key === "Enter") toggle(elements);
      else if (WAYS[event.key]) things[nearest(index, WAYS[event.key])].focus.focus({ preventScroll: true });
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  });

  /* The outcome of a flow. */
  const numbered = (flow, step) => flow.steps[step][0].slice(flow.steps[step][0].lastIndexOf("/") + 1);
  const ends = (flow, result) => `step ${numbered(flow, archgenStructure.stop(model, flow, result).step)}`;
  const stepLink = (flow, step) => {
    const number = numbered(flow, step);
    return make("a", { href: `${pages.get(flow.id)}#step=${number}&down=${lostIds()}` },
      `Step ${number}: ${archgenStructure.request(model, flow.steps[step])}`);
  };
  const fact = (words, ...value) => make("div", {}, make("dt", {}, words), make("dd", {}, ...value));
  const available = flow => {
    const chance = archgenStructure.availability(model, flow, [...lost]);
    const way = { bounds: "bounds:", sampled: "sampled: with 99% confidence" }[chance.method];
    const how = way ? `${way} between ${percent(chance.bounds[0])} and ${percent(chance.bounds[1])}` : "exact";
    return fact(lost.size ? "Remaining availability" : "Availability", `${percent(chance.value)} `,
      make("small", {}, `${how}; down ${lasting((1 - chance.value) * HOURS)} per year`));
  };
  const card = (flow, result) => {
    const head = make(brief ? "h3" : "h2", {}, make("a", { href: pages.get(flow.id) }, flow.title));
    const verdict = make("p", { class: "archgen-verdict" }, shape(result.status), make("strong", {}, result.status));
    const facts = make("dl", {});
    const body = [];
    if (result.status === "down") {
      const stop = archgenStructure.stop(model, flow, result);
      body.push(make("p", {}, `${stop.words}.`));
      facts.append(fact("Fails at", stepLink(flow, stop.step)));
      if (result.path.length > 1) facts.append(fact("Path", result.path.map(each => model.replicas[each][0]).join(" → ")));
    } else {
      const reason = archgenStructure.reason(model, flow, result);
      body.push(make("p", {}, lost.size ? `${reason[0].toUpperCase()}${reason.slice(1)}.` : "Every element is up."));
      if (!brief) facts.append(available(flow));
      const some = result.points.filter(element => kindOf(element) !== "zone");
      const counted = some.filter(element => {
        const own = model.replicas.find(each => each[2] === element);
        return !own || own[3].length !== 1 || !some.includes(own[3][0]);
      });
      const names = counted.slice(0, 8).map(name).join(", ") + (counted.length > 8 ? ` and ${counted.length - 8} more` : "");
      facts.append(fact(lost.size ? "Remaining single points of failure" : "Single points of failure", names || "none"));
    }
    return make("article", { "data-status": result.status, "data-flow": flow.id }, head, verdict, ...body, facts);
  };

  const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const ORDER = { down: 0, partial: 1, delayed: 2, degraded: 3, ok: 4 };

  const show = () => {
    const some = [...lost];
    const results = model.flows.map(flow => [flow, archgenStructure.outcome(model, flow, some, true)]);
    const shown = model.flows.length > SORTED ? [...results].sort((first, other) => ORDER[first[1].status] - ORDER[other[1].status]).slice(0, FLOWS) : results;
    cards.replaceChildren(...(brief && !some.length ? [] : shown.map(([flow, result]) => card(flow, result))));
    for (const [element, box] of boxes) box.checked = lost.has(element);
    if (stage) stage.show(model.flows, some);
    for (const { focus, elements, state, words } of things) {
      const count = elements.filter(element => lost.has(element)).length;
      focus.setAttribute("aria-checked", count && count < elements.length ? "mixed" : String(count > 0));
      const label = called(elements);
      if (words) focus.setAttribute("aria-label", `${label}, ${words}`);
      else focus.setAttribute("aria-label", { lost: `${label}, failed`, down: `${label}, down with its host or zone`, cut: `${label}, no request reaches it` }[state] || label);
    }
    for (const preset of presets.querySelectorAll("[data-only]")) {
      preset.setAttribute("aria-pressed", String(lost.size === 1 && lost.has(Number(preset.dataset.only))));
    }
    const by = status => results.filter(([, result]) => result.status === status)
      .map(([flow, result]) => (status === "down" ? `${flow.title}, at ${ends(flow, result)}` : flow.title));
    const verdicts = Object.keys(ORDER).filter(status => by(status).length).map(status => make("li", { "data-status": status },
      shape(status), make("span", {}, make("strong", {}, status), `: ${by(status).length > 3 ? count(by(status).length, "flow") : by(status).join(", ")}`)));
    const names = some.map(name);
    const gone = names.length ? `Failed: ${names.length > 6 ? `${names.slice(0, 6).join(", ")} and ${names.length - 6} more` : names.join(", ")}.` : "No failed elements. Select a card, a host or a zone, or one of these.";
    summary.replaceChildren(make("p", {}, make("strong", {}, gone)), make("ul", {}, ...verdicts));
    reset.disabled = !lost.size;
    archgen.fragment.write({ down: lostIds() });
  };

  const choose = some => {
    lost = some;
    show();
    const first = things.find(thing => thing.state === "lost");
    if (first && !things.some(thing => thing.focus === document.activeElement)) stage.sight.reveal(first.mark);
  };
  /* On a card of several replicas, each click fails another of them, and the one after the last restores all. */
  const step = some => {
    const up = some.find(element => !lost.has(element));
    const next = new Set(lost);
    if (up === undefined) for (const element of some) next.delete(element);
    else next.add(up);
    choose(next);
  };
  const toggle = some => {
    if (stage?.isOneCard && some.length > 1) {
      step(some);
      return;
    }
    const every = some.every(element => lost.has(element));
    const next = new Set(lost);
    for (const element of some) every ? next.delete(element) : next.add(element);
    choose(next);
  };

  const restore = () => choose(new Set(archgen.named(model, archgen.fragment.read().get("down"))));
  addEventListener("hashchange", restore);
  root.classList.add("ready");
  if (stage) stage.sight.show();
  restore();
})();
