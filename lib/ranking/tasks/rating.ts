import { gatherRows } from '../../backend/operations/gather-rows';
import { type Tensor1D, type Tensor2D, tf } from '../../backend/tensorflow';
import type { Parameter } from '../../models/parameter';
import type { RankingDataset } from '../types';
import type { TaskKind } from './task';

const BIASES = 'rating/biases';

/**
 * Regression of ratings, PMTRec's second task on Amazon Office [paper]: the mean of (r − μ − b_u − b_i − e_u · e_i)² over
 * the batch's interactions that have a rating.
 *
 * Ratings are brought to [0, 1] by the least and the greatest of the training ratings, so that their gradients are no
 * longer than others; μ is their mean; biases start at 0 and are the task's own parameters [all choice].
 */
export const rating: TaskKind = {
  about: 'The rating of an item.',
  missing({ ratings }) {
    if (ratings === undefined) return 'has no ratings';
    return ratings.values.length === 0 ? 'has an empty list of ratings' : undefined;
  },
  make(dataset) {
    const { users, items } = dataset;
    const { ofInteraction, mean } = scaledRatings(dataset);
    const biases: Parameter = { name: BIASES, group: 'bias', shape: [users + items, 1], initial: { value: 0 } };
    return {
      name: 'rating',
      parameters: [biases],
      sample(batch) {
        const rated = batch.numbers.map((_, k) => k).filter((k) => !Number.isNaN(ofInteraction[batch.numbers[k]]));
        return {
          roles: [rated.map((k) => batch.users[k]), rated.map((k) => users + batch.items[k])],
          values: Float32Array.from(rated, (k) => ofInteraction[batch.numbers[k]]),
        };
      },
      loss([user, item], { roles, values }, own) {
        const biasOf = (nodes: Int32Array) => gatherRows(own[BIASES] as Tensor2D, tf.tensor1d(nodes, 'int32'));
        const biases = tf.add(biasOf(roles[0]), biasOf(roles[1])).flatten();
        const guess = tf.addN([tf.sum(tf.mul(user, item), 1), biases, tf.fill(biases.shape, mean)]);
        return tf.mean(tf.squaredDifference(guess, tf.tensor1d(values!) as Tensor1D));
      },
    };
  },
};

/** The rating of every training interaction, from 0 to 1 and NaN where there is none, and their mean. */
function scaledRatings({ items, train, ratings }: RankingDataset): { ofInteraction: Float64Array; mean: number } {
  const { values } = ratings!;
  const [least, most] = values.reduce(
    ([low, high], r) => [Math.min(low, r), Math.max(high, r)],
    [values[0], values[0]],
  );
  const range = most > least ? most - least : 1;
  const scaled = Float64Array.from(values, (value) => (value - least) / range);
  const keyOf = (user: number, item: number) => user * items + item;
  const known = new Map(Array.from(scaled, (value, k) => [keyOf(ratings!.users[k], ratings!.items[k]), value]));
  const ofInteraction = Float64Array.from(
    train.users,
    (user, k) => known.get(keyOf(user, train.items[k])) ?? Number.NaN,
  );
  return { ofInteraction, mean: scaled.reduce((sum, value) => sum + value, 0) / scaled.length };
}
