/**
 * Cost of diagnostics: rounds on `synthetic` with none, with those of the rules, and with all, of one pass and of 20
 * local steps.
 *
 * The three sides run in turn, a round each, with equal seeds and so on equal numbers. Prints minimum, median and the
 * median ratio to the round without diagnostics beside it: of wall time, and of the processor time of this process,
 * which other programs on the machine disturb less. `own share` is the median share of a round's wall time that its
 * record puts down to diagnostics (norms and gates; not what remembering the start of a round costs training). `none`
 * and `rules` do the same work, so how far their ratio is from 1 tells how far the others can be trusted.
 *
 * `node build/test/bench/programs/diagnostics.js [repeats] [method]`
 */
import { synthetic } from '../../../lib/data/synthetic/synthetic';
import { configDefaults } from '../../../lib/experiments/config';
import { type DiagnosticsLevel, diagnosticsLevels } from '../../../lib/federated/diagnostics/types';
import { createFederation, type Federation } from '../../../lib/federated/federation';
import type { LocalWork } from '../../../lib/federated/local-work';
import { methods } from '../../../lib/federated/methods';
import { planDefaults } from '../../../lib/federated/plan';
import { mmoe } from '../../../lib/models/mmoe';

const repeats = Number(process.argv[2] ?? 9);
const method = process.argv[3] ?? 'pf-msmtrec';
const dataset = synthetic();

interface Cost {
  /** Milliseconds. */
  readonly wall: number;
  readonly processor: number;
  /** Of the wall time, 0 … 1. */
  readonly own: number;
}

async function timedRound(federation: Federation): Promise<Cost> {
  const [began, used] = [performance.now(), process.cpuUsage()];
  const { seconds } = await federation.round();
  const wall = performance.now() - began;
  const { user, system } = process.cpuUsage(used);
  return { wall, processor: (user + system) / 1000, own: (1000 * (seconds.diagnostics ?? 0)) / wall };
}

async function compare(name: string, localWork: LocalWork): Promise<void> {
  const federationWith = (diagnostics: DiagnosticsLevel) =>
    createFederation({
      ...{ dataset, diagnostics, localWork, seed: 1 },
      plan: methods[method](planDefaults),
      model: (shape, template) => mmoe(shape, configDefaults.model, template),
    });
  const sides = diagnosticsLevels.map((level) => ({ level, federation: federationWith(level), costs: [] as Cost[] }));
  for (const { federation } of sides) await federation.round();
  for (let i = 0; i < repeats; i++) {
    // Every side comes first in turn.
    for (let place = 0; place < sides.length; place++) {
      const { federation, costs } = sides[(i + place) % sides.length];
      costs.push(await timedRound(federation));
    }
  }
  console.log(`${method}, ${name}, ${repeats} rounds of each:`);
  for (const { level, federation, costs } of sides) {
    const show = (figure: (cost: Cost) => number) => {
      const own = costs.map(figure);
      // Each round against its neighbour without diagnostics, so that a change of load between repeats cancels.
      const ratio = median(own.map((one, i) => one / figure(sides[0].costs[i])));
      return `min ${Math.min(...own).toFixed(0)}, median ${median(own).toFixed(0)} ms, ratio ${ratio.toFixed(3)}`;
    };
    const share = (100 * median(costs.map(({ own }) => own))).toFixed(2);
    const [wall, processor] = [show((cost) => cost.wall), show((cost) => cost.processor)];
    console.log(`  ${level}: wall ${wall}; processor ${processor}; own share ${share} %`);
    federation.dispose();
  }
}

const median = (list: readonly number[]) => [...list].sort((a, b) => a - b)[list.length >> 1];

async function main(): Promise<void> {
  await compare('one pass', { passes: 1 });
  await compare('20 steps', { steps: 20 });
}

main();
