// The eight markers, as the figures name them: for the graphics card and for the legend.

const SHAPES = ['circle', 'diamond', 'square', 'triangle-up', 'cross', 'star', 'triangle-down', 'hexagon'];

const SVG = 'http://www.w3.org/2000/svg';

const OUTLINES = {
  circle: 'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z',
  diamond: 'M0 -6.3L6.3 0L0 6.3L-6.3 0z',
  square: 'M-4.5 -4.5h9v9h-9z',
  'triangle-up': 'M0 -6L5.6 4.2H-5.6z',
  'triangle-down': 'M0 6L5.6 -4.2H-5.6z',
  cross: 'M-2 -6h4v4h4v4h-4v4h-4v-4h-4v-4h4z',
  star: 'M0 -6.5L1.6 -2.2L6.2 -2L2.6 .8L3.8 5.2L0 2.7L-3.8 5.2L-2.6 .8L-6.2 -2L-1.6 -2.2z',
  hexagon: 'M0 -5.6L4.9 -2.8V2.8L0 5.6L-4.9 2.8V-2.8z',
};

function glyph({ symbol, colour, outline, filled = true }) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '-8 -8 16 16');
  svg.setAttribute('class', 'glyph');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', OUTLINES[symbol]);
  path.setAttribute('fill', filled ? colour : 'none');
  path.setAttribute('stroke', outline);
  path.setAttribute('stroke-width', filled ? 1 : 1.6);
  svg.append(path);
  return svg;
}

const N_COMMON = 3; // the first three are enough for 21 languages

// Rows of the style texture, one texel a language or category.
const FILL_ROW = 0, OUTLINE_ROW = 1, CATEGORY_ROW = 2, FIRST_PANEL_ROW = 3;

const VERTEX_SHADER = `#version 300 es
layout(location = 0) in vec2 aFrom;
layout(location = 1) in vec2 aTo;
layout(location = 2) in uint aLang;
layout(location = 3) in uint aCategory;
uniform float uMix, uRadius, uAlpha;
uniform vec2 uCentre, uScale;
uniform int uPanel;
uniform bool uByCategory;
uniform highp sampler2D uStyle;
flat out vec4 vFill;
flat out vec4 vOutline;
flat out float vRadius, vHalf, vSize;
flat out vec3 vWeights;
flat out int vShape;
void main() {
  int lang = int(aLang);
  vec4 fill = texelFetch(uStyle, ivec2(lang, ${FILL_ROW}), 0);
  vec4 outline = texelFetch(uStyle, ivec2(lang, ${OUTLINE_ROW}), 0);
  vec4 look = texelFetch(uStyle, ivec2(lang, ${FIRST_PANEL_ROW} + uPanel), 0) * 255.0;
  float isShown = fill.a; // the fourth channel says it: of the language, and of its category
  vShape = int(look.r + 0.5);
  if (uByCategory) {
    fill = texelFetch(uStyle, ivec2(int(aCategory), ${CATEGORY_ROW}), 0);
    outline = fill;
    vShape = 0;
  }
  gl_Position = min(isShown, fill.a) < 0.5 ? vec4(2.0, 2.0, 2.0, 1.0)
                                       : vec4((mix(aFrom, aTo, uMix) - uCentre) * uScale, 0.0, 1.0);
  vRadius = uRadius;
  // no larger than the shape: software rendering pays for every pixel
  float reach = vShape == 0 ? 1.0 : vShape == 1 ? 1.25 : vShape == 2 ? 0.9 : 1.35;
  vHalf = uRadius * reach + 0.6;
  vWeights = vShape == 0 ? vec3(1, 0, 0) : vShape == 1 ? vec3(0, 0.7071, 0) : vec3(0, 0, 1);
  vSize = uRadius * (vShape == 0 ? 1.0 : vShape == 1 ? 0.884 : 0.9);
  gl_PointSize = 2.0 * vHalf;
  vFill = vec4(fill.rgb, look.g > 0.5 ? uAlpha : 0.0);
  vOutline = vec4(outline.rgb, uAlpha);
}`;

const FRAGMENT_SHADER = `#version 300 es
// definitions
precision mediump float;
flat in vec4 vFill;
flat in vec4 vOutline;
flat in float vRadius, vHalf, vSize;
flat in vec3 vWeights;
flat in int vShape;
out vec4 colour;
#ifdef RARE_SHAPES
float triangle(vec2 p, float r) {
  return max(p.y - 0.8 * r, (abs(p.x) * 2.0 - (p.y + 1.2 * r) * 1.1) / 2.283);
}
float star(vec2 p, float r) {
  float angle = mod(atan(p.x, -p.y) + 0.6283, 1.2566) - 0.6283;
  vec2 q = length(p) * vec2(cos(angle), abs(sin(angle)));
  return dot(q - vec2(1.3 * r, 0.0), vec2(0.353, 0.935));
}
#endif
// Below 0 inside, in pixels. Software rendering runs every branch for every pixel, so the three
// common shapes are one sum, and the rare ones are left out where no language has them.
float edge(vec2 p, float r) {
  vec2 q = abs(p);
  float usual = dot(vWeights, vec3(length(p), q.x + q.y, max(q.x, q.y))) - vSize;
#ifdef RARE_SHAPES
  if (vShape == 3) return triangle(p, r);
  if (vShape == 4) {
    q = q.x > q.y ? q : q.yx;
    return max(q.x - 1.2 * r, q.y - 0.42 * r);
  }
  if (vShape == 5) return star(p, r);
  if (vShape == 6) return triangle(vec2(p.x, -p.y), r);
  if (vShape == 7) return max(q.x * 0.866 + q.y * 0.5, q.y) - 0.95 * r;
#endif
  return usual;
}
void main() {
  float d = edge((gl_PointCoord * 2.0 - 1.0) * vHalf, vRadius);
  float inside = clamp(0.5 - d, 0.0, 1.0);
  float line = max(1.0, 0.28 * vRadius);
  float stroke = clamp(d + line + 0.5, 0.0, 1.0) * inside;
  vec4 fill = vec4(vFill.rgb, 1.0) * vFill.a;
  vec4 outline = vec4(vOutline.rgb, 1.0) * vOutline.a;
  colour = mix(fill, outline, stroke) * inside;
}`;
