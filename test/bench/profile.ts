import { tf } from '../../lib/backend/tensorflow';
import type { StepPhase } from '../../lib/federated/client';
import { milliseconds, plainTable } from './table';
import type { Prepared } from './work';

/** Time of one TensorFlow operation in one run, over all its calls. */
export interface OperationTime {
  readonly name: string;
  readonly count: number;
  readonly ms: number;
}

/** Where the time of one run goes, means over runs. */
export interface Profile {
  readonly ms: number;
  /** In the order in which they begin; empty where a run has no phases. */
  readonly phases: readonly { readonly name: StepPhase; readonly ms: number; readonly operations: number }[];
  /** Longest first. */
  readonly operations: readonly OperationTime[];
  /** What is not inside an operation: JavaScript, and making tensors from arrays. */
  readonly outside: number;
}

type Method = (name: string, ...rest: unknown[]) => unknown;
type Backend = Record<'executeSingleOutput' | 'executeMultipleOutputs', Method>;

/** Calls `heard` with name and milliseconds of every operation until the returned function is called. */
function listen(heard: (name: string, ms: number) => void): () => void {
  const backend = tf.backend() as unknown as Backend;
  // Operations run to their end inside these calls: on a CPU nothing is queued.
  const methods = ['executeSingleOutput', 'executeMultipleOutputs'] as const;
  for (const method of methods) {
    const original = backend[method];
    backend[method] = function (this: Backend, name, ...rest) {
      const began = performance.now();
      const result = original.call(this, name, ...rest);
      heard(name, performance.now() - began);
      return result;
    };
  }
  return () => {
    // The methods of the class show again.
    for (const method of methods) Reflect.deleteProperty(backend, method);
  };
}

/** Takes the time of a run apart, after two runs that do not count. */
export async function profileOf({ run }: Pick<Prepared, 'run'>, runs: number): Promise<Profile> {
  for (let i = 0; i < 2; i++) await run();
  const phases = new Map<StepPhase, { ms: number; operations: number }>();
  const operations = new Map<string, { count: number; ms: number }>();
  let now: { phase: StepPhase; began: number } | undefined;
  const close = () => {
    if (now) phases.get(now.phase)!.ms += performance.now() - now.began;
    now = undefined;
  };
  const onPhase = (phase: StepPhase) => {
    close();
    if (!phases.has(phase)) phases.set(phase, { ms: 0, operations: 0 });
    now = { phase, began: performance.now() };
  };
  const stop = listen((name, ms) => {
    const one = operations.get(name) ?? { count: 0, ms: 0 };
    operations.set(name, { count: one.count + 1, ms: one.ms + ms });
    if (now) phases.get(now.phase)!.operations += ms;
  });
  const began = performance.now();
  try {
    for (let i = 0; i < runs; i++) {
      await run(onPhase);
      close();
    }
  } finally {
    stop();
  }
  const ms = (performance.now() - began) / runs;
  const listed = [...operations].map(([name, one]) => ({ name, count: one.count / runs, ms: one.ms / runs }));
  return {
    ms,
    phases: [...phases].map(([name, one]) => ({ name, ms: one.ms / runs, operations: one.operations / runs })),
    operations: listed.sort((a, b) => b.ms - a.ms),
    outside: ms - listed.reduce((sum, one) => sum + one.ms, 0),
  };
}

/** A profile for the terminal: phases, then the longest operations. */
export function profileText(profile: Profile, longest = 20): string {
  const share = (ms: number) => `${((100 * ms) / profile.ms).toFixed(1)} %`;
  const phases = plainTable(['phase', 'ms', 'in operations', 'share']);
  for (const { name, ms, operations } of profile.phases) {
    phases.push([name, milliseconds(ms), milliseconds(operations), share(ms)]);
  }
  const table = plainTable(['operation', 'calls', 'ms', 'µs each', 'share']);
  const line = (name: string, calls: number, ms: number) =>
    table.push([name, Number(calls.toFixed(1)), milliseconds(ms), ((1000 * ms) / calls).toFixed(0), share(ms)]);
  for (const { name, count, ms } of profile.operations.slice(0, longest)) line(name, count, ms);
  const others = profile.operations.slice(longest);
  const sum = (key: 'count' | 'ms') => others.reduce((total, one) => total + one[key], 0);
  if (others.length > 0) line(`${others.length} others`, sum('count'), sum('ms'));
  table.push(['outside operations (JavaScript)', '', milliseconds(profile.outside), '', share(profile.outside)]);
  const parts = profile.phases.length > 0 ? [String(phases)] : [];
  return [...parts, String(table), `One run: ${milliseconds(profile.ms)} ms.`].join('\n');
}
