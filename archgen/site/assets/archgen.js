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
      const kept = panel && getComputedStyle(panel).position === "sticky" && panel.getBoundingClientRect();
      const top = kept && kept.left < box.right && kept.right > box.left && kept.top < box.top ? Math.max(below, kept.bottom) : below;
      const height = svg.viewBox.baseVal.height;
      const shift = Math.min(((top - box.top) * height) / box.height, height - heads.getBBox().height);
      heads.setAttribute("transform", `translate(0 ${Math.max(0, shift)})`);
    }
  };
  /* What scrolls can be scrolled by keys. */
  const reach = () => {
    const scrolling = "figure.archgen-picture:not(.archgen-live), .md-typeset__scrollwrap, .md-typeset pre > code";
    for (const one of document.querySelectorAll(scrolling)) {
      if (one.scrollWidth > one.clientWidth) one.tabIndex = 0;
      else one.removeAttribute("tabindex");
    }
  };
  addEventListener("load", reach);
  // the theme wraps tables late
  const late = new ResizeObserver(() => requestAnimationFrame(reach));
  const watch = () => {
    const article = document.querySelector("article");
    if (article) late.observe(article);
    keep();
  };
  // themes that swap pages without loading them tell so here
  if (window.document$) window.document$.subscribe(watch);
  else watch();
  addEventListener("scroll", keep, { passive: true });
  addEventListener("resize", keep);
  keep();
})();
