import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A stream of random places. */
export interface Places {
  /** A whole number from 0 to count − 1, each as likely as the others up to count/2³². */
  below(count: number): number;
}

/** Starts a stream that the seed decides; give each purpose a seed of its own (`seedAt`). */
export function placesFrom(seed: number): Places {
  const generator = xoroshiro128plus(seed);
  for (let k = 0; k < 4; k++) generator.next(); // the generator's first numbers are bit patterns of the seed
  return { below: (count) => Math.floor(((generator.next() >>> 0) / 4294967296) * count) };
}
