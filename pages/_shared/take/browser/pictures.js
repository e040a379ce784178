// Plotly's own camera, pressed for the reader: the only way to its picture from outside, since
// Streamlit keeps Plotly to itself.

const SCALE = { svg: 1, png: 3 }; // a PNG is to be sharp on a slide

export default function ({ data, parentElement }) {
  const said = parentElement.querySelector('[role=status]');
  for (const button of parentElement.querySelectorAll('button')) {
    button.onclick = () => {
      said.textContent = take(data.figure, button.dataset.format) ? '' : 'The figure is not on the page.';
    };
  }
}

function take(key, format) {
  const plot = document.querySelector(`.st-key-${CSS.escape(key)} .js-plotly-plot`);
  const camera = plot?.querySelector('.modebar-btn[data-title^="Download"]');
  if (!camera || !plot._context) return false;
  const before = plot._context.toImageButtonOptions;
  plot._context.toImageButtonOptions = { ...before, format, scale: SCALE[format] };
  camera.click();
  plot._context.toImageButtonOptions = before;
  return true;
}
