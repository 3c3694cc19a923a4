/** One series of a figure, as plotly.js takes it. */
export type FigureTrace = Readonly<Record<string, unknown>>;

/** A figure for plotly.js as plain data: it can be stored, sent to a notebook, or changed by hand before it is shown. */
export interface Figure {
  readonly data: readonly FigureTrace[];
  readonly layout: Readonly<Record<string, unknown>>;
}

/** The title of a figure, for places that cannot draw it. */
export function figureTitle(figure: Figure): string {
  const title = figure.layout.title as { readonly text?: string } | string | undefined;
  return (typeof title === 'string' ? title : title?.text) ?? 'Figure';
}
