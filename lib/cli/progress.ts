import { Presets, SingleBar } from 'cli-progress';
import type { RoundRecord } from '../federated/record';

/** Shows how far an experiment is: a bar with the time left in a terminal, a line per round elsewhere. */
export interface Progress {
  update(run: { method: string; seed: number; round: number }, share: number): void;
  round(record: RoundRecord): void;
  /** Ends the display; `done` where the experiment has come to its end. */
  stop(done: boolean): void;
}

export function showProgress(rounds: number): Progress {
  return process.stdout.isTTY ? bar(rounds) : lines(rounds);
}

function bar(rounds: number): Progress {
  const shown = new SingleBar(
    {
      format: '{bar} {percentage} % · {run} · {auc} · {eta_formatted} left',
      stream: process.stdout, // the same as all other lines, so that their order is kept
      hideCursor: true,
      etaBuffer: 50,
    },
    Presets.shades_classic,
  );
  let auc = 'no round yet';
  shown.start(1000, 0, { run: '', auc });
  return {
    update({ method, seed, round }, share) {
      const run = `${method}, seed ${seed}, round ${round}/${rounds}`;
      shown.update(Math.floor(1000 * share), { run, auc });
    },
    round(record) {
      auc = `validation AUC ${record.macro.mean?.toFixed(4) ?? 'undefined'}`;
    },
    stop(done) {
      if (done) shown.update(1000);
      shown.stop();
    },
  };
}

function lines(rounds: number): Progress {
  return {
    update: () => undefined,
    round({ method, seed, round, macro, seconds }) {
      const took = seconds.local + seconds.aggregate + seconds.evaluate;
      const auc = macro.mean?.toFixed(4) ?? 'undefined';
      console.log(`${method}, seed ${seed}, round ${round}/${rounds}: validation AUC ${auc}, ${took.toFixed(1)} s`);
    },
    stop: () => undefined,
  };
}

/** Shows which share of a study is done: a bar with the time left in a terminal, the time left on each line elsewhere. */
export interface ShareProgress {
  update(share: number): void;
  /** Prints a line, above the bar where there is one. */
  line(text: string): void;
  stop(): void;
}

export function showShare(): ShareProgress {
  const began = performance.now();
  if (!process.stdout.isTTY) {
    let share = 0;
    return {
      update: (now) => {
        share = now;
      },
      line(text) {
        const left = ((performance.now() - began) / 1000) * (1 / share - 1);
        console.log(share > 0 && share < 1 ? `${text} (${durationText(left)} left)` : text);
      },
      stop: () => undefined,
    };
  }
  const shown = new SingleBar(
    { format: '{bar} {percentage} % · {eta_formatted} left', stream: process.stdout, hideCursor: true, etaBuffer: 50 },
    Presets.shades_classic,
  );
  shown.start(1000, 0);
  return {
    update: (share) => shown.update(Math.floor(1000 * share)),
    line(text) {
      process.stdout.write(`\r\x1b[K${text}\n`);
      shown.render();
    },
    stop: () => shown.stop(),
  };
}

/** `40 s`, `12 min`, `3.5 h`. */
function durationText(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  return seconds < 6000 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
