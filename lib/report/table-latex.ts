import type { ResultTable, TableCell, TableRow } from './table';
import { legendText } from './table-legend';
import { groupsOf, rowsOfPart, tableParts } from './table-parts';

/** How a table is set in LaTeX. */
export interface LatexTableOptions {
  /** For `\ref`; default: none. */
  readonly label?: string;
}

/**
 * A result table for LaTeX with the packages `booktabs` and `graphicx`: the best of a column is bold, what cannot be
 * told from it is underlined. A wide table becomes one per task, and one that is still wider than the text is made
 * smaller. Names are escaped; the legend is the caption.
 */
export function tableLatex(table: ResultTable, { label }: LatexTableOptions = {}): string {
  const parts = tableParts(table);
  const notes = table.notes.map((note, i) => `${i + 1}) ${note}`);
  const caption = [`${table.title}.`, legendText(table, { level: 'Underlined' }), ...notes].join(' ');
  const tables = parts.map((columns, i) => {
    const name = label && (parts.length > 1 ? `${label}-${i + 1}` : label);
    return [
      '\\begin{table}',
      '\\centering',
      // The explanations stand once, below the first part.
      `\\caption{${escapeLatex(i === 0 ? caption : `${table.title}, continued.`)}}`,
      ...(name ? [`\\label{${name}}`] : []),
      '\\small',
      '\\setlength{\\tabcolsep}{4pt}',
      // As wide as it is, at most as wide as the text.
      '\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%',
      ...tabular(table, columns),
      '}',
      '\\end{table}',
      '',
    ].join('\n');
  });
  const text = tables.join('\n');
  const [foreign] = text.match(/[^\p{Script=Latin}\p{Script=Common}]/u) ?? [];
  const engine = foreign === undefined ? '' : `, and because of ${foreign} lualatex or xelatex with a font that has it`;
  return `% needs \\usepackage{booktabs,graphicx}${engine}\n${text}`;
}

function tabular(table: ResultTable, columns: readonly number[]): string[] {
  const groups = groupsOf(table, columns);
  let next = 2;
  const spans = groups.map(({ width }) => {
    next += width;
    return `\\cmidrule(lr){${next - width}-${next - 1}}`;
  });
  const over = groups.map(({ name, width }) => `\\multicolumn{${width}}{c}{${escapeLatex(name)}}`);
  const rows = rowsOfPart(table, columns);
  const references = rows.filter(({ kind }) => kind === 'reference');
  const lines = (of: readonly TableRow[]) => of.map((row) => line(row, columns));
  return [
    `\\begin{tabular}{l${'r'.repeat(columns.length)}}`,
    '\\toprule',
    ` & ${over.join(' & ')} \\\\`,
    spans.join(' '),
    ` & ${columns.map((index) => escapeLatex(table.columns[index].label)).join(' & ')} \\\\`,
    '\\midrule',
    ...lines(rows.filter(({ kind }) => kind === 'method')),
    ...(references.length > 0 ? ['\\midrule', ...lines(references)] : []),
    '\\bottomrule',
    '\\end{tabular}%',
  ];
}

function line(row: TableRow, columns: readonly number[]): string {
  const name = escapeLatex(row.name);
  const head = row.kind === 'reference' ? `\\textit{${name}}` : name;
  return `${[head, ...columns.map((index) => content(row.cells[index]))].join(' & ')} \\\\`;
}

function content(cell: TableCell): string {
  const text = escapeLatex(cell.text);
  const marked =
    cell.standing === 'best' ? `\\textbf{${text}}` : cell.standing === 'level' ? `\\underline{${text}}` : text;
  const spread = cell.spread === '' ? '' : `\\,{\\scriptsize ${escapeLatex(cell.spread)}}`;
  const note = [cell.standing === 'untested' ? '?' : '', cell.note ?? ''].join('');
  return `${marked}${spread}${note === '' ? '' : `\\textsuperscript{${note}}`}`;
}

const COMMANDS: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '±': '$\\pm$',
  '≈': '$\\approx$',
  '–': '--',
  '−': '$-$',
  '·': '$\\cdot$',
  '≥': '$\\geq$',
  '≤': '$\\leq$',
  '→': '$\\rightarrow$',
  ...greek(),
};

/** Letters that names and captions use; capitals that look like Latin ones have no command. */
function greek(): Record<string, string> {
  const small = 'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi o pi rho'.split(' ');
  const rest = 'sigma tau upsilon phi chi psi omega'.split(' ');
  const letters = [...small.map((name, i) => [0x3b1 + i, name]), ...rest.map((name, i) => [0x3c3 + i, name])] as const;
  return Object.fromEntries(
    letters.map(([code, name]) => [String.fromCodePoint(Number(code)), name === 'o' ? 'o' : `$\\${name}$`]),
  );
}

/** Makes text safe for LaTeX; signs that its standard fonts lack become commands. */
export function escapeLatex(text: string): string {
  return text.replace(/[\\{}$&#%_~^<>|±≈–−·≥≤→α-ρσ-ω]/g, (sign) => COMMANDS[sign] ?? `\\${sign}`);
}
