import type { Peer } from './peer';
import type { Goal, Prepared, Work } from './work';

/** Times of one work, milliseconds of one run. */
export interface Row {
  readonly work: string;
  readonly about: string;
  /** Medians. Of several peers, that of the fastest; null without a peer. */
  readonly peerMs: number | null;
  readonly ourMs: number;
  /** Peer over ours: above 1, ours is faster. */
  readonly ratio: number | null;
  readonly peerMinMs: number | null;
  readonly ourMinMs: number;
  /** The way of the peer that counts. */
  readonly peer?: string;
  /** Medians of all ways of the peer, where there are several. */
  readonly peers?: Readonly<Record<string, number>>;
  /** Our part of a whole of ours, where the goal is one. */
  readonly share?: number;
  readonly goal?: Goal;
  /** Whether the goal is met; absent where there is none or nothing to hold against it. */
  readonly met?: boolean;
  readonly facts?: Readonly<Record<string, number>>;
  /** Whether something else kept the machine busy: then the ratio says little. */
  readonly disturbed: boolean;
}

/** A median so far above the minimum of its side is not the work's own. */
const CALM = 1.2;

/** One participant of a comparison: the mean milliseconds of so many runs. */
export interface Side {
  readonly name: string;
  time(runs: number): Promise<number>;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/**
 * Times sides in turn, after a round that does not count: one, the other, one, the other, so that none of them has the
 * quiet minutes for itself.
 *
 * @returns for each side the times of its repeats
 */
export async function alternate(sides: readonly Side[], runs: number, repeats: number): Promise<number[][]> {
  const times: number[][] = sides.map(() => []);
  for (let repeat = 0; repeat <= repeats; repeat++) {
    for (const [i, side] of sides.entries()) {
      const ms = await side.time(runs);
      if (repeat > 0) times[i].push(ms);
    }
  }
  return times;
}

/** Times a prepared work on both sides. */
export async function compare(work: Work, prepared: Prepared, peer: Peer | undefined, repeats: number): Promise<Row> {
  const { whole, peers } = prepared;
  const asked = peer ? peers : [];
  for (const request of asked) await peer!.prepare(request);
  const times = await alternate(
    [
      { name: 'ours', time: (runs) => timeOf(() => prepared.run(), runs) },
      ...(whole ? [{ name: 'whole', time: (runs: number) => timeOf(whole, Math.ceil(runs / 4)) }] : []),
      ...asked.map(({ name }) => ({ name, time: (runs: number) => peer!.run(name, runs) })),
    ],
    work.runs,
    repeats,
  );
  for (const { name } of asked) await peer!.release(name);
  const [ours, ...others] = times;
  const peerTimes = Object.fromEntries(asked.map(({ name }, i) => [name, others[i + (whole ? 1 : 0)]]));
  return rowOf({ ...work, about: prepared.about ?? work.about }, ours, peerTimes, whole && others[0], prepared.facts);
}

/** The row of a work, from the times of its repeats. */
export function rowOf(
  { name, about, goal }: Work,
  ours: readonly number[],
  peers: Readonly<Record<string, readonly number[]>>,
  whole?: readonly number[],
  facts?: Row['facts'],
): Row {
  const ourMs = median(ours);
  const medians = Object.fromEntries(Object.entries(peers).map(([peer, times]) => [peer, median(times)]));
  const [fastest] = Object.keys(medians).sort((a, b) => medians[a] - medians[b]);
  const ratio = fastest === undefined ? null : medians[fastest] / ourMs;
  const share = whole && ourMs / median(whole);
  return {
    work: name,
    about,
    peerMs: fastest === undefined ? null : medians[fastest],
    ourMs,
    ratio,
    peerMinMs: fastest === undefined ? null : Math.min(...peers[fastest]),
    ourMinMs: Math.min(...ours),
    ...(fastest !== undefined && { peer: fastest }),
    ...(Object.keys(medians).length > 1 && { peers: medians }),
    ...(share !== undefined && { share }),
    ...(goal && { goal, met: isMet(goal, ratio, share) }),
    ...(facts && { facts }),
    disturbed: [ours, ...Object.values(peers), whole ?? ours].some(
      (times) => median(times) > CALM * Math.min(...times),
    ),
  };
}

function isMet(goal: Goal, ratio: number | null, share: number | undefined): boolean | undefined {
  if ('share' in goal) return share === undefined ? undefined : share <= goal.share;
  return ratio === null ? undefined : ratio >= goal.ratio;
}

/** Mean milliseconds of so many runs. */
export async function timeOf(run: () => void | Promise<void>, runs: number): Promise<number> {
  const began = performance.now();
  for (let i = 0; i < runs; i++) await run();
  return (performance.now() - began) / runs;
}
