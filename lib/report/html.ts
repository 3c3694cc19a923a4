import { join } from 'node:path';
import type { ResultSources } from '../experiments/sources';
import { readStore, type StoredResults } from '../experiments/store';
import { writeAtomically } from '../experiments/store-files';
import { combineResults } from './combine';
import { type Figure, figureTitle } from './figure';
import { type PageSection, plotlyPage } from './plotly-page';
import { rankingSourceSections } from './ranking-study';
import { configurationSections, resultSections } from './report-sections';
import { studySourceSections } from './study';

/** Writes `report.html` into a results folder, from nothing but the files in it; returns the path. */
export function writeReport(folder: string): string {
  const path = join(folder, 'report.html');
  writeAtomically(path, reportHtml(readStore(folder)));
  return path;
}

/** The report of a results folder as one HTML page: table, figures, configuration, data card. */
export function reportHtml(stored: StoredResults): string {
  return sourcesHtml({ runs: [stored], studies: [] });
}

/**
 * The report of any number of results as one HTML page. Results on different data, and of different configurations, are
 * kept apart, and the page says so.
 */
export function sourcesHtml(sources: ResultSources): string {
  return plotlyPage(titleOf(sources), pageSections(sources));
}

/** The figures of a report, each with a name for a file: its title in small letters. */
export function reportFigures(sources: ResultSources): { readonly name: string; readonly figure: Figure }[] {
  const names = new Map<string, number>();
  return pageSections(sources).flatMap((section) => {
    if (!('figure' in section)) return [];
    const name = figureTitle(section.figure)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '');
    const count = (names.get(name) ?? 0) + 1;
    names.set(name, count);
    return [{ name: count === 1 ? name : `${name}-${count}`, figure: section.figure }];
  });
}

function pageSections(sources: ResultSources): PageSection[] {
  const groups = combineResults(sources.runs);
  const { rankings = [] } = sources;
  const isAlone = groups.length + sources.studies.length + rankings.length === 1;
  return [
    { html: banner(sources) },
    ...(groups.length > 1 ? [{ html: APART }] : []),
    ...groups.flatMap((group) => resultSections(group, isAlone)),
    ...sources.studies.flatMap((study) => studySourceSections(study, isAlone)),
    ...rankings.flatMap((ranking) => rankingSourceSections(ranking, isAlone)),
    ...configurationSections(sources.runs),
  ];
}

const APART =
  '<p class="caveats">These results are on different data (by their fingerprints): each data set has tables of its own.</p>';

function titleOf({ runs, studies, rankings = [] }: ResultSources): string {
  const names = [
    ...runs.map(({ folder, configuration }) => (typeof configuration.name === 'string' ? configuration.name : folder)),
    ...[...studies, ...rankings].map(({ name }) => name),
  ];
  const distinct = [...new Set(names)];
  if (distinct.length === 0) return 'Results';
  return distinct.length > 4
    ? `${distinct.slice(0, 3).join(', ')} and ${distinct.length - 3} others`
    : distinct.join(', ');
}

function banner({ runs, studies, rankings = [] }: ResultSources): string {
  const count = (lines: readonly { method: string; seed: number }[]) =>
    new Set(lines.map(({ method, seed }) => JSON.stringify([method, seed]))).size;
  const finished = runs.reduce((sum, { results }) => sum + count(results), 0);
  const open = runs.reduce((sum, { rounds, results }) => sum + count([...rounds, ...results]), 0) - finished;
  const parts = [
    ...(runs.length > 0 || studies.length + rankings.length === 0
      ? [
          `${finished} finished ${finished === 1 ? 'run' : 'runs'} (method and seed)${open > 0 ? `, ${open} unfinished: shown by round, not among the test results` : ''}`,
        ]
      : []),
    ...(rankings.length > 0 ? [`${rankings.length} ${rankings.length === 1 ? 'ranking' : 'rankings'}`] : []),
    ...(studies.length > 0 ? [`${studies.length} ${studies.length === 1 ? 'study' : 'studies'}`] : []),
  ];
  return `<p class="banner">${parts.join(', ')}.</p>`;
}
