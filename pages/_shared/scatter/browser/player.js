// Time: between which frames the points are, and the button, slider and stops that move it.

const STEP_MS = 1500; // from one frame to the next, with a short rest at each
const REST = 0.22;
const JUMP_MS = 700; // to a stop that was asked for, however far
const MORPH_MS = 1100; // to frames that replaced the shown ones

const SLOW_MS = 160, FAST_MS = 70, FEWEST = 4000; // points in a panel
const MAX_PASSED_MS = 300; // a tab that was hidden goes on where it was

const stillness = window.matchMedia('(prefers-reduced-motion: reduce)');

class Motion {
  constructor() {
    this.t = 0; // in frames: 1.5 is halfway between the second and the third
    this.goal = null;
    this.frames = [];
    this.version = 0; // grows whenever points may be elsewhere
  }

  // frames: per panel all its frames in one Float32Array; before: per panel places, or null
  load(frames, nFrames, n, before) {
    Object.assign(this, { frames, nFrames, n, goal: null });
    this.t = Math.min(Math.round(this.t), nFrames - 1);
    this.before = stillness.matches ? null : before;
    this.morph = 0;
    this.version += 1;
  }

  get frame() {
    return Math.round(this.t);
  }

  get moving() {
    return this.goal !== null || Boolean(this.before);
  }

  play() {
    if (this.t >= this.nFrames - 1) this.t = 0;
    this.head(this.nFrames - 1, 1 / STEP_MS);
  }

  goTo(frame) {
    const goal = Math.min(this.nFrames - 1, Math.max(0, frame));
    if (stillness.matches) this.scrub(goal);
    else this.head(goal, Math.max(1, Math.abs(goal - this.t)) / JUMP_MS);
  }

  head(goal, speed) {
    Object.assign(this, { goal, speed, last: null, before: null });
  }

  scrub(t) {
    Object.assign(this, { t, goal: null, before: null });
    this.version += 1;
  }

  // one frame of the screen later
  advance(now) {
    const passed = Math.min(MAX_PASSED_MS, now - (this.last ?? now));
    this.last = now;
    if (!this.moving) return;
    this.version += 1;
    if (this.before) {
      this.morph += passed / MORPH_MS;
      if (this.morph >= 1) this.before = null;
      return;
    }
    const step = this.speed * passed;
    if (Math.abs(this.goal - this.t) <= step) [this.t, this.goal] = [this.goal, null];
    else this.t += Math.sign(this.goal - this.t) * step;
  }

  // {from, to: frames, mix in [0, 1], fromBefore}
  state() {
    if (this.before) {
      return { from: 0, to: this.frame, mix: smooth(this.morph), fromBefore: true };
    }
    const t = stillness.matches ? this.frame : this.t;
    const from = Math.min(Math.floor(t), this.nFrames - 1);
    const to = Math.min(from + 1, this.nFrames - 1);
    return { from, to, mix: smooth((t - from - REST / 2) / (1 - REST)), fromBefore: false };
  }

  ends(panel) {
    const { from, to, mix, fromBefore } = this.state();
    const at = (frame) => this.frames[panel].subarray(2 * this.n * frame, 2 * this.n * (frame + 1));
    return { from: fromBefore ? this.before[panel] : at(from), to: at(to), mix };
  }

  place(panel, row) {
    const { from, to, mix } = this.ends(panel);
    return [2 * row, 2 * row + 1].map((i) => from[i] + mix * (to[i] - from[i]));
  }

  places(panel) {
    const { from, to, mix } = this.ends(panel);
    if (mix === 0) return from;
    if (mix === 1) return to;
    return from.map((value, i) => value + mix * (to[i] - value));
  }
}

// How many of the points are drawn while they move: all, unless the machine is too slow for that.
// Points lie in an order by chance, so the first of them are a fair sample.
class Pace {
  constructor() {
    Object.assign(this, { share: 1, usual: 0, last: null });
  }

  // a frame of the screen while points move; null when they rest
  tick(now, n) {
    const passed = now === null || this.last === null ? null : now - this.last;
    this.last = now;
    if (passed === null) return null;
    this.usual += 0.3 * (passed - this.usual);
    if (this.usual > SLOW_MS) this.set(0.75, n);
    else if (this.usual < FAST_MS && this.share < 1) this.set(1.2, n);
    return passed;
  }

  set(factor, n) {
    this.share = Math.min(1, Math.max(this.share * factor, FEWEST / n));
    this.usual = (SLOW_MS + FAST_MS) / 2; // see what that does before the next change
  }
}

function smooth(x) {
  const f = Math.min(1, Math.max(0, x));
  return f * f * (3 - 2 * f);
}

class Player {
  constructor(body, motion, redraw) {
    this.box = body.querySelector('.player');
    this.button = body.querySelector('.play');
    this.slider = body.querySelector('.scrub');
    this.stops = body.querySelector('.stops');
    this.name = body.querySelector('.frame');
    Object.assign(this, { motion, redraw });
    this.button.onclick = () => this.toggle();
    this.slider.oninput = () => {
      motion.scrub(Number(this.slider.value));
      redraw();
    };
    this.slider.onchange = () => this.step(0); // comes to rest at a frame
    this.slider.onkeydown = (event) => this.key(event);
  }

  load(names, noun) {
    const shown = JSON.stringify([names, noun]);
    if (shown === this.shown) return;
    Object.assign(this, { shown, names });
    this.box.hidden = names.length < 2;
    this.slider.max = names.length - 1;
    this.slider.setAttribute('aria-label', noun);
    const spelled = names.length <= 5;
    this.box.classList.toggle('spelled', spelled);
    this.stops.replaceChildren(
      ...names.map((name, i) => {
        const stop = make('button', 'stop', spelled ? name : '');
        stop.type = 'button';
        stop.tabIndex = -1; // the slider's arrow keys do the same
        stop.title = name;
        stop.style.left = `${(100 * i) / (names.length - 1)}%`;
        stop.onclick = () => this.goTo(i);
        return stop;
      }),
    );
    this.show();
  }

  toggle() {
    if (this.motion.goal !== null) this.motion.goal = null;
    else this.motion.play();
    this.redraw();
  }

  step(by) {
    this.goTo(Math.round(this.motion.goal ?? this.motion.t) + by);
  }

  goTo(frame) {
    this.motion.goTo(frame);
    this.redraw();
  }

  key(event) {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 1, PageDown: -1 };
    if (event.key in by) this.step(by[event.key]);
    else if (event.key === 'Home') this.goTo(0);
    else if (event.key === 'End') this.goTo(this.names.length - 1);
    else if (event.key === ' ') this.toggle();
    else return;
    event.preventDefault();
  }

  show() {
    const { motion, slider } = this;
    slider.value = motion.t;
    const name = this.names[motion.frame] ?? '';
    slider.setAttribute('aria-valuetext', name);
    this.name.textContent = name;
    const playing = motion.goal !== null;
    this.button.classList.toggle('playing', playing);
    this.button.setAttribute('aria-label', playing ? 'Pause' : 'Play');
    slider.style.setProperty('--done', `${(100 * motion.t) / Math.max(1, this.names.length - 1)}%`);
    [...this.stops.children].forEach((stop, i) => stop.classList.toggle('here', i === motion.frame));
  }
}
