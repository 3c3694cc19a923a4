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
      const driver = execFileSync('/usr/lib/wsl/lib/nvidia-smi', query, { encoding: 'utf8', timeout: 20_000 })
        .trim()
        .split('\n')[0];
      return { driver, device: Boolean(driver) };
    } catch {
      return { driver: undefined, device: false };
    }
  }
  let driver;
  try {
    driver = /Kernel Module(?: for \S+)?\s+(\d+[\d.]*)/.exec(
      fs.readFileSync('/proc/driver/nvidia/version', 'utf8'),
    )?.[1];
  } catch {
    // No driver is loaded.
  }
  // A container may see the host's driver without being given a device.
  const device = fs.existsSync('/dev/nvidia0') || (driver !== undefined && fs.existsSync('/dev/nvidiactl'));
  return { driver, device };
}

/** What keeps the GPU from being used, and what to do about it; undefined when nothing does. */
export function gpuProblem({ driver, device }, platform = process.platform) {
  if (platform !== 'linux') return { reason: 'CUDA runs on Linux and in WSL only', remedy: 'use PF_DEVICE=cpu' };
  if (!driver)
    return { reason: 'no NVIDIA driver', remedy: 'install the driver of the card, until nvidia-smi lists a GPU' };
  if (Number.parseInt(driver, 10) < OLDEST_DRIVER) {
    return { reason: `NVIDIA driver ${driver} is too old`, remedy: `CUDA 12 needs driver ${OLDEST_DRIVER} or later` };
  }
  if (!device)
    return { reason: 'an NVIDIA driver but no GPU is visible', remedy: 'in a container: start it with --gpus all' };
  return undefined;
}

/**
 * Which device the runs use and which build of libtensorflow that needs.
 * @param {string | undefined} asked the value of PF_DEVICE
 * @param {{driver?: string, device: boolean}} gpu what probeGpu found
 * @param {boolean} cudaInstalled is the CUDA build there already? It runs on the CPU as well, so it is kept.
 */
export function chooseDevice(asked, gpu, cudaInstalled, platform) {
  if (asked && !['cpu', 'gpu'].includes(asked)) {
    throw new Problem(`PF_DEVICE is "${asked}": it can be cpu or gpu, or stay unset.`);
  }
  const requested = asked || 'auto';
  const problem = gpuProblem(gpu, platform);
  if (requested === 'gpu' && problem) {
    throw new Problem(`PF_DEVICE=gpu, but ${problem.reason}: ${problem.remedy} (or use PF_DEVICE=cpu).`);
  }
  const { driver } = gpu;
  if (requested !== 'cpu' && !problem) {
    return { requested, device: 'gpu', wheel: 'cuda', driver, reason: `NVIDIA driver ${driver}` };
  }
  const reason = requested === 'cpu' ? 'PF_DEVICE=cpu' : problem.reason;
  return { requested, device: 'cpu', wheel: cudaInstalled ? 'cuda' : 'cpu', driver, reason };
}

/** The value of --device among the terminal program's arguments; undefined when it is absent or the program's to refuse. */
export function askedDevice(args) {
  const place = args.findIndex((arg) => arg === '--device' || arg.startsWith('--device='));
  if (place < 0) return undefined;
  const value = args[place].split('=')[1] ?? args[place + 1];
  return ['cpu', 'gpu'].includes(value) ? value : undefined;
}
