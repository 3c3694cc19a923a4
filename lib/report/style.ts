/** How a method (or a scenario) looks in every figure. */
export interface MethodStyle {
  readonly colour: string;
  readonly dash: 'solid' | 'dash' | 'dot';
  readonly symbol: string;
}

/** Okabe and Ito's palette, safe for colour-blind readers; its yellow is left out because it vanishes on white. */
export const PALETTE = {
  orange: '#E69F00',
  sky: '#56B4E9',
  green: '#009E73',
  blue: '#0072B2',
  vermillion: '#D55E00',
  purple: '#CC79A7',
  black: '#000000',
} as const;

const SYMBOLS = ['circle', 'square', 'diamond', 'triangle-up', 'triangle-down', 'cross', 'x'];
const COLOURS: readonly string[] = Object.values(PALETTE);
const DASHES = ['solid', 'dash', 'dot'] as const;

/** Methods that most figures hold have their colour by name, the rest in the order in which this process first meets them. */
const FIXED: Readonly<Record<string, string>> = {
  local: PALETTE.orange,
  fedavg: PALETTE.sky,
  fedbn: PALETTE.green,
  central: PALETTE.black,
  'pf-msmtrec': PALETTE.vermillion,
};

/** Colour, dash and marker of a method: the same in every figure of a report or notebook. */
export function methodStyle(method: string): MethodStyle {
  return styleOfMethod(method);
}

/** Colour, dash and marker of a scenario or client: the same in every figure, in the order in which they are first met. */
export function scenarioStyle(scenario: string): MethodStyle {
  return styleOfScenario(scenario);
}

const styleOfMethod = styles(FIXED);
const styleOfScenario = styles({});

/** Remembers the style of every name that it is asked for; some names have a fixed colour. */
function styles(fixed: Readonly<Record<string, string>>): (name: string) => MethodStyle {
  const met = new Map<string, MethodStyle>();
  const ofColour = (colour: string) => styleOf(COLOURS.indexOf(colour));
  return (name) => {
    const style =
      met.get(name) ?? (fixed[name] ? ofColour(fixed[name]) : freeStyle(met, Object.values(fixed).map(ofColour)));
    met.set(name, style);
    return style;
  };
}

/** The first style that no name has, met or fixed; after 21 names styles come again. */
function freeStyle(met: ReadonlyMap<string, MethodStyle>, fixed: readonly MethodStyle[]): MethodStyle {
  const taken = new Set([...met.values(), ...fixed].map(key));
  const count = COLOURS.length * DASHES.length;
  for (let index = 0; index < count; index++) {
    const style = styleOf(index);
    if (!taken.has(key(style))) return style;
  }
  return styleOf(met.size % count);
}

function styleOf(index: number): MethodStyle {
  const colour = index % COLOURS.length;
  const dash = Math.floor(index / COLOURS.length) % DASHES.length;
  // The marker moves on with the dash, so that two methods of one colour differ in their markers, too.
  return { colour: COLOURS[colour], dash: DASHES[dash], symbol: SYMBOLS[(colour + 3 * dash) % SYMBOLS.length] };
}

function key(style: MethodStyle): string {
  return `${style.colour} ${style.dash}`;
}

/** A colour with an opacity, for bands. */
export function translucent(colour: string, opacity: number): string {
  const channel = (start: number) => Number.parseInt(colour.slice(start, start + 2), 16);
  return `rgba(${channel(1)}, ${channel(3)}, ${channel(5)}, ${opacity})`;
}

/** Room around the panels for tick labels, titles and the legend, in pixels. */
export const HOUSE_MARGIN = { l: 70, r: 20, t: 80, b: 60 } as const;

/** What all figures share: white ground, dark text, light grid, room for every label, the legend below the panels. */
export const HOUSE_LAYOUT: Readonly<Record<string, unknown>> = {
  paper_bgcolor: '#ffffff',
  plot_bgcolor: '#ffffff',
  font: { family: '"Source Sans 3", "Segoe UI", "Helvetica Neue", Arial, sans-serif', size: 14, color: '#222222' },
  margin: HOUSE_MARGIN,
  hovermode: 'closest',
  hoverlabel: { font: { size: 13 } },
  legend: {
    orientation: 'h',
    xref: 'container',
    x: 0.5,
    xanchor: 'center',
    yref: 'container',
    y: 0,
    yanchor: 'bottom',
    font: { size: 13 },
  },
};

/** An axis in the house style. */
export function axis(title: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    title: { text: title, font: { size: 14 }, standoff: 10 },
    automargin: true,
    showline: true,
    linecolor: '#888888',
    ticks: 'outside',
    tickcolor: '#888888',
    gridcolor: '#e6e6e6',
    zeroline: false,
    ...more,
  };
}
