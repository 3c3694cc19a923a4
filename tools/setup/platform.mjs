import fs from 'node:fs';

/** Which system this is, as far as installation hints differ: debian, fedora, arch, suse, macos or other. */
export function systemFamily(platform = process.platform, osRelease = readOsRelease()) {
  if (platform === 'darwin') return 'macos';
  const ids = [...osRelease.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap((match) => match[1].split(' '));
  if (ids.some((id) => ['debian', 'ubuntu'].includes(id))) return 'debian';
  if (ids.some((id) => ['fedora', 'rhel', 'centos'].includes(id))) return 'fedora';
  if (ids.includes('arch')) return 'arch';
  if (ids.some((id) => id.includes('suse'))) return 'suse';
  return 'other';
}

function readOsRelease() {
  try {
    return fs.readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}

/** Is this Linux inside Windows? There the GPU's driver is found in another place. */
export const isWsl = () => fs.existsSync('/usr/lib/wsl/lib') || fs.existsSync('/dev/dxg');

const hints = {
  python: {
    debian: 'sudo apt-get install python3 python3-venv',
    fedora: 'sudo dnf install python3',
    arch: 'sudo pacman -S python',
    suse: 'sudo zypper install python311',
    macos: 'brew install python@3.12',
    other: 'install Python 3.10 or later',
  },
  venv: {
    debian: 'sudo apt-get install python3-venv',
    fedora: 'sudo dnf install python3 python3-pip',
    arch: 'sudo pacman -S python',
    suse: 'sudo zypper install python311 python311-pip',
    macos: 'brew install python@3.12',
    other: 'install a Python with its venv and ensurepip modules',
  },
  compiler: {
    debian: 'sudo apt-get install g++',
    fedora: 'sudo dnf install gcc-c++',
    arch: 'sudo pacman -S gcc',
    suse: 'sudo zypper install gcc-c++',
    macos: 'xcode-select --install',
    other: 'install g++ 9 or later, or clang++ 10 or later',
  },
};

/** The command that installs what is missing on this system. */
export const hintFor = (what, family = systemFamily()) => hints[what][family];

/**
 * Why this system cannot run the kit; undefined when it can.
 * @param {{platform: string, arch: string, glibc?: string}} system
 */
export function platformProblem({ platform, arch, glibc }) {
  if (platform === 'win32') {
    return 'Windows itself is not supported: install WSL (wsl --install -d Ubuntu) and run the same command there.';
  }
  if (platform === 'darwin') {
    if (arch === 'arm64') return undefined;
    return 'Macs with an Intel processor are not supported: libtensorflow 2.21 has no build for them. Use Linux, or a Mac with Apple silicon.';
  }
  if (platform !== 'linux')
    return `${platform} is not supported: use Linux, macOS on Apple silicon, or Windows with WSL.`;
  if (!['x64', 'arm64'].includes(arch))
    return `The processor type ${arch} is not supported: libtensorflow is built for x64 and arm64.`;
  if (!glibc)
    return 'This Linux has no glibc (Alpine?): libtensorflow needs one. Use Debian, Ubuntu or Fedora, also in a container.';
  const [major, minor] = glibc.split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 27)) {
    return `glibc ${glibc} is too old: libtensorflow needs 2.27 or later (Debian 10, Ubuntu 18.04 or later).`;
  }
  return undefined;
}

/** This machine, as platformProblem wants it. */
export function thisSystem() {
  return {
    platform: process.platform,
    arch: process.arch,
    glibc: process.platform === 'linux' ? process.report?.getReport().header.glibcVersionRuntime : undefined,
  };
}

/** Why this Node cannot run the kit; undefined when it can. */
export function nodeProblem(version = process.versions.node) {
  const major = Number(version.split('.')[0]);
  if (major >= 20) return undefined;
  return `Node ${version} is too old: install Node 20, 22 or 24 (nodejs.org, your package manager, or: nvm install 22).`;
}
