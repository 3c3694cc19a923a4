import { ofSelection, type Study, type StudyRow } from '../experiments/study';
import type { Figure } from './figure';
import { ablationBars, gainByDial } from './figures';
import { escapeHtml } from './format';
import { pairedTable, tuningTable } from './paired';
import { type PageSection, plotlyPage } from './plotly-page';
import { rowsHtml, rowsText } from './rows';

const WHOLE = { limit: 200 };

/** The figures of a study: none of a search, gains by dial where it turns one, else bars against its reference. */
export function studyFigures({ reference, split }: Study, rows: readonly StudyRow[]): Figure[] {
  const own = ofSelection(rows, 'per-client');
  if (split === 'validation') return [];
  const turned = new Set(own.map(({ setting }) => JSON.stringify(setting))).size > 1;
  if (turned) return [gainByDial(own, reference)];
  return [ablationBars(own, reference), ablationBars(own, reference, 'worst')];
}

/** The tables of a study by heading. */
function studyTables({ reference, split }: Study, rows: readonly StudyRow[]) {
  const own = ofSelection(rows, 'per-client');
  if (split === 'validation') return { 'Validation AUC by candidate': tuningTable(own) };
  return {
    'Mean over scenarios': pairedTable(own, reference),
    'Worst scenario': pairedTable(own, reference, 'worst'),
    'Mean over scenarios, one common round for all clients': pairedTable(ofSelection(rows, 'common'), reference),
  };
}

/** A study as tables of text for a terminal, or of Markdown to paste into one. */
export function studyText(study: Study, rows: readonly StudyRow[], draw: typeof rowsText = rowsText): string {
  const tables = Object.entries(studyTables(study, rows));
  return tables.map(([caption, table]) => draw(table, { ...WHOLE, caption })).join('\n\n');
}

/** A study as one HTML page: its question, tables, figures. */
export function studyHtml(study: Study, rows: readonly StudyRow[]): string {
  const sections: PageSection[] = [
    { html: `<p>${escapeHtml(study.about)}</p>` },
    ...Object.entries(studyTables(study, rows)).map(([heading, table]) => ({ heading, html: rowsHtml(table, WHOLE) })),
    ...studyFigures(study, rows).map((figure) => ({ figure })),
  ];
  return plotlyPage(study.name, sections);
}
