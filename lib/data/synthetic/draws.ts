import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A stream of random numbers that the seed decides. */
export interface Draws {
  /** Uniform in [0, 1), a multiple of 2^-32. */
  uniform(): number;
  /** Normal with mean 0 and deviation 1. */
  normal(): number;
}

/** Starts a stream; give each purpose a seed of its own (`seedAt`). */
export function drawsFrom(seed: number): Draws {
  const generator = xoroshiro128plus(seed);
  const uniform = () => (generator.next() >>> 0) / 4294967296;
  let spare: number | undefined;
  return {
    uniform,
    normal() {
      if (spare !== undefined) {
        const kept = spare;
        spare = undefined;
        return kept;
      }
      // Box and Muller: two normal numbers from two uniform ones; 1 - u is never 0.
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}
