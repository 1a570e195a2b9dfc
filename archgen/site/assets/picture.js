/* Pan, zoom, fit and full screen of a diagram: each changes only the transform of the canvas. */
(() => {
  const archgen = (window.archgen = window.archgen || {});
  const STEP = 1.25;
  const LARGEST = 6;
  const FULL = 2;
  const READABLE = { scale: 0.5, narrow: 0.75, below: 620 };
  /* What a diagram takes of a window, the size of words down to which it shrinks for that, and what it takes to be whole. */
  const WINDOW = { share: 0.85, narrow: 0.6, words: 9, most: 1.2 };
  const KEPT = 60;
  const DRAG = 5;
  const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

  let pressed = false;
  addEventListener("pointerdown", () => (pressed = true), true);
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => (pressed = false), true);

  /* The view of `canvas`, which holds an SVG, through `frame`. */
  archgen.viewport = (frame, canvas) => {
    let x = 0, y = 0, scale = 1, size = [1, 1], words = 11, dragged = false;
    const held = new Map();

    const room = () => [frame.clientWidth, frame.clientHeight];
    const narrow = () => room()[0] < READABLE.below;
    /* A diagram that was laid out for its column is readable there without zooming. */
    const fits = () => canvas.querySelector("svg").dataset.fits !== undefined;
    const fitScale = () => {
      const [wide, tall] = room();
      const full = document.fullscreenElement;
      return Math.min(full ? FULL : 1, wide / size[0], full ? tall / size[1] : Infinity);
    };

    const share = () => (fits() ? Infinity : innerHeight * (narrow() ? WINDOW.narrow : WINDOW.share));

    /* A little too small is better than a little cut. */
    const readable = () => {
      const least = Math.min(1, narrow() ? READABLE.narrow : READABLE.scale);
      if (!fits() && fitScale() <= least * 0.85) return least;
      return document.fullscreenElement ? fitScale() : Math.min(fitScale(), Math.max(share() / size[1], WINDOW.words / words));
    };

    const apply = () => {
      const [wide, tall] = room();
      x = Math.min(wide - KEPT, Math.max(KEPT - size[0] * scale, x));
      y = Math.min(tall - KEPT, Math.max(KEPT - size[1] * scale, y));
      canvas.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) scale(${scale.toFixed(4)})`;
    };

    const zoom = (factor, [left, top] = room().map(side => side / 2)) => {
      const next = Math.min(LARGEST, Math.max(fitScale() / 2, scale * factor));
      x = left - ((left - x) * next) / scale;
      y = top - ((top - y) * next) / scale;
      scale = next;
      apply();
    };

    const pan = (dx, dy) => {
      x += dx;
      y += dy;
      apply();
    };

    /* Show all of the diagram in the middle; `large` stops before its text becomes too small, and starts at its left. */
    const fit = large => {
      const [wide, tall] = room();
      scale = large ? readable() : Math.min(fitScale(), tall / size[1]);
      x = Math.max(0, (wide - size[0] * scale) / 2);
      y = (tall - size[1] * scale) / 2;
      const first = canvas.querySelector("[data-node][data-box]");
      if (large && y < 0) {
        // higher than the frame: it begins where requests do
        const [, top, , high] = first ? first.dataset.box.split(" ").map(Number) : [0, 0, 0, 0];
        y = Math.min(0, Math.max(tall - size[1] * scale, tall / 2 - (top + high / 2) * scale));
      }
      apply();
    };

    /* Take the SVG in the canvas, and give the frame the height that it needs. */
    const show = () => {
      const svg = canvas.querySelector("svg");
      size = [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height];
      words = Math.min(...Array.from(svg.querySelectorAll("text:not(.badge text)"), text => parseFloat(getComputedStyle(text).fontSize)));
      frame.style.height = "";
      if (!document.fullscreenElement) {
        const tall = size[1] * readable();
        const border = frame.offsetHeight - frame.clientHeight;
        const most = tall <= innerHeight * WINDOW.most && !narrow() ? tall : share();
        frame.style.height = `${Math.ceil(Math.max(220, Math.min(tall, most)) + border)}px`;
      }
      fit(true);
    };

    /* The part of the frame that is on the screen, or all of it if hardly any is. */
    const seen = () => {
      const { left, right, top, bottom } = frame.getBoundingClientRect();
      const header = document.querySelector(".md-header");
      const from = Math.max(top, header ? header.getBoundingClientRect().bottom : 0), to = Math.min(bottom, innerHeight);
      return to - from < KEPT * 3 ? { left, right, top, bottom } : { left, right, top: from, bottom: to };
    };

    /* Moves what is out of sight into it: in the frame, and for who comes there by keys on the page too. */
    const reveal = item => {
      const box = item.getBoundingClientRect(), sight = seen();
      const by = (low, high, from, to) =>
        high - low > to - from ? from - low : low < from ? from - low + 16 : high > to ? to - high - 16 : 0;
      const dx = by(box.left, box.right, sight.left, sight.right);
      const dy = by(box.top, box.bottom, sight.top, sight.bottom);
      if (dx || dy) pan(dx, dy);
      if (item.matches(":focus-visible")) item.scrollIntoView({ block: "nearest", behavior: "instant" });
    };

    /* Moves the item with the focus into sight; a diagram that moves below a pressed pointer would be released elsewhere. */
    const revealFocused = item => pressed || reveal(item);

    /* What a click on the ground does: the place comes to the middle as far as the picture goes, without a drag (WCAG 2.2, 2.5.7). */
    const centre = point => {
      const by = room().map((side, axis) => {
        const start = [x, y][axis], end = start + size[axis] * scale;
        const wanted = side / 2 - point[axis];
        return wanted < 0 ? Math.min(0, Math.max(wanted, side - end)) : Math.max(0, Math.min(wanted, -start));
      });
      if (by[0] || by[1]) pan(...by);
    };

    const place = event => {
      const box = frame.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };

    frame.addEventListener("wheel", event => {
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        zoom(Math.exp(Math.max(-1, Math.min(1, -event.deltaY * 0.01))), place(event));
      } else if (document.fullscreenElement || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        pan(-event.deltaX, -event.deltaY);
      }
    }, { passive: false });

    frame.addEventListener("pointerdown", event => {
      if (event.button || event.target.closest("button")) return;
      dragged = held.size > 0;
      held.set(event.pointerId, place(event));
    });

    frame.addEventListener("pointermove", event => {
      const before = held.get(event.pointerId);
      if (!before) return;
      const now = place(event);
      const moved = Math.hypot(now[0] - before[0], now[1] - before[1]);
      if (!dragged && moved < DRAG) return;
      if (!dragged) frame.setPointerCapture(event.pointerId);
      dragged = true;
      const other = [...held].find(([id]) => id !== event.pointerId);
      if (other) {
        const far = point => Math.hypot(point[0] - other[1][0], point[1] - other[1][1]);
        zoom(far(now) / Math.max(1, far(before)), [(now[0] + other[1][0]) / 2, (now[1] + other[1][1]) / 2]);
        pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
      } else {
        pan(now[0] - before[0], now[1] - before[1]);
      }
      held.set(event.pointerId, now);
    });

    for (const end of ["pointerup", "pointercancel"]) {
      addEventListener(end, event => held.delete(event.pointerId));
    }
    frame.addEventListener("click", event => {
      if (dragged) event.preventDefault();
      else if (!event.target.closest("a, button, .archgen-thing") && event.detail) centre(place(event));
      dragged = false;
    }, true);
    frame.addEventListener("dragstart", event => event.preventDefault());

    frame.addEventListener("keydown", event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const arrow = event.target === frame && ARROWS[event.key];
      if (event.key === "+" || event.key === "=") zoom(STEP);
      else if (event.key === "-") zoom(1 / STEP);
      else if (event.key === "0") fit(false);
      else if (arrow) pan(arrow[0] * 60, arrow[1] * 60);
      else return;
      event.preventDefault();
    });

    let wide = 0;
    new ResizeObserver(() => {
      const now = frame.clientWidth;
      // hidden, or in a window without any room, it keeps what it shows
      if (!now) return;
      if (now !== wide && wide) show();
      wide = now;
    }).observe(frame);

    return { show, fit, zoom, pan, reveal, revealFocused, larger: () => zoom(STEP), smaller: () => zoom(1 / STEP) };
  };

  const { make, drawn } = archgen;

  /* Columns that are narrower than on a desktop, as archgen.css has them. */
  const COLUMNS = [["phone", matchMedia("(max-width: 30em)")], ["sheet", matchMedia("(min-width: 30.01em) and (max-width: 56em)")]];

  /* Return the version of a figure's diagram for the column, with its element; `changed` is called when another fits. */
  archgen.sized = (figure, changed) => {
    const versions = new Map([["", [figure.querySelector(":scope > svg"), figure]]]);
    for (const column of figure.querySelectorAll(":scope > .archgen-column")) {
      column.firstElementChild.dataset.fits = "";
      versions.set(column.dataset.column, [column.firstElementChild, column]);
    }
    for (const [name, query] of COLUMNS) if (changed && versions.has(name)) query.addEventListener("change", changed);
    return () => versions.get(COLUMNS.find(([name, query]) => query.matches && versions.has(name))?.[0] || "");
  };

  /* Buttons for the same as fingers, wheel and keys; `full`, if passed, fills the screen. */
  archgen.buttons = (sight, full) => {
    const bar = make("div", { class: "archgen-buttons" });
    for (const [sign, name, act] of [
      ["M12 5v14M5 12h14", "Zoom in", sight.larger],
      ["M5 12h14", "Zoom out", sight.smaller],
      ["M4 6.5h16v11H4zM8 10.5h8v3H8z", "Fit", () => sight.fit(false)],
      ["M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5", "Full screen", full],
    ]) {
      if (!act) continue;
      const icon = drawn("svg", { viewBox: "0 0 24 24", width: 18, height: 18, "aria-hidden": "true" },
        drawn("path", { d: sign, fill: "none", stroke: "currentColor", "stroke-width": 2 }));
      const button = make("button", { type: "button", title: name, "aria-label": name }, icon);
      button.addEventListener("click", act);
      bar.append(button);
    }
    return bar;
  };
})();
