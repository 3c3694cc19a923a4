import { run } from '../command.mjs';
import { hashFiles, writeAtomic } from '../files.mjs';
import { cudaLibraries } from '../libtensorflow.mjs';
import { inside, paths } from '../paths.mjs';
import { Problem } from '../problem.mjs';
import { keyOf } from '../runner.mjs';

/** Starts the engine once on the chosen device and writes down what it is. */
export function engine(choice) {
  return {
    name: 'engine',
    title: `Check of the engine (${choice.device})`,
    key: () =>
      hashFiles(['tools/setup/checks/engine.cjs', 'tools/preload.cjs'], keyOf('addon'), choice, process.version),
    products: () => [paths.device],
    async run(context) {
      const args = ['--require', paths.preload, inside('tools', 'setup', 'checks', 'engine.cjs')];
      const env = choice.device === 'cpu' ? { CUDA_VISIBLE_DEVICES: '-1' } : { TF_CPP_MIN_LOG_LEVEL: '0' };
      const output = await run(context, process.execPath, args, {
        env,
        problem: 'libtensorflow does not start on this machine (an old processor without AVX?).',
      });
      const found = JSON.parse(/^engine (.*)$/m.exec(output)[1]);
      const decided = decide(choice, found);
      const report = {
        ...decided,
        tensorflow: found.tensorflow,
        tfjs: found.tfjs,
        cudaLibraries: cudaLibraries(choice.wheel),
      };
      writeAtomic(paths.device, `${JSON.stringify(report, null, 2)}\n`);
      return `libtensorflow ${found.tensorflow} on the ${decided.device}: ${decided.reason}`;
    },
  };
}

/** A GPU that was asked for must be there; one that was only noticed may turn out not to work, which is said. */
export function decide(choice, found) {
  if (choice.device !== 'gpu' || found.gpu) return choice;
  const reason =
    'the NVIDIA driver is there, but libtensorflow found no usable GPU (.cache/setup/logs/engine.log says why)';
  if (choice.requested === 'gpu') throw new Problem(`PF_DEVICE=gpu, but ${reason}.`);
  return { ...choice, device: 'cpu', reason };
}
