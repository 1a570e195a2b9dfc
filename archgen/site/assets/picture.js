/* Pan, zoom, fit and full screen of a picture: each changes one transform of one element, and nothing else. */
(() => {
  const archgen = (window.archgen = window.archgen || {});
  const STEP = 1.25;
  const LARGEST = 6;
  const READABLE = 0.5;
  const KEPT = 60;
  const DRAG = 5;
  const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

  /* The sight of `canvas`, which holds one SVG, through `frame`. */
  archgen.viewport = (frame, canvas) => {
    let x = 0, y = 0, scale = 1, size = [1, 1], dragged = false;
    const held = new Map();

    const room = () => [frame.clientWidth, frame.clientHeight];
    const whole = () => Math.min(1, room()[0] / size[0], document.fullscreenElement ? room()[1] / size[1] : Infinity);

    const apply = () => {
      const [wide, tall] = room();
      x = Math.min(wide - KEPT, Math.max(KEPT - size[0] * scale, x));
      y = Math.min(tall - KEPT, Math.max(KEPT - size[1] * scale, y));
      canvas.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) scale(${scale.toFixed(4)})`;
    };

    const zoom = (factor, [left, top] = room().map(side => side / 2)) => {
      const next = Math.min(LARGEST, Math.max(whole() / 2, scale * factor));
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

    /* The whole picture in the middle; `readable` stops before its words become too small, and starts at its left. */
    const fit = readable => {
      scale = readable ? Math.max(whole(), Math.min(1, READABLE)) : whole();
      const [wide, tall] = room();
      x = Math.max(0, (wide - size[0] * scale) / 2);
      y = (tall - size[1] * scale) / 2;
      if (readable) y = Math.max(0, y);
      apply();
    };

    /* Takes the SVG in the canvas, and gives the frame the height that it needs. */
    const show = () => {
      const svg = canvas.querySelector("svg");
      size = [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height];
      frame.style.height = "";
      if (!document.fullscreenElement) {
        const tall = size[1] * Math.max(whole(), Math.min(1, READABLE));
        frame.style.height = `${Math.round(Math.max(220, Math.min(tall, innerHeight * 0.85)))}px`;
      }
      fit(true);
    };

    /* Moves what is out of sight into it. */
    const reveal = one => {
      const box = one.getBoundingClientRect(), sight = frame.getBoundingClientRect();
      const by = (low, high, from, to) =>
        high - low > to - from ? from - low : low < from ? from - low + 16 : high > to ? to - high - 16 : 0;
      const dx = by(box.left, box.right, sight.left, sight.right);
      const dy = by(box.top, box.bottom, sight.top, sight.bottom);
      if (dx || dy) pan(dx, dy);
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
      if (frame.clientWidth !== wide && wide) show();
      wide = frame.clientWidth;
    }).observe(frame);

    return { show, fit, zoom, pan, reveal, larger: () => zoom(STEP), smaller: () => zoom(1 / STEP) };
  };
})();
