// Which point is under the pointer or inside a lasso: on the CPU, from a grid that is built when
// it is first asked for after the points have moved.

const CELLS = 128;

class Grid {
  // places: Float32Array of x, y by row
  constructor(places) {
    const n = places.length / 2;
    this.places = places;
    this.low = [Infinity, Infinity];
    const high = [-Infinity, -Infinity];
    for (let i = 0; i < places.length; i++) {
      const axis = i & 1;
      if (places[i] < this.low[axis]) this.low[axis] = places[i];
      if (places[i] > high[axis]) high[axis] = places[i];
    }
    this.cell = Math.max(high[0] - this.low[0], high[1] - this.low[1], 1e-9) / CELLS;
    const cells = new Uint16Array(n);
    this.starts = new Uint32Array(CELLS * CELLS + 1);
    for (let row = 0; row < n; row++) {
      cells[row] = this.along(places[2 * row], 0) + CELLS * this.along(places[2 * row + 1], 1);
      this.starts[cells[row] + 1] += 1;
    }
    for (let c = 0; c < CELLS * CELLS; c++) this.starts[c + 1] += this.starts[c];
    const next = this.starts.slice(0, -1);
    this.rows = new Uint32Array(n);
    for (let row = 0; row < n; row++) this.rows[next[cells[row]]++] = row;
  }

  along(value, axis) {
    return Math.min(CELLS - 1, Math.max(0, Math.floor((value - this.low[axis]) / this.cell)));
  }

  // the nearest row that is `shown` within `radius`, or -1
  nearest(x, y, radius, shown) {
    let best = radius * radius, found = -1;
    const [left, right] = [this.along(x - radius, 0), this.along(x + radius, 0)];
    const [bottom, top] = [this.along(y - radius, 1), this.along(y + radius, 1)];
    for (let cy = bottom; cy <= top; cy++) {
      for (let i = this.starts[left + CELLS * cy]; i < this.starts[right + CELLS * cy + 1]; i++) {
        const row = this.rows[i];
        const distance = (this.places[2 * row] - x) ** 2 + (this.places[2 * row + 1] - y) ** 2;
        if (distance < best && shown(row)) [best, found] = [distance, row];
      }
    }
    return found;
  }
}

// rows that are `shown` inside a closed line of [x, y], by the even-odd rule
function rowsInside(places, line, shown) {
  const xs = line.map(([x]) => x), ys = line.map(([, y]) => y);
  const [left, right, bottom, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const rows = [];
  for (let row = 0; row < places.length / 2; row++) {
    const x = places[2 * row], y = places[2 * row + 1];
    if (x < left || x > right || y < bottom || y > top || !shown(row)) continue;
    let inside = false;
    for (let i = 0, j = xs.length - 1; i < xs.length; j = i++) {
      if (ys[i] > y !== ys[j] > y && x < ((xs[j] - xs[i]) * (y - ys[i])) / (ys[j] - ys[i]) + xs[i]) {
        inside = !inside;
      }
    }
    if (inside) rows.push(row);
  }
  return Uint32Array.from(rows);
}
