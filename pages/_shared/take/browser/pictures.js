// Plotly's own camera, pressed for the reader: the only way to its picture from outside, since
// Streamlit keeps Plotly to itself.

const SCALE = { svg: 1, png: 3 }; // a PNG is to be sharp on a slide

export default function ({ data, parentElement }) {
  const said = parentElement.querySelector('[role=status]');
  for (const button of parentElement.querySelectorAll('button')) {
    button.onclick = () => {
      said.textContent = take(data, button.dataset.format) ? '' : 'The figure is not on the page.';
    };
  }
}

function take({ figure, whole }, format) {
  const plot = document.querySelector(`.st-key-${CSS.escape(figure)} .js-plotly-plot`);
  const camera = plot?.querySelector('.modebar-btn[data-title^="Download"]');
  if (!camera || !plot._context) return false;
  const before = plot._context.toImageButtonOptions;
  const shown = { data: plot.data, layout: plot.layout };
  const options = { ...before, format, scale: SCALE[format] };
  if (whole) {
    // the camera takes what it finds at the click, and copies it before it comes back
    const { width, height, filename } = whole;
    Object.assign(options, { width, height, filename });
    Object.assign(plot, { data: whole.data, layout: whole.layout });
  }
  plot._context.toImageButtonOptions = options;
  camera.click();
  plot._context.toImageButtonOptions = before;
  Object.assign(plot, shown);
  return true;
}
