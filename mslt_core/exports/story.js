"use strict";
// Draws the figures of a story to the size of their slides, and moves from slide to slide.
(() => {
  const root = document.documentElement;
  const slides = [...document.querySelectorAll(".slide")];
  const plots = [...document.querySelectorAll(".plot")];
  const system = matchMedia("(prefers-color-scheme: dark)");
  const paper = matchMedia("print");
  const button = (id) => document.getElementById(id);
  const CONFIG = {
    // plotly's own bar offers to upload a chart: never here
    showSendToCloud: false, plotlyServerURL: "", displaylogo: false, responsive: false, scrollZoom: false,
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
    toImageButtonOptions: { format: "svg" },
  };
  // as in figures/fitting.py
  const LARGEST = 2.2, HIGHEST = 2.0;
  let current = 0;
  let figures = [];

  const theme = () => {
    const set = root.dataset.theme;
    return set === "auto" ? (system.matches ? "dark" : "light") : set;
  };
  const is = (name) => root.classList.contains(name);

  async function unpacked() {
    const text = document.getElementById("figures").textContent;
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  }

  // Letters are as large as the slide allows: a figure is magnified as a whole, and may become
  // somewhat lower or higher than it was made for, never narrower than its labels need.
  function size(box, own, kept) {
    const { clientWidth: w, clientHeight: h } = box;
    const scale = Math.min(h / kept.lowest, w / kept.width, LARGEST);
    return { scale, width: w / scale, height: Math.min(h / scale, HIGHEST * own) };
  }

  // keys and bars of colour stay as far from the edge that they stand at
  function keep(layout, ratio) {
    for (const [name, part] of Object.entries(layout)) {
      const key = name.startsWith("legend") ? part : name.startsWith("coloraxis") && part?.colorbar;
      if (key?.yref === "container" && typeof key.y === "number") {
        key.y = key.y < 0.5 ? key.y * ratio : 1 - (1 - key.y) * ratio;
      }
    }
  }

  async function draw(box) {
    const kept = figures[Number(box.dataset.figure)];
    const figure = kept?.[theme()];
    if (!figure || !box.clientWidth) return;
    const own = figure.layout.height || 450;
    const { scale, width, height } = size(box, own, kept);
    const wanted = [theme(), Math.round(width), Math.round(height), scale.toFixed(3)].join();
    if (box.dataset.drawn === wanted) return;
    box.dataset.drawn = wanted;
    const inner = box.firstElementChild || box.appendChild(document.createElement("div"));
    inner.style.width = `${width}px`;
    inner.style.transform = `scale(${scale})`;
    const layout = { ...structuredClone(figure.layout), width, height, autosize: false };
    keep(layout, own / height);
    await Plotly.react(inner, structuredClone(figure.data), layout, CONFIG);
  }

  const near = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) near.add(target); else near.delete(target);
      if (isIntersecting) draw(target);
    }
  }, { rootMargin: "60% 0px" });
  const redraw = () => Promise.all([...near].map(draw));

  // a picture of the whole page is taken without scrolling: the others are drawn while nobody waits
  const idle = () => new Promise((done) => (window.requestIdleCallback ?? setTimeout)(done));
  async function drawRest() {
    for (const box of plots) {
      await idle();
      if (!box.dataset.drawn) await draw(box);
    }
  }

  function show(place, { scroll = true } = {}) {
    current = Math.max(0, Math.min(slides.length - 1, place));
    slides.forEach((slide, i) => slide.classList.toggle("current", i === current));
    document.querySelector(".place").textContent = current ? `${current} / ${slides.length - 1}` : "";
    if (is("presenting")) slides[current].querySelectorAll(".plot").forEach(draw);
    else if (scroll) slides[current].scrollIntoView({ behavior: "instant" });
    history.replaceState(null, "", `#${slides[current].id}`);
  }

  async function present(on) {
    root.classList.toggle("presenting", on);
    show(current);
    if (on) await root.requestFullscreen?.().catch(() => {});
    else if (document.fullscreenElement) await document.exitFullscreen();
    await redraw();
  }

  function turn() {
    root.dataset.theme = theme() === "dark" ? "light" : "dark";
    repaint();
  }

  function repaint() {
    button("theme").textContent = theme() === "dark" ? "Light" : "Dark";
    redraw();
  }

  function notes() {
    root.classList.toggle(is("presenting") ? "with-notes" : "no-notes");
    button("notes").setAttribute("aria-pressed", String(!is("no-notes")));
    requestAnimationFrame(redraw);
  }

  async function printing(on) {
    root.classList.toggle("printing", on);
    await Promise.all(plots.map(draw));
  }

  const KEYS = {
    ArrowRight: () => show(current + 1), PageDown: () => show(current + 1),
    ArrowLeft: () => show(current - 1), PageUp: () => show(current - 1),
    Home: () => show(0), End: () => show(slides.length - 1),
    p: () => present(!is("presenting")), t: turn, n: notes, Escape: () => present(false),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const inRows = document.activeElement?.classList.contains("rows");
    let act = KEYS[typed];
    if (is("presenting") && typed === " ") act = () => show(current + (event.shiftKey ? -1 : 1));
    if (is("presenting") && typed === "ArrowDown" && !inRows) act = KEYS.ArrowRight;
    if (is("presenting") && typed === "ArrowUp" && !inRows) act = KEYS.ArrowLeft;
    if (!act || (typed === "Escape" && !is("presenting"))) return;
    event.preventDefault();
    act();
  });
  document.addEventListener("fullscreenchange", () => {
    if (!document.fullscreenElement && is("presenting")) present(false);
  });
  addEventListener("resize", () => redraw());
  addEventListener("hashchange", () => {
    const place = slides.findIndex((slide) => `#${slide.id}` === location.hash);
    if (place >= 0) show(place);
  });
  const read = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting && !is("presenting") && !is("printing")) {
        show(slides.indexOf(entry.target), { scroll: false });
      }
    }
  }, { rootMargin: "-50% 0px" });
  system.addEventListener("change", repaint);
  paper.addEventListener("change", () => printing(paper.matches));
  addEventListener("beforeprint", () => printing(true));
  addEventListener("afterprint", () => printing(false));
  button("theme").addEventListener("click", turn);
  button("notes").addEventListener("click", notes);
  button("present").addEventListener("click", () => present(true));

  async function start() {
    button("notes").hidden = !document.querySelector(".note");
    button("notes").setAttribute("aria-pressed", "true");
    Plotly.setPlotConfig({ logging: 0 });
    figures = await unpacked();
    plots.forEach((box) => watch.observe(box));
    const place = slides.findIndex((slide) => `#${slide.id}` === location.hash);
    show(Math.max(place, 0), { scroll: place > 0 });
    slides.forEach((slide) => read.observe(slide));
    repaint();
    drawRest();
  }
  // what prints this file waits for it
  window.story = { ready: start(), printing };
})();
