/**
 * Time of a round against clients, and of a step against batch, experts and ids: where does it grow faster than the work?
 *
 * Prints the times and a sentence for each curve. `npm run bench -- scaling [--out FILE]`
 */
import { requireWritable, writeResult } from '../result';
import { type Curve, measureScaling } from '../scaling';
import { milliseconds, plainTable } from '../table';

async function main([option, file]: readonly string[]): Promise<void> {
  if (option === '--out' && file) requireWritable(file);
  else if (option !== undefined) throw new Error('Usage: npm run bench -- scaling [--out FILE]');
  const scaling = await measureScaling(undefined, (line) => console.log(line));
  for (const curve of scaling.curves) console.log(curveText(curve));
  for (const sentence of scaling.findings) console.log(sentence);
  if (file) writeResult(file, scaling);
}

function curveText({ name, along, work, ms }: Curve): string {
  const table = plainTable([`${name}, ms`, ...work.map((value) => value.toLocaleString('en'))]);
  table.push([along, ...ms.map(milliseconds)]);
  return String(table);
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
