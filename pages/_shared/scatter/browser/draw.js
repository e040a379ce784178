// The points on the graphics card. All frames of a panel lie there in one buffer; the vertex
// shader moves every point between two of them, so that a moving frame costs a few calls here.

const STYLE_WIDTH = 256;

class Points {
  constructor(canvas) {
    this.canvas = canvas;
    this.gl = canvas.getContext('webgl2', { antialias: false, depth: false, stencil: false });
    if (!this.gl) throw new Error('no WebGL2');
    this.n = 0;
    this.panels = [];
    this.prepare();
  }

  prepare() {
    const gl = this.gl;
    this.programs = {};
    this.use('');
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.enable(gl.SCISSOR_TEST);
    this.style = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.style);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    }
    this.chosen = gl.createBuffer();
    this.nChosen = 0;
    this.lang = gl.createBuffer();
  }

  // frames: per panel a Float32Array of all its frames; lang: Uint8Array by row. On the card the
  // points lie in the order in which they are drawn: drawing by an index is a third slower.
  load(frames, lang) {
    const gl = this.gl;
    for (const panel of this.panels) {
      for (const buffer of Object.values(panel)) gl.deleteBuffer(buffer);
    }
    if (lang.length !== this.n) {
      this.n = lang.length;
      this.order = shuffled(this.n);
      this.placeOf = new Uint32Array(this.n);
      this.order.forEach((row, place) => (this.placeOf[row] = place));
    }
    this.panels = frames.map((values) => {
      const panel = { frames: gl.createBuffer(), before: gl.createBuffer(), category: gl.createBuffer() };
      fill(gl, gl.ARRAY_BUFFER, panel.frames, this.ordered(values, 2));
      return panel;
    });
    fill(gl, gl.ARRAY_BUFFER, this.lang, this.ordered(lang, 1));
  }

  // values by row, any number of frames, in the order of drawing
  ordered(values, width) {
    const { n, order } = this;
    const placed = new values.constructor(values.length);
    for (let start = 0; start < values.length; start += n * width) {
      for (let place = 0; place < n; place++) {
        const [to, from] = [start + width * place, start + width * order[place]];
        placed[to] = values[from];
        if (width === 2) placed[to + 1] = values[from + 1];
      }
    }
    return placed;
  }

  // where the points were, to move from there to new frames
  setBefore(places) {
    const gl = this.gl;
    this.panels.forEach((panel, i) => fill(gl, gl.ARRAY_BUFFER, panel.before, this.ordered(places[i], 2)));
  }

  setCategories(codes) {
    const gl = this.gl;
    this.byCategory = codes !== null;
    if (!codes) return;
    this.panels.forEach((panel, i) => {
      fill(gl, gl.ARRAY_BUFFER, panel.category, this.ordered(codes[codes.length > 1 ? i : 0], 1));
    });
  }

  setChosen(rows) {
    this.nChosen = rows.length;
    fill(this.gl, this.gl.ELEMENT_ARRAY_BUFFER, this.chosen, rows.map((row) => this.placeOf[row]));
  }

  // definitions: what the fragment shader is to know
  use(definitions) {
    const gl = this.gl;
    if (!this.programs[definitions]) {
      const program = link(gl, VERTEX_SHADER, FRAGMENT_SHADER.replace('// definitions', definitions));
      const at = (name) => gl.getUniformLocation(program, `u${name}`);
      const names = ['Mix', 'Radius', 'Alpha', 'Centre', 'Scale', 'Panel', 'ByCategory'];
      this.programs[definitions] = { program, at: Object.fromEntries(names.map((name) => [name, at(name)])) };
    }
    const { program, at } = this.programs[definitions];
    gl.useProgram(program);
    this.at = at;
  }

  // texels: Uint8Array of STYLE_WIDTH x rows x 4; hasRare: whether a language has a rare shape
  setStyle(texels, hasRare) {
    const gl = this.gl;
    this.use(hasRare ? '#define RARE_SHAPES' : '');
    const height = texels.length / (4 * STYLE_WIDTH);
    gl.bindTexture(gl.TEXTURE_2D, this.style);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, STYLE_WIDTH, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels);
  }

  resize(width, height, ratio) {
    this.ratio = ratio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
  }

  // squares: per panel {x, width}, all `height` high
  // look: {centre, scale, radius, alpha, faded, chosenGrowth, share: of the points, the first in their order}
  draw(squares, height, look, motion) {
    const gl = this.gl;
    gl.scissor(0, 0, this.canvas.width, this.canvas.height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform1i(this.at.ByCategory, this.byCategory ? 1 : 0);
    gl.uniform2f(this.at.Centre, look.centre[0], look.centre[1]);
    gl.uniform1f(this.at.Mix, motion.mix);
    this.panels.forEach((panel, i) => {
      const { x, width } = squares[i];
      const box = [x, 0, width, height].map((side) => Math.round(side * this.ratio));
      gl.viewport(...box);
      gl.scissor(...box);
      gl.uniform1i(this.at.Panel, i);
      gl.uniform2f(this.at.Scale, (2 * look.scale) / width, (2 * look.scale) / height);
      const from = motion.fromBefore ? panel.before : panel.frames;
      this.point(0, from, motion.fromBefore ? 0 : motion.from);
      this.point(1, panel.frames, motion.to);
      this.pointBytes(2, this.lang);
      this.pointBytes(3, this.byCategory ? panel.category : this.lang);
      this.pass(look.radius, look.faded ? 0.13 : look.alpha);
      gl.drawArrays(gl.POINTS, 0, Math.ceil(this.n * look.share));
      if (!this.nChosen) return;
      this.pass(look.radius * look.chosenGrowth, 1);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.chosen);
      gl.drawElements(gl.POINTS, this.nChosen, gl.UNSIGNED_INT, 0);
    });
  }

  point(location, buffer, frame) {
    const gl = this.gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, 2, gl.FLOAT, false, 0, 8 * this.n * frame);
  }

  pointBytes(location, buffer) {
    const gl = this.gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(location);
    gl.vertexAttribIPointer(location, 1, gl.UNSIGNED_BYTE, 0, 0);
  }

  pass(radius, alpha) {
    this.gl.uniform1f(this.at.Radius, radius * this.ratio);
    this.gl.uniform1f(this.at.Alpha, alpha);
  }

  end() {
    this.gl.getExtension('WEBGL_lose_context')?.loseContext(); // browsers allow few at a time
  }
}

function fill(gl, target, buffer, values) {
  gl.bindBuffer(target, buffer);
  gl.bufferData(target, values, gl.STATIC_DRAW);
}

function link(gl, ...sources) {
  const program = gl.createProgram();
  sources.forEach((source, i) => {
    const shader = gl.createShader(i ? gl.FRAGMENT_SHADER : gl.VERTEX_SHADER);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  });
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    const logs = gl.getAttachedShaders(program).map((shader) => gl.getShaderInfoLog(shader));
    throw new Error([gl.getProgramInfoLog(program), ...logs].join('\n'));
  }
  return program;
}

// Drawn in the order of rows, the last language would cover the others and look unmixed: every
// point gets its place by chance, the same in all panels and each time.
function shuffled(n) {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  let seed = 42;
  for (let i = n - 1; i > 0; i--) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((seed / 2 ** 32) * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
