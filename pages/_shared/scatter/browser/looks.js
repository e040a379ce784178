// How a view's points look, and which square holds them.

// what holds for a frame: the only one, or the frame's own
function ofFrame(given, frame) {
  return given[given.length > 1 ? frame : 0];
}

// the smallest square that holds all points of all panels and frames
function extentOf(frames) {
  const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
  for (const values of frames) {
    for (let i = 0; i < values.length; i++) {
      const axis = i & 1;
      if (values[i] < low[axis]) low[axis] = values[i];
      if (values[i] > high[axis]) high[axis] = values[i];
    }
  }
  return {
    middle: [0, 1].map((axis) => (low[axis] + high[axis]) / 2),
    half: Math.max((high[0] - low[0]) / 2, (high[1] - low[1]) / 2, 1e-6),
  };
}

function styleTexels(spec, shows, frame) {
  const texels = new Uint8Array(4 * STYLE_WIDTH * (FIRST_PANEL_ROW + spec.panels.length));
  const set = (row, i, values) => texels.set(values, 4 * (row * STYLE_WIDTH + i));
  spec.languages.forEach(({ colour, outline, symbol }, i) => {
    set(FILL_ROW, i, [...rgb(colour), !spec.hidden[i] && (spec.category || shows(i)) ? 255 : 0]);
    set(OUTLINE_ROW, i, [...rgb(outline), 255]);
    spec.panels.forEach(({ seen }, panel) => {
      set(FIRST_PANEL_ROW + panel, i, [SHAPES.indexOf(symbol), ofFrame(seen, frame)[i] ? 1 : 0, 0, 0]);
    });
  });
  spec.category?.colours.forEach((colour, i) => set(CATEGORY_ROW, i, [...rgb(colour), shows(i) ? 255 : 0]));
  return texels;
}

function rgb(hex) {
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}
