/* The step player of a flow: highlights each step in the sequence and in the deployment, and shows its message; with
   failed elements, up to the step that fails. */
(() => {
  "use strict";
  const archgen = window.archgen;
  const root = document.querySelector(".archgen-player");
  if (!root) return;
  const { make, drawn, shape } = archgen;
  const PACE = 1800;
  const model = JSON.parse(root.querySelector("script").textContent);
  const [flow] = model.flows;
  const steps = model.steps.map(([number, source, targets, text, protocol, way, lines, answer]) =>
    ({ number, source, targets, text, protocol, way, lines, answer }));
  const sequence = root.querySelector(".archgen-sequence");
  const drawing = sequence.querySelector("svg");
  if (!drawing || !steps.length) return;
  const beside = root.querySelector(".archgen-beside");
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  /* The messages of each step: a message without a number belongs to the step before it. */
  const arrows = steps.map(() => []);
  let last = -1;
  for (const arrow of drawing.querySelectorAll("[data-step]")) {
    if (arrow.dataset.step) last = steps.findIndex(step => step.number === arrow.dataset.step);
    if (last >= 0) arrows[last].push(arrow);
  }
  const numbers = new Map(steps.map((step, index) => [step.number, index]));
  const place = step => numbers.get(flow.steps[step][0].slice(flow.steps[step][0].lastIndexOf("/") + 1));

  let now = -1, timer = 0, lost = [], stop = null, ends = steps.length - 1;

  /* The controls. */
  const button = (sign, label, act) => {
    const control = make("button", { type: "button", "aria-label": label, title: label }, sign);
    control.addEventListener("click", act);
    return control;
  };
  const back = button("◀", "Previous step", () => go(now - 1));
  const play = button("▶ Play", "Play", () => (timer ? pause() : start()));
  const next = button("▶", "Next step", () => go(now + 1));
  play.className = "archgen-play";
  const pace = make("select", { "aria-label": "Speed" },
    ...[["0.5", "½×"], ["1", "1×"], ["2", "2×"]].map(([value, words]) => make("option", { value }, words)));
  pace.value = "1";
  const counter = make("span", { class: "archgen-counter" });
  const outcome = some => archgenStructure.outcome(model, flow, some, false);
  const choice = make("select", {}, make("option", { value: "" }, "every element is up"));
  const groups = { down: make("optgroup", { label: "The flow goes down" }), other: make("optgroup", { label: "The flow still works" }) };
  for (const [name, element] of model.variants) {
    const group = outcome([element]).status === "down" ? groups.down : groups.other;
    group.append(make("option", { value: model.elements[element][2] }, `${name} is down`));
  }
  for (const group of Object.values(groups)) if (group.children.length) choice.append(group);
  choice.addEventListener("change", () => {
    pause();
    vary(archgen.named(model, choice.value));
    go(stop ? ends : Math.max(now, 0));
  });
  const chosen = make("label", { class: "archgen-while" }, "While ", choice);
  const caption = make("div", { class: "archgen-caption", "aria-live": "polite" });
  const verdict = make("div", { class: "archgen-while-said", role: "status" });
  const controls = make("div", { class: "archgen-controls" }, back, play, next, counter, pace, chosen);
  beside.prepend(make("div", { class: "archgen-desk" }, controls, caption, verdict));
  root.setAttribute("tabindex", "0");
  root.setAttribute("role", "region");
  root.setAttribute("aria-label", "Step player: arrow keys go from step to step, Space plays");
  root.classList.add("ready");

  const figure = beside.querySelector("figure");
  const stage = archgen.stage(figure, model);
  if (stage) stage.frame.setAttribute("tabindex", "-1");
  const { width } = drawing.viewBox.baseVal;

  /* Describe a step in a sentence. */
  const tell = () => {
    if (now < 0) {
      caption.replaceChildren(make("p", {}, `${steps.length} steps. Play them, or go through them with the arrow keys.`));
      return;
    }
    const step = steps[now];
    const stops = stop && now === ends;
    const way = make("span", { class: "archgen-way", "data-way": step.way }, step.way);
    const kind = step.answer ? "response" : "request";
    const parts = [make("p", {}, make("strong", {}, `${step.number}. ${step.source} → ${step.targets.join(" or ")}`), ` ${kind}`)];
    if (step.text) parts.push(make("p", { class: "archgen-what" }, step.text));
    parts.push(make("p", { class: "archgen-how" }, ...(step.protocol ? [make("code", {}, step.protocol), " "] : []), way));
    if (stops) parts.push(make("p", { class: "archgen-verdict", "data-status": "down" }, shape("down"), `${stop.words}.`));
    caption.replaceChildren(...parts);
  };

  const light = () => {
    arrows.forEach((some, index) => some.forEach(arrow => {
      arrow.toggleAttribute("data-lit", index === now);
      arrow.toggleAttribute("data-after", stop !== null && index > ends);
    }));
    drawing.toggleAttribute("data-playing", now >= 0);
    if (!stage) return;
    const step = steps[now];
    stage.svg.toggleAttribute("data-playing", now >= 0);
    for (const line of stage.lines) line.toggleAttribute("data-lit", !!step && step.lines.includes(line.dataset.edge) && line.dataset.state !== "cut");
    for (const card of stage.svg.querySelectorAll("[data-node]")) {
      const part = !!step && [step.source, ...step.targets].includes(card.dataset.component);
      card.toggleAttribute("data-lit", part && (!card.dataset.state || (stop !== null && now === ends)));
    }
  };

  /* Scroll the step's message into view, clear of the header and the edges of its diagram. */
  const reveal = () => {
    const arrow = arrows[now] && arrows[now][0];
    if (!arrow) return;
    const box = arrow.getBoundingClientRect(), around = sequence.getBoundingClientRect();
    const header = document.querySelector(".md-header");
    const panel = beside.getBoundingClientRect(), isSticky = getComputedStyle(beside).position === "sticky";
    const above = panel.right > around.left && panel.left < around.right;
    const top = above ? panel.height + (header ? header.offsetHeight : 0) + 30 : (header ? header.offsetHeight : 0) + 110;
    const behavior = still.matches ? "instant" : "smooth";
    if (isSticky && (box.top < top || box.bottom > innerHeight - 60)) scrollBy({ top: box.top - (top + innerHeight) / 2, behavior });
    const scale = drawing.getBoundingClientRect().width / width;
    const [x1, x2] = arrow.dataset.at.split(" ").map(x => Number(x) * scale);
    const low = Math.min(x1, x2) - 40, high = Math.max(x1, x2) + 40, from = sequence.scrollLeft;
    if (low < from || high > from + around.width) {
      sequence.scrollTo({ left: Math.max(0, high - low > around.width ? low : (low + high - around.width) / 2), behavior });
    }
    if (stage) {
      const [sent, ...came] = [steps[now].source, ...steps[now].targets].flatMap(name =>
        [...stage.svg.querySelectorAll("[data-node][data-lit]")].filter(each => each.dataset.component === name).slice(0, 1));
      for (const each of [sent, ...came]) if (each) stage.sight.reveal(each);
    }
  };

  const show = () => {
    back.disabled = now <= 0;
    next.disabled = now >= ends;
    counter.textContent = now < 0 ? `${steps.length} steps` : `Step ${now + 1} of ${steps.length}`;
    tell();
    light();
    archgen.fragment.write({ step: now < 0 ? "" : steps[now].number, down: lost.map(element => model.elements[element][2]).join(",") });
  };

  const go = index => {
    now = Math.max(-1, Math.min(index, ends));
    show();
    if (now >= 0) reveal();
  };

  const pause = () => {
    clearInterval(timer);
    timer = 0;
    play.textContent = "▶ Play";
    play.setAttribute("aria-label", "Play");
    caption.setAttribute("aria-live", "polite");
  };
  const start = () => {
    pause();
    if (now >= ends) now = -1;
    go(now + 1);
    play.textContent = "❚❚ Pause";
    play.setAttribute("aria-label", "Pause");
    timer = setInterval(() => (now >= ends ? pause() : go(now + 1)), PACE / Number(pace.value));
  };
  pace.addEventListener("change", () => timer && start());

  /* Show the flow while some elements are down: a cross stands at the step that fails, and later steps are dim. */
  const vary = some => {
    lost = some;
    const result = outcome(lost);
    stop = result.status === "down" ? archgenStructure.stop(model, flow, result) : null;
    ends = stop ? place(stop.step) : steps.length - 1;
    for (const each of drawing.querySelectorAll(".archgen-cross")) each.remove();
    if (stop) {
      for (const arrow of arrows[ends]) {
        const [x1, x2, y, y2] = arrow.dataset.at.split(" ").map(Number);
        const x = stop.how === "unsent" ? x1 : x2 + (x2 < x1 ? 12 : -12), level = stop.how === "unsent" ? y : y2;
        arrow.append(drawn("path", { d: `M${x - 6} ${level - 6}l12 12m0 -12l-12 12`, class: "archgen-cross" }));
      }
    }
    if (stage) stage.show([flow], lost);
    const words = lost.map(element => model.elements[element][2]).join(",");
    const option = [...choice.options].find(each => each.value === words);
    for (const each of choice.querySelectorAll("[data-own]")) each.remove();
    if (!option) choice.append(make("option", { value: words, "data-own": "" }, `${lost.map(element => model.elements[element][3]).join(", ")} ${lost.length > 1 ? "are" : "is"} down`));
    choice.value = words;
    const reason = archgenStructure.reason(model, flow, result);
    verdict.hidden = !lost.length;
    verdict.dataset.status = result.status;
    verdict.replaceChildren(make("p", { class: "archgen-verdict" }, shape(result.status), make("strong", {}, result.status)),
      make("p", {}, stop ? `Step ${steps[ends].number} is the last step.` : `${reason[0].toUpperCase()}${reason.slice(1)}.`));
  };

  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const inside = root.contains(event.target);
    if (!inside && event.target !== document.body) return;
    if (event.target.closest("select, input, textarea, summary")) return;
    if (event.key === "ArrowRight") go(now + 1);
    else if (event.key === "ArrowLeft") go(now - 1);
    else if (event.key === " " && inside && !event.target.closest("button")) timer ? pause() : start();
    else return;
    if (event.key !== " " && timer) pause();
    event.preventDefault();
  });
  arrows.forEach((some, index) => some.forEach(arrow => arrow.addEventListener("click", () => {
    pause();
    go(index);
  })));

  const restore = () => {
    const state = archgen.fragment.read();
    vary(archgen.named(model, state.get("down")));
    const index = numbers.get(state.get("step"));
    go(index === undefined ? (stop ? ends : -1) : index);
  };
  addEventListener("hashchange", restore);
  if (stage) stage.sight.show();
  restore();
})();
