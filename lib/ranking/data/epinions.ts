import type { RankingSource } from './raw';
import { matlabMatrix } from './read-matlab';

/**
 * Epinions of the trust studies of Tang et al.: ratings of products with their category, and who trusts whom; the first
 * data set of PMTRec.
 *
 * Files, as the site's README describes them: `rating.mat`, a matrix `rating` of five columns (user, product, category,
 * rating, helpfulness), or `rating_with_timestamp.mat` with a sixth for the time; `trustnetwork.mat`, a matrix
 * `trustnetwork` of two columns (who, whom), or `trust.mat` with the matrix `trust` (a third column, of the time, is
 * passed over). Trust has a direction that links do not keep [choice].
 *
 * PMTRec's paper counts 922,267 interactions of 22,167 users and 296,278 items, one more than the largest numbers of
 * either file; here only users and items with an interaction have a number. Its "5-core" cannot have been
 * applied to items [inferred], so nothing is filtered.
 */
export const epinions: RankingSource = {
  name: 'epinions',
  description: 'Epinions (trust study): ratings, categories and trust; research use',
  obtain: 'see data/epinions/README.md.',
  files: { ratings: ['rating.mat', 'rating_with_timestamp.mat'], trust: ['trustnetwork.mat', 'trust.mat'] },
  async read({ ratings, trust }) {
    const given = matlabMatrix(ratings, ['rating', 'rating_with_timestamp'], [5, 6]).columns;
    const [first, second] = matlabMatrix(trust, ['trustnetwork', 'trust'], [2, 3]).columns;
    const [users, items, categories, values] = given;
    return { users, items, values, social: { first, second }, categories: { items, categories } };
  },
};
