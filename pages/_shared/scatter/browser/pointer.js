// The mouse and the keys over the panels.

const NEAR_PX = 10; // a point this near to the pointer is meant
const STILL_PX = 4; // a press that moves less is a click
const SCROLL_MS = 400; // a scroll that began elsewhere on the page goes on over the panels
const MAX_ZOOM = 200;

let lastScroll = 0;
document.addEventListener('wheel', () => (lastScroll = performance.now()), { passive: true });

class Pointer {
  // on: {redraw, hover(point | null, x, y), click(point | null), lasso(panel, line), drawing(lasso | null),
  //      pick(panel, x, y) -> row, clear, play}
  constructor(canvas, frame, on) {
    Object.assign(this, { canvas, frame, on, lassoing: false, press: null });
    canvas.onpointerdown = (event) => this.down(event);
    canvas.onpointermove = (event) => this.move(event);
    canvas.onpointerup = canvas.onpointercancel = (event) => this.up(event);
    canvas.onpointerleave = () => this.press || on.hover(null);
    canvas.ondblclick = () => this.zoomHome();
    canvas.onkeydown = (event) => this.key(event);
    canvas.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    return { x, y, panel: this.frame.panelAt(x) };
  }

  down(event) {
    const { x, y, panel } = this.at(event);
    if (event.button !== 0 || panel < 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    const line = event.shiftKey || this.lassoing ? [[x, y]] : null;
    this.press = { x, y, panel, line, lastX: x, lastY: y, moved: false };
  }

  move(event) {
    const { x, y, panel } = this.at(event);
    const { press } = this;
    if (!press) {
      const row = panel < 0 ? -1 : this.on.pick(panel, x, y);
      this.on.hover(row < 0 ? null : { panel, row }, x, y);
      this.canvas.classList.toggle('over-point', row >= 0);
      return;
    }
    press.moved ||= Math.hypot(x - press.x, y - press.y) >= STILL_PX;
    if (!press.moved) return;
    this.on.hover(null);
    if (press.line) {
      press.line.push([x, y]);
      this.on.drawing({ panel: press.panel, line: press.line });
    } else {
      this.frame.pan(x - press.lastX, y - press.lastY);
      [press.lastX, press.lastY] = [x, y];
    }
    this.on.redraw();
  }

  up(event) {
    const { press } = this;
    if (!press) return;
    this.press = null;
    this.on.drawing(null);
    if (press.line && press.moved) {
      if (event.type === 'pointerup') this.on.lasso(press.panel, press.line);
    } else if (!press.moved) {
      const row = this.on.pick(press.panel, press.x, press.y);
      this.on.click(row < 0 ? null : { panel: press.panel, row });
    }
    this.on.redraw();
  }

  wheel(event) {
    const { x, y, panel } = this.at(event);
    const passing = performance.now() - lastScroll < SCROLL_MS;
    if (panel < 0 || passing || (event.deltaY > 0 && this.frame.zoom <= 1)) return;
    event.preventDefault();
    event.stopPropagation(); // or it would count as a scroll of the page
    const lines = event.deltaMode === 1 ? 30 : 1;
    this.zoomBy(Math.exp(-0.0016 * lines * event.deltaY), x, y, panel);
  }

  zoomBy(factor, x, y, panel) {
    this.on.hover(null);
    this.frame.zoomAt(factor, x, y, panel);
    this.on.redraw();
  }

  zoomHome() {
    this.frame.home();
    this.on.redraw();
  }

  key(event) {
    const pan = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
    const zoom = { '+': 1.3, '=': 1.3, '-': 1 / 1.3 };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in pan) this.frame.pan(...pan[event.key]);
    else if (event.key in zoom) this.frame.zoomAt(zoom[event.key]);
    else if (event.key === '0') this.frame.home();
    else if (event.key === ' ') this.on.play();
    else return;
    event.preventDefault();
    this.on.redraw();
  }
}

// Where panels lie and which part of the map they show: the same part in each.
class Frame {
  constructor() {
    this.squares = [];
    this.home();
  }

  home() {
    Object.assign(this, { zoom: 1, shift: [0, 0] });
  }

  // panels of equal width over the whole width, square unless that makes them too high
  fit(width, n, gap, maxHeight) {
    const each = Math.max(40, (width - gap * (n - 1)) / n);
    this.squares = Array.from({ length: n }, (_, i) => ({ x: i * (each + gap), width: each }));
    this.height = Math.round(Math.min(each, maxHeight));
  }

  // extent: {middle, half}: the square that all points are in
  look(extent) {
    this.extent = extent;
    const side = Math.min(this.squares[0].width, this.height);
    this.scale = (0.94 * side * this.zoom) / (2 * extent.half);
    this.centre = extent.middle.map((value, axis) => value + this.shift[axis] * extent.half);
  }

  panelAt(x) {
    return this.squares.findIndex((square) => x >= square.x && x < square.x + square.width);
  }

  toPixels(panel, [x, y]) {
    const { x: left, width } = this.squares[panel];
    return [
      left + width / 2 + (x - this.centre[0]) * this.scale,
      this.height / 2 - (y - this.centre[1]) * this.scale,
    ];
  }

  toMap(panel, x, y) {
    const { x: left, width } = this.squares[panel];
    return [
      this.centre[0] + (x - left - width / 2) / this.scale,
      this.centre[1] - (y - this.height / 2) / this.scale,
    ];
  }

  pan(dx, dy) {
    this.move(-dx / this.scale, dy / this.scale);
  }

  move(dx, dy) {
    this.shift = [dx, dy].map((by, axis) => {
      const moved = this.shift[axis] + by / this.extent.half;
      return Math.min(1, Math.max(-1, moved)); // never out of sight
    });
    this.look(this.extent);
  }

  // what is under the pointer stays there
  zoomAt(factor, x, y, panel = 0) {
    const at = x === undefined ? this.centre : this.toMap(panel, x, y);
    const zoom = Math.min(MAX_ZOOM, Math.max(1, this.zoom * factor));
    const kept = 1 - this.zoom / zoom;
    this.zoom = zoom;
    if (zoom === 1) this.shift = [0, 0];
    this.move(...(zoom === 1 ? [0, 0] : at.map((value, axis) => (value - this.centre[axis]) * kept)));
  }
}
