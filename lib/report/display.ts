import { writeAtomically } from '../experiments/store-files';
import type { Figure } from './figure';
import { figureTitle } from './figure';
import { escapeHtml } from './format';
import { type MimeBundle, notebookOutput } from './kernel';
import { plotlyPage } from './plotly-page';
import { type RowsOptions, type RowsToShow, rowsHtml, rowsText } from './rows';
import type { ResultTable } from './table';
import { tableHtml } from './table-html';
import { tableText } from './table-text';

/** A figure in a notebook that is drawn again in the same place. */
export interface LiveFigure {
  /** Draws the figure, or replaces what was drawn before. */
  readonly update: (figure: Figure) => void;
}

/** How a figure is shown in a notebook. */
export interface ShowOptions {
  /**
   * Also store the figure as a page with plotly.js inside (about 2.6 MB), which HTML exports of the notebook show.
   * Default: only what JupyterLab draws, and a line of text for other viewers.
   */
  readonly standalone?: boolean;
}

/** Shows a figure below the cell; in a plain process it prints one line instead. */
export function show(figure: Figure, options: ShowOptions = {}): void {
  send(figureBundle(figure, options));
}

/** Shows a result table below the cell; in a plain process it prints the table as text. */
export function showTable(table: ResultTable): void {
  send(tableBundle(table));
}

/**
 * Shows rows below the cell as a table: a Danfo frame, or plain objects. In a plain process it prints them as text.
 *
 * @example showRows(frame.groupby(['scenario']).col(['click']).mean(), { caption: 'Click rate' });
 */
export function showRows(rows: RowsToShow, options: RowsOptions = {}): void {
  send({ 'text/html': rowsHtml(rows, options), 'text/plain': rowsText(rows, options) });
}

/**
 * A figure that changes while a cell runs. The place below the cell is taken at the first `update`; in a plain process
 * that update prints one line and later ones nothing.
 *
 * @example
 * const live = liveFigure();
 * for await (const record of run) live.update(aucByRound(records.concat(record)));
 */
export function liveFigure(): LiveFigure {
  const output = notebookOutput(true);
  let isDrawn = false;
  return {
    update(figure) {
      if (output !== undefined) {
        // JupyterLab's renderer keeps the figure that it has drawn first. Another kind of output in its place, of the
        // same height, makes JupyterLab start a new one.
        if (isDrawn) output(placeholder(figure));
        output(figureBundle(figure));
      } else if (!isDrawn) console.log(figureText(figure));
      isDrawn = true;
    },
  };
}

/** A figure as an HTML page of its own, with plotly.js inside (about 2.6 MB); it needs no network. */
export function figureHtml(figure: Figure): string {
  return plotlyPage(figureTitle(figure), [{ figure }], { headline: false });
}

/** Writes a figure as an HTML page of its own. */
export function writeFigure(figure: Figure, path: string): void {
  writeAtomically(path, figureHtml(figure));
}

/** The forms of a figure that a notebook stores: for JupyterLab, for viewers of HTML, for text. */
export function figureBundle(figure: Figure, options: ShowOptions = {}): MimeBundle {
  return {
    'application/vnd.plotly.v1+json': {
      data: figure.data,
      layout: figure.layout,
      // JupyterLab's renderer fits figures itself; together with plotly's `responsive` they would shrink to no height.
      config: { displaylogo: false },
    },
    'text/html': options.standalone ? frame(figure) : `<p><em>${escapeHtml(figureText(figure))}</em></p>`,
    'text/plain': figureText(figure),
  };
}

/** The forms of a table that a notebook stores. */
export function tableBundle(table: ResultTable): MimeBundle {
  return { 'text/html': tableHtml(table), 'text/plain': tableText(table, { width: 110 }) };
}

function send(bundle: MimeBundle): void {
  const output = notebookOutput(false);
  if (output === undefined) console.log(bundle['text/plain']);
  else output(bundle);
}

function figureText(figure: Figure): string {
  const names = figure.data.filter((trace) => trace.showlegend !== false).map((trace) => String(trace.name ?? ''));
  const shown = [...new Set(names.filter((name) => name !== ''))].join(', ');
  return `[Figure: ${figureTitle(figure)}${shown === '' ? '' : ` (${shown})`}. It is drawn in JupyterLab.]`;
}

function placeholder(figure: Figure): MimeBundle {
  return { 'text/html': `<div style="height:${heightOf(figure)}px"></div>`, 'text/plain': figureText(figure) };
}

function heightOf(figure: Figure): number {
  return typeof figure.layout.height === 'number' ? figure.layout.height : 450;
}

/** A frame keeps the page's style and plotly.js apart from the document around it. */
function frame(figure: Figure): string {
  const height = heightOf(figure);
  const page = escapeHtml(figureHtml(figure));
  return `<iframe srcdoc="${page}" style="width:100%;height:${height + 80}px;border:0" title="${escapeHtml(figureTitle(figure))}"></iframe>`;
}
