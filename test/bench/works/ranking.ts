import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { adamDefaults } from '../../../lib/backend/operations/adam';
import { seedAt } from '../../../lib/backend/random';
import { tf } from '../../../lib/backend/tensorflow';
import { projectRoot } from '../../../lib/data/paths';
import { drawsFrom } from '../../../lib/data/synthetic/draws';
import { evaluateRanking, openRankingDataset, type RankingDataset } from '../../../lib/ranking';
import { placesFrom } from '../../../lib/ranking/draws';
import { encoders } from '../../../lib/ranking/encoders';
import { makeTasks } from '../../../lib/ranking/tasks';
import { epochBatches } from '../../../lib/ranking/training/batches';
import { createLearner, disposeLearner, type Learner } from '../../../lib/ranking/training/learner';
import { trainStep } from '../../../lib/ranking/training/step';
import type { Computed, PeerRequest, Setting, Work } from '../work';

const [WIDTH, LAYERS, BATCH, RATE, LONGEST] = [64, 3, 2048, 1e-3, 40];
const FOLDER = join(process.env.PF_DATA ?? join(projectRoot(), '..', 'shared', 'data'), 'lastfm-2k');

/** Last.fm-2k where it is at hand, else drawn pairs of its size; with `rows` a small set of drawn ones. */
async function dataset({ rows }: Setting): Promise<RankingDataset> {
  if (rows === undefined && existsSync(FOLDER)) return openRankingDataset('lastfm-2k', { data: FOLDER });
  return rows === undefined ? drawn(1892, 17_632, 92_834) : drawn(rows, 3 * rows, 20 * rows);
}

/** Pairs of which popular items have more, in the shares 60/20/20. */
function drawn(users: number, items: number, count: number): RankingDataset {
  const { uniform } = drawsFrom(7);
  uniform();
  const pairs = new Set<number>();
  while (pairs.size < count) {
    const item = Math.floor(items ** uniform()) - 1; // item k with a probability of about 1/k
    pairs.add(Math.floor(users * uniform()) * items + item);
  }
  const all = [...pairs];
  const part = (from: number, to: number) => {
    const own = all.slice(from * count, to * count);
    return {
      users: Int32Array.from(own, (pair) => Math.floor(pair / items)),
      items: Int32Array.from(own, (pair) => pair % items),
    };
  };
  return {
    ...{ name: 'drawn', fingerprint: 'drawn', users, items, warnings: [] },
    ...{ train: part(0, 0.6), validation: part(0.6, 0.8), test: part(0.8, 1) },
  };
}

function learnerOf(data: RankingDataset): Learner {
  return createLearner({
    ...{ dataset: data, seed: 1, tasks: makeTasks(data, []) },
    encoder: encoders.lightgcn({ nodes: data.users + data.items, width: WIDTH, layers: LAYERS }),
    optimizer: { ...adamDefaults, learningRate: RATE },
  });
}

/** One pass over the training interactions; returns the first steps' losses. */
function epoch(learner: Learner, data: RankingDataset, number: number, batches = Number.POSITIVE_INFINITY) {
  const [task] = learner.tasks;
  const places = placesFrom(seedAt(1, 'sample', task.name, number));
  const losses: number[] = [];
  const samples: Int32Array[] = [];
  for (const batch of epochBatches(data.train, BATCH, 1, number)) {
    const sample = task.sample(batch, places);
    samples.push(...sample.roles);
    losses.push(trainStep(learner, [sample], { epoch: number, rows: batch.numbers.length }).losses[0]);
    if (losses.length === batches) break;
  }
  return { losses, samples };
}

const numbersOf = (learner: Learner, part: 'value' | 'first'): Float32Array => {
  const tensor = learner.slots.nodes[part].read();
  const numbers = Float32Array.from(tensor.dataSync());
  tensor.dispose();
  return numbers;
};

/** The data and the present values, for the peer. */
function shared({ share }: Setting, data: RankingDataset, learner: Learner) {
  const { users, items, train } = data;
  return {
    ...{ users, items, layers: LAYERS, batch: BATCH, rate: RATE, decay: adamDefaults.weightDecay },
    ofUsers: share('train-users', train.users),
    ofItems: share('train-items', train.items),
    nodes: share('nodes', numbersOf(learner, 'value'), [users + items, WIDTH]),
  };
}

const epochWork: Work = {
  name: 'lightgcn-epoch',
  about: 'LightGCN, one epoch of Last.fm-2k (width 64, 3 layers, batch 2048)',
  goal: { ratio: 1 },
  runs: 1,
  async prepare(setting) {
    const data = await dataset(setting);
    const learner = learnerOf(data);
    const parameters = shared(setting, data, learner);
    let done = 0;
    return {
      run() {
        epoch(learner, data, ++done);
      },
      dispose: () => disposeLearner(learner),
      peers: (['coo', 'csr', 'symmetric'] as const).map((product) => ({
        ...{ name: `torch (${product})`, module: 'lightgcn', parameters: { ...parameters, product } },
      })),
    };
  },
  check(setting) {
    const data = drawn(300, 900, 8000);
    const learner = learnerOf(data);
    const parameters = shared(setting, data, learner);
    const steps = 3;
    const { losses, samples } = epoch(learner, data, 1, steps);
    const ours: Computed = { losses, values: numbersOf(learner, 'value'), moments: numbersOf(learner, 'first') };
    disposeLearner(learner);
    const roles = samples.map((role, k) => setting.share(`role-${k}`, role));
    const peer: PeerRequest = {
      ...{ name: 'torch', module: 'lightgcn' },
      parameters: {
        ...parameters,
        product: 'symmetric',
        samples: Array.from({ length: steps }, (_, k) => roles.slice(3 * k, 3 * k + 3)),
      },
    };
    return { ours, peer };
  },
};

/** Vectors, and what they are judged on. */
function ranking(setting: Setting, data: RankingDataset) {
  const vectors = (name: string, rows: number, seed: number) => {
    const tensor = tf.randomNormal([rows, WIDTH], 0, 1, 'float32', seed);
    const numbers = Float32Array.from(tensor.dataSync());
    tensor.dispose();
    return { numbers, shared: setting.share(name, numbers, [rows, WIDTH]) };
  };
  const users = vectors('user-vectors', data.users, 1);
  const items = vectors('item-vectors', data.items, 2);
  const pairs = (['train', 'validation', 'test'] as const).map((split) => [
    setting.share(`${split}-users`, data[split].users),
    setting.share(`${split}-items`, data[split].items),
  ]);
  return {
    run: () =>
      evaluateRanking({
        ...{ userVectors: users.numbers, itemVectors: items.numbers, width: WIDTH, dataset: data, split: 'test' },
      }),
    peer: {
      ...{ name: 'torch', module: 'ranking' },
      parameters: { userVectors: users.shared, itemVectors: items.shared, pairs, longest: LONGEST },
    },
  };
}

const rankingWork: Work = {
  name: 'full-ranking',
  about: 'Recall and NDCG of all users of Last.fm-2k over all items (width 64)',
  goal: { ratio: 1 },
  runs: 1,
  async prepare(setting) {
    const { run, peer } = ranking(setting, await dataset(setting));
    return { run: () => void run(), dispose: () => undefined, peers: [peer] };
  },
  check(setting) {
    const { run, peer } = ranking(setting, drawn(300, 900, 8000));
    const { recall, ndcg } = run();
    return { ours: { recall: Object.values(recall), ndcg: Object.values(ndcg) }, peer };
  },
};

export const works: readonly Work[] = [epochWork, rankingWork];
