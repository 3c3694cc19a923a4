/**
 * Cost of a round of PF-MSMTrec beside one of FedBN at equal sizes: local training, aggregation and validation.
 *
 * The federations take turns, so that a busy machine slows all of them alike; prints minimum and median of the seconds
 * of a round and the ratio of the medians to FedBN's. `npm run bench -- round`
 */
import { openDataset } from '../../../lib/data/open';
import { createFederation, type Federation } from '../../../lib/federated/federation';
import { methods } from '../../../lib/federated/methods';
import { pfMsmtrecDefaults } from '../../../lib/federated/pf-msmtrec';
import { planDefaults } from '../../../lib/federated/plan';
import { mmoe, mmoeSizes } from '../../../lib/models/mmoe';
import type { Template } from '../../../lib/models/template';

const repeats = Number(process.argv[2] ?? 7);

const pfWith = (template: Template) =>
  methods['pf-msmtrec']({ ...planDefaults, pfMsmtrec: { ...pfMsmtrecDefaults, template } });

const plans = {
  fedbn: methods.fedbn(planDefaults),
  'no template': methods['no-template'](planDefaults),
  'G ⊙ S, without T': pfWith({ scenario: 'full', task: 'none', rank: 4 }),
  'G + S, without T': pfWith({ scenario: 'additive', task: 'none', rank: 4 }),
  'G ⊙ S + low-rank T': pfWith({ scenario: 'full', task: 'low-rank', rank: 4 }),
  'G ⊙ S ⊙ T': pfWith({ scenario: 'full', task: 'full', rank: 4 }),
};

async function compare(size: keyof typeof mmoeSizes, scale: number): Promise<void> {
  const dataset = await openDataset('synthetic', { synthetic: { scale } });
  const model = (shape: Parameters<typeof mmoe>[0], template: Template) =>
    mmoe(shape, { ...mmoeSizes[size], experts: size === 'small' ? 4 : 8 }, template);
  const federations = Object.entries(plans).map(([name, plan]): [string, Federation, number[]] => [
    name,
    createFederation({ dataset, plan, model, seed: 1 }),
    [],
  ]);
  for (const [, federation] of federations) await federation.round();
  for (let i = 0; i < repeats; i++) {
    for (const [, federation, times] of federations) {
      const { seconds } = await federation.round();
      times.push(seconds.local + seconds.aggregate + seconds.evaluate);
    }
  }
  const median = (times: number[]) => [...times].sort((a, b) => a - b)[times.length >> 1];
  const reference = median(federations[0][2]);
  for (const [name, federation, times] of federations) {
    const ratio = (median(times) / reference).toFixed(2);
    console.log(
      `${size}: ${name}: min ${Math.min(...times).toFixed(2)} s, median ${median(times).toFixed(2)} s, ratio ${ratio}`,
    );
    federation.dispose();
  }
}

async function main(): Promise<void> {
  await compare('small', 0.5);
}

void main();
