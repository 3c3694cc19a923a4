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
  const wanted = format ?? (markdown ? 'markdown' : out === undefined ? undefined : EXTENSIONS[extname(out)]);
  const width = process.stdout.columns ?? 120;
  const sources = readSources(paths);
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
  give(text, out);
}

/** To the file that was named, or to the terminal. */
function give(text: string, out: string | undefined): void {
  const whole = text.endsWith('\n') ? text : `${text}\n`;
  if (out === undefined) {
    process.stdout.write(whole);
    return;
  }
  write(out, whole);
  console.log(`Written: ${out}`);
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
