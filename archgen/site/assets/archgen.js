/* Elements that all scripts make: of the page, and of its diagrams. An attribute that is null is left out. */
(() => {
  const archgen = (window.archgen = window.archgen || {});
  const filled = (element, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  archgen.make = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);
  archgen.drawn = (tag, attributes = {}, ...children) =>
    filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
})();
/* A link to the failure simulation takes the elements along that it asks about. */
addEventListener("click", event => {
  const link = event.target.closest?.("a[data-down]");
  if (link) link.hash = `down=${encodeURIComponent(link.dataset.down)}`;
}, true);
/* The participants of a sequence stay in sight while a reader scrolls down along their lifelines. */
(() => {
  const keep = () => {
    const pinned = document.querySelectorAll(".archgen-picture svg .heads");
    if (!pinned.length) return;
    const header = document.querySelector(".md-header");
    const below = header ? header.getBoundingClientRect().bottom : 0;
    for (const heads of pinned) {
      const svg = heads.ownerSVGElement;
      const box = svg.getBoundingClientRect();
      const panel = svg.closest(".archgen-player")?.querySelector(".archgen-beside");
      const sticky = panel && getComputedStyle(panel).position === "sticky" && panel.getBoundingClientRect();
      const top = sticky && sticky.left < box.right && sticky.right > box.left && sticky.top < box.top ? Math.max(below, sticky.bottom) : below;
      const height = svg.viewBox.baseVal.height;
      const shift = Math.min(((top - box.top) * height) / box.height, height - heads.getBBox().height);
      heads.setAttribute("transform", `translate(0 ${Math.max(0, shift)})`);
    }
  };
  /* Boxes that scroll take the focus, so that keys scroll them. An observer reports their sizes, which spares a layout. */
  const reached = new ResizeObserver(entries => {
    const widths = entries.map(({ target }) => [target, target.scrollWidth > target.clientWidth]);
    for (const [element, scrolls] of widths) {
      if (scrolls) element.tabIndex = 0;
      else element.removeAttribute("tabindex");
    }
  });
  const reach = () => {
    const scrolling = "figure.archgen-picture:not(.archgen-live), .archgen-page .md-typeset__scrollwrap, .archgen-code";
    for (const element of document.querySelectorAll(scrolling)) reached.observe(element);
  };
  addEventListener("load", reach);
  // the theme wraps tables late
  const late = new ResizeObserver(() => requestAnimationFrame(reach));
  /* A block of code gets a button that copies it. */
  const copied = block => {
    const copy = document.createElement("button");
    copy.type = "button";
    copy.className = "archgen-copy";
    copy.textContent = "Copy";
    copy.addEventListener("click", () => {
      const done = () => (copy.textContent = "Copied");
      const by = () => {
        getSelection().selectAllChildren(block);
        document.execCommand("copy");
        done();
      };
      navigator.clipboard ? navigator.clipboard.writeText(block.textContent).then(done, by) : by();
    });
    block.before(copy);
  };
  /* What waits below is laid out a little at a time while nothing else is to be done: then places stay what they are. */
  const LITTLE = 8;
  let moved = performance.getEntriesByType("navigation")[0]?.type !== "navigate";
  for (const type of ["wheel", "pointerdown", "touchstart", "keydown"]) {
    addEventListener(type, () => (moved = true), { once: true, passive: true });
  }
  const lay = parts => window.requestIdleCallback?.(() => {
    for (const part of parts.splice(0, LITTLE)) part.style.contentVisibility = "visible";
    // where the address leads stays in sight until its reader moves
    if (!moved) document.querySelector(":target")?.scrollIntoView({ behavior: "instant" });
    if (parts.length) lay(parts);
  });
  const watch = () => {
    const article = document.querySelector("article");
    if (article) late.observe(article);
    document.querySelectorAll(".archgen-code:first-child").forEach(copied);
    lay([...document.querySelectorAll(".archgen-below, .archgen-cards, figure.archgen-picture, figure.archgen-stage")]);
    keep();
  };
  // themes that swap pages without loading them announce it here
  if (window.document$) window.document$.subscribe(watch);
  else watch();
  addEventListener("scroll", keep, { passive: true });
  addEventListener("resize", keep);
  keep();
})();
