import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './chromium';

/** What the tests need of a notebook's file. */
export interface NotebookFile {
  readonly cells: readonly NotebookCell[];
}

export interface NotebookCell {
  readonly cell_type: string;
  readonly source: string | readonly string[];
  readonly outputs?: readonly { readonly data?: Readonly<Record<string, unknown>> }[];
}

/** Names of the project's notebooks without their ending, in their order. */
export const notebookNames = (): string[] =>
  readdirSync(join(projectFolder, 'notebooks'))
    .filter((name) => name.endsWith('.ipynb'))
    .map((name) => name.replace('.ipynb', ''))
    .sort();

/** A notebook of the project. */
export const readNotebook = (name: string): NotebookFile =>
  JSON.parse(readFileSync(join(projectFolder, 'notebooks', `${name}.ipynb`), 'utf8')) as NotebookFile;

/** Figures among the stored outputs. */
export const figuresOf = ({ cells }: NotebookFile): number =>
  cells.flatMap(({ outputs = [] }) => outputs).filter(({ data = {} }) => 'application/vnd.plotly.v1+json' in data)
    .length;

/** Text of a cell. */
export const textOf = ({ source }: NotebookCell): string => (typeof source === 'string' ? source : source.join(''));

/** The same notebook as if it had never been run, with more cells of code at its end. */
export function unrun({ cells, ...rest }: NotebookFile, more: readonly string[] = []): NotebookFile {
  const emptied = cells.map((cell) =>
    cell.cell_type === 'code' ? { ...cell, outputs: [], execution_count: null } : cell,
  );
  return { ...rest, cells: [...emptied, ...more.map((source, i) => codeCell(source, i))] };
}

/** A notebook of some cells of code. */
export const notebookOf = (...sources: readonly string[]): NotebookFile =>
  ({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { display_name: 'TypeScript', language: 'typescript', name: 'tslab' } },
    cells: sources.map(codeCell),
  }) as NotebookFile;

const codeCell = (source: string, i: number): NotebookCell =>
  ({
    ...{ id: `added-${i}`, cell_type: 'code', metadata: {}, source, outputs: [], execution_count: null },
  }) as NotebookCell;

/** Writes a notebook. */
export const writeNotebook = (path: string, notebook: NotebookFile): void =>
  writeFileSync(path, JSON.stringify(notebook));
