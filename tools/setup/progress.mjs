const SPINNER_MS = 200;
const HEARTBEAT_MS = 20_000;

/** Seconds for people: 0.4 s, 12 s, 2 min 5 s. */
export function duration(ms) {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Shows one step: a line that moves on a terminal, a line at the start and now and then elsewhere. */
export function showStep(label, out = process.stderr) {
  const began = Date.now();
  let detail = '';
  const elapsed = () => duration(Date.now() - began);
  const clear = () => out.isTTY && out.write('\r\x1b[2K');
  const draw = () => {
    const line = `${label} … ${elapsed()}${detail ? `  ${detail}` : ''}`;
    if (out.isTTY) out.write(`\r\x1b[2K${line.slice(0, Math.max(20, (out.columns ?? 80) - 1))}`);
    else out.write(`${label} … ${elapsed()}\n`);
  };
  if (out.isTTY) draw();
  else out.write(`${label} …\n`);
  const timer = setInterval(draw, out.isTTY ? SPINNER_MS : HEARTBEAT_MS);
  const stop = (mark) => {
    clearInterval(timer);
    clear();
    out.write(`${label} ${mark}\n`);
  };
  return {
    progress: (line) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of the child are removed
      detail = line.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').trim();
    },
    done: (note) => stop(`done in ${elapsed()}${note ? ` (${note})` : ''}`),
    failed: () => stop(`failed after ${elapsed()}`),
  };
}
