import { statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { makeFolder } from '../backend/folder';
import { type ResultSources, readSources } from '../experiments/sources';
import { StoreError, writeAtomically } from '../experiments/store-files';
import { combineResults, type ReportFormat, reportText, sourcesHtml } from '../report';

/** What commander collects for `report`. */
export interface ReportFlags {
  out?: string;
  format?: ReportFormat | 'html';
  markdown?: true;
}

export const reportFormats = ['html', 'text', 'markdown', 'latex', 'csv'] as const;

const EXTENSIONS: Readonly<Record<string, (typeof reportFormats)[number]>> = {
  ...{ '.html': 'html', '.htm': 'html', '.txt': 'text', '.md': 'markdown', '.tex': 'latex', '.csv': 'csv' },
};

/** `report`: tables and a page from stored results, of one run or of many. */
export function report(paths: readonly string[], { out, format, markdown }: ReportFlags): void {
  const sources = readSources(paths);
  const wanted = format ?? (markdown ? 'markdown' : out === undefined ? undefined : EXTENSIONS[extname(out)]);
  const width = process.stdout.columns ?? 120;
  if (wanted === undefined || wanted === 'html') {
    if (wanted === undefined) console.log(`${reportText(sources, 'text', width)}\n`);
    const path = out ?? defaultPage(paths);
    write(path, sourcesHtml(sources));
    console.log(`Report: ${path}`);
    return;
  }
  const text = reportText(sources, wanted, width);
  // A CSV file has no place for them.
  if (wanted === 'csv') for (const caveat of caveatsOf(sources)) process.stderr.write(`Note: ${caveat}\n`);
  if (out === undefined) process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  else {
    write(out, text.endsWith('\n') ? text : `${text}\n`);
    console.log(`Written: ${out}`);
  }
}

const caveatsOf = ({ runs }: ResultSources): string[] => combineResults(runs).flatMap(({ caveats }) => caveats);

/** In the folder itself where there is one; a page of several stands beside them. */
function defaultPage(paths: readonly string[]): string {
  const [only] = paths;
  return paths.length === 1 && statSync(only).isDirectory()
    ? join(only, 'report.html')
    : join('results', 'report.html');
}

function write(path: string, text: string): void {
  try {
    makeFolder(dirname(path));
    writeAtomically(path, text);
  } catch (error) {
    throw new StoreError(`${path} cannot be written: ${(error as Error).message}. Name another file with --out FILE.`);
  }
}
