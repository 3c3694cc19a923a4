import { availableParallelism, totalmem } from 'node:os';
import { backendFacts } from './execute';

/** Where this process computes, for the banner of a run and its configuration. */
export interface Device {
  readonly kind: 'cpu' | 'gpu';
  /** Version of libtensorflow. */
  readonly tensorflow: string;
  /** Processor threads that operations may use. */
  readonly threads: number;
  /** Main memory in bytes. */
  readonly memory: number;
  readonly node: string;
}

/** A device that cannot be had, in one sentence that says what is missing. */
export class DeviceError extends Error {}

/**
 * Opens the device that `PF_DEVICE` asks for: `cpu`, `gpu`, or whichever libtensorflow found where it is not set.
 *
 * @throws where a GPU was asked for and libtensorflow has none: a silent run on the CPU would waste a day.
 */
export function openDevice(): Device {
  const asked = process.env.PF_DEVICE;
  if (asked !== undefined && asked !== 'cpu' && asked !== 'gpu') {
    throw new DeviceError(`PF_DEVICE is "${asked}"; it can be cpu or gpu.`);
  }
  const { gpu, tensorflow } = backendFacts();
  if (asked === 'gpu' && !gpu) {
    throw new DeviceError(
      `PF_DEVICE=gpu, but libtensorflow ${tensorflow} sees no GPU. It needs an NVIDIA driver (nvidia-smi must list ` +
        'the card) and the CUDA build, which the set-up installs when PF_DEVICE=gpu is set for it too. ' +
        'Run with PF_DEVICE=cpu to go on without one.',
    );
  }
  return {
    kind: gpu ? 'gpu' : 'cpu',
    tensorflow,
    threads: availableParallelism(),
    memory: totalmem(),
    node: process.versions.node,
  };
}

/** The device in one line. */
export function deviceBanner({ kind, tensorflow, threads, memory, node }: Device): string {
  const gigabytes = (memory / 2 ** 30).toFixed(0);
  return `${kind.toUpperCase()} · libtensorflow ${tensorflow} · ${threads} threads · ${gigabytes} GB · Node ${node}`;
}
