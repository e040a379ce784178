// What lies over the points: lines from translations to their middle, rings, and the lasso.

class Overlay {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext('2d');
  }

  resize(width, height, ratio) {
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.ratio = ratio;
    this.empty = true;
  }

  // scene: {squares, height, place(panel, row) -> [x, y] in pixels, ink, ground, font, radius,
  //         translations: [{row, code}], hover: {panel, row, near} | null, lasso: {panel, line} | null}
  draw(scene) {
    const pen = this.pen;
    const empty = !scene.translations.length && !scene.hover && !scene.lasso;
    if (empty && this.empty) return; // a canvas that is touched is composed anew
    this.empty = empty;
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    scene.squares.forEach(({ x, width }, panel) => {
      pen.save();
      pen.beginPath();
      pen.rect(x, 0, width, scene.height);
      pen.clip();
      if (scene.translations.length) this.translations(scene, panel);
      if (scene.hover) this.hover(scene, panel);
      if (scene.lasso?.panel === panel) this.lasso(scene);
      pen.restore();
    });
  }

  translations(scene, panel) {
    const pen = this.pen;
    const ends = scene.translations.map(({ row, code }) => ({ at: scene.place(panel, row), code }));
    const middle = [0, 1].map((axis) => ends.reduce((sum, end) => sum + end.at[axis], 0) / ends.length);
    pen.strokeStyle = scene.ink;
    pen.globalAlpha = 0.55;
    pen.lineWidth = 1;
    pen.beginPath();
    for (const { at } of ends) {
      pen.moveTo(...middle);
      pen.lineTo(...at);
    }
    pen.stroke();
    pen.globalAlpha = 1;
    for (const { at } of ends) this.ring(at, scene.radius + 3, 1.2, scene.ink);
    this.codes(ends, scene);
  }

  // a code beside every ring, where there is room for it
  codes(ends, scene) {
    const pen = this.pen;
    pen.font = `600 11px ${scene.font}`;
    pen.textBaseline = 'middle';
    pen.lineJoin = 'round';
    const taken = [];
    for (const { at: [x, y], code } of ends) {
      const box = [x + scene.radius + 5, y - 7, pen.measureText(code).width + 2, 14];
      if (taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      pen.strokeStyle = scene.ground;
      pen.lineWidth = 3;
      pen.strokeText(code, box[0], y);
      pen.fillStyle = scene.ink;
      pen.fillText(code, box[0], y);
    }
  }

  hover(scene, panel) {
    const { hover, radius, ink } = scene;
    this.ring(scene.place(panel, hover.row), radius + 3, 1.6, ink);
    if (panel !== hover.panel) return;
    this.pen.globalAlpha = 0.6;
    for (const row of hover.near) this.ring(scene.place(panel, row), radius + 1.5, 1, ink);
    this.pen.globalAlpha = 1;
  }

  lasso({ lasso: { line }, ink }) {
    const pen = this.pen;
    pen.beginPath();
    line.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.closePath();
    pen.fillStyle = pen.strokeStyle = ink;
    pen.globalAlpha = 0.06;
    pen.fill();
    pen.globalAlpha = 0.8;
    pen.lineWidth = 1;
    pen.stroke();
    pen.globalAlpha = 1;
  }

  ring([x, y], radius, width, colour) {
    const pen = this.pen;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.stroke();
  }
}

function overlap([x, y, width, height], [x2, y2, width2, height2]) {
  return x < x2 + width2 && x2 < x + width && y < y2 + height2 && y2 < y + height;
}
