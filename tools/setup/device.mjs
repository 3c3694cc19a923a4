import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { isWsl } from './platform.mjs';
import { Problem } from './problem.mjs';

/** The oldest NVIDIA driver that runs CUDA 12 programs. */
const OLDEST_DRIVER = 525;

/** What of an NVIDIA GPU this machine shows, without starting a program where files tell it. */
export function probeGpu() {
  if (isWsl() && fs.existsSync('/usr/lib/wsl/lib/nvidia-smi')) {
    try {
      const query = ['--query-gpu=driver_version', '--format=csv,noheader'];
      const driver = execFileSync('/usr/lib/wsl/lib/nvidia-smi', query, { encoding: 'utf8', timeout: 20_000 }).trim().split('\n')[0];
      return { driver, device: Boolean(driver) };
    } catch {
      return { driver: undefined, device: false };
    }
  }
  let driver;
  try {
    driver = /Kernel Module(?: for \S+)?\s+(\d+[\d.]*)/.exec(fs.readFileSync('/proc/driver/nvidia/version', 'utf8'))?.[1];
  } catch {
    // No driver is loaded.
  }
  // A container may see the host's driver without being given a device.
  const device = fs.existsSync('/dev/nvidia0') || (driver !== undefined && fs.existsSync('/dev/nvidiactl'));
  return { driver, device };
}

/** What keeps the GPU from being used; undefined when nothing does. */
export function gpuProblem({ driver, device }, system = { platform: process.platform, arch: process.arch }) {
  if (system.platform !== 'linux') return 'CUDA needs Linux (or Windows with WSL)';
  if (!driver) return 'no NVIDIA driver is loaded (nvidia-smi must list a GPU): install the driver of your card';
  if (Number.parseInt(driver, 10) < OLDEST_DRIVER) return `the NVIDIA driver ${driver} is too old: CUDA 12 needs ${OLDEST_DRIVER} or later`;
  if (!device) return 'the NVIDIA driver is loaded but no device is visible (in a container: start it with --gpus all)';
  return undefined;
}

/**
 * Which device the runs use and which build of libtensorflow that needs.
 * @param {string | undefined} asked the value of PF_DEVICE
 * @param {{driver?: string, device: boolean}} gpu what probeGpu found
 * @param {boolean} cudaInstalled is the CUDA build there already? It runs on the CPU as well, so it is kept.
 */
export function chooseDevice(asked, gpu, cudaInstalled, system) {
  if (asked && !['cpu', 'gpu'].includes(asked)) throw new Problem(`PF_DEVICE is "${asked}": it can be cpu or gpu, or stay unset.`);
  const problem = gpuProblem(gpu, system);
  const requested = asked || 'auto';
  if (asked === 'gpu' && problem) throw new Problem(`PF_DEVICE=gpu, but ${problem}. (PF_DEVICE=cpu runs without a GPU.)`);
  if (asked !== 'cpu' && !problem) return { requested, device: 'gpu', wheel: 'cuda', driver: gpu.driver, reason: `NVIDIA driver ${gpu.driver}` };
  const reason = asked === 'cpu' ? 'PF_DEVICE=cpu' : problem;
  return { requested, device: 'cpu', wheel: cudaInstalled ? 'cuda' : 'cpu', driver: gpu.driver, reason };
}
