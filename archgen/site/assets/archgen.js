/* The participants of a sequence stay in sight while a reader scrolls down along their lifelines. */
(() => {
  const keep = () => {
    const header = document.querySelector(".md-header");
    const top = header ? header.getBoundingClientRect().bottom : 0;
    for (const heads of document.querySelectorAll(".archgen-picture svg .heads")) {
      const svg = heads.ownerSVGElement;
      const box = svg.getBoundingClientRect();
      const height = svg.viewBox.baseVal.height;
      const shift = Math.min(((top - box.top) * height) / box.height, height - heads.getBBox().height);
      heads.setAttribute("transform", `translate(0 ${Math.max(0, shift)})`);
    }
  };
  addEventListener("scroll", keep, { passive: true });
  addEventListener("resize", keep);
  keep();
})();
