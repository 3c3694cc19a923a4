import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Figure } from './figure';
import { figureTitle } from './figure';
import { escapeHtml } from './format';

/** A part of a page: a heading with HTML of one's own, or with a figure. */
export type PageSection =
  | { readonly heading?: string; readonly html: string }
  | { readonly heading?: string; readonly figure: Figure };

/**
 * A whole HTML page with figures that works from a double click, without a network: plotly.js is inside. It is stored
 * compressed (2.6 MB instead of 10 MB) and unpacked by the browser, which browsers do since 2023.
 */
export function plotlyPage(
  title: string,
  sections: readonly PageSection[],
  options: { readonly headline?: boolean } = {},
): string {
  const hasFigures = sections.some((section) => 'figure' in section);
  const body = sections.map((section, index) => {
    const heading = section.heading === undefined ? '' : `<h2>${escapeHtml(section.heading)}</h2>`;
    if ('html' in section) return `<section>${heading}\n${section.html}\n</section>`;
    const name = escapeHtml(figureTitle(section.figure));
    const height = typeof section.figure.layout.height === 'number' ? section.figure.layout.height : 450;
    return [
      `<section class="figure">${heading}`,
      `<div id="figure-${index}" role="img" aria-label="${name}" style="min-height:${height}px"></div>`,
      `<script type="application/json" data-figure="figure-${index}">${scriptSafeJson(section.figure)}</script>`,
      '</section>',
    ].join('\n');
  });
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    // An empty icon keeps a browser from asking a server for one.
    '<link rel="icon" href="data:,">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    ...(options.headline === false ? [] : [`<h1>${escapeHtml(title)}</h1>`]),
    ...(hasFigures ? ['<noscript><p>The figures need JavaScript; the tables do not.</p></noscript>'] : []),
    '<p id="problem" hidden></p>',
    ...body,
    '</main>',
    ...(hasFigures
      ? [`<script type="text/plain" id="plotly">${packedPlotly()}</script>`, `<script>${FIT}${DRAW}</script>`]
      : []),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** JSON that cannot end the script element around it. */
export function scriptSafeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

let packed: string | undefined;

function packedPlotly(): string {
  packed ??= gzipSync(readFileSync(require.resolve('plotly.js-dist')), { level: 9 }).toString('base64');
  return packed;
}

/**
 * On a narrow screen (a phone) panels stand below each other, titles are broken into lines, and colour bars lie below.
 * `layout.meta` says how many panels a figure has.
 */
const FIT = `
const isNarrow = window.matchMedia('(max-width: 640px)');
function broken(text, length) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== '' && last.length + 1 + word.length > length) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : last + ' ' + word;
  }
  return lines;
}
function fitted({ data, layout }) {
  if (!isNarrow.matches || !layout.meta || !layout.meta.panels) return { data, layout };
  const { panels, rowHeight } = layout.meta;
  const title = broken(layout.title.text, 36);
  const subtitle = layout.title.subtitle ? broken(layout.title.subtitle.text, 54) : [];
  const top = 40 + 22 * title.length + 16 * subtitle.length;
  const named = new Set(data.filter((trace) => trace.showlegend !== false && trace.type === 'scatter').map((trace) => trace.name));
  const bottom = 60 + (layout.coloraxis ? 90 : 0) + (layout.sliders ? 100 : 0);
  const gap = 90;
  const plots = panels * rowHeight + (panels - 1) * gap;
  layout.height = top + plots + bottom + 22 * named.size;
  layout.title.text = title.join('<br>');
  layout.title.font.size = 16;
  layout.title.xref = 'container';
  layout.title.x = 0.01;
  layout.title.yref = 'container';
  layout.title.y = 1;
  layout.title.yanchor = 'top';
  layout.title.pad = { t: 8 + 12 * (title.length - 1) };
  if (layout.title.subtitle) {
    layout.title.subtitle.text = subtitle.join('<br>');
    layout.title.subtitle.font.size = 11;
  }
  layout.margin = { l: 46, r: 8, t: top, b: bottom };
  for (let panel = 0; panel < panels; panel++) {
    const suffix = panel === 0 ? '' : String(panel + 1);
    const y = layout['yaxis' + suffix];
    const x = layout['xaxis' + suffix];
    if (!x.tickvals && x.type !== 'category') Object.assign(x, { tickangle: 0, nticks: 4 });
    const start = ((panels - 1 - panel) * (rowHeight + gap)) / plots;
    x.domain = [0, 1];
    y.domain = [start, start + rowHeight / plots];
    if (!y.title.text) y.title.text = layout.yaxis.title.text;
    y.title.standoff = 4;
    y.showticklabels = true;
    const label = layout.annotations[panel];
    Object.assign(label, { x: 0.5, y: y.domain[1] });
  }
  for (const slider of layout.sliders ?? []) slider.pad = { ...slider.pad, t: 60 + (layout.coloraxis ? 90 : 0) };
  if (layout.coloraxis) {
    const { title: colourTitle, ...bar } = layout.coloraxis.colorbar;
    const text = colourTitle.text.replaceAll('<br>', ' ');
    layout.coloraxis.colorbar = { ...bar, orientation: 'h', y: 0, yanchor: 'top', ypad: 40, thickness: 12, title: { text, side: 'bottom' } };
  }
  return { data, layout };
}
`;

const DRAW = `
(async () => {
  const problem = document.getElementById('problem');
  try {
    const packed = document.getElementById('plotly').textContent;
    const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    new Function(await new Response(stream).text()).call(window);
    const sources = [...document.querySelectorAll('script[data-figure]')];
    const draw = async () => {
      for (const source of sources) {
        const { data, layout } = fitted(JSON.parse(source.textContent));
        document.getElementById(source.dataset.figure).style.minHeight = layout.height + 'px';
        // A new plot: changing a drawn one leaves the ticks of a turned colour bar behind.
        Plotly.purge(source.dataset.figure);
        await Plotly.newPlot(source.dataset.figure, data, layout, { responsive: true, displaylogo: false });
      }
    };
    let drawn = draw();
    isNarrow.addEventListener('change', () => { drawn = drawn.then(draw); });
    await drawn;
    // Paper (A4, upright) is narrower than most screens, and a drawn figure keeps its width.
    const plots = [...document.querySelectorAll('.js-plotly-plot')];
    window.addEventListener('beforeprint', () => plots.forEach((plot) => Plotly.relayout(plot, { width: 690 })));
    window.addEventListener('afterprint', () => plots.forEach((plot) => Plotly.relayout(plot, { width: null, autosize: true })));
    document.documentElement.dataset.drawn = 'yes';
  } catch (error) {
    problem.hidden = false;
    problem.textContent = 'The figures could not be drawn (' + error.message + '). A browser from 2023 or later is needed.';
  }
})();
`;

const STYLE = `
:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #222; font: 16px/1.5 "Source Sans 3", "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1160px; margin: 0 auto; padding: 24px; }
h1 { font-size: 28px; margin: 0 0 4px; }
h2 { font-size: 20px; margin: 40px 0 8px; border-bottom: 1px solid #ddd; padding-bottom: 4px; }
table { font-size: 14px; }
.pf-table thead tr:last-child th { border-bottom: 1px solid #888; }
.pf-table tbody tr + tr > * { border-top: 1px solid #eee; }
.options th { text-align: left; font-weight: 600; vertical-align: top; padding: 2px 16px 2px 0; white-space: nowrap; }
.options td { padding: 2px 0; overflow-wrap: anywhere; }
.banner { color: #555; margin: 0 0 16px; }
h3 { font-size: 16px; margin: 24px 0 4px; }
.small { font-size: 85%; max-width: 60em; }
.caveats { background: #fff8e6; border-left: 4px solid #e69f00; padding: 8px 14px; margin: 12px 0; font-size: 15px; }
.caveats ul { margin: 4px 0; padding-left: 20px; }
.caveats li { overflow-wrap: anywhere; }
details { margin: 8px 0; }
pre { background: #f6f6f6; padding: 12px; overflow-x: auto; font-size: 13px; line-height: 1.4; }
summary { cursor: pointer; font-weight: 600; }
#problem { background: #fff3cd; padding: 8px 12px; }
@media (max-width: 640px) {
  main { padding: 14px; }
  h1 { font-size: 23px; overflow-wrap: anywhere; }
  .options th { white-space: normal; min-width: 40vw; max-width: 46vw; }
  .facts td { min-width: 7.5em; vertical-align: top; }
  .pf-table th[scope=row] { position: sticky; left: 0; background: #fff; white-space: normal !important; min-width: 6em; max-width: 32vw; overflow-wrap: anywhere; }
  .modebar { display: none; }
}
@media print {
  @page { size: A4 portrait; margin: 12mm; }
  main { max-width: none; padding: 0; }
  section.figure, table, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
  pre { white-space: pre-wrap; }
  .modebar { display: none; }
  .pf-table { overflow: visible !important; }
}
`;
