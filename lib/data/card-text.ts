import Table from 'cli-table3';
import type { CardPart, DataCard } from './card';

/** How many fields a card lists before it sums up the rest. */
const FIELDS_SHOWN = 40;

/** A data card as text with tables, for a terminal or a notebook; no colours. */
export function dataCardText(card: DataCard): string {
  const sections = [
    heading(card),
    partsTable(card),
    card.categorical.length > 0 ? categoricalTable(card) : '',
    card.numerical.length > 0 ? numericalTable(card) : '',
    ...card.warnings.map((warning) => `Warning: ${warning}`),
  ];
  return sections.filter((section) => section !== '').join('\n');
}

function heading(card: DataCard): string {
  const lines = [
    `${card.name}${card.description === undefined ? '' : ` - ${card.description}`}`,
    `${number(card.rows)} rows, ${card.categorical.length} categorical and ${card.numerical.length} numerical fields, ` +
      `tasks ${card.tasks.join(', ')}; fingerprint ${card.fingerprint.slice(0, 16)}`,
  ];
  if (card.sources.length > 0) {
    const files = card.sources.slice(0, 6).map(({ file, bytes }) => `${file} (${(bytes / 1e6).toFixed(1)} MB)`);
    lines.push(`Files: ${files.join(', ')}${card.sources.length > 6 ? `, … (${card.sources.length})` : ''}`);
  }
  if (card.sourceRows !== undefined) {
    const dropped = Object.entries(card.dropped).map(([reason, rows]) => `${number(rows)} ${reason}`);
    const repeats = `${number(card.repeatedRows ?? 0)} repeat another row exactly (${card.duplicates === 'drop' ? 'dropped' : 'kept'})`;
    lines.push(`Source rows: ${number(card.sourceRows)}; dropped: ${dropped.join(', ') || 'none'}; ${repeats}`);
  }
  return lines.join('\n');
}

function partsTable(card: DataCard): string {
  const bayes = card.bayesAuc === undefined ? [] : card.tasks.map((task) => `best test AUC ${task}`);
  const head = [
    'scenario',
    ...['train', 'validation', 'test'].flatMap((split) => [`${split} rows`, ...card.tasks]),
    ...bayes,
  ];
  const rows: string[][] = [];
  for (let at = 0, s = 0; at < card.parts.length; at += 3, s++) {
    const three = card.parts.slice(at, at + 3);
    const lacks = (t: number) => Number.isNaN(three[0].positives[t]);
    const shown = (value: number | null, t: number) => (lacks(t) ? '' : (value?.toFixed(3) ?? 'undefined'));
    const best = card.bayesAuc?.[s].map(shown) ?? [];
    rows.push([three[0].scenario, ...three.flatMap(rates), ...best]);
  }
  return table(head, rows);
}

function rates(part: CardPart): string[] {
  return [number(part.rows), ...part.positives.map((n) => (Number.isNaN(n) ? '' : percent(n, part.rows)))];
}

function categoricalTable(card: DataCard): string {
  const rows = card.categorical.map(({ name, size, missing, unseenInTest, foldedValues }) => [
    name,
    number(size),
    percent(missing, card.rows),
    percent(unseenInTest, card.testRows),
    foldedValues === undefined ? '' : number(foldedValues),
  ]);
  return table(['categorical field', 'ids', 'missing', 'unseen in test', 'rare values folded'], shorten(rows));
}

function numericalTable(card: DataCard): string {
  const rows = card.numerical.map(({ name, transform, centre, scale, missing }) => [
    name,
    transform,
    centre.toPrecision(4),
    scale.toPrecision(4),
    missing === undefined ? '' : percent(missing, card.rows),
  ]);
  return table(['numerical field', 'transform', 'centre', 'scale', 'missing'], shorten(rows));
}

function shorten(rows: string[][]): string[][] {
  if (rows.length <= FIELDS_SHOWN) return rows;
  return [...rows.slice(0, FIELDS_SHOWN), [`… ${rows.length - FIELDS_SHOWN} more`, ...rows[0].slice(1).map(() => '')]];
}

function table(head: string[], rows: string[][]): string {
  const colAligns = head.map((_, k) => (k === 0 ? ('left' as const) : ('right' as const)));
  const made = new Table({ head, colAligns, style: { head: [], border: [], compact: true } });
  made.push(...rows);
  return made.toString();
}

function number(value: number): string {
  return value.toLocaleString('en-GB');
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(2)} %`;
}
