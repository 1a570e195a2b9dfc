/* Keep the page that the address names, and remove all others before another script reads the document. */
(() => {
  const asked = new URLSearchParams(location.search).get("p") || "";
  const pages = [...document.querySelectorAll("[data-page]")];
  const shown = pages.find(page => page.dataset.page === asked) || pages[0];
  for (const page of pages) if (page !== shown) page.remove();
  shown.classList.add("single-shown");
  document.title = `${shown.dataset.title} - ${document.title}`;

  const nav = document.querySelector(".single nav");
  const here = [...nav.querySelectorAll("a")].find(link => link.dataset.to === shown.dataset.page);
  if (here) here.setAttribute("aria-current", "page");
  if (matchMedia("(max-width: 60em)").matches) nav.querySelector("details").open = false;
  for (const table of shown.querySelectorAll("table")) {
    const box = document.createElement("div");
    box.className = "single-scroll";
    table.before(box);
    box.append(table);
  }

  const button = document.getElementById("single-scheme");
  const savedScheme = () => {
    try {
      return localStorage.getItem("archgen-scheme");
    } catch {
      return null;
    }
  };
  const set = scheme => {
    document.body.dataset.mdColorScheme = scheme;
    button.textContent = scheme === "slate" ? "Light" : "Dark";
    button.setAttribute("aria-label", `Switch to ${button.textContent.toLowerCase()} mode`);
  };
  set(savedScheme() || (matchMedia("(prefers-color-scheme: dark)").matches ? "slate" : "default"));
  button.addEventListener("click", () => {
    const next = document.body.dataset.mdColorScheme === "slate" ? "default" : "slate";
    set(next);
    try {
      localStorage.setItem("archgen-scheme", next);
    } catch {
      // a document without storage forgets the choice
    }
  });
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target) target.scrollIntoView();
})();
