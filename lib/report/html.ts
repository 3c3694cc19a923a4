import { join } from 'node:path';
import { readStore, type StoredResults } from '../experiments/store';
import { writeAtomically } from '../experiments/store-files';
import { aucByBytes, aucByRound, aucByScenario, lossByRound } from './figures';
import { escapeHtml } from './format';
import { type PageSection, plotlyPage } from './plotly-page';
import { resultTable } from './table';
import { tableHtml } from './table-html';

/** Writes `report.html` into a results folder, from nothing but the files in it; returns the path. */
export function writeReport(folder: string): string {
  const path = join(folder, 'report.html');
  writeAtomically(path, reportHtml(readStore(folder)));
  return path;
}

/** The report of a results folder as one HTML page: table, figures, configuration, data card. */
export function reportHtml(stored: StoredResults): string {
  const { configuration, rounds, results, references } = stored;
  const sections: PageSection[] = [{ html: banner(stored) }];
  const selections = (['common', 'per-client'] as const).filter((selection) =>
    results.some((line) => line.split === 'test' && line.selection === selection),
  );
  for (const selection of selections) {
    const heading = selection === 'common' ? 'Test results' : 'Test results, each client at its own best round';
    const options = { references, selection };
    sections.push({ heading, html: tableHtml(resultTable(results, options)) });
    sections.push({ figure: aucByScenario(results, options) });
  }
  if (rounds.length > 0) {
    sections.push({ heading: 'Training', figure: aucByRound(rounds) });
    if (rounds.some((round) => round.bytes.up + round.bytes.down > 0)) sections.push({ figure: aucByBytes(rounds) });
    sections.push({ figure: lossByRound(rounds) });
  }
  sections.push({ heading: 'Configuration', html: optionsHtml(configuration) });
  if (stored.dataCard !== undefined)
    sections.push({ heading: 'Data', html: `<pre>${escapeHtml(stored.dataCard)}</pre>` });
  return plotlyPage(typeof configuration.name === 'string' ? configuration.name : 'Results', sections);
}

function banner({ rounds, results }: StoredResults): string {
  const finished = new Set(results.map((line) => JSON.stringify([line.method, line.seed])));
  const begun = new Set([...rounds, ...results].map((line) => JSON.stringify([line.method, line.seed])));
  const open = begun.size - finished.size;
  const runs = `${finished.size} finished ${finished.size === 1 ? 'run' : 'runs'} (method and seed)`;
  return `<p class="banner">${runs}${open > 0 ? `, ${open} unfinished: shown by round, not among the test results` : ''}.</p>`;
}

/** Nested options as one table of dotted names. */
function optionsHtml(configuration: Readonly<Record<string, unknown>>): string {
  const rows = flatten('', configuration).map(
    ([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
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
