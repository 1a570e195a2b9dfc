/* A deployment diagram that shows a state: failed elements are crossed out, those that no request reaches are dim. */
(() => {
  "use strict";
  const archgen = (window.archgen = window.archgen || {});
  const { make, drawn } = archgen;

  /* States that differ by shape and word, not only by color: a disc, a cut triangle, a square with a clock hand, a diamond half in
     two, an octagon. */
  const SHAPES = {
    ok: ["M8 1a7 7 0 1 0 .01 0z", "M4.6 8.2l2.4 2.4 4.4-5"],
    degraded: ["M6.2 1.5h3.6L15.5 14.5H.5z", "M8 5.2v4.4M8 11.6v1"],
    delayed: ["M1.5 1.5h13v13h-13z", "M8 4v4.4l3 2"],
    partial: ["M8 .6L15.4 8 8 15.4.6 8z", "M8 3v10M8 8h4"],
    down: ["M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5z", "M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6"],
  };
  archgen.shape = status => {
    const paths = SHAPES[status].map(d => drawn("path", { d }));
    return drawn("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, ...paths);
  };

  /* The address behind the #: names and values, with the characters of ids left readable. */
  archgen.fragment = {
    read: () => new URLSearchParams(location.hash.slice(1)),
    write: changes => {
      const state = archgen.fragment.read();
      for (const [name, value] of Object.entries(changes)) value ? state.set(name, value) : state.delete(name);
      const query = [...state].map(([name, value]) => `${name}=${encodeURIComponent(value).replace(/%2C/g, ",").replace(/%40/g, "@").replace(/%3A/g, ":").replace(/%2F/g, "/")}`).join("&");
      if (query !== location.hash.slice(1)) history.replaceState(history.state, "", query ? `#${query}` : location.pathname + location.search);
    },
  };

  /* The elements of a model that an address names, and the text of elements in an address. */
  archgen.named = (model, words) =>
    (words || "").split(",").map(word => model.elements.findIndex(entry => entry[2] === word)).filter(index => index >= 0);

  const boxOf = shape => {
    if (shape.dataset.box) return shape.dataset.box.split(" ").map(Number);
    const rect = shape.querySelector("rect");
    return ["x", "y", "width", "height"].map(name => Number(rect.getAttribute(name)));
  };

  const cross = ([x, y, width, height], inset) => {
    const left = x + inset, top = y + inset, right = x + width - inset, bottom = y + height - inset;
    return drawn("path", { d: `M${left} ${top}L${right} ${bottom}M${right} ${top}L${left} ${bottom}`, class: "archgen-cross" });
  };

  /* The words, the heads of lines, the badges and the locks of a diagram, as boxes in its coordinates. */
  const marksOf = svg => {
    const view = svg.viewBox.baseVal, around = svg.getBoundingClientRect(), by = view.width / around.width;
    return [...svg.querySelectorAll("text, .badge path, use, [data-edge] > path:not([fill])")].map(mark => {
      const { left, top, width, height } = mark.getBoundingClientRect();
      return [view.x + (left - around.left) * by, view.y + (top - around.top) * by, width * by, height * by];
    });
  };

  /* The number of failed elements of a card or a frame, unless all of them failed, where it covers least: along its upper side, then the lower one. */
  const part = ([x, y, width, height], words, marks) => {
    const wide = words.length * 5.6 + 14, tall = 18;
    const along = [];
    for (let aside = 0; aside <= width / 2; aside += 4) along.push(x + (width - wide) / 2 + aside, x + (width - wide) / 2 - aside);
    const places = [y - 14, y + height - 4].flatMap(top => along.map(left => [left, top]));
    const covered = ([left, top]) => marks.filter(mark =>
      mark[0] < left + wide && left < mark[0] + mark[2] && mark[1] < top + tall && top < mark[1] + mark[3]).length;
    const [left, top] = places.reduce((best, place) => (covered(place) < covered(best) ? place : best));
    return drawn("g", { class: "archgen-part", "aria-hidden": "true" },
      drawn("rect", { x: left, y: top, width: wide, height: tall, rx: 9 }),
      drawn("text", { x: left + wide / 2, y: top + 12.5, "text-anchor": "middle" }, words));
  };

  archgen.stage = (figure, model) => {
    const [svg, version] = archgen.sized(figure)();
    if (!svg) return null;
    for (const other of figure.querySelectorAll(":scope > svg, :scope > .archgen-column")) if (other !== svg) other.remove();
    /* Each click on a card of several replicas fails another of them. */
    const isOneCard = (version === figure ? figure.parentElement : version).dataset.one !== undefined;
    const canvas = make("div", { class: "archgen-canvas" }, svg);
    const frame = make("div", {
      class: "archgen-frame", tabindex: "0", role: "group",
      "aria-label": "Diagram: arrow keys move it, plus and minus zoom, 0 fits it",
    }, canvas);
    figure.append(frame);
    for (const link of svg.querySelectorAll("a")) {
      link.removeAttribute("xlink:href");
      link.removeAttribute("tabindex");
      link.setAttribute("role", "img");
    }
    const sight = archgen.viewport(frame, canvas);
    figure.append(archgen.buttons(sight));
    sight.show();

    /* The cards and headings that can fail, with the elements that they stand for. */
    const place = new Map(model.elements.map(([kind, id], index) => [`${kind}:${id}`, index]));
    const things = [];
    for (const card of svg.querySelectorAll("[data-node]")) {
      const own = (model.nodes || {})[card.dataset.node] || [place.get(`replica:${card.dataset.node}`)];
      if (own[0] !== undefined) things.push({ mark: card, focus: card, elements: own, card: true });
    }
    for (const group of svg.querySelectorAll("g[data-group]")) {
      const element = place.get(`${group.dataset.kind}:${group.dataset.group}`);
      const own = (model.hosts || {})[group.dataset.group] || [element];
      const head = group.querySelector("[data-item]");
      if (element !== undefined && head) things.push({ mark: group, focus: head, elements: own, card: false });
    }
    for (const thing of things) thing.box = boxOf(thing.mark);

    const lines = [...svg.querySelectorAll("[data-edge]")];
    /* Lines that run together: the first has the common part and the label; the others carry their full path as data. */
    const bundles = new Map();
    for (const line of lines) {
      const { bundle } = line.dataset;
      if (bundle) bundles.set(bundle, [...(bundles.get(bundle) || []), line]);
    }
    const strokeOf = line => line.querySelector(":scope > path[fill=none]");
    const headOf = line => line.querySelector(":scope > path:not([fill])");
    for (const line of lines) if (line.dataset.way) line.dataset.rest = strokeOf(line).getAttribute("d");

    const replicas = new Map(model.replicas.filter(replica => replica[2] >= 0).map(replica => [replica[2], replica]));

    /* Show a state of some flows; return the replicas that are down. */
    const show = (flows, lost) => {
      const gone = new Set(lost);
      const without = host => gone.has(host) || (model.around[host] || []).some(zone => gone.has(zone));
      const down = element => {
        const [, , , hosts, zones] = replicas.get(element);
        return gone.has(element) || zones.some(zone => gone.has(zone)) || (hosts.length > 0 && hosts.every(without));
      };
      const cut = new Set(), reached = new Set();
      for (const flow of lost.length ? flows : []) {
        const reach = archgenStructure.reach(model, flow, lost);
        reach.cut.forEach(replica => cut.add(model.replicas[replica][2]));
        reach.reached.forEach(replica => reached.add(model.replicas[replica][2]));
      }
      const dead = new Set();
      for (const shown of svg.querySelectorAll(".archgen-part")) shown.remove();
      const marks = marksOf(svg);
      for (const thing of things) {
        const own = thing.elements.every(element => gone.has(element));
        const fallen = thing.elements.filter(element => (replicas.has(element) ? down(element) : without(element))).length;
        const out = fallen === thing.elements.length;
        const idle = thing.card && thing.elements.every(element => cut.has(element) && !reached.has(element));
        const state = own ? "lost" : out ? "down" : idle ? "cut" : fallen ? "part" : "";
        thing.words = state === "part" ? `${fallen} of ${thing.elements.length} down` : "";
        if (thing.words) thing.mark.append(part(thing.box, thing.words, marks));
        if (state && state !== "part" && thing.card) dead.add(thing.mark.dataset.node);
        thing.state = state;
        thing.mark.dataset.state = state;
        const crossed = thing.mark.querySelector(":scope > .archgen-cross");
        if (own && !crossed) thing.mark.append(cross(thing.box, thing.card ? 6 : 10));
        if (!own && crossed) crossed.remove();
      }
      for (const line of lines) {
        line.dataset.state = dead.has(line.dataset.from) || dead.has(line.dataset.to) ? "cut" : "";
      }
      for (const some of bundles.values()) {
        const left = some.filter(line => line.dataset.state !== "cut");
        const parted = left.length > 0 && left.length < some.length;
        for (const line of some) {
          const cut = line.dataset.state === "cut";
          if (line.dataset.way) strokeOf(line).setAttribute("d", parted && !cut ? line.dataset.way : line.dataset.rest);
          line.toggleAttribute("data-speaks", parted && cut);
          line.toggleAttribute("data-heads", parted && cut && left.some(line => !headOf(line)));
        }
      }
    };
    return { svg, frame, sight, things, lines, show, isOneCard };
  };
})();
