import { CHOOSING_METRIC, type RankingRow } from '../experiments/ranking/study';
import type { StudySource } from '../experiments/sources';
import { settingText } from '../experiments/study';
import { sensitivity } from './figures';
import { escapeHtml } from './format';
import { pairedTable, pairedTestTable, settingsOf, tuningTable } from './paired';
import { type PageSection, plotlyPage } from './plotly-page';
import { rankingTable } from './ranking-table';
import { rowsHtml, rowsText } from './rows';
import { factsOf, runsHtml, type StudyFacts } from './study';
import type { ResultTable } from './table';
import { tableHtml } from './table-html';

const WHOLE = { limit: 500 };

/** The metrics that a study on a ranking data set is read from; its tables for programs hold all cutoffs. */
const SHOWN = [CHOOSING_METRIC, 'ndcg@20'];

const STARS =
  'Means over seeds ± half the 95 % t interval, of the epoch with the best validation Recall@20; differences are paired by ' +
  'seed. *: the 95 % interval of the difference leaves out zero. ' +
  "**: also below .05 after Holm's correction for all differences of the table.";

/** Every metric and cutoff by method, one table per setting, with the best of a column and what cannot be told from it. */
export function rankingStudyTables(
  { name, split, rankingReferences }: StudyFacts,
  rows: readonly RankingRow[],
): ResultTable[] {
  return settingsOf(rows).map(({ setting, rows: own }) => {
    const at = Object.keys(setting).length === 0 ? '' : `, ${settingText(setting)}`;
    const title = `${split === 'test' ? 'Test' : 'Validation'} ranking, ${name}${at}`;
    return rankingTable(own, { split, title, references: rankingReferences });
  });
}

/** The tables of comparison by heading: the scores of a search by candidate, else differences to the reference. */
function comparisons({ reference, split }: StudyFacts, rows: readonly RankingRow[]) {
  if (split === 'validation') return { [`Validation ${CHOOSING_METRIC} by candidate`]: tuningTable(rows) };
  const own = shown(rows);
  return {
    'Test Recall@20 and NDCG@20': pairedTable(own, reference),
    ...(pairedTestTable(own, reference).length > 0 && { Tests: pairedTestTable(own, reference) }),
  };
}

const shown = (rows: readonly RankingRow[]): RankingRow[] =>
  rows.filter(({ split, metric }) => split === 'test' && SHOWN.includes(metric));

/** A study on a ranking data set as tables of text for a terminal, or of Markdown to paste into one. */
export function rankingStudyText(
  study: StudyFacts,
  rows: readonly RankingRow[],
  draw: typeof rowsText = rowsText,
): string {
  const tables = Object.entries(comparisons(study, rows)).map(([caption, table]) => draw(table, { ...WHOLE, caption }));
  return [...tables, ...(study.split === 'test' ? [STARS] : [])].join('\n\n');
}

/** Parts of a page about a study on a ranking data set: its question, tables, and a curve where something is varied. */
export function rankingStudySections(study: StudyFacts, rows: readonly RankingRow[]): PageSection[] {
  const isTest = study.split === 'test';
  const tables = isTest ? rankingStudyTables(study, rows) : [];
  const isVaried = settingsOf(rows).length > 1;
  return [
    { html: `<p>${escapeHtml(study.about)}</p>` },
    ...Object.entries(comparisons(study, rows)).map(([heading, table]) => ({ heading, html: rowsHtml(table, WHOLE) })),
    ...tables.map((table) => ({ heading: table.title, html: tableHtml(table) })),
    ...(isTest ? [{ html: `<p class="small">${escapeHtml(STARS)}</p>` }] : []),
    ...(isVaried ? [{ figure: sensitivity(isTest ? shown(rows) : rows) }] : []),
  ];
}

/** A study on a ranking data set as one HTML page. */
export const rankingStudyHtml = (study: StudyFacts, rows: readonly RankingRow[]): string =>
  plotlyPage(study.name, rankingStudySections(study, rows));

/** Stored rows of a ranking data set as parts of a page, with what is known of their runs. */
export function rankingSourceSections(source: StudySource<RankingRow>, isAlone: boolean): PageSection[] {
  const heading = isAlone ? {} : { heading: `Ranking: ${source.name}` };
  return [{ ...heading, html: runsHtml(source) }, ...rankingStudySections(factsOf(source), source.rows)];
}
