import type { StoredResults } from '../experiments/store';
import type { RoundRecord } from '../experiments/types';
import type { SelectionKind } from '../federated/selection';
import { type CombinedResults, dataOf, environmentText } from './combine';
import type { Figure } from './figure';
import {
  aucByBytes,
  aucByRound,
  aucByScenario,
  conflictFigure,
  cosineFigure,
  criticalDifferenceFigure,
  gateFigure,
  lossByRound,
  normsFigure,
  ratesFigure,
  scenarioHeatMap,
} from './figures';
import { escapeHtml } from './format';
import type { PageSection } from './plotly-page';
import { methodRanks, rankSentence, rankTable } from './ranks';
import { rowsHtml } from './rows';
import { caveatsHtml } from './study';
import { type ResultTable, resultTable } from './table';
import { tableHtml } from './table-html';

/** The tables of some results: of the kind of selection that their configuration names, or of all kinds. */
export function resultTables(combined: CombinedResults, kinds: 'configured' | 'all' = 'configured'): ResultTable[] {
  const { title, results, references, sources } = combined;
  const all = selectionsOf(results);
  const configured = all.filter((selection) => selection === sources[0].configuration.selection);
  const shown = kinds === 'all' || configured.length === 0 ? all : configured;
  return shown.map((selection) =>
    resultTable(results, { references, selection, title: `Test AUC, ${title}${ofSelection(selection)}` }),
  );
}

/** Everything a page says about results on one data set, from what was run to the rounds. */
export function resultSections(combined: CombinedResults, isAlone: boolean): PageSection[] {
  const { title, results, rounds, references, caveats } = combined;
  const heading = isAlone ? {} : { heading: `Data: ${title}` };
  return [
    { ...heading, html: [caveatsHtml(caveats), sourcesHtml(combined)].join('\n') },
    ...selectionsOf(results).flatMap((selection): PageSection[] => {
      const own = results.filter((line) => line.split === 'test' && line.selection === selection);
      const table = resultTable(own, { references, selection });
      const ranks = methodRanks(own);
      return [
        { heading: `Test results${ofSelection(selection)}`, html: tableHtml(table) },
        { figure: aucByScenario(own, { references, selection }) },
        { figure: scenarioHeatMap(own) },
        ...(ranks === null
          ? []
          : [
              { html: `<p>${escapeHtml(rankSentence(ranks))}</p>\n${rowsHtml(rankTable(ranks), { limit: 100 })}` },
              { figure: criticalDifferenceFigure(ranks) },
            ]),
      ];
    }),
    ...(rounds.length === 0 ? [] : trainingSections(combined)),
  ];
}

function trainingSections({ rounds }: CombinedResults): PageSection[] {
  const hasTraffic = rounds.some((round) => round.bytes.up + round.bytes.down > 0);
  return [
    { heading: 'Training', figure: aucByRound(rounds) },
    ...(hasTraffic ? [{ figure: aucByBytes(rounds) }] : []),
    { figure: lossByRound(rounds) },
    ...diagnosticSections(rounds),
  ];
}

/** What runs recorded of their inside, each figure for the first method and seed that have it. */
function diagnosticSections(rounds: CombinedResults['rounds']): PageSection[] {
  // Gates belong to every method; those of the method whose rules are shown are of most interest.
  const hasRules = (record: RoundRecord) => ratesFigure([record]).data.length > 0;
  const isGated = ({ clientDiagnostics = [] }: RoundRecord) =>
    clientDiagnostics.some(({ gates = [] }) => gates.length > 0);
  const gated = rounds.filter(isGated);
  const first = gated.find(hasRules) ?? gated[0];
  const ofRun = rounds.filter(({ method, seed }) => method === first?.method && seed === first.seed);
  const last = ofRun.filter(isGated).sort((one, other) => other.round - one.round)[0];
  const figures: Figure[] = [
    conflictFigure(rounds),
    cosineFigure(rounds),
    ratesFigure(rounds),
    ...(last ? [gateFigure(last)] : []),
    normsFigure(last ? ofRun : rounds),
  ].filter(({ data }) => data.length > 0);
  return figures.map((figure, i) => ({ ...(i === 0 && { heading: 'Inside a run' }), figure }));
}

/** What one can unfold: every option of a source, and its data card. */
export function configurationSections(sources: readonly StoredResults[]): PageSection[] {
  const cards = sources.map(({ folder, configuration, dataCard }) => {
    const card = dataCard === undefined ? '' : `<h3>Data</h3><pre>${escapeHtml(dataCard)}</pre>`;
    const isOpen = sources.length === 1 ? ' open' : '';
    return `<details${isOpen}><summary>${escapeHtml(folder)}</summary>${optionsHtml(configuration)}${card}</details>`;
  });
  return cards.length === 0 ? [] : [{ heading: 'Configuration', html: cards.join('\n') }];
}

const selectionsOf = (results: CombinedResults['results']): SelectionKind[] =>
  (['per-client', 'common'] as const).filter((selection) =>
    results.some((line) => line.split === 'test' && line.selection === selection),
  );

const ofSelection = (selection: SelectionKind): string =>
  selection === 'common' ? ', one common round for all clients' : ', each client at its own best round';

/** What was run: a line per place. */
function sourcesHtml({ sources }: CombinedResults): string {
  const rows = sources.map(({ folder, configuration, results, rounds }) => {
    const finished = new Set(results.map(({ method, seed }) => JSON.stringify([method, seed]))).size;
    const begun = new Set([...rounds, ...results].map(({ method, seed }) => JSON.stringify([method, seed]))).size;
    const { name = 'not stored', fingerprint } = dataOf(configuration);
    const distinct = (values: readonly unknown[]) => [...new Set(values)].join(', ');
    return {
      results: folder,
      data: fingerprint === undefined ? name : `${name} (${fingerprint.slice(0, 12)})`,
      methods: distinct([...results, ...rounds].map(({ method }) => method)),
      seeds: distinct([...results, ...rounds].map(({ seed }) => seed)),
      runs: begun > finished ? `${finished} finished, ${begun - finished} not` : `${finished} finished`,
      rounds: typeof configuration.rounds === 'number' ? configuration.rounds : '–',
      'device and versions': environmentText(configuration),
    };
  });
  return `<div class="facts">${rowsHtml(rows, { limit: 200, caption: 'What was run' })}</div>`;
}

/** Nested options as one table of dotted names. */
function optionsHtml(configuration: Readonly<Record<string, unknown>>): string {
  const rows = flatten('', configuration).map(
    ([name, value]) =>
      `<tr><th scope="row">${escapeHtml(name).replaceAll('.', '.<wbr>')}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<table class="options"><tbody>${rows.join('\n')}</tbody></table>`;
}

function flatten(prefix: string, value: unknown): [string, string][] {
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null))
    return [[prefix, value.join(', ')]];
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) => flatten(prefix === '' ? name : `${prefix}.${name}`, inner));
  }
  return [[prefix, typeof value === 'string' ? value : (JSON.stringify(value) ?? '')]];
}
