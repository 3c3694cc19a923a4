import type { Study, StudyRow } from '../experiments/study';
import type { Figure } from './figure';
import { ablationBars, gainByDial } from './figures';
import { escapeHtml } from './format';
import { pairedTable, tuningTable } from './paired';
import { type PageSection, plotlyPage } from './plotly-page';
import { rowsHtml, rowsText } from './rows';

const WHOLE = { limit: 200 };

/** The figures of a study: none of a search, gains by dial where it turns one, else bars against its reference. */
export function studyFigures({ reference, split }: Study, rows: readonly StudyRow[]): Figure[] {
  if (split === 'validation') return [];
  const turned = new Set(rows.map(({ setting }) => JSON.stringify(setting))).size > 1;
  if (turned) return [gainByDial(rows, reference)];
  return [ablationBars(rows, reference), ablationBars(rows, reference, 'worst')];
}

/** The tables of a study by heading. */
function studyTables({ reference, split }: Study, rows: readonly StudyRow[]) {
  if (split === 'validation') return { 'Validation AUC by candidate': tuningTable(rows) };
  return {
    'Mean over scenarios': pairedTable(rows, reference),
    'Worst scenario': pairedTable(rows, reference, 'worst'),
  };
}

/** A study as text for a terminal. */
export function studyText(study: Study, rows: readonly StudyRow[]): string {
  const tables = Object.entries(studyTables(study, rows));
  return tables.map(([caption, table]) => rowsText(table, { ...WHOLE, caption })).join('\n\n');
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
