import { Presets, SingleBar } from 'cli-progress';
import type { RankingEpochLine } from '../experiments/ranking';

/** Shows how far a run is: a bar in a terminal, a line per epoch elsewhere. How many epochs a run takes is not known before. */
export interface EpochProgress {
  update(run: { method: string; seed: number; epoch: number }, share: number): void;
  epoch(line: RankingEpochLine): void;
  stop(): void;
}

/** @param epochs most epochs of a run */
export function showEpochs(epochs: number): EpochProgress {
  return process.stdout.isTTY ? bar(epochs) : lines();
}

function bar(epochs: number): EpochProgress {
  const shown = new SingleBar(
    { format: '{bar} {run} · {recall}', stream: process.stdout, hideCursor: true },
    Presets.shades_classic,
  );
  let recall = 'no epoch yet';
  shown.start(epochs, 0, { run: '', recall });
  const update: EpochProgress['update'] = ({ method, seed, epoch }, share) =>
    shown.update(epoch - 1 + share, { run: `${method}, seed ${seed}, epoch ${epoch} of at most ${epochs}`, recall });
  return {
    update,
    epoch(line) {
      recall = `validation Recall@20 ${line.validation.recall[20].toFixed(4)}`;
      update(line, 1);
    },
    stop: () => shown.stop(),
  };
}

const lines = (): EpochProgress => ({
  update: () => undefined,
  epoch({ method, seed, epoch, validation, seconds }) {
    const took = (seconds.train + seconds.evaluate).toFixed(1);
    const recall = validation.recall[20].toFixed(4);
    console.log(`${method}, seed ${seed}, epoch ${epoch}: validation Recall@20 ${recall}, ${took} s`);
  },
  stop: () => undefined,
});
