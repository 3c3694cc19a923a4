import type { Study, StudyRow } from '../experiments/study';
import type { Figure } from './figure';
import { ablationBars, gainByDial } from './figures';
import { escapeHtml } from './format';
import { pairedTable } from './paired';
import { type PageSection, plotlyPage } from './plotly-page';
import { rowsHtml } from './rows';

/** The figures of a study: gains by dial where it turns one, else bars against the first method. */
export function studyFigures(rows: readonly StudyRow[], reference: string): Figure[] {
  const turned = new Set(rows.map(({ setting }) => JSON.stringify(setting))).size > 1;
  if (turned) return [gainByDial(rows, reference)];
  return [ablationBars(rows, reference), ablationBars(rows, reference, 'worst')];
}

/** A study as one HTML page: its question, tables, figures. */
export function studyHtml(study: Study, rows: readonly StudyRow[]): string {
  const { reference } = study;
  const caption = { limit: 200 };
  const sections: PageSection[] = [
    { html: `<p>${escapeHtml(study.about)}</p>` },
    { heading: 'Mean over scenarios', html: rowsHtml(pairedTable(rows, reference), caption) },
    { heading: 'Worst scenario', html: rowsHtml(pairedTable(rows, reference, 'worst'), caption) },
    ...studyFigures(rows, reference).map((figure) => ({ figure })),
  ];
  return plotlyPage(study.name, sections);
}
