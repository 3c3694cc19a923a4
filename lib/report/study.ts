import type { AnyRow } from '../experiments/compared';
import { presets } from '../experiments/presets';
import { pmtrecFigures, type RankingReference } from '../experiments/public-figures';
import type { StudySource } from '../experiments/sources';
import type { ReferenceScores } from '../experiments/store';
import { rankingStudies, studies } from '../experiments/studies';
import { ofSelection, type Study, type StudyRow, settingText } from '../experiments/study';
import { FEWEST_PAIRS } from '../statistics';
import { codeCaveats, environmentText } from './combine';
import type { Figure } from './figure';
import {
  ablationBars,
  aucByTraffic,
  criticalDifferenceFigure,
  gainByDial,
  scenarioHeatMap,
  sensitivity,
} from './figures';
import { seedsText } from './figures/captions';
import { escapeHtml } from './format';
import { methodsOf, pairedTable, pairedTestTable, settingsOf, tuningTable } from './paired';
import { type PageSection, plotlyPage } from './plotly-page';
import { methodRanks, rankSentence } from './ranks';
import { rowsHtml, rowsText } from './rows';
import { type ResultTable, resultTable } from './table';
import { tableHtml } from './table-html';

const WHOLE = { limit: 200 };

/** What a report has to know of a study. */
export type StudyFacts = Pick<Study, 'name' | 'about' | 'reference' | 'split'> & {
  /** Figures from elsewhere that stand beside its methods. */
  readonly references?: readonly ReferenceScores[];
  /** The same for ranking metrics. */
  readonly rankingReferences?: readonly RankingReference[];
};

/**
 * The figures of a study: scores by setting for a search, gains and scores by dial where one is turned, else bars against
 * its reference, methods by scenario and mean ranks.
 */
export function studyFigures({ reference, split }: StudyFacts, rows: readonly StudyRow[]): Figure[] {
  const own = ofSelection(rows, 'per-client');
  if (split === 'validation') return [sensitivity(own, { title: 'Validation AUC by candidate' })];
  const traffic = new Set(own.map(({ bytes }) => bytes)).size > 2 ? [aucByTraffic(own)] : [];
  if (settingsOf(own).length > 1) {
    return [...(methodsOf(own).length > 1 ? [gainByDial(own, reference)] : []), sensitivity(own), ...traffic];
  }
  const ranks = methodRanks(own);
  return [
    ablationBars(own, reference),
    ablationBars(own, reference, 'worst'),
    scenarioHeatMap(linesOf(own, split)),
    ...(ranks ? [criticalDifferenceFigure(ranks)] : []),
    ...traffic,
  ];
}

/** Every method by scenario and task, one table per setting. */
export function studyResultTables({ name, split, references }: StudyFacts, rows: readonly StudyRow[]): ResultTable[] {
  return settingsOf(ofSelection(rows, 'per-client')).map(({ setting, rows: own }) => {
    const at = Object.keys(setting).length === 0 ? '' : `, ${settingText(setting)}`;
    const kind = split === 'test' ? 'Test' : 'Validation';
    return resultTable(linesOf(own, split), { split, references, title: `${kind} AUC, ${name}${at}` });
  });
}

const linesOf = (rows: readonly StudyRow[], split: Study['split']) => rows.map((row) => ({ ...row, split }));

/** The tables of a study by heading. */
function studyTables({ reference, split }: StudyFacts, rows: readonly StudyRow[]) {
  const own = ofSelection(rows, 'per-client');
  if (split === 'validation') return { 'Validation AUC by candidate': tuningTable(own) };
  return {
    'Mean over scenarios': pairedTable(own, reference),
    'Worst scenario': pairedTable(own, reference, 'worst'),
    'Mean over scenarios, one common round for all clients': pairedTable(ofSelection(rows, 'common'), reference),
    'Tests of the mean over scenarios': pairedTestTable(own, reference),
  };
}

/** How to read the stars of {@link studyTables}. */
const STARS =
  'AUC as mean over seeds ± half the 95 % t interval; differences are paired by seed. ' +
  '*: the 95 % interval of the difference leaves out zero. ' +
  "**: also below .05 after Holm's correction for all differences of the table.";

/** A study as tables of text for a terminal, or of Markdown to paste into one. */
export function studyText(study: StudyFacts, rows: readonly StudyRow[], draw: typeof rowsText = rowsText): string {
  const tables = Object.entries(studyTables(study, rows)).map(([caption, table]) => draw(table, { ...WHOLE, caption }));
  return [...tables, ...(study.split === 'test' ? [STARS] : [])].join('\n\n');
}

/** A study as one HTML page: its question, tables, figures. */
export function studyHtml(study: StudyFacts, rows: readonly StudyRow[]): string {
  return plotlyPage(study.name, studySections(study, rows));
}

/** Stored rows as parts of a page, with what is known of their runs. */
export function studySourceSections(source: StudySource, isAlone: boolean): PageSection[] {
  const heading = isAlone ? {} : { heading: `Study: ${source.name}` };
  return [{ ...heading, html: runsHtml(source) }, ...studySections(factsOf(source), source.rows)];
}

/** What the study of that name says of itself; rows of an unknown one are compared with the full method, or the first. */
export function factsOf({ name, rows }: { readonly name: string; readonly rows: readonly AnyRow[] }): StudyFacts {
  const split = rows.length > 0 && rows.every((row) => row.split === 'validation') ? 'validation' : 'test';
  // A smaller size or other data stand behind the name: `dial-inputShift-quick`.
  const descriptions = { ...studies, ...rankingStudies };
  const known = Object.keys(descriptions).filter((one) => name === one || name.startsWith(`${one}-`));
  const [longest] = known.sort((one, other) => other.length - one.length);
  if (longest) {
    const { about, reference, dataset } = descriptions[longest];
    if (name !== longest) return { name, about, reference, split };
    const references = presets[dataset]?.references;
    // What the paper prints for a data set belongs beside its main table, which has the data set's name.
    return { name, about, reference, split, references, rankingReferences: pmtrecFigures[name] };
  }
  const methods = methodsOf(rows);
  const reference = ['pf-msmtrec', 'ew', ...methods].find((one) => methods.includes(one)) ?? 'pf-msmtrec';
  return { name, about: '', reference, split };
}

function studySections(study: StudyFacts, rows: readonly StudyRow[]): PageSection[] {
  const ranks = study.split === 'test' ? methodRanks(ofSelection(rows, 'per-client')) : null;
  const isOne = settingsOf(rows).length === 1;
  return [
    { html: `<p>${escapeHtml(study.about)}</p>` },
    ...Object.entries(studyTables(study, rows)).map(([heading, table]) => ({ heading, html: rowsHtml(table, WHOLE) })),
    ...(isOne ? studyResultTables(study, rows) : []).map((table) => ({ heading: table.title, html: tableHtml(table) })),
    ...(study.split === 'test' ? [{ html: `<p class="small">${STARS}</p>` }] : []),
    ...studyFigures(study, rows).map((figure) => ({ figure })),
    ...(ranks && isOne ? [{ html: `<p class="small">${escapeHtml(rankSentence(ranks))}</p>` }] : []),
  ];
}

/** What was run, and what a reader has to know before comparing. */
export function runsHtml({ path, rows, configurations }: StudySource<AnyRow>): string {
  const distinct = (values: readonly string[]) => [...new Set(values)];
  const devices = distinct(configurations.map(environmentText));
  const data = distinct(configurations.map(({ dataset }) => JSON.stringify(dataset ?? 'not stored')));
  const few = [...methodsOf(rows)].filter(
    (method) => new Set(rows.filter((row) => row.method === method).map(({ seed }) => seed)).size < FEWEST_PAIRS,
  );
  const caveats = [
    ...(few.length > 0 ? [`Too few seeds for a test (fewer than ${FEWEST_PAIRS}): ${few.join(', ')}.`] : []),
    ...(devices.length > 1 ? [`Runs come from different devices or versions: ${devices.join('; ')}.`] : []),
    ...codeCaveats(rows),
    ...(configurations.length === 0
      ? ['Its runs are not beside these rows: device, versions and data are not known here.']
      : []),
  ];
  const fact = {
    results: path,
    methods: methodsOf(rows).join(', '),
    seeds: seedsText(rows),
    data: data.length === 0 ? '–' : data.length > 3 ? `${data.length} data sets` : data.join('; '),
    'device and versions': devices.join('; ') || '–',
  };
  return `${caveatsHtml(caveats)}\n<div class="facts">${rowsHtml([fact], { caption: 'What was run' })}</div>`;
}

/** Sentences that a reader has to know before comparing, as a box. */
export function caveatsHtml(caveats: readonly string[]): string {
  if (caveats.length === 0) return '';
  const items = caveats.map((caveat) => `<li>${escapeHtml(caveat)}</li>`).join('');
  return `<div class="caveats"><strong>Before you compare</strong><ul>${items}</ul></div>`;
}
