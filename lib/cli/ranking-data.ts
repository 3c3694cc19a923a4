import { DataError } from '../data';
import { openRankingDataset, rankingCard, rankingCardText } from '../ranking/data';

/** Prints the card of a ranking data set: users, items, splits, relations. */
export async function rankingData(name: string, data: readonly string[] | undefined): Promise<void> {
  if (data !== undefined && data.length > 1) {
    throw new DataError(`--data: "${name}" is read from one folder, but ${data.length} paths are given`);
  }
  console.log(rankingCardText(rankingCard(await openRankingDataset(name, { data: data?.[0] }))));
}
