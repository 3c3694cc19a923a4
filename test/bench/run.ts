import { isPart, timeApart } from './apart';
import { type Agreement, checkWork } from './check';
import { compare, type Row } from './compare';
import { recordFile } from './folders';
import { measureMemory } from './memory';
import { type BenchOptions, needsPeer } from './options';
import { type Peer, startPeer } from './peer';
import { profileOf, profileText } from './profile';
import { findPython } from './python';
import { type BenchResult, machineText, requireWritable, thisMachine, versions, writeResult } from './result';
import { measureScaling } from './scaling';
import { scratch } from './scratch';
import { memoryText, tableText } from './table';
import type { Work } from './work';

/** Does what the options ask for, on the given works. */
export async function runBench(options: BenchOptions, works: readonly Work[]): Promise<void> {
  if (options.profile !== undefined) return profileWork(works.find(({ name }) => name === options.profile)!);
  const out = options.program === 'record' ? recordFile() : options.out;
  if (out) requireWritable(out);
  // An interruption is an exit like others, so that shared numbers are removed.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  const python = needsPeer(options) ? await findPython() : undefined;
  const peer = python === undefined ? undefined : startPeer(python, options.threads);
  try {
    const chosen = chosenWorks(options, works);
    const time = async (work: Work, repeats: number) =>
      chosen.length > 1 ? timeApart(work.name, options, repeats, python) : timeWork(work, repeats, peer, options.quick);
    await measure(options, chosen, peer, time, (result) => out && writeResult(out, result));
    if (out && !options.check) say(`Written to ${out}`);
  } finally {
    peer?.end();
  }
}

/**
 * @param time times one work
 * @param save is given what there is after each part, so that an interruption costs the part that was running
 */
async function measure(
  options: BenchOptions,
  works: readonly Work[],
  peer: Peer | undefined,
  time: (work: Work, repeats: number) => Promise<Row>,
  save: (result: BenchResult) => void,
): Promise<void> {
  const facts = await peer?.facts();
  const { threads, quick } = options;
  const about = { machine: thisMachine(), threads, versions: versions(facts) };
  const date = new Date().toISOString();
  say(machineText(about));
  const agreements = peer && !isPart() ? await checkAll(works, peer) : [];
  if (options.check) return;
  const repeats = options.repeats ?? (quick ? 3 : 7);
  const rows: Row[] = [];
  for (const work of works) {
    const began = performance.now();
    rows.push(await time(work, Math.min(repeats, work.repeats ?? repeats)));
    say(`${work.name} (${((performance.now() - began) / 1000).toFixed(0)} s)`);
  }
  say(`\n${tableText(rows)}`);
  const table: BenchResult = { date, ...about, quick, repeats, agreements, rows, memory: [] };
  save(table);
  if (options.only.length > 0) return;
  const memory = measureMemory(quick);
  say(`\n${memoryText(memory)}`);
  save({ ...table, memory });
  if (options.program !== 'record') return;
  const scaling = await measureScaling(undefined, say);
  for (const sentence of scaling.findings) say(sentence);
  save({ ...table, memory, scaling });
}

/** Holds what both sides compute against each other, before any time counts. */
async function checkAll(works: readonly Work[], peer: Peer): Promise<Agreement[]> {
  const found: Agreement[] = [];
  for (const work of works) {
    if (!work.check) continue;
    const own = scratch(true, { quick: true });
    try {
      found.push(await checkWork(work.name, work.check(own.setting), peer));
    } finally {
      own.clear();
    }
    const { difference, at } = found[found.length - 1];
    say(`${work.name}: both sides agree to ${difference.toExponential(1)} (${at})`);
  }
  return found;
}

async function timeWork(work: Work, repeats: number, peer: Peer | undefined, quick: boolean): Promise<Row> {
  const own = scratch(peer !== undefined, { quick });
  const prepared = await work.prepare(own.setting);
  try {
    return await compare(work, prepared, peer, repeats);
  } finally {
    prepared.dispose();
    own.clear();
  }
}

async function profileWork(work: Work): Promise<void> {
  const prepared = await work.prepare(scratch(false, { quick: true }).setting);
  console.log(`${work.about}\n${profileText(await profileOf(prepared, 2 * work.runs))}`);
  prepared.dispose();
}

const chosenWorks = ({ only, quick }: BenchOptions, works: readonly Work[]): readonly Work[] =>
  only.length > 0
    ? works.filter(({ name }) => only.includes(name))
    : works.filter((work) => !quick || work.quick !== false);

const say = (line: string) => console.log(line);
