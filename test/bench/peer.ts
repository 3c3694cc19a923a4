import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { benchFolder } from './folders';
import { BenchError } from './options';
import type { PeerRequest } from './work';

/** Versions and threads of the other side. */
export interface PeerFacts {
  readonly python: string;
  readonly torch: string;
  readonly torchBlas: string;
  readonly numpy: string;
  readonly numpyBlas: string;
  readonly threads: number;
}

/** The other side. */
export interface Peer {
  facts(): Promise<PeerFacts>;
  prepare(request: PeerRequest): Promise<void>;
  /** Milliseconds of one run, as the mean of so many. */
  run(name: string, times: number): Promise<number>;
  release(name: string): Promise<void>;
  check(request: PeerRequest): Promise<Record<string, number[]>>;
  end(): void;
}

/** Starts `peer/peer.py` with a Python that has torch and NumPy. */
export function startPeer(python: string, threads: number): Peer {
  const script = benchFolder('peer', 'peer.py');
  const counts = { OMP_NUM_THREADS: threads, MKL_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads };
  const env = { ...process.env, ...strings(counts), PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn(python, [script, '--threads', String(threads)], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const ask = conversation(child, python);
  return {
    facts: async () => (await ask({ command: 'facts' })) as unknown as PeerFacts,
    prepare: async (request) => void (await ask({ command: 'prepare', ...request })),
    run: async (name, times) => (await ask({ command: 'run', name, times })).ms as number,
    release: async (name) => void (await ask({ command: 'release', name })),
    check: async ({ module, parameters }) =>
      (await ask({ command: 'check', module, parameters })).result as Record<string, number[]>,
    end: () => child.stdin?.end(`${JSON.stringify({ command: 'quit' })}\n`),
  };
}

type Message = Record<string, unknown>;

/** A function that sends a request and waits for its answer; one at a time. */
function conversation(child: ChildProcess, python: string): (request: Message) => Promise<Message> {
  let waiting: { resolve(answer: Message): void; reject(error: Error): void } | undefined;
  let ended: BenchError | undefined;
  const fail = (message: string) => {
    ended ??= new BenchError(message);
    waiting?.reject(ended);
    waiting = undefined;
  };
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const answer = JSON.parse(line) as Message;
    if (typeof answer.error === 'string') waiting?.reject(new BenchError(`The peer says: ${answer.error}`));
    else waiting?.resolve(answer);
    waiting = undefined;
  });
  child.stdin!.on('error', () => undefined); // its end is told by the two below
  child.on('error', () => fail(`The Python ${python} does not start.`));
  child.on('close', (code, signal) => fail(`The peer ended early (${signal ?? `exit code ${code}`}).`));
  return (request) =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended);
      waiting = { resolve, reject };
      child.stdin!.write(`${JSON.stringify(request)}\n`);
    });
}

const strings = (values: Record<string, number>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
