import { join } from 'node:path';
import { makeFolder } from '../backend/folder';
import { readSources } from '../experiments/sources';
import { StoreError } from '../experiments/store-files';
import { reportFigures, writeFigure, writeFigureImages } from '../report';

/** What commander collects for `figure`. */
export interface FigureFlags {
  out?: string;
  format?: (typeof figureFormats)[number];
  only?: string[];
  width?: number;
}

export const figureFormats = ['svg', 'png', 'html'] as const;

/** `figure`: every figure of a report, or some of them, as a file of its own. */
export async function figure(paths: readonly string[], flags: FigureFlags): Promise<void> {
  const { out = join('results', 'figures'), format = 'svg', only, width } = flags;
  const all = reportFigures(readSources(paths));
  const chosen = all.filter(({ name }) => only === undefined || only.some((part) => name.includes(part)));
  if (chosen.length === 0) {
    throw new StoreError(
      `These results have no figure ${only === undefined ? '' : `whose name contains ${only.join(' or ')}`}; they have: ${all.map(({ name }) => name).join(', ') || 'none'}.`,
    );
  }
  makeFolder(out);
  const files = chosen.map(({ name, figure }) => ({ figure, path: join(out, `${name}.${format}`) }));
  if (format === 'html') for (const { figure, path } of files) writeFigure(figure, path);
  else await writeFigureImages(files, { width });
  for (const { path } of files) console.log(path);
}
