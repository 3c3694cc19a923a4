import type { SourceFile } from '../../data/ingest/fingerprint';
import type { RankingSource, RawLinks, RawRanking } from './raw';
import { readJsonLines } from './read-json-lines';

/**
 * Video games of Amazon's reviews, 2018 edition (Ni, Li and McAuley 2019), 5-core, with the metadata's items viewed and
 * bought together; the second data set of PMTRec.
 *
 * Files: `Video_Games_5.json` (reviews: `reviewerID`, `asin`, `overall`) and `meta_Video_Games.json` (`asin`, lists
 * `also_view` and `also_buy`), one JSON object per line, also as .gz. The file has 497,577 reviews, as PMTRec's paper counts
 * interactions; a user's further reviews of the same game are repeats and count once here, so there are fewer.
 */
export const amazonVideoGames: RankingSource = {
  name: 'amazon-video-games',
  description: 'Amazon Video Games (reviews of 2018, 5-core): reviews, items viewed and bought together; research use',
  obtain: 'see data/amazon-video-games/README.md.',
  files: {
    reviews: ['Video_Games_5.json', 'Video_Games_5.json.gz'],
    metadata: ['meta_Video_Games.json', 'meta_Video_Games.json.gz'],
  },
  async read({ reviews, metadata }) {
    const taken = await readReviews(reviews);
    const { asin, also_view, also_buy } = await readJsonLines(metadata, {
      asin: 'text',
      also_view: 'texts',
      also_buy: 'texts',
    });
    return { ...taken, coView: pairs(asin, also_view), coBuy: pairs(asin, also_buy) };
  },
};

/**
 * Office products of Amazon's reviews, 2014 edition (McAuley et al. 2015), 5-core; the third data set of PMTRec, whose
 * auxiliary tasks there need reviews only.
 *
 * File: `reviews_Office_Products_5.json` (`reviewerID`, `asin`, `overall`), one JSON object per line, also as .gz. The file
 * has the 4,905 users and 2,420 items that PMTRec's paper counts, and 53,258 reviews where it counts 51,441 interactions: what
 * was left out there is not known, and nothing is left out here.
 */
export const amazonOffice: RankingSource = {
  name: 'amazon-office',
  description: 'Amazon Office Products (reviews of 2014, 5-core); research use',
  obtain: 'see data/amazon-office/README.md.',
  files: { reviews: ['reviews_Office_Products_5.json', 'reviews_Office_Products_5.json.gz'] },
  read: ({ reviews }) => readReviews(reviews),
};

async function readReviews(file: SourceFile): Promise<RawRanking> {
  const { reviewerID, asin, overall } = await readJsonLines(file, {
    reviewerID: 'text',
    asin: 'text',
    overall: 'number',
  });
  return { users: reviewerID as string[], items: asin as string[], values: overall as number[] };
}

/** One pair per entry of each item's list. */
function pairs(items: readonly unknown[], lists: readonly unknown[]): RawLinks {
  const [first, second]: [string[], string[]] = [[], []];
  lists.forEach((list, k) => {
    for (const other of list as string[]) {
      first.push(items[k] as string);
      second.push(other);
    }
  });
  return { first, second };
}
