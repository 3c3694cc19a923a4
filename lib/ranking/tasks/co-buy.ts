import { linkTask } from './links';

/** Items that are bought together, PMTRec's second task on Amazon Video Game [paper]; its form: {@link linkTask}. */
export const coBuy = linkTask({
  name: 'co-buy',
  about: 'Which items are bought together.',
  between: 'items',
  links: (dataset) => dataset.coBuy,
});
