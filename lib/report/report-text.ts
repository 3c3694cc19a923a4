import type { ResultSources } from '../experiments/sources';
import { type CombinedResults, combineResults } from './combine';
import { rankingStudyTables, rankingStudyText } from './ranking-study';
import { resultTables } from './report-sections';
import { rowsMarkdown, rowsText } from './rows';
import { factsOf, studyResultTables, studyText } from './study';
import { tableCsv } from './table-csv';
import { tableLatex } from './table-latex';
import { tableMarkdown } from './table-markdown';
import { tableText } from './table-text';

/** The forms of a report beside the page. */
export type ReportFormat = 'text' | 'markdown' | 'latex' | 'csv';

/**
 * The tables of any number of results, with the caveats of each data set in front of its tables; CSV has the tables
 * alone.
 *
 * @param width of a line of text, in characters
 */
export function reportText(sources: ResultSources, format: ReportFormat, width = 100): string {
  const groups = combineResults(sources.runs);
  const { rankings = [] } = sources;
  if (format === 'csv' || format === 'latex') {
    const studied = [
      ...sources.studies.flatMap((study) => studyResultTables(factsOf(study), study.rows)),
      ...rankings.flatMap((ranking) => rankingStudyTables(factsOf(ranking), ranking.rows)),
    ];
    if (format === 'csv') return tableCsv([...groups.flatMap((group) => resultTables(group, 'all')), ...studied]);
    const results = groups.flatMap((group) => [
      ...caveatsOf(group).map((caveat) => `% ${caveat}\n`),
      ...resultTables(group).map((table) => tableLatex(table)),
    ]);
    return [...results, ...studied.map((table) => tableLatex(table))].join('\n');
  }
  const isText = format === 'text';
  const results = groups.flatMap((group) => [
    ...caveatsOf(group).map((caveat) => (isText ? `Note: ${caveat}` : `> ${caveat}`)),
    ...resultTables(group).map((table) => (isText ? tableText(table, { width }) : tableMarkdown(table).trimEnd())),
  ]);
  const draw = isText ? rowsText : rowsMarkdown;
  const ranked = rankings.flatMap((ranking) => [
    ...rankingStudyTables(factsOf(ranking), ranking.rows).map((table) =>
      isText ? tableText(table, { width }) : tableMarkdown(table).trimEnd(),
    ),
    rankingStudyText(factsOf(ranking), ranking.rows, draw),
  ]);
  const studied = sources.studies.map((study) => studyText(factsOf(study), study.rows, draw));
  return [...results, ...studied, ...ranked].join('\n\n');
}

/** Line breaks would end a comment or a quotation. */
const caveatsOf = ({ caveats }: CombinedResults): string[] => caveats.map((caveat) => caveat.replace(/\s+/g, ' '));
