// The view: joins the parts, draws when something has changed, tells Python what is chosen.

const GAP = 14; // pixels between panels
const NO_WEBGL =
  'This browser does not draw WebGL2, which the moving maps need. The still maps (figures.language_maps) show the same points.';

class Scatter {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.motion = new Motion();
    this.pace = new Pace();
    this.frame = new Frame();
    this.selection = new Selection();
    this.overlay = new Overlay(this.find('.over'));
    this.redraw = this.redraw.bind(this);
    this.wake = this.wake.bind(this);
    this.player = new Player(root, this.motion, this.redraw);
    this.legend = new Legend(this.find('.legend'), () => this.restyle());
    this.loaded = {};
    this.drawn = 0;
    this.join();
  }

  join() {
    this.find('.clear').onclick = () => this.choose(() => this.selection.clear());
    this.root.onkeydown = (event) => {
      if (event.key === 'Escape') this.choose(() => this.selection.clear());
    };
    this.search = new Search(this.find('.search'), {
      texts: () => this.allTexts(),
      look: (row) => this.facts(row),
      shown: (row) => this.shows(row),
      on: {
        preview: (rows) => this.light(rows),
        sentence: (row) => this.choose(() => this.selection.pick(row), true),
        rows: (rows) => this.choose(() => this.selection.pickRows(rows), true),
        emptied: () => this.choose(() => this.selection.clear(), true),
      },
    });
    this.pointer = new Pointer(this.find('.over'), this.frame, {
      redraw: this.redraw,
      pick: (panel, x, y) => this.pick(panel, x, y),
      hover: (point, x, y) => this.hoverOver(point, x, y),
      click: (point) => this.choose(() => (point ? this.selection.pick(point.row) : this.selection.clear())),
      drawing: (lasso) => (this.lasso = lasso),
      lasso: (panel, line) => this.lassoed(panel, line),
      play: () => this.player.toggle(),
    });
    const button = this.find('.lasso');
    button.onclick = () => {
      this.pointer.lassoing = !this.pointer.lassoing;
      button.setAttribute('aria-pressed', String(this.pointer.lassoing));
      this.find('.over').classList.toggle('lassoing', this.pointer.lassoing);
    };
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.find('.stage'));
  }

  show(spec) {
    this.since ??= performance.now();
    this.spec = spec;
    this.root.hidden = false;
    if (!spec.n_points) return this.say('There are no points to show.', 'empty');
    if (!this.points && !this.start()) return this.say(NO_WEBGL, 'no-webgl');
    this.say('', this.root.dataset.state ?? 'waiting');
    this.title();
    this.resize();
    waiting.add(this.wake);
    this.wake();
  }

  start() {
    const canvas = this.find('.points');
    try {
      this.points = new Points(canvas);
    } catch (error) {
      console.warn(`scatter: ${error.message}`);
      if (!this.refused) this.tell('draws', false);
      this.refused = true;
      return false;
    }
    canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
    canvas.addEventListener('webglcontextrestored', () => {
      this.points.panels = [];
      this.points.prepare();
      this.upload();
    });
    return true;
  }

  say(message, state) {
    this.find('.message').hidden = !message;
    this.find('.message').textContent = message;
    this.find('.body').hidden = Boolean(message);
    this.root.dataset.state = state;
  }

  // once all parts are here
  wake() {
    const wanted = this.spec.parts;
    const here = Object.fromEntries(Object.entries(wanted).map(([name, digest]) => [name, parts.get(digest)]));
    if (!Object.values(here).every((part) => part)) return;
    waiting.delete(this.wake);
    const before = this.loaded;
    this.loaded = { ...wanted };
    if (wanted.points !== before.points) this.loadPoints(here.points);
    this.near = here.neighbours?.arrays ?? {};
    if (wanted.points !== before.points || wanted.frames !== before.frames) this.loadFrames(here.frames, before);
    this.player.load(this.spec.frames, this.spec.frame_noun);
    this.tellFrame(); // the titles were written before it was known which frame comes first
    this.loadLooks();
    this.redraw();
  }

  loadPoints({ header, arrays }) {
    const told = this.selection.any;
    this.data = { ids: header.ids, texts: header.texts, lang: arrays.lang.values, sentence: arrays.sentence.values };
    this.selection.load(this.data);
    this.search.clear();
    this.search.forget();
    this.frame.home();
    if (told) this.tell('selection', null);
  }

  loadFrames({ arrays }, before) {
    this.hoverOver(null);
    const frames = this.spec.panels.map((_, i) => arrays[i].values);
    const samePoints = before.points === this.loaded.points && this.motion.frames.length === frames.length;
    const places = samePoints ? frames.map((_, i) => this.motion.places(i).slice()) : null;
    if (!places || this.spec.frames.length !== this.motion.nFrames) this.motion.t = this.spec.start;
    this.extentBefore = places ? this.extent() : null;
    this.motion.load(frames, this.spec.frames.length, this.data.lang.length, places);
    this.extentNow = extentOf(frames);
    this.grids = [];
    this.upload();
  }

  upload() {
    this.points.load(this.motion.frames, this.data.lang);
    if (this.motion.before) this.points.setBefore(this.motion.before);
    this.loadLooks();
    this.light(null);
  }

  loadLooks() {
    const { category, languages } = this.spec;
    this.names = category ? category.names : languages.map(({ code }) => code);
    this.categories = category && category.codes.map(bytesOf);
    this.points.setCategories(this.categories);
    this.legend.load(
      category
        ? category.names.map((name, i) => ({ name, label: name, colour: category.colours[i], outline: category.colours[i], symbol: 'circle' }))
        : this.spec.legend.map((i) => ({ ...languages[i], name: languages[i].code })),
    );
    this.legend.explain(this.spec.panels.some(({ seen }) => seen.flat().some(Boolean)));
    this.restyle();
  }

  restyle() {
    if (!this.points || !this.data) return;
    this.styledAt = this.motion.frame;
    const texels = styleTexels(this.spec, (i) => this.legend.shows(this.names[i]), this.styledAt);
    const hasRare = this.spec.languages.some(({ symbol }) => SHAPES.indexOf(symbol) >= N_COMMON);
    this.points.setStyle(texels, hasRare);
    this.redraw();
  }

  choose(change, keepSearch = false) {
    if (!this.data) return;
    const before = JSON.stringify(this.selection.told(this.loaded.points));
    change();
    if (!keepSearch) this.search.clear();
    this.light(null);
    this.find('.status').textContent = this.selection.status();
    this.find('.clear').hidden = !this.selection.any;
    const told = this.selection.told(this.loaded.points);
    if (JSON.stringify(told) !== before) this.tell('selection', told);
  }

  // rows that stand out for now; null: those that are chosen
  light(rows) {
    this.previewed = rows !== null;
    this.points?.setChosen(rows ?? this.selection.lit());
    this.redraw();
  }

  lassoed(panel, line) {
    const onMap = line.map(([x, y]) => this.frame.toMap(panel, x, y));
    const rows = rowsInside(this.motion.places(panel), onMap, (row) => this.shows(row, panel));
    this.choose(() => this.selection.pickRows(rows));
  }

  shows(row, panel = 0) {
    const { categories } = this;
    if (this.spec.hidden[this.data.lang[row]]) return false;
    const places = categories ? categories[categories.length > 1 ? panel : 0] : this.data.lang;
    return this.legend.shows(this.names[places[row]]);
  }

  pick(panel, x, y) {
    if (!this.data || this.motion.moving) return -1;
    if (this.grids.version !== this.motion.version) this.grids = Object.assign([], { version: this.motion.version });
    this.grids[panel] ??= new Grid(this.motion.places(panel));
    const [mapX, mapY] = this.frame.toMap(panel, x, y);
    return this.grids[panel].nearest(mapX, mapY, NEAR_PX / this.frame.scale, (row) => this.shows(row, panel));
  }

  hoverOver(point, x, y) {
    const card = this.find('.card');
    if (point?.row === this.hover?.row && point?.panel === this.hover?.panel) return;
    this.hover = point && { ...point, near: this.nearOf(point.panel, point.row) ?? [] };
    if (point) {
      fillCard(card, this.facts(point.row, point.panel));
      placeCard(card, x, y + this.find('.stage').offsetTop, this.find('.body'));
    } else card.hidden = true;
    this.redraw();
  }

  nearOf(panel, row) {
    const near = this.near[panel];
    if (!near) return null;
    const [nFrames, n, k] = near.shape;
    const start = ((nFrames > 1 ? this.motion.frame : 0) * n + row) * k;
    return near.values.subarray(start, start + k);
  }

  facts(row, panel = 0) {
    const { name, seen } = this.spec.panels[panel];
    return factsOf(row, {
      points: this.data,
      looks: this.spec.languages,
      filled: (lang) => ofFrame(seen, this.motion.frame)[lang],
      near: this.nearOf(panel, row),
      panelName: name,
    });
  }

  allTexts() {
    const { lang, sentence, texts, ids } = this.data;
    return Array.from(lang, (l, row) => ({ row, text: texts[l][sentence[row]], id: ids[sentence[row]] }));
  }

  title() {
    const { panels, alt } = this.spec;
    const over = this.find('.over');
    over.setAttribute('aria-label', alt);
    this.belows = panels.map(() => make('span', 'below'));
    this.find('.titles').replaceChildren(
      ...panels.map(({ name, colour }, i) => {
        const key = make('i', 'key');
        if (colour) key.style.background = colour;
        key.hidden = !colour;
        const title = make('div', 'title', key, make('b', '', name), this.belows[i]);
        title.title = name; // where there is no room for all of it
        return title;
      }),
    );
    this.find('.squares').replaceChildren(...panels.map(() => make('div', 'square')));
    this.root.style.setProperty('--panels', panels.length);
    this.root.style.setProperty('--gap', `${GAP}px`);
    this.tellFrame();
  }

  tellFrame() {
    const frame = this.motion.frame;
    this.belows.forEach((below, i) => (below.textContent = ofFrame(this.spec.panels[i].below, frame) ?? ''));
  }

  resize() {
    const stage = this.find('.stage');
    if (!this.points || !stage.clientWidth) return;
    const ratio = window.devicePixelRatio || 1;
    this.frame.fit(stage.clientWidth, this.spec.panels.length, GAP, this.spec.height);
    const size = [stage.clientWidth, this.frame.height, ratio];
    stage.style.height = `${this.frame.height}px`;
    if (size.join() !== this.size) {
      this.size = size.join();
      this.points.resize(...size);
      this.overlay.resize(...size);
    }
    this.redraw();
  }

  extent() {
    const { extentBefore: from, extentNow: to, motion } = this;
    if (!from || !motion.before) return to;
    const part = motion.state().mix;
    const between = (a, b) => a + part * (b - a);
    return { middle: to.middle.map((value, i) => between(from.middle[i], value)), half: between(from.half, to.half) };
  }

  redraw() {
    this.pending ??= requestAnimationFrame((now) => this.paint(now));
  }

  paint(now) {
    this.pending = null;
    if (!this.data || !this.frame.squares.length || this.ended) return;
    const started = performance.now();
    const { motion, frame, root } = this;
    motion.advance(now);
    if (motion.moving && this.hover) this.hoverOver(null);
    if (motion.frame !== this.styledAt) {
      this.restyle();
      this.tellFrame();
    }
    frame.look(this.extent());
    this.paintPoints();
    this.paintOver();
    this.player.show();
    const scriptMs = performance.now() - started;
    const moving = motion.moving;
    const frameMs = this.pace.tick(moving ? now : null, this.data.lang.length);
    this.report(scriptMs, frameMs);
    if (moving) this.redraw();
    else motion.last = null;
    root.dataset.state = moving ? 'moving' : 'still';
  }

  radius() {
    const n = this.data.lang.length;
    const full = n <= 600 ? 3.6 : n <= 1200 ? 2.9 : n <= 4000 ? 2.3 : n <= 25000 ? 1.7 : 1.3;
    const room = Math.min(1.2, Math.max(0.85, this.frame.height / 360));
    return full * room * Math.min(2.6, this.frame.zoom ** 0.4);
  }

  paintPoints() {
    const { frame } = this;
    const faded = this.selection.any || this.previewed;
    this.points.draw(
      frame.squares,
      frame.height,
      {
        centre: frame.centre,
        scale: frame.scale,
        radius: this.radius(),
        alpha: this.data.lang.length <= 4000 ? 0.85 : 0.78,
        faded,
        share: this.motion.moving ? this.pace.share : 1,
        chosenGrowth: this.selection.sentence !== null ? 1.6 : 1.15,
      },
      this.motion.state(),
    );
  }

  paintOver() {
    const { frame, motion, selection, spec } = this;
    const look = getComputedStyle(this.root);
    const rows = selection.sentence === null || this.previewed ? [] : [...selection.lit()];
    this.overlay.draw({
      squares: frame.squares,
      height: frame.height,
      place: (panel, row) => frame.toPixels(panel, motion.place(panel, row)),
      ink: look.color,
      ground: look.backgroundColor,
      font: look.fontFamily,
      radius: this.radius() * (selection.any ? 1.6 : 1),
      translations: rows
        .filter((row) => this.shows(row))
        .map((row) => ({ row, code: spec.languages[this.data.lang[row]].code })),
      hover: this.hover,
      lasso: this.lasso,
    });
  }

  // for tests and benchmarks: how long the script took, and how far apart the screen's frames are
  report(scriptMs, frameMs) {
    const { dataset } = this.root;
    this.drawn += 1;
    dataset.drawn = this.drawn;
    dataset.scriptMs = scriptMs.toFixed(2);
    dataset.firstPaintMs ??= (performance.now() - this.since).toFixed(0);
    dataset.t = this.motion.t.toFixed(3);
    if (frameMs !== null) dataset.frameMs = frameMs.toFixed(1);
    dataset.share = this.pace.share.toFixed(2);
    const partly = this.motion.moving && this.pace.share < 1;
    this.find('.partly').hidden = !partly;
    this.find('.partly').textContent = partly ? `${Math.round(100 * this.pace.share)}% of the points while moving` : '';
  }

  end() {
    this.ended = true;
    waiting.delete(this.wake);
    this.sizes.disconnect();
    this.points?.end();
  }
}

const views = new WeakMap(); // a mount's root -> its view

export default function mount({ data, parentElement, setStateValue }) {
  if (data instanceof Uint8Array) return holdPart(parentElement, data);
  const root = parentElement.querySelector('.scatter');
  let view = views.get(parentElement);
  if (view?.root !== root) {
    view?.end();
    view = new Scatter(root);
    views.set(parentElement, view);
  }
  view.tell = setStateValue;
  view.show(data);
  return () => {
    view.end();
    views.delete(parentElement);
  };
}
