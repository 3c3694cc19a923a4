import { extname } from 'node:path';
import { writeAtomically } from '../experiments/store-files';
import { BrowserError, openBrowser } from './browser';
import type { Figure } from './figure';

/** How a figure becomes a picture. */
export interface ImageOptions {
  /** Width in pixels (SVG: in its units); default: 1000. The height is the figure's own. */
  readonly width?: number;
  /** Pixels of a PNG per pixel of the figure; default: 2, sharp in print up to 16 cm. */
  readonly scale?: number;
}

/** A figure and the file that it goes to. */
export interface FigureFile {
  readonly figure: Figure;
  /** Ends with `.svg` or `.png`. */
  readonly path: string;
}

/**
 * Writes figures as SVG or PNG, drawn by plotly.js in an installed Chromium.
 *
 * @example await writeFigureImages([{ figure: aucByRound(rounds), path: 'auc.svg' }]);
 * @throws BrowserError where there is no browser, or a file of another kind is asked for
 */
export async function writeFigureImages(files: readonly FigureFile[], options: ImageOptions = {}): Promise<void> {
  const other = files.find(({ path }) => !['.svg', '.png'].includes(extname(path)));
  if (other) throw new BrowserError(`${other.path}: pictures are SVG or PNG; end its name with .svg or .png.`);
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ path: require.resolve('plotly.js-dist') });
    for (const { figure, path } of files) {
      writeAtomically(path, contentOf(await page.evaluate<string>(drawing(figure, extname(path).slice(1), options))));
    }
  } finally {
    await browser.close();
  }
}

/** A script that draws a figure and answers with a data URL. */
function drawing({ data, layout }: Figure, format: string, { width = 1000, scale = 2 }: ImageOptions): string {
  const height = typeof layout.height === 'number' ? layout.height : 450;
  const figure = { data, layout: { ...layout, width, height } };
  return `Plotly.toImage(${JSON.stringify(figure)}, ${JSON.stringify({ format, width, height, scale: format === 'png' ? scale : 1 })})`;
}

/** What a data URL holds: plotly sends a PNG as base64, an SVG as escaped text. */
function contentOf(url: string): string | Uint8Array {
  const content = url.slice(url.indexOf(',') + 1);
  return /^[^,]*;base64,/.test(url) ? Buffer.from(content, 'base64') : decodeURIComponent(content);
}
